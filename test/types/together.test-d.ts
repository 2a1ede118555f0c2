// What the combinators, until and contexts infer; each `@ts-expect-error` fails the check if the misuse compiles.
import { ReadableStream as NodeStream } from "node:stream/web";
import {
  Channel,
  type Coroutine,
  coroutine,
  iterate,
  type Iteration,
  on,
  once,
  pipeline,
  run,
  runSync,
  select,
  type SendChannel,
  sleep,
  spawn,
  type Task,
  type Waitable,
} from "corun";
import { describe, expectTypeOf, test } from "vitest";
import { all } from "../../src/combinators/all.ts";
import { any } from "../../src/combinators/any.ts";
import { race } from "../../src/combinators/race.ts";
import { settled, type Settled } from "../../src/combinators/settled.ts";
import { createContext } from "../../src/scheduler/context.ts";
import { until } from "../../src/interop/until.ts";

const text = coroutine(function* text(): Coroutine.Body<never, string> {
  yield* sleep(1);
  return "";
});
const body = function* () {
  yield* sleep(1);
  return 1;
};
const task = () => spawn(body);

describe("combinators", () => {
  test("all gives a tuple for a tuple, of ops, coroutines, their functions, bodies and tasks", () => {
    expectTypeOf(all([sleep(1), text(), text, body, task()])).toEqualTypeOf<
      Waitable<[void, string, string, number, number]>
    >();
    expectTypeOf(all([])).toEqualTypeOf<Waitable<[]>>();
    expectTypeOf(all([all([body]), until(Promise.resolve(true))])).toEqualTypeOf<Waitable<[[number], boolean]>>();
  });

  test("all gives a record for a record, and an array for an array", () => {
    expectTypeOf(all({ x: text(), y: body })).toEqualTypeOf<Waitable<{ x: string; y: number }>>();
    const many: Coroutine<never, string>[] = [];
    expectTypeOf(all(many)).toEqualTypeOf<Waitable<string[]>>();
    const frozen: readonly (() => ReturnType<typeof body>)[] = [];
    expectTypeOf(all(frozen)).toEqualTypeOf<Waitable<number[]>>();
    interface Page {
      head: Waitable<string>;
      size: Task<never, number>;
    }
    const page = (): Page => ({ head: text(), size: task() });
    expectTypeOf(all(page())).toEqualTypeOf<Waitable<{ head: string; size: number }>>();
    expectTypeOf(race(page())).toEqualTypeOf<Waitable<string | number>>();
    const named: Record<string, ReturnType<typeof text>> = {};
    expectTypeOf(all(named)).toEqualTypeOf<Waitable<Record<string, string>>>();
  });

  test("race and any give one of the results", () => {
    expectTypeOf(race([text(), body])).toEqualTypeOf<Waitable<string | number>>();
    expectTypeOf(any({ x: text(), y: body })).toEqualTypeOf<Waitable<string | number>>();
    expectTypeOf(race([])).toEqualTypeOf<Waitable<never>>();
  });

  test("settled gives a discriminated union each", () => {
    expectTypeOf(settled([text(), body])).toEqualTypeOf<Waitable<[Settled<string>, Settled<number>]>>();
    expectTypeOf(settled({ x: task() })).toEqualTypeOf<Waitable<{ x: Settled<number> }>>();
    function* ends() {
      const [end] = yield* settled([text()]);
      if (end.status === "fulfilled") expectTypeOf(end.value).toEqualTypeOf<string>();
      else expectTypeOf(end.reason).toEqualTypeOf<unknown>();
    }
    void ends;
  });

  test("what can't be waited for does not compile", () => {
    const misuse = () => {
      // @ts-expect-error a promise needs until(…)
      all([Promise.resolve(1)]);
      // @ts-expect-error an op alone
      all(sleep(1));
      // @ts-expect-error a number
      race({ x: 1 });
      // @ts-expect-error a body that wants a parameter
      any([(n: number) => all([n === 0 ? text() : body])[Symbol.iterator]()]);
    };
    expectTypeOf(misuse).toBeFunction();
  });
});

test("until unwraps promises, also of a function", () => {
  function* waits() {
    expectTypeOf(yield* until(Promise.resolve("a"))).toEqualTypeOf<string>();
    expectTypeOf(yield* until(async (signal) => signal.aborted)).toEqualTypeOf<boolean>();
    expectTypeOf(yield* until(5 as number)).toEqualTypeOf<number>();
    expectTypeOf(yield* until(5 as number | Promise<string>)).toEqualTypeOf<number | string>();
    expectTypeOf(yield* until<string>(Promise.resolve("a"))).toEqualTypeOf<string>();
  }
  void waits;
  // @ts-expect-error nothing to wait for
  const misuse = () => until();
  void misuse;
});

