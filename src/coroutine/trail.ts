// The logical stack of an error. The bodies that delegate to the one that threw are not on the
// host's stack, so each one's place is noted as the error passes through it, and the text is put
// together when somebody reads `stack`. Free until an error is thrown.
//
// May import: drive, frames.

import { resumeStack, runningRoot } from "./drive.ts";
import type { Frame } from "./frames.ts";

/** A body that an error passed through: its name, the host's stack at its `yield*`, and the stack of frames it is in. */
interface Place {
  name: string;
  here: Error;
  root: Frame | null;
}

const trails = new WeakMap<Error, Place[]>();

/** Of an error that passes through more bodies than this, the innermost are shown. */
const LIMIT = 64;

/** The driver's own lines. Where a minifier renames it, the added lines come last. */
const DRIVER = new RegExp(`^(?: *at )?(?:${resumeStack.name}|driveStack)[ @]`);

/** Notes that `error` is thrown now at the `yield*` in `caller`. To be called by the method that this `yield*` called. */
export function trace(error: unknown, caller: Frame): void {
  if (!(error instanceof Error)) return;
  const places = trails.get(error) ?? begin(error);
  if (places.length < LIMIT) places.push({ name: caller.name, here: new Error(), root: runningRoot() });
}

/** Has `error.stack` tell the places from now on. */
function begin(error: Error): Place[] {
  const places: Place[] = [];
  let bare = error.stack ?? "";
  let told: { count: number; stack: string } | undefined;
  trails.set(error, places);
  // A frozen error keeps the stack that it has.
  Reflect.defineProperty(error, "stack", {
    configurable: true,
    get() {
      if (told?.count !== places.length) told = { count: places.length, stack: withPlaces(bare, places) };
      return told.stack;
    },
    set(stack: string) {
      bare = stack;
      places.length = 0;
    },
  });
  return places;
}

function withPlaces(stack: string, places: Place[]): string {
  const lines = stack.split("\n");
  let at = 0;
  let last: Frame | null = null;
  for (const { name, here, root } of places) {
    if (root !== last) {
      // Before the driver's lines; when it came out of another stack, before those of the driver behind that one.
      if (last !== null) while (DRIVER.test(lines[at] ?? "")) at++;
      while (at < lines.length && !DRIVER.test(lines[at]!)) at++;
      if (isHost(lines[at - 1])) lines.splice(--at, 1);
      last = root;
    }
    const added = bodies(name, here);
    lines.splice(at, 0, ...added);
    at += added.length;
  }
  return lines.join("\n");
}

/** The lines from `trace` and the method that called it down to the driver: the body, with plain generators in it. */
function bodies(name: string, { stack = "" }: Error): string[] {
  const lines = stack.split("\n");
  // V8 puts the message in front.
  const from = lines[0]!.startsWith("Error") ? 3 : 2;
  const to = lines.findIndex((line) => DRIVER.test(line));
  const own = lines.slice(from, to).filter((line) => !isHost(line));
  const [place] = /[^\s(@]+:\d+:\d+/.exec(own.pop() ?? "") ?? ["?"];
  return [...own, `    at ${name} (${place})`];
}

/** Whether a line is the host's own: a generator's method. */
const isHost = (line = ""): boolean => /<anonymous>\)$|native/.test(line);
