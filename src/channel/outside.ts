// A channel read by code outside any task, with `for await`.
//
// May import: ops; Channel as a type.

import type { Channel } from "./channel.ts";
import { NextOp } from "./ops.ts";

type Values<T> = AsyncGenerator<T, void, undefined>;

/**
 * `values`, but `return` and `throw` call `leave` at once, which is to end what it waits for. Those of a generator wait
 * themselves behind a `next` that has no answer, so that whoever has left would stay in line.
 */
export function leaving<T>(values: Values<T>, leave: () => void): Values<T> {
  for (const way of ["return", "throw"] as const) {
    const end = values[way];
    values[way] = (value: unknown) => {
      leave();
      return end.call(values, value as undefined);
    };
  }
  return values;
}

/** What `channel` gives. `count` is told how many more read it. */
export function outside<T>(channel: Channel<T>, count: (change: number) => void): Values<T> {
  let isLeft = false;
  let op: NextOp | undefined;
  const next = (): Promise<IteratorResult<T, undefined>> =>
    new Promise((resolve, reject) => {
      const now = isLeft ? END : channel.tryReceive();
      if (now !== undefined) return resolve(now);
      op = new NextOp(channel as Channel<unknown>);
      op.complete = resolve;
      op.fail = reject;
      op.enlist();
    });
  const values = async function* (): Values<T> {
    count(1);
    try {
      for (let result = await next(); !result.done; result = await next()) yield result.value;
    } finally {
      count(-1);
    }
  };
  return leaving(values(), () => {
    isLeft = true;
    op?.withdraw();
    op?.complete(END); // no effect if it has its answer
  });
}

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };
