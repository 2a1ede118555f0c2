// The logical stack of an error. The bodies that delegate to the one that threw are not on the
// host's stack, so each one's line is put in as the error passes through it. Free until then.
//
// May import: drive (for the names of its functions), frames.

import { resumeStack, runningRoot } from "./drive.ts";
import type { Frame } from "./frames.ts";

/** For an error on its way: the stack of frames it is in, and the line of its text that the next caller goes to. */
const trails = new WeakMap<Error, { root: Frame | null; next: number; frames: number }>();

/** An error that passes through more frames than this shows the innermost ones. */
const LIMIT = 64;

/** The driver's own lines. Minified, their names are others, and lines may stand in another order. */
const DRIVER = new RegExp(`^(?: *at )?(?:${resumeStack.name}|driveStack)[ @]`);

/**
 * Adds to `error.stack` the line of `caller` at whose `yield*` it is thrown now. To be called by the
 * method that the `yield*` called.
 */
export function trace(error: unknown, caller: Frame): void {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  const root = runningRoot();
  const trail = trails.get(error) ?? { root, next: 0, frames: 0 };
  if (++trail.frames > LIMIT) return;

  const lines = error.stack.split("\n");
  let at = trail.next;
  // An error that came out of another stack belongs behind the lines of the driver that ran that one.
  if (trail.root !== root) while (DRIVER.test(lines[at] ?? "")) at++;
  if (trail.root !== root || at === 0) while (at < lines.length && !DRIVER.test(lines[at]!)) at++;

  const added = linesHere(caller.name);
  lines.splice(at, 0, ...added);
  trails.set(error, { root, next: at + added.length, frames: trail.frames });
  Reflect.set(error, "stack", lines.join("\n"));
}

/** The lines between the iterator's method that was called and the driver: the body, with plain generators inside it. */
function linesHere(name: string): string[] {
  const lines = (new Error().stack ?? "").split("\n");
  // This function, `trace` and the method; V8 puts the message in front.
  const from = lines[0]!.startsWith("Error") ? 4 : 3;
  const to = lines.findIndex((line) => DRIVER.test(line));
  const bodies = lines.slice(from, to < 0 ? from : to).filter((line) => !/<anonymous>\)|native/.test(line));
  const location = /[^\s(@]+:\d+:\d+/.exec(bodies.pop() ?? "");
  return [...bodies, `    at ${name}${location ? ` (${location[0]})` : ""}`];
}
