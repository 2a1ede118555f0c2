// How long the line is in which a task waits, as a text.
//
// May import: the scheduler, channel and sync layers, as types.

import type { Channel } from "../channel/channel.ts";
import type { Task } from "../scheduler/task.ts";

/** What ops of this package may have. */
interface Waits {
  channel?: Channel<unknown>;
  mutex?: Line;
  semaphore?: Line;
  condition?: Line;
  event?: Line;
  barrier?: Line;
  /** Of a sleep: when it ends. */
  at?: number;
}
interface Line {
  statistics(): { waiting: number };
}

/** For instance `holds 0 of 1; 2 receive`. */
export function queueOf(task: Task): string | null {
  const op = task.wait as Waits | null;
  if (op === null) {
    const queue = task.exchange?.queue.length ?? 0;
    return queue > 0 ? `${queue} send` : null;
  }
  if (op.channel !== undefined) return channelText(op.channel);
  if (typeof op.at === "number" && Number.isFinite(op.at))
    return `${Math.max(0, Math.round(op.at - task.scheduler.clock.now()))} ms left`;
  // A task that was notified waits for the mutex of a condition.
  const line = op.condition ?? op.mutex ?? op.semaphore ?? op.event ?? op.barrier;
  return line === undefined ? null : `${line.statistics().waiting} wait`;
}

function channelText(channel: Channel<unknown>): string {
  const { length, capacity, senders, receivers, isClosed } = channel.statistics();
  const parts = capacity > 0 ? [`holds ${length} of ${capacity}`] : [];
  if (senders > 0) parts.push(`${senders} send`);
  if (receivers > 0) parts.push(`${receivers} receive`);
  if (isClosed) parts.push("closed");
  return parts.join("; ");
}
