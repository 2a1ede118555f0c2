// The footprint of a step: what it uses of all that tasks share. Told to whoever wants to know which steps may change
// places: two that use nothing in common, or what they have in common only in ways that commute, as reading does.
//
// An op tells by its `touch` what it uses: when it is waited for, and when it is done. What a plain call uses it tells
// itself. Nobody listens but where programs are explored, so it costs a comparison.
//
// Imports nothing.

/** Is told. */
export interface Tracker {
  /** `what` was made by the running task: that names it, in all schedules. */
  created(what: object): void;
  /** The present step uses a part of `what`; so that the order of two such steps makes no difference, if it `commutes`. */
  used(what: object, part: string, commutes: boolean): void;
  /** From now on, steps may use what they do not tell. */
  lost(): void;
}

let tracker: Tracker | null = null;

/** Has `next` told from now on, or nobody. Gives who was told before. */
export function track(next: Tracker | null): Tracker | null {
  const before = tracker;
  tracker = next;
  return before;
}

export function isTracked(): boolean {
  return tracker !== null;
}

export function created(what: object): void {
  tracker?.created(what);
}

export function touch(what: object, part = "", commutes = false): void {
  if (tracker !== null) tracker.used(what, part, commutes);
}

/** A part of `what` is used, in a way that commutes with the use of its other parts; or all of it, if `isWhole`. */
export function touchPart(what: object, part: string, isWhole: boolean): void {
  touch(what, part);
  touch(what, "", !isWhole);
}

/** A task is started in `owner`. */
export function touchStart(owner: object): void {
  touch(owner, "", true);
  touch(owner, TASKS, true);
}

export function touchUntold(): void {
  tracker?.lost();
}

/** Parts of a task: how it ended; */
export const END = " end";
/** which tasks it has. */
export const TASKS = " tasks";
/** All timers that cancel something: sleeps commute with one another, but not with these. */
export const TIMERS: object = {};
