// The classic lesson: a consumer says after each number whether it wants more, a producer passes
// that answer up, and the main program watches the answers and ends it all.
import { coroutine, type Coroutine } from "corun";

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  let wanted = true;
  for (;;) {
    const n = yield wanted; // hands the answer out, and stops here until a number is sent
    console.log(`我拿到了${n}!`);
    if (n === 3) wanted = false;
  }
});

const producer = coroutine(function* producer(to: Coroutine<boolean, void, number>) {
  for (let n = 5; n > 0; n--) yield to.send(n); // send gives what the consumer yields next
});

const c = consumer();
c.next(); // to its first yield: only there can it be sent something

for (const wanted of producer(c)) {
  if (!wanted) {
    console.log("我只要3,4,5就行啦");
    break; // closes the producer
  }
}
console.log("程序结束");