test("until gives back what is no promise, but takes nothing that is waited for by itself", () => {
  function* waits(list: string[], set: Set<unknown>): Generator<never, void, unknown> {
    expectTypeOf(yield* until(list)).toEqualTypeOf<string[]>();
    expectTypeOf(yield* until(set)).toEqualTypeOf<Set<unknown>>();
    expectTypeOf(yield* until(async () => [set])).toEqualTypeOf<Set<unknown>[]>();
    expectTypeOf(yield* until(() => JSON.parse("[]"))).toBeAny();
    // @ts-expect-error an op
    yield* until(sleep(5));
    // @ts-expect-error a task
    yield* until(task());
    // @ts-expect-error a combinator
    yield* until(all([body]));
    // @ts-expect-error a body
    yield* until(body);
    // @ts-expect-error a coroutine
    yield* until(text());
    // @ts-expect-error a function that gives an op
    yield* until(() => sleep(5));
  }
  void waits;
});

test("a context has the type of its default, or the one that is named", () => {
  const limit = createContext(1);
  expectTypeOf(limit.get()).toEqualTypeOf<number>();
  expectTypeOf(limit.with(2, body)).toEqualTypeOf<Waitable<number>>();
  expectTypeOf(createContext<string | null>(null).get()).toEqualTypeOf<string | null>();
  // @ts-expect-error another type
  const misuse = () => limit.with("2", body);
  void misuse;
});

describe("what is started", () => {
  test("gets the arguments of its body: literals, generics, and what is written in place", () => {
    const oneOf = function* (mine: 0 | 1) {
      yield* sleep(mine);
      return mine;
    };
    const last = function* <T>(items: T[]): Generator<never, T | undefined, unknown> {
      yield* sleep(1);
      return items.at(-1);
    };
    expectTypeOf(run(oneOf, 0)).toEqualTypeOf<Promise<0 | 1>>();
    expectTypeOf(spawn(oneOf, 1)).toExtend<Task<never, 0 | 1>>();
    spawn(last, [1, 2]);
    void run(function* (n) {
      expectTypeOf(n).toEqualTypeOf<number>();
      yield* sleep(n);
    }, 1);
    // @ts-expect-error 2 is none of them
    spawn(oneOf, 2);
  });

  test("keeps the types of a generic body, which its arguments decide", () => {
    const echo = function* <T>(item: T): Generator<T, T[], T> {
      return [yield item];
    };
    expectTypeOf(spawn(echo, new Date())).toEqualTypeOf<Task<Date, Date[], Date>>();
    expectTypeOf(spawn.background(coroutine(echo), new Date())).toEqualTypeOf<Task<Date, Date[], Date>>();
    expectTypeOf(run(echo, new Date())).toEqualTypeOf<Promise<Date[]>>();
    expectTypeOf(run.with({ seed: 1 })(echo, new Date())).toEqualTypeOf<Promise<Date[]>>();
    expectTypeOf(runSync(echo, new Date())).toEqualTypeOf<Date[]>();
  });

  test("is given no argument too many, and is no mere iterable", () => {
    const misuse = (two: (n: number, text: string) => Generator<never, void, unknown>) => {
      // @ts-expect-error one is missing
      spawn(two, 1);
      // @ts-expect-error one too many
      spawn(two, 1, "", 3);
      // @ts-expect-error one too many
      void run(body, 1);
      // @ts-expect-error a coroutine has its arguments already
      spawn(text(), 1);
      // @ts-expect-error a text
      spawn("ab");
      // @ts-expect-error an array
      void run([1, 2]);
      // @ts-expect-error entries are waited for: no text, no array
      all(["ab", [1]]);
      // @ts-expect-error a function that gives an array
      spawn(() => [1, 2]);
    };
    expectTypeOf(misuse).toBeFunction();
  });

  test("a task of a coroutine has the types of the coroutine", () => {
    const echo = coroutine(function* (): Coroutine.Body<string, boolean, number> {
      const n = yield "a";
      return n > 1;
    });
    const started = spawn(echo);
    expectTypeOf(started).toEqualTypeOf<Task<string, boolean, number>>();
    expectTypeOf(started.send(1)).toEqualTypeOf<Waitable<string>>();
    expectTypeOf(spawn(echo())).toEqualTypeOf<Task<string, boolean, number>>();
  });
});

