// The core without an engine: the same events give the same, at every point, and what is not the same is found.

import { Channel, type Coroutine, on, select, sleep, spawn, timeout } from "corun";
import { again, all, call, checkReplay, durable, now, race, random, signal, step, uuid } from "corun/durable";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { saltOf } from "../../src/durable/chance.ts";
import { definitionOf } from "../../src/durable/define.ts";
import type { Live } from "../../src/durable/live.ts";
import type { Entry, Event, Output } from "../../src/durable/port.ts";
import { begin, restore } from "../../src/durable/replay.ts";
import { counter } from "./bodies.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

/** A coroutine and its journal. */
class Kept {
  readonly live: Live;
  readonly outputs: Output[] = [];
  journal: Entry[] = [];

  constructor(body: (state?: never) => Generator<unknown, unknown, never>) {
    const { live, output } = begin(definitionOf(body), "k", 1000, saltOf("k"));
    this.live = live;
    this.keep(output);
  }

  keep(output: Output): Output {
    this.outputs.push(output);
    if (output.isAnew) this.journal = [];
    this.journal.push(...output.entries);
    return output;
  }

  feed(event: Event): Output {
    return this.keep(this.live.feed(event));
  }

  send(value: unknown, at: number): Output {
    return this.feed({ type: "send", at, id: `s${at}`, value: JSON.stringify(value) });
  }

  result(n: number, value: unknown, at: number): Output {
    return this.feed({ type: "result", at, n, outcome: { how: "returned", value: JSON.stringify(value) } });
  }
}

/** All that Corun has for waiting, in one body, in an order that hangs on what it is sent. */
const jumble = durable("jumble", function* (state: number[] = []): Body<unknown, number> {
  const log = [...state];
  const pipe = new Channel<number>(1);
  spawn.background(function* () {
    for (;;) log.push(yield* pipe.receive());
  });
  if (state.length > 0) log.push(yield* step("resume", () => 0));
  try {
    for (let turns = 0; turns < 4; turns++) {
      const n = yield { log, at: now(), id: uuid() };
      switch (n % 6) {
        case 0:
          log.push(...(yield* all([step("a", () => 0), step("b", () => 0)])));
          break;
        case 1:
          log.push((yield* race([step("c", () => 0), sleep(10 * n), signal<number>("go")])) ?? -1);
          break;
        case 2:
          spawn(function* () {
            yield* sleep(n);
            yield* pipe.send(yield* step("d", () => 0));
          });
          break;
        case 3: {
          const hit = yield* select({ go: signal<number>("go"), late: sleep(5 * n), e: step("e", () => 0) });
          log.push(hit.key === "late" ? -2 : hit.value);
          break;
        }
        case 4:
          try {
            log.push(
              yield* timeout(
                n,
                step("f", () => 0),
              ),
            );
          } catch {
            log.push(Math.floor(random() * 100));
          }
          break;
        default:
          log.push((yield* call(counter, "c", n)).n);
      }
    }
  } finally {
    yield* step("end", () => 0);
  }
  return again(log.slice(-5));
});

/** What happens next, drawn by chance among what may. */
function happen(live: Live, draw: number, at: number): Event | null {
  if (live.ended !== null) return null;
  const may: Event[] = [{ type: "signal", at, name: "go", value: String(draw % 7) }];
  if (live.turn === null) may.push({ type: "send", at, id: `s${at}`, value: String(draw % 12) });
  for (const request of live.pending.values()) {
    const value = request.kind === "call" ? '{"n":7,"sum":7}' : String(draw % 100);
    may.push({
      type: "result",
      at,
      n: request.n,
      outcome:
        draw % 11 === 0 && request.name !== "end"
          ? { how: "failed", error: { name: "RangeError", message: `no ${request.name}` } }
          : { how: request.kind === "call" ? "yielded" : "returned", value },
    });
  }
  if (live.wakeAt !== undefined && live.wakeAt <= at) may.unshift({ type: "timer", at, due: live.wakeAt });
  if (draw % 97 === 0) may.push({ type: "cancel", at, reason: '"enough"' });
  return may[draw % may.length]!;
}

