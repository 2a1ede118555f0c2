// The programs of the suite `together` in Go. Arguments: program, its argument, repetitions, milliseconds of one
// repetition, limit in milliseconds. Measures as run.mjs does, and prints the same JSON.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	workers  = 503
	capacity = 128
	group    = 1000
	fan      = 10
	primes   = 500
)

var processor = os.Getenv("CORUN_BENCH_CLOCK") == "cpu"

// now is the time by the clock, or, on a busy machine, the processor's time that this process has had.
func now() time.Duration {
	if !processor {
		return time.Since(began)
	}
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

var began = time.Now()

// loop does about count operations; it gives how many, and the time that counts, or 0 for all of it.
type loop func(count int) (done int, took time.Duration)

func check(got, expected int) {
	if got != expected {
		panic(fmt.Sprintf("got %d instead of %d", got, expected))
	}
}

func whole(size int, once func() time.Duration) loop {
	return func(count int) (done int, took time.Duration) {
		for done < count {
			start := now()
			part := once()
			if part == 0 {
				part = now() - start
			}
			took += part
			done += size
		}
		return
	}
}

func switches(tasks int) loop {
	return func(count int) (int, time.Duration) {
		times := (count + tasks - 1) / tasks
		var all sync.WaitGroup
		all.Add(tasks)
		for i := 0; i < tasks; i++ {
			go func() {
				for i := 0; i < times; i++ {
					runtime.Gosched()
				}
				all.Done()
			}()
		}
		all.Wait()
		return tasks * times, 0
	}
}

func roundTrip(count int) (int, time.Duration) {
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v
		}
	}()
	sum := 0
	for i := 0; i < count; i++ {
		there <- 1
		sum += <-back
	}
	close(there)
	check(sum, count)
	return count, 0
}

func oneWay(capacity int) loop {
	return func(count int) (int, time.Duration) {
		channel := make(chan int, capacity)
		go func() {
			for i := 0; i < count; i++ {
				channel <- 1
			}
		}()
		sum := 0
		for i := 0; i < count; i++ {
			sum += <-channel
		}
		check(sum, count)
		return count, 0
	}
}

// The channel that a goroutine is joined by is used again: the leanest join there is.
func spawnJoin(count int) (int, time.Duration) {
	ended := make(chan int)
	sum := 0
	for i := 0; i < count; i++ {
		go func() { ended <- 1 }()
		sum += <-ended
	}
	check(sum, count)
	return count, 0
}

func spawnMany(count int) (done int, took time.Duration) {
	for done < count {
		var all sync.WaitGroup
		all.Add(group)
		results := make([]int, group)
		for i := 0; i < group; i++ {
			go func(i int) {
				results[i] = 1
				all.Done()
			}(i)
		}
		all.Wait()
		for _, one := range results {
			done += one
		}
	}
	return
}

func selectOfTwo(count int) (int, time.Duration) {
	a, b := make(chan int), make(chan int)
	go func() {
		for i := 0; i < count; i += 2 {
			a <- 1
			b <- 2
		}
	}()
	sum := 0
	for i := 0; i < count; i++ {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v - 1
		}
	}
	check(sum, count)
	return count, 0
}

func skynet(to chan int, first, size int) {
	if size == 1 {
		to <- first
		return
	}
	from := make(chan int)
	part := size / fan
	for i := 0; i < fan; i++ {
		go skynet(from, first+i*part, part)
	}
	sum := 0
	for i := 0; i < fan; i++ {
		sum += <-from
	}
	to <- sum
}

func ring(count int) (int, time.Duration) {
	var channels [workers]chan int
	for i := range channels {
		channels[i] = make(chan int)
	}
	ended := make(chan int)
	for i := range channels {
		go func(id int, from, to chan int) {
			for token := range from {
				if token == 0 {
					ended <- id
				} else {
					to <- token - 1
				}
			}
		}(i+1, channels[i], channels[(i+1)%workers])
	}
	channels[0] <- count
	check(<-ended, count%workers+1)
	for _, channel := range channels {
		close(channel)
	}
	return count, 0
}

func timers(tasks int) time.Duration {
	var all sync.WaitGroup
	all.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func(ms int) {
			time.Sleep(time.Duration(ms) * time.Millisecond)
			all.Done()
		}(1 + i*7919%20)
	}
	all.Wait()
	return 0
}

// Each that has children has a context of its own, and ends when they have.
func node(parent context.Context, levels int, ended, started *sync.WaitGroup) {
	defer ended.Done()
	var children sync.WaitGroup
	if levels > 0 {
		context, cancel := context.WithCancel(parent)
		defer cancel()
		children.Add(fan)
		for i := 0; i < fan; i++ {
			go node(context, levels-1, &children, started)
		}
	}
	started.Done()
	<-parent.Done()
	children.Wait()
}

