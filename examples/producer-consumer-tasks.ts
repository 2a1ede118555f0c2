// The classic lesson once more, with tasks: the consumer's code is the same to the letter, as `send` is the same. Only
// that whoever sends waits for the answer now, so `yield*` stands before it, and all three run beside one another.
import { coroutine, type Coroutine, run, spawn, type Task } from "corun";

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  let wanted = true;
  for (;;) {
    const n = yield wanted; // hands the answer out, and stops here until a number is sent
    console.log(`我拿到了${n}!`);
    if (n === 3) wanted = false;
  }
});

const producer = coroutine(function* producer(to: Task<boolean, void, number>): Coroutine.Body<boolean, void, void> {
  yield true; // where a first `send` finds it, as in the consumer
  for (let n = 5; n > 0; n--) yield yield* to.send(n); // the inner waits for the answer, the outer hands it on
});

await run(function* main() {
  const c = spawn.background(consumer); // in the background: nobody waits for it, it ends when main does
  const p = spawn.background(producer, c);
  for (;;) {
    const wanted = yield* p.send();
    if (wanted) continue;
    console.log("我只要3,4,5就行啦");
    break; // both are suspended for ever now: the end of main cancels them
  }
});
console.log("程序结束");
