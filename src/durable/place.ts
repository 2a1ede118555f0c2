// Where the code is that does something else than its journal says, as far as that can be known: where it asks for
// something, waits, or throws. Of a bare `yield` no host tells the line at once, only the body; of a return nothing is left.
//
// May import: the coroutine layer, the scheduler's probe and states; Live as a type.

import { DRIVER } from "../coroutine/trail.ts";
import { linesOf, usersOwn } from "../scheduler/probe.ts";
import { FAILED } from "../scheduler/states.ts";
import type { Live } from "./live.ts";
import type { Entry, Outcome } from "./port.ts";

/** To be said behind what the code did; null: it did not come to what the journal has. */
export function placeOf(live: Live, done: Entry | null): string {
  if (done === null) return waiting(live);
  switch (done.type) {
    case "asked":
      return at(ofBody(live.places.get(done.n)?.stack).pop());
    case "answer":
    case "ended":
      return ofOutcome(live, done.outcome);
    default:
      return "";
  }
}

function ofOutcome({ task }: Live, outcome: Outcome): string {
  if (task.status === FAILED && outcome.how === "failed") {
    const { stack } = (task.value ?? {}) as { stack?: unknown };
    return at(usersOwn(ofBody(typeof stack === "string" ? stack : undefined).join("\n"), 0)[0]);
  }
  // Where it has ended, nothing stands anywhere; a value that can't be kept was yielded, too.
  return inYield(linesOf(task)[0]);
}

function waiting({ task }: Live): string {
  const [line] = linesOf(task);
  const place = at(line) || inYield(line);
  return place === "" ? "" : `: it waits${place.slice(1)}`;
}

/** Of a host's stack, what stands before the lines of the driver, innermost first; nothing if no body is in it. */
function ofBody(stack: string | undefined): string[] {
  const lines = stack?.split("\n") ?? [];
  const end = lines.findIndex((line) => DRIVER.test(line));
  return lines.slice(0, Math.max(end, 0)).filter((line) => PLACE.test(line));
}

const PLACE = /[^\s(@]+:\d+:\d+/;

function at(line: string | undefined): string {
  const [place] = PLACE.exec(line ?? "") ?? [];
  return place === undefined ? "" : `, at ${place}`;
}

/** @param line as the probe tells it: "at counter, in a yield" */
function inYield(line: string | undefined): string {
  const [, name] = /^at (.*), in a yield$/.exec(line ?? "") ?? [];
  if (name === undefined) return "";
  return name === "<anonymous>" ? ", in a yield" : `, in a yield of ${name}`;
}