func treeSize(levels int) int {
	size := 1
	for i := 0; i < levels; i++ {
		size = size*fan + 1
	}
	return size
}

func cancelTree(levels int) time.Duration {
	context, cancel := context.WithCancel(context.Background())
	var ended, started sync.WaitGroup
	ended.Add(1)
	started.Add(treeSize(levels))
	go node(context, levels, &ended, &started)
	started.Wait()
	start := now()
	cancel()
	ended.Wait()
	return now() - start
}

func memory() float64 {
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

func park(tasks int) float64 {
	channel := make(chan int)
	var before float64
	for i := 0; i < group+tasks; i++ {
		if i == group {
			runtime.Gosched()
			before = memory()
		}
		go func() { <-channel }()
	}
	runtime.Gosched()
	bytes := (memory() - before) / float64(tasks)
	for i := 0; i < group+tasks; i++ {
		channel <- 0
	}
	return bytes
}

//go:noinline
func nest(levels, times int) int {
	if levels > 0 {
		return nest(levels-1, times) + 1
	}
	for i := 0; i < times; i++ {
		runtime.Gosched()
	}
	return 0
}

// As the classic program does, it leaves its goroutines where they are.
func sieve() int {
	from := make(chan int)
	go func(to chan int) {
		for n := 2; ; n++ {
			to <- n
		}
	}(from)
	for found := 1; ; found++ {
		prime := <-from
		if found == primes {
			return prime
		}
		to := make(chan int)
		go func(from, to chan int) {
			for n := range from {
				if n%prime != 0 {
					to <- n
				}
			}
		}(from, to)
		from = to
	}
}

func sieveFacts() (last, messages int) {
	var found []int
	for n := 2; len(found) < primes; n++ {
		passed := 0
		for passed < len(found) && n%found[passed] != 0 {
			passed++
		}
		messages += passed + 1
		if passed == len(found) {
			found = append(found, n)
			last = n
		}
	}
	return
}

func programOf(name string, argument int) loop {
	switch name {
	case "switch":
		return switches(argument)
	case "roundTrip":
		return roundTrip
	case "oneWay":
		return oneWay(0)
	case "buffered":
		return oneWay(capacity)
	case "spawnJoin":
		return spawnJoin
	case "spawnMany":
		return spawnMany
	case "select":
		return selectOfTwo
	case "skynet":
		return whole(argument, func() time.Duration {
			from := make(chan int)
			go skynet(from, 0, argument)
			check(<-from, argument*(argument-1)/2)
			return 0
		})
	case "ring":
		return ring
	case "timers":
		return whole(argument, func() time.Duration { return timers(argument) })
	case "cancelTree":
		return whole(treeSize(argument), func() time.Duration { return cancelTree(argument) })
	case "deep":
		return func(count int) (int, time.Duration) {
			check(nest(argument, count), argument)
			return count, 0
		}
	case "sieve":
		last, messages := sieveFacts()
		return whole(messages, func() time.Duration {
			check(sieve(), last)
			return 0
		})
	}
	panic("no program " + name)
}

func run(one loop, count int) (took, each float64) {
	start := now()
	done, part := one(count)
	took = float64((now() - start).Nanoseconds())
	if part == 0 {
		return took, took / float64(done)
	}
	return took, float64(part.Nanoseconds()) / float64(done)
}

func measure(name string, argument, repetitions, milliseconds, limit int) []float64 {
	if name == "bytes" {
		return []float64{park(argument)}
	}
	one := programOf(name, argument)
	started := time.Now()
	fitting := 64
	took, each := run(one, fitting)
	for took < float64(milliseconds)*1e6 {
		fitting *= 2
		took, each = run(one, fitting)
	}
	var figures []float64
	for len(figures) < repetitions && time.Since(started) < time.Duration(limit)*time.Millisecond {
		_, each = run(one, fitting)
		figures = append(figures, each)
	}
	if len(figures) == 0 {
		figures = append(figures, each)
	}
	return figures
}

func main() {
	var numbers [4]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(os.Args[i+2])
	}
	figures := measure(os.Args[1], numbers[0], numbers[1], numbers[2], numbers[3])
	fmt.Print(`{"figures": [`)
	for i, figure := range figures {
		if i > 0 {
			fmt.Print(", ")
		}
		fmt.Printf("%.3f", figure)
	}
	fmt.Println("]}")
}
