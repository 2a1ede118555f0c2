// What can be collected, and what happens then. Node only: the collector has to be called.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { coroutine, type Coroutine } from "corun";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A full collection, in a turn of the host's loop of its own: a WeakRef keeps its target until the turn ends. */
async function collected(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    collect();
  }
}

class Big {
  readonly bytes = new Uint8Array(1_000);
}

/** Keeps an argument, a local, and what it is sent, and yields once for each. */
const holding = coroutine(function* holding(
  refs: WeakRef<Big>[],
  argument: Big,
): Coroutine.Body<WeakRef<Big>[], void, Big> {
  const local = new Big();
  refs.push(new WeakRef(argument), new WeakRef(local));
  const sent = yield refs;
  refs.push(new WeakRef(sent));
  yield refs;
  refs.push(new WeakRef(argument), new WeakRef(local), new WeakRef(sent)); // so that all three are held until here
});
const delegating = coroutine(function* delegating(
  refs: WeakRef<Big>[],
  argument: Big,
): Coroutine.Body<WeakRef<Big>[], void, Big> {
  yield* holding(refs, argument);
});

test.for([
  ["a coroutine", holding],
  ["one that delegates", delegating],
] as const)("PG38: close of %s lets go of all that the body held", async ([, make]) => {
  const refs: WeakRef<Big>[] = [];
  const c = make(refs, new Big());
  c.next();
  c.send(new Big());

  const alive = (): boolean[] => refs.map((ref) => ref.deref() !== undefined);
  await collected();
  expect(alive()).toEqual([true, true, true]);
  c.close();
  await collected();
  expect(alive()).toEqual([false, false, false]);
  expect(c.state).toBe("closed");
});

test("PD70: a suspended coroutine that nobody holds is collected in silence; its `finally` never runs", async () => {
  const log: string[] = [];
  const illBehaved = coroutine(function* (): Coroutine.Body<void> {
    try {
      yield;
    } finally {
      log.push("finally");
      yield;
    }
  });
  function drop(): WeakRef<Coroutine> {
    const c = illBehaved();
    c.next();
    return new WeakRef<Coroutine>(c);
  }
  const ref = drop();
  await collected();
  expect([ref.deref(), log]).toEqual([undefined, []]);
});

test("PD75: a coroutine that yields itself is collected when nobody else holds it", async () => {
  const selfish = coroutine(function* (): Coroutine.Body<Coroutine, void, Coroutine> {
    let me = yield undefined as never;
    for (;;) me = yield me;
  });
  function make(): WeakRef<Coroutine>[] {
    const refs: WeakRef<Coroutine>[] = [];
    const outer = coroutine(function* (): Coroutine.Body<Coroutine, void, Coroutine> {
      yield* selfish();
    });
    for (const c of [selfish(), outer()]) {
      c.next();
      expect(c.send(c as Coroutine)).toBe(c);
      refs.push(new WeakRef<Coroutine>(c));
    }
    return refs;
  }
  const refs = make();
  await collected();
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined]);
});
