// The logical stack of an error. The bodies that delegate to the one that threw are not on the
// host's stack, so the line of each is put in as the error passes through it. Free until then.
//
// May import: drive, frames.

import { resumeStack, runningRoot } from "./drive.ts";
import type { Frame } from "./frames.ts";

/** For an error on its way: the stack of frames that it is in, and the line of its text that the next body goes to. */
const trails = new WeakMap<Error, { root: Frame | null; next: number; bodies: number }>();

/** Of an error that passes through more bodies than this, the innermost are shown. */
const LIMIT = 64;

/** The driver's own lines. Where a minifier renames it, the added lines come first. */
const DRIVER = new RegExp(`^(?: *at )?(?:${resumeStack.name}|driveStack)[ @]`);

/**
 * Adds to `error.stack` the line of the `yield*` in `caller` where it is thrown now. To be called by the method that
 * this `yield*` called.
 */
export function trace(error: unknown, caller: Frame): void {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  const root = runningRoot();
  const trail = trails.get(error) ?? { root: null, next: 0, bodies: 0 };
  if (++trail.bodies > LIMIT) return;

  const lines = error.stack.split("\n");
  if (trail.root !== root) {
    // Before the driver's lines; when it came out of another stack, before those of the driver behind that one.
    if (trail.root !== null) while (DRIVER.test(lines[trail.next]!)) trail.next++;
    while (trail.next < lines.length && !DRIVER.test(lines[trail.next]!)) trail.next++;
    trail.root = root;
  }
  const added = linesHere(caller.name);
  lines.splice(trail.next, 0, ...added);
  trail.next += added.length;
  trails.set(error, trail);
  Reflect.set(error, "stack", lines.join("\n"));
}

/** The lines between the method that called `trace` and the driver: the body, with plain generators that it delegates to. */
function linesHere(name: string): string[] {
  const lines = (new Error().stack ?? "").split("\n");
  // This function, `trace` and the method; V8 puts the message in front.
  const from = lines[0]!.startsWith("Error") ? 4 : 3;
  const bodies = lines
    .slice(
      from,
      lines.findIndex((line) => DRIVER.test(line)),
    )
    .filter((line) => !/<anonymous>\)|native/.test(line));
  const [location] = /[^\s(@]+:\d+:\d+/.exec(bodies.pop() ?? "") ?? ["?"];
  return [...bodies, `    at ${name} (${location})`];
}
