// The worker of host.test.ts: asked with a message, it runs tasks that switch until three timers have fired.
import { Channel, run, spawn, yieldNow } from "corun";

function* sumOverChannel(): Generator<never, number, unknown> {
  const numbers = new Channel<number>();
  spawn(function* () {
    for (let n = 0; n < 1000; n++) yield* numbers.send(n);
    numbers.close();
  });
  let sum = 0;
  for (let next = yield* numbers.next(); !next.done; next = yield* numbers.next()) sum += next.value;
  return sum;
}

addEventListener("message", () => {
  const fired: number[] = [];
  for (const ms of [1, 5, 10]) setTimeout(() => fired.push(ms), ms);
  void run(function* () {
    const sum = yield* sumOverChannel();
    while (fired.length < 3) yield* yieldNow();
    return { sum, fired };
  }).then(postMessage);
});
