// Why a live coroutine can't go on: there is no code for it, or something has happened that its journal can't have.
//
// May import: the scheduler's probe, errors; Live as a type.

import { linesOf } from "../scheduler/probe.ts";
import type { Task } from "../scheduler/task.ts";
import { ReplayError } from "./errors.ts";
import type { Live } from "./live.ts";

export function noVersion({ label, definition, turns }: Live, version: string): ReplayError {
  return new ReplayError(
    `${label} was begun by version ${version} of its code, and this program has version ${definition.version}: ` +
      `give it that too, durable(${JSON.stringify(definition.name)}, body, { version, previous: [old] }), or drop() the coroutine`,
    { entry: 0, turn: turns },
    "VERSION",
  );
}

/** Something outside has made `task` go on. A replay would not come to that. */
export function strayedFrom({ label, turns }: Live, task: Task, entry: number): ReplayError {
  const waited = task.wait === null ? "" : `, which waited for ${task.wait.describe()}`;
  const [line] = linesOf(task);
  const place = line === undefined ? "" : ` ${line}`;
  return new ReplayError(
    `${label} is parked: something outside of it, that no journal has, has woken its task ${task.name}${waited}${place}, ` +
      `in turn ${turns}: a timer, a promise or an event of the host, or other code, by an event, a channel or a lock of the body. ` +
      "Nothing is lost or written. Do it in a step(name, fn), or have the body wait for a signal(name): with code that waits " +
      "for one in this place, it goes on; or drop() the coroutine",
    { entry, turn: turns },
  );
}
