// The stages in which time passes: bodies that receive from the stage before and yield to the one behind.
// They run while the one behind asks, so nothing piles up in them.
//
// May import: the scheduler layer, the channel layer.

import type { ReceiveChannel } from "../channel/channel.ts";
import { select } from "../channel/select.ts";
import { coroutine } from "../coroutine/define.ts";
import { TimeoutError } from "../scheduler/errors.ts";
import type { Waitable } from "../scheduler/op.ts";
import { sleep } from "../scheduler/sleep.ts";
import { spawn } from "../scheduler/spawn.ts";
import type { Task } from "../scheduler/task.ts";

const PRIORITY = { order: "priority" } as const;

/** A moment that several waits can look at: a task that ends `ms` from now. */
const after = (ms: number): Task => spawn.background(sleep, ms);

export function* debounced<T>(input: ReceiveChannel<T>, ms: number): Generator<T, void, unknown> {
  for (let latest = yield* input.next(); !latest.done;) {
    const hit = yield* select({ item: input.next(), quiet: sleep(ms) }, PRIORITY);
    if (hit.key === "item" && !hit.value.done) {
      latest = hit.value;
    } else {
      yield latest.value;
      latest = hit.key === "item" ? hit.value : yield* input.next();
    }
  }
}

export function* throttled<T>(input: ReceiveChannel<T>, ms: number): Generator<T, void, unknown> {
  for (;;) {
    const first = yield* input.next();
    if (first.done) return;
    const over = after(ms);
    yield first.value;
    for (;;) {
      const hit = yield* select({ over, item: input.next() }, PRIORITY);
      if (hit.key === "over") break;
      if (hit.value.done) return;
    }
  }
}

export function* batchedWithin<T>(input: ReceiveChannel<T>, size: number, ms: number): Generator<T[], void, unknown> {
  for (;;) {
    const first = yield* input.next();
    if (first.done) return;
    const batch = [first.value];
    const over = after(ms);
    while (batch.length < size) {
      const hit = yield* select({ item: input.next(), over }, PRIORITY);
      if (hit.key === "over" || hit.value.done) break;
      batch.push(hit.value.value);
    }
    over.cancel();
    yield batch;
  }
}

export function* limited<T>(input: ReceiveChannel<T>, ms: number): Generator<T, void, unknown> {
  for (;;) {
    const hit = yield* select({ item: input.next(), late: sleep(ms) }, PRIORITY);
    if (hit.key === "late") throw new TimeoutError(`the pipeline gave no item within ${ms} ms`);
    if (hit.value.done) return;
    yield hit.value.value;
  }
}

/** What waits until fewer than `count` of the moments in which it let go lie less than `ms` back. */
export function pacer(count: number, ms: number): () => Waitable<void> {
  const moments: Task[] = [];
  return () => pace(moments, count, ms);
}

const pace = /* @__PURE__ */ coroutine(function* pace(moments: Task[], count: number, ms: number) {
  if (moments.length === count) yield* moments.shift()!;
  moments.push(after(ms));
});