describe("the same events", () => {
  it("give the same outputs after a replay, whenever that is", () => {
    const draws = fc.array(fc.record({ draw: fc.nat(10_000), pause: fc.nat(40) }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(draws, fc.nat(1000), (steps, cut) => {
        const kept = new Kept(jumble);
        let twin: Live | null = null;
        let at = 1000;
        for (const [i, { draw, pause }] of steps.entries()) {
          at += pause;
          const event = happen(kept.live, draw, at);
          if (event === null) break;
          if (i === cut % steps.length) twin = restore(definitionOf(jumble), "k", kept.journal);
          const output = kept.feed(event);
          if (twin === null) continue;
          const same = twin.feed(event);
          expect(same.entries).toEqual(output.entries);
          expect(same.requests.map(({ n }) => n)).toEqual(output.requests.map(({ n }) => n));
          expect({ wakeAt: twin.wakeAt, waits: twin.waits }).toEqual({
            wakeAt: kept.live.wakeAt,
            waits: kept.live.waits,
          });
        }
        restore(definitionOf(jumble), "k", kept.journal);
        expect(JSON.parse(JSON.stringify(kept.journal))).toEqual(kept.journal);
      }),
      { numRuns: 300 },
    );
  });

  it("go on where effects stood before the first yield of a new start", () => {
    const body = durable("slow-start", function* (state: number = 0): Body<number, number> {
      const loaded = yield* step("load", () => 0);
      const n = yield state + loaded;
      return again(state + n);
    });
    const kept = new Kept(body);
    kept.send(5, 1001);
    kept.result(1, 100, 1002);
    expect(kept.live.turn).toEqual({ turn: 1, id: "s1001" }); // it has started over, and loads
    const twin = restore(definitionOf(body), "k", kept.journal);
    expect([...twin.pending.keys()]).toEqual([1]);
    const event: Event = { type: "result", at: 1003, n: 1, outcome: { how: "returned", value: "200" } };
    expect(twin.feed(event).answer).toEqual(kept.feed(event).answer);
    expect(kept.outputs.at(-1)!.answer).toMatchObject({ turn: 1, outcome: { how: "yielded", value: "205" } });
  });

  it("hand a send on that a body has not taken when it starts over", () => {
    const body = durable("early", function* (state?: string): Body<string, string> {
      if (state === undefined) return again(yield* step("find", () => ""));
      for (let last = state; ;) last = `${last} ${yield last}`;
    });
    const kept = new Kept(body);
    kept.send("hello", 1001);
    const { answer } = kept.result(1, "found", 1002);
    expect(answer).toMatchObject({ turn: 1, outcome: { value: '"found hello"' } });
    restore(definitionOf(body), "k", kept.journal);
  });

  it("keep signals that nobody has taken over a new start", () => {
    const body = durable("heedless", function* (state?: number): Body<unknown> {
      yield state ?? "first";
      if (state === undefined) return again(1);
      for (;;) yield yield* signal("x");
    });
    const kept = new Kept(body);
    kept.feed({ type: "signal", at: 1001, name: "x", value: '"kept"' });
    kept.send(null, 1002);
    const twin = restore(definitionOf(body), "k", kept.journal);
    const { answer } = twin.feed({ type: "send", at: 1003, id: "b", value: null });
    expect(answer).toMatchObject({ outcome: { value: '"kept"' } });
  });

  it("fail a body whose tasks can never go on", () => {
    const stuck = durable("stuck", function* (): Body<number> {
      yield 1;
      yield* new Channel<number>(0, { name: "nobody" }).receive();
    });
    const kept = new Kept(stuck);
    kept.send(null, 1001);
    expect(kept.live.ended).toMatchObject({ how: "failed", error: { name: "DeadlockError" } });
    restore(definitionOf(stuck), "k", kept.journal);
  });

  it("fail a body that waits for something outside", () => {
    const target = new EventTarget();
    const outsides = [() => on(target, "x").receive(), () => Channel.from((async function* () {})()).receive()];
    for (const [i, outside] of outsides.entries()) {
      const body = durable(`outside${i}`, function* (): Body<number> {
        yield 1;
        yield* outside();
      });
      const kept = new Kept(body);
      kept.send(null, 1001);
      expect(kept.live.ended).toMatchObject({ how: "failed" });
      expect(JSON.stringify(kept.live.ended)).toContain("do it in a step(name, fn)");
    }
  });

  it("end a body that starts over for ever", () => {
    const kept = new Kept(
      durable("endless", function* (): Body<never> {
        return again(1);
      }),
    );
    expect(JSON.stringify(kept.live.ended)).toContain("it starts over for ever");
  });
});

describe("a replay", () => {
  const body = (work: () => Generator<unknown, unknown>) =>
    durable("changed", function* (): Body<unknown, unknown> {
      for (let last: unknown = null; ;) {
        yield last;
        last = yield* work();
      }
    });
  const original = body(function* () {
    yield* sleep(10);
    return yield* step("one", () => 0);
  });
  const kept = new Kept(original);
  kept.send(1, 1001);
  kept.feed({ type: "timer", at: 1011, due: 1011 });
  kept.result(1, "x", 1012);
  const { journal } = kept;
  const told = (work: () => Generator<unknown, unknown>) => {
    try {
      checkReplay(body(work), journal);
    } catch (error) {
      return (error as Error).message
        .replace(/.*?\. (Before|In turn)/, "$1")
        .replace(/, at [^ ]*:\d+:\d+/, ", at HERE");
    }
    return "the same";
  };

  it("tells what is not the same, where, and what can be done", () => {
    expect(
      told(function* () {
        yield* sleep(10);
        return yield* step("one", () => 0);
      }),
    ).toBe("the same");
    expect(
      told(function* () {
        yield* sleep(10);
        return yield* step("two", () => 0);
      }),
    ).toBe(
      "In turn 1 (entry 3), the journal says that it asked for step one (request 1), and now the code asked for step two (request 1), at HERE. " +
        'Nothing is lost or written. Give it the code that it had; or change the code under a new version, durable("changed", body, { version, previous: [old] }); or drop() the coroutine',
    );
    expect(
      told(function* () {
        yield* sleep(20);
        return yield* step("one", () => 0);
      }),
    ).toContain(
      "(entry 2), the journal says that it woke from a sleep or a deadline that was due at 1011, and now the code does not come to that",
    );
    expect(
      told(function* () {
        return yield* step("one", () => 0);
      }),
    ).toContain("(entry 2), the journal says that it woke from a sleep");
    expect(
      told(function* () {
        yield* sleep(10);
        yield* step("one", () => 0);
        return "y";
      }),
    ).toContain('the journal says that it answered turn 1: yielded "x", and now the code answered turn 1: yielded "y"');
    expect(
      told(function* () {
        yield* sleep(10);
        yield* step("one", () => 0);
        yield* step("two", () => 0);
      }),
    ).toContain(
      'the journal says that it answered turn 1: yielded "x", and now the code asked for step two (request 2)',
    );
    expect(
      told(function* () {
        throw new RangeError("new");
      }),
    ).toContain("and now the code answered turn 1: failed with RangeError: new");
  });

  it("names the line where the code asks for something, waits or throws, and else the body that yields", () => {
    const at = (work: () => Generator<unknown, unknown>) => {
      const line = Number(/live\.test\.ts:(\d+)/.exec(new Error().stack!.split("\n")[2]!)![1]);
      let message = "";
      try {
        checkReplay(body(work), journal);
      } catch (error) {
        ({ message } = error as Error);
      }
      const told = /, and now the code (.*?)\. Nothing is lost/.exec(message)![1]!;
      const place = (_: string, found: string) => `HERE + ${Number(found) - line}`;
      return told.replace(/\S*live\.test\.ts:(\d+):\d+/, place);
    };
    expect(
      at(function* () {
        yield* sleep(20);
        return yield* step("one", () => 0);
      }),
    ).toBe("does not come to that: it waits at HERE + 1");
    expect(
      at(function* () {
        yield* sleep(10);
        return yield* signal("more");
      }),
    ).toBe("does not come to that: it waits at HERE + 2");
    expect(
      at(function* () {
        throw new RangeError("new");
      }),
    ).toBe("answered turn 1: failed with RangeError: new, at HERE + 1");
    expect(
      at(function* () {
        yield* sleep(10);
        return (undefined as unknown as { more: number }).more;
      }),
    ).toContain("of undefined (reading 'more'), at HERE + 2");
    expect(
      at(function* () {
        yield "more";
        return yield* step("one", () => 0);
      }),
    ).toBe('answered turn 1: yielded "more", in a yield');
    expect(
      at(function* () {
        yield* sleep(10);
        yield* step("one", () => 0);
        return "y";
      }),
    ).toBe('answered turn 1: yielded "y", in a yield');
    const named = durable("changed", function* changing(): Body<unknown, unknown> {
      yield null;
      yield "more";
    });
    expect(() => checkReplay(named, journal)).toThrow('yielded "more", in a yield of changing. Nothing is lost');
    const ending = durable("changed", function* (): Body<unknown, unknown, string> {
      yield null;
      return "over";
    });
    expect(() => checkReplay(ending, journal)).toThrow('answered turn 1: returned "over". Nothing is lost');
  });

  it("says no line where none is known: of what was thrown and is no error, or was made elsewhere", () => {
    const elsewhere = new RangeError("made elsewhere");
    for (const thrown of [elsewhere, "a text", null]) {
      const text = told(function* () {
        throw thrown;
      });
      expect(text).toMatch(/failed with \w+: [\w ]+\. Nothing is lost/);
    }
  });

  it("compares what a call sends, and says it", () => {
    const paying = (amount: () => unknown) =>
      durable("paying", function* (): Body<string> {
        for (;;) {
          yield "paid";
          yield* call(counter as never, "c", { amount: amount() } as never);
        }
      });
    const kept = new Kept(paying(() => 10));
    kept.send(null, 1001);
    checkReplay(
      paying(() => 10),
      kept.journal,
    );
    expect(() =>
      checkReplay(
        paying(() => 1000),
        kept.journal,
      ),
    ).toThrow(
      'the journal says that it asked for call counter/c with {"amount":10} (request 1), ' +
        'and now the code asked for call counter/c with {"amount":1000} (request 1), at ',
    );
    expect(() => checkReplay(durable("paying", paying(Date.now), { compareAnswers: false }), kept.journal)).toThrow(
      'counter/c with {"amount":10}',
    );
    expect(() =>
      checkReplay(
        paying(() => undefined),
        kept.journal,
      ),
    ).toThrow("counter/c with {} (request 1)");
  });

  it("finds a body that is not deterministic by what it answers", () => {
    let calls = 0;
    const loose = durable("loose", function* (): Body<number> {
      for (;;) yield calls++;
    });
    const kept = new Kept(loose);
    kept.send(null, 1001);
    expect(() => checkReplay(loose, kept.journal)).toThrow(
      "answered turn 1: yielded 1, and now the code answered turn 1: yielded 3",
    );
    const careless = durable("loose", loose, { compareAnswers: false });
    checkReplay(careless, kept.journal);
  });

  it("that is only tried says that the coroutine would be parked, not that it is", () => {
    const other = body(function* () {
      return yield* step("two", () => 0);
    });
    expect(() => checkReplay(other, journal)).toThrow(
      "changed/checked would be parked: the code does not do what the journal says. In turn 1",
    );
    expect(() => restore(definitionOf(other), "k", journal)).toThrow(
      "changed/k is parked: its code does not do what its journal says. In turn 1",
    );
  });

  it("refuses what is no journal", () => {
    expect(() => checkReplay(counter, [])).toThrow("does not begin with a base");
    expect(() => checkReplay(counter, journal.slice(1))).toThrow("does not begin with a base");
  });
});
