// The channels at which tasks wait, for the live page: how full each is, and who waits.
//
// May import: the channel and scheduler layers.

import type { Channel } from "../channel/channel.ts";
import { ReceiveOp, SendOp } from "../channel/ops.ts";
import type { Line } from "../scheduler/line.ts";
import type { Task } from "../scheduler/task.ts";

export interface ServedChannel {
  name: string;
  /** null: any number. */
  capacity: number | null;
  queued: number;
  /** Names of tasks, the first first. */
  senders: string[];
  receivers: string[];
}

/** So many are told of at most, and so many who wait at each. */
const MOST = 200;

/** The channels that `tasks` wait at. Those in whose lines only a `select` stands are not found. */
export function channelsAt(tasks: Iterable<Task>): ServedChannel[] {
  const found = new Set<Channel<unknown>>();
  for (const { wait } of tasks) {
    if (found.size >= MOST) break;
    if (wait instanceof SendOp || wait instanceof ReceiveOp) found.add(wait.channel);
  }
  return [...found].map(({ name, capacity, length, senders, receivers }) => ({
    name,
    capacity: Number.isFinite(capacity) ? capacity : null,
    queued: length,
    senders: namesIn(senders),
    receivers: namesIn(receivers),
  }));
}

function namesIn<W extends SendOp | ReceiveOp>(line: Line<W>): string[] {
  const names: string[] = [];
  for (let op = line.first; op !== null && names.length < MOST; op = line.after(op)) names.push(op.task?.name ?? "");
  return names;
}
