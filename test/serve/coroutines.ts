// The coroutines that the tests serve.

import type { Coroutine } from "corun";
import { durable, signal, sleep, step } from "corun/durable";

/** Adds up what it is sent. */
export const counter = durable("counter", function* (): Coroutine.Body<number, void, number> {
  for (let sum = 0; ;) sum += yield sum;
});

/** Gives back what it is sent. */
export const echo = durable("echo", function* (): Coroutine.Body {
  for (let value: unknown; ;) value = yield value;
});

/** Takes two names, then returns. */
export const pair = durable("pair", function* (): Coroutine.Body<string, string, string> {
  const first = yield "";
  const second = yield first;
  return `${first} and ${second}`;
});

/** Fails when it is sent what is no number. */
export const strict = durable("strict", function* (): Coroutine.Body<number> {
  for (let last = 0; ;) {
    const value = yield last;
    if (typeof value !== "number")
      throw Object.assign(new RangeError(`${String(value)} is no number`), { code: "E_NUMBER" });
    last = value;
  }
});

/** Doubles, in a step that takes as many milliseconds as it is told. */
export const slow = durable("slow", function* (): Coroutine.Body<number, void, number> {
  for (let answer = 0; ;) {
    const ms: number = yield answer;
    answer = yield* step("double", async () => {
      await new Promise((resolve) => void setTimeout(resolve, ms));
      return ms * 2;
    });
  }
});

/** Answers with the signal "go". */
export const waiting = durable("waiting", function* (): Coroutine.Body<unknown, void, void> {
  for (let got: unknown = null; ;) {
    yield got;
    got = yield* signal("go");
  }
});

/** Cleans up for a millisecond. */
export const tidy = durable("tidy", function* (): Coroutine.Body<number, void, void> {
  try {
    for (let n = 0; ; n++) yield n;
  } finally {
    yield* sleep(1);
  }
});

/** Can't clean up. */
export const untidy = durable("untidy", function* (): Coroutine.Body<number, void, void> {
  try {
    for (let n = 0; ; n++) yield n;
  } finally {
    yield* step("sweep", () => {
      throw Object.assign(new RangeError("the broom is broken"), { code: "E_BROOM" });
    });
  }
});

/** Answers with what JSON has not, when it is sent "bad". */
export const infinite = durable("infinite", function* (): Coroutine.Body {
  for (let value: unknown; ;) value = (yield value) === "bad" ? { n: Infinity } : 1;
});