test("what a stream gives is what a channel or a pipeline of it has", () => {
  function* reads(response: Response) {
    const bytes = response.body!;
    expectTypeOf(yield* Channel.from(new ReadableStream<string>()).receive()).toEqualTypeOf<string>();
    expectTypeOf(yield* Channel.from(new ReadableStream<number | undefined>()).receive()).toEqualTypeOf<
      number | undefined
    >();
    expectTypeOf(yield* Channel.from(() => new ReadableStream<string>()).receive()).toEqualTypeOf<string>();
    expectTypeOf((yield* Channel.from(bytes).receive()).byteLength).toEqualTypeOf<number>();
    expectTypeOf(yield* Channel.from(bytes.pipeThrough(new TextDecoderStream())).receive()).toEqualTypeOf<string>();
    expectTypeOf(yield* pipeline(new ReadableStream<string>()).toArray()).toEqualTypeOf<string[]>();
    expectTypeOf(yield* pipeline(bytes).lines().toArray()).toEqualTypeOf<string[]>();
    expectTypeOf(yield* pipeline("text").toArray()).toEqualTypeOf<string[]>();
    const ofNode: NodeStream<boolean> = new NodeStream<boolean>();
    expectTypeOf(yield* Channel.from(ofNode).receive()).toEqualTypeOf<boolean>();
    expectTypeOf(yield* pipeline(ofNode).toArray()).toEqualTypeOf<boolean[]>();
  }
  void reads;
});

test("a clause that is switched off, or may be, leaves the others their types", () => {
  function* chooses(numbers: Channel<number>, maybe: Waitable<string> | null) {
    expectTypeOf(yield* select({ a: numbers.receive(), z: null })).toEqualTypeOf<{ key: "a"; value: number }>();
    expectTypeOf(yield* select({ a: numbers.receive(), z: undefined })).toEqualTypeOf<{ key: "a"; value: number }>();
    expectTypeOf(yield* select({ maybe, z: null, q: sleep(1) })).toEqualTypeOf<
      { key: "maybe"; value: string } | { key: "q"; value: void }
    >();
    expectTypeOf(yield* select({ maybe, q: sleep(1) }, { otherwise: 3 })).toEqualTypeOf<
      { key: "maybe"; value: string } | { key: "q"; value: void } | { key: "otherwise"; value: number }
    >();
    const clauses: Record<string, Waitable<number>> = {};
    expectTypeOf((yield* select(clauses)).value).toEqualTypeOf<number>();
    // @ts-expect-error no op
    yield* select({ a: numbers.receive(), b: 5 });
    // @ts-expect-error a promise needs until(…)
    yield* select({ a: numbers.receive(), b: Promise.resolve(1) });
  }
  void chooses;
});

describe("an iteration", () => {
  test("has the types of its body, also of one that is generic, and of a coroutine", () => {
    const lines = function* <T>(items: T[]): Generator<T, number, boolean> {
      for (const item of items) if (!(yield item)) break;
      yield* sleep(1);
      return items.length;
    };
    expectTypeOf(iterate(lines, ["a"])).toEqualTypeOf<Iteration<string, number, boolean>>();
    expectTypeOf(iterate.with({ seed: 1 })(coroutine(lines), [1])).toEqualTypeOf<Iteration<number, number, boolean>>();
    expectTypeOf(iterate(coroutine(lines)([1]))).toEqualTypeOf<Iteration<number, number, boolean>>();
    expectTypeOf(iterate(text)).toEqualTypeOf<Iteration<never, string, unknown>>();
    void iterate(function* (n) {
      expectTypeOf(n).toEqualTypeOf<number>();
      yield n;
    }, 1);
  });

  test("is given what its body takes, no less and no more", () => {
    const misuse = (one: (n: number) => Generator<number, void, unknown>) => {
      // @ts-expect-error its argument is missing
      iterate(one);
      // @ts-expect-error one too many
      iterate(one, 1, 2);
      // @ts-expect-error a body takes arguments, a generator has them
      iterate(one(1), 2);
      // @ts-expect-error no body
      iterate([1]);
    };
    expectTypeOf(misuse).toBeFunction();
  });
});

test("an event is that of its name; of several names one of theirs; and never a text", () => {
  interface Socket extends EventTarget {
    onmessage: ((event: MessageEvent<string>) => void) | null;
    onclose: ((event: CloseEvent) => void) | null;
    onerror: ((event: Event | string, line?: number) => void) | null;
  }
  function* listens(socket: Socket, name: "message" | "close", any: string) {
    expectTypeOf(yield* on(socket, "message").receive()).toEqualTypeOf<MessageEvent<string>>();
    expectTypeOf(yield* on(socket, name).receive()).toEqualTypeOf<MessageEvent<string> | CloseEvent>();
    expectTypeOf(yield* once(socket, name)).toEqualTypeOf<MessageEvent<string> | CloseEvent>();
    expectTypeOf(yield* once(socket, "error")).toEqualTypeOf<Event>();
    expectTypeOf(yield* once(socket, any)).toEqualTypeOf<Event>();
    expectTypeOf(yield* once<CloseEvent>(socket, any)).toEqualTypeOf<CloseEvent>();
  }
  void listens;
});

test("the end that sends takes at least what it says", () => {
  const numbers = new Channel<number>();
  expectTypeOf(numbers).toExtend<SendChannel<1 | 2>>();
  // @ts-expect-error a text can't be sent to it
  const misuse: SendChannel<number | string> = numbers;
  void misuse;
});
