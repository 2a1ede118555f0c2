// What can be made durable.
import { durable, type DurableBody, inProcess } from "corun/durable";
import type { Coroutine } from "corun";
import { describe, expectTypeOf, test } from "vitest";

type Adding = Coroutine.Body<number, void, number>;

describe("durable", () => {
  test("takes bodies without a state, and with one that is optional", () => {
    const plain = durable("plain", function* (): Adding {
      for (let sum = 0; ;) sum += yield sum;
    });
    const again = durable("again", function* (sum: number = 0): Adding {
      for (;;) sum += yield sum;
    });
    const maybe = durable("maybe", function* (sum?: number): Adding {
      for (let all = sum ?? 0; ;) all += yield all;
    });
    expectTypeOf(plain).toExtend<DurableBody>();
    expectTypeOf(again).toExtend<DurableBody>();
    expectTypeOf(maybe).toExtend<DurableBody>();
    expectTypeOf(again).parameters.toEqualTypeOf<[sum?: number | undefined]>();
    expectTypeOf(inProcess().open(again, "a").send(1)).toExtend<PromiseLike<number>>();
  });

  test("says of a body that must have a state that it is called with nothing at first", () => {
    // @ts-expect-error: its state must be optional
    const wrong = durable("wrong", function* (sum: number): Adding {
      for (;;) sum += yield sum;
    });
    expectTypeOf(wrong).not.toExtend<DurableBody>();
  });
});
