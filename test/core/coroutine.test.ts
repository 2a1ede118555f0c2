import { coroutine, type Coroutine } from "corun";
import { expect, test } from "vitest";

test("send gives what the coroutine yields next", () => {
  const total = coroutine(function* total(): Coroutine.Body<number, void, number> {
    for (let sum = 0; ; ) sum += yield sum;
  });
  const t = total();
  t.next();
  expect([t.send(5), t.send(2)]).toEqual([5, 7]);
});
