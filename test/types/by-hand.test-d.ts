// What compiles, and what must not: each `@ts-expect-error` fails the check if the misuse compiles.
import { Coroutine, coroutine, type CoroutineOf, StopIteration, transfer } from "corun";
import { describe, expectTypeOf, test } from "vitest";

const consumer = coroutine(function* consumer(wanted: boolean): Coroutine.Body<boolean, string, number> {
  const got = yield wanted;
  expectTypeOf(got).toEqualTypeOf<number>();
  return `${got}`;
});

describe("inference", () => {
  test("parameters, yielded, returned and sent types come from the body", () => {
    expectTypeOf(consumer).toEqualTypeOf<(wanted: boolean) => Coroutine<boolean, string, number>>();
    const c = consumer(true);
    expectTypeOf(c.send(1)).toEqualTypeOf<boolean>();
    expectTypeOf(c.next()).toEqualTypeOf<IteratorResult<boolean, string>>();
    expectTypeOf(c.close()).toEqualTypeOf<string | undefined>();
    expectTypeOf(c.state).toEqualTypeOf<"created" | "running" | "suspended" | "normal" | "closed">();
  });

  test("a body without annotation is inferred", () => {
    const letters = coroutine(function* () {
      yield "a";
      return 1;
    });
    expectTypeOf(letters().send(undefined)).toEqualTypeOf<string>();
    expectTypeOf(letters().close()).toEqualTypeOf<number | undefined>();
    for (const letter of letters()) expectTypeOf(letter).toEqualTypeOf<string>();
  });

  test("a generic body stays generic", () => {
    const map = coroutine(function* map<T, U>(items: T[], f: (item: T) => U): Coroutine.Body<U, number, undefined> {
      for (const item of items) yield f(item);
      return items.length;
    });
    const lengths = map(["a", "bb"], (text) => text.length);
    expectTypeOf(lengths).toEqualTypeOf<Coroutine<number, number, undefined>>();
  });

  test("delegation gives the result's type, and a transfer what it is told to expect", () => {
    coroutine(function* (): Coroutine.Body<boolean, void, number> {
      const result = yield* consumer(true);
      expectTypeOf(result).toEqualTypeOf<string>();
      expectTypeOf(yield* transfer(consumer(true), 5)).toEqualTypeOf<unknown>();
      expectTypeOf(yield* transfer<Date>(consumer(true))).toEqualTypeOf<Date>();
    });
  });

  test("a coroutine stands wherever a generator is wanted", () => {
    expectTypeOf<Coroutine<number, string, Date>>().toExtend<Generator<number, string, Date>>();
    expectTypeOf<CoroutineOf<Generator<1, 2, 3>>>().toEqualTypeOf<Coroutine<1, 2, 3>>();
    expectTypeOf(new StopIteration(5).value).toEqualTypeOf<number>();
  });
});

// Compiled, never called.
export function misuse(): void {
  const c = consumer(true);
  // @ts-expect-error a number is wanted
  c.send("5");
  // @ts-expect-error a value is wanted
  c.send();
  // @ts-expect-error its parameter is a boolean
  consumer(5);
  // @ts-expect-error no generator function
  coroutine(() => 5);
  // @ts-expect-error an async generator is none
  coroutine(async function* () {
    yield 1;
  });
  // @ts-expect-error coroutines are made by coroutine()
  void new Coroutine();
  // @ts-expect-error states are read
  c.state = "closed";
  // @ts-expect-error an iteration sends undefined, and numbers are wanted
  for (const _ of c);
  coroutine(function* (): Coroutine.Body<string, void, number> {
    // @ts-expect-error it yields booleans
    yield* consumer(true);
  });
  coroutine(function* (): Coroutine.Body<boolean, void, string> {
    // @ts-expect-error it is sent numbers
    yield* consumer(true);
  });
  coroutine(function* (): Coroutine.Body<boolean> {
    // @ts-expect-error a number is wanted there
    yield* transfer(c, "x");
  });
}
