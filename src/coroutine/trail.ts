// The logical stack of an error. The bodies that delegate to the one that threw are not on the
// host's stack, so each one's place is noted as the error passes through it, and the text is put
// together when somebody reads `stack`. Free until an error is thrown.
//
// May import: drive, errors, frames.

import { resumeStack } from "./drive.ts";
import { exitsOf } from "./errors.ts";
import type { Frame } from "./frames.ts";

/** A body that an error passed through: its name, the host's stack at its `yield*`, and how many stacks the error had left. */
interface Place {
  name: string;
  here: Error;
  exits: number;
}

const trails = new WeakMap<Error, Place[]>();

/** Of an error that passes through more bodies than this, the innermost are shown. */
const LIMIT = 64;

/** The driver's own lines. Where a minifier renames it, the added lines come last. */
export const DRIVER: RegExp = new RegExp(
  `^(?: *at )?(?:${resumeStack.name}|resumeInLoop|runStack|driveTracked|driveStack)[ @]`,
);

/** Notes that `error` is thrown now at the `yield*` in `caller`. To be called by the method that this `yield*` called. */
export function trace(error: unknown, caller: Frame): void {
  if (!(error instanceof Error)) return;
  const places = trails.get(error) ?? begin(error);
  if (places.length < LIMIT) places.push({ name: caller.name, here: new Error(), exits: exitsOf(error) });
}

/** Has `error.stack` tell the places from now on. */
function begin(error: Error): Place[] {
  const places: Place[] = [];
  let bare = stackOf(error);
  let told: { count: number; stack: string } | undefined;
  trails.set(error, places);
  if (!bare) return places;
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
  let left = 0;
  let exits = -1;
  const seek = (driver: boolean) => {
    while (at < lines.length && DRIVER.test(lines[at]!) !== driver) at++;
  };
  for (const place of places) {
    if (place.exits !== exits) {
      // Behind the driver's lines of each stack that it has left, and before those of the one that it is in.
      for (exits = place.exits; left < exits; left++) {
        seek(true);
        seek(false);
      }
      seek(true);
      if (isHost(lines[at - 1])) lines.splice(--at, 1);
    }
    const added = bodies(place.name, called(place.here));
    lines.splice(at, 0, ...added);
    at += added.length;
  }
  return lines.join("\n");
}

/** The lines below `trace` and the method that called it. V8 puts the message in front. */
function called(here: Error): string[] {
  const stack = stackOf(here);
  return stack.split("\n").slice(stack.startsWith("Error") ? 3 : 2);
}

/** The text of a stack; empty where there is none, as its owner, or the host's `Error.prepareStackTrace`, made something else of it. */
export function stackOf(error: { stack?: unknown }): string {
  try {
    return typeof error.stack === "string" ? error.stack : "";
  } catch {
    return "";
  }
}

/** From now on the host's stacks have up to `depth` lines, where that can be said; gives how many it were. */
export function setDepth(depth: number): number {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", depth); // `Error` may be frozen
  return stackTraceLimit;
}

/** Of `lines`, those above the one that `end` finds: the body `name`, with the plain generators in it. */
export function bodies(name: string, lines: string[], end: RegExp = DRIVER): string[] {
  const to = lines.findIndex((line) => end.test(line));
  const own = lines.slice(0, to).filter((line) => !isHost(line));
  const [place] = /[^\s(@]+:\d+:\d+/.exec(own.pop() ?? "") ?? ["?"];
  return [...own, `    at ${name} (${place})`];
}

/** Whether a line is the host's own: a generator's method. */
const isHost = (line = ""): boolean => /<anonymous>\)$|[([]native/.test(line);
