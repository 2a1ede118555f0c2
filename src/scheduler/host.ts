// What the scheduler asks of its host, whichever that is: a turn for others, and whether anything is under way.
//
// Imports nothing; types only.

import type { Choice } from "./choice.ts";

interface Host {
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: typeof MessageChannel;
  process?: { getActiveResourcesInfo?: () => string[]; report?: { getReport(): Report } };
}

/** What Node tells of its loop and of the handles in it. */
interface Report {
  libuv?: { type: string; is_active: boolean; is_referenced?: boolean; stdio?: string }[];
}

const host = globalThis as Host;

/**
 * Calls `callback` after the host has had its turn, by the fastest way that it has. Not by `scheduler.yield`: what waits
 * there goes before all else of the page, so that timers and input would starve.
 */
export const hop: (callback: () => void) => void =
  host.setImmediate !== undefined
    ? (callback) => void host.setImmediate!(callback)
    : host.MessageChannel !== undefined
      ? byMessage(new host.MessageChannel())
      : (callback) => void setTimeout(callback, 0);

function byMessage({ port1, port2 }: MessageChannel): (callback: () => void) => void {
  const callbacks: (() => void)[] = [];
  // Unlike addEventListener, this also starts the port.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  port1.onmessage = () => callbacks.shift()!();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(null);
  };
}

/** The kinds of what keeps the host's loop alive, each as often as there is one; empty where the host does not tell. */
function underWay(): string[] {
  return host.process?.getActiveResourcesInfo?.() ?? [];
}

/** How many of that `kind` there are. */
function count(kinds: readonly string[], kind: string): number {
  return kinds.filter((each) => each === kind).length;
}

const atStart = /* @__PURE__ */ underWay();

/** Whether the host tells what is under way. Some have the function, and it tells nothing. */
const hostTells: boolean = /* @__PURE__ */ (() => {
  const timer = setTimeout(() => {}, 0);
  const tells = underWay().length > atStart.length;
  clearTimeout(timer);
  return tells;
})();

/**
 * What is done where the run does not say. At a deadlock: an error only where the host tells whether it is one. The
 * choice, of a run with that seed, is none; for tests.
 */
export const defaults: { deadlock: "error" | "warn"; choice: (seed: number | undefined) => Choice | null } = {
  deadlock: hostTells ? "error" : "warn",
  choice: () => null,
};

/** A run that is stuck, and waits for its verdict. */
interface Suspect {
  isStuck: () => boolean;
  wanted: "error" | "warn";
  tell: (verdict: "error" | "warn" | null) => void;
  since: number;
}

let suspects: Suspect[] = [];
/** One timer for all suspects, as another one might call in. */
let timer: ReturnType<typeof setTimeout> | undefined;
/** How soon the host is asked again, in milliseconds. */
let pause = 0;
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 1000;

/**
 * Tells whether what is stuck will stay so, a turn of the host later or when that is known: `"error"`, nothing can call
 * in; `"warn"`, nothing is likely to; null, it goes on.
 */
export function judge(isStuck: Suspect["isStuck"], wanted: Suspect["wanted"], tell: Suspect["tell"]): void {
  const since = performance.now();
  // Not anew where it is soon already: many that come one after the other would put it off.
  if (suspects.push({ isStuck, wanted, tell, since }) === 1 || pause > 0) lookIn(0);
}

function lookIn(ms: number): void {
  pause = ms;
  clearTimeout(timer);
  timer = setTimeout(look, ms);
}

function look(): void {
  const all = suspects;
  suspects = [];
  // Before anybody is told, and goes on.
  const callers = all.some(({ isStuck, wanted }) => wanted === "error" && isStuck()) ? callersIn() : OLD;
  for (const suspect of all) {
    const { isStuck, wanted, tell, since } = suspect;
    const likely = wanted === "warn" ? OLD : callers;
    if (!isStuck()) tell(null);
    else if (likely === NONE) tell("error");
    else if (likely === OLD && performance.now() - since > LONGEST_PAUSE) tell("warn");
    else suspects.push(suspect);
  }
  if (suspects.length > 0) lookIn(Math.min(2 * pause, LONGEST_PAUSE) || FIRST_PAUSE);
}

const NONE = 0;
/** As many timers or requests as when this was loaded; whether they are the same ones, the host does not tell. */
const OLD = 1;
const SOME = 2;
/** Kinds that end by themselves, unlike sockets and servers. */
export const ENDS: RegExp = /Timeout|Immediate|Req|Connect/;

/**
 * Whether the program has something under way in the host (a timer, a socket, a server, another run that sleeps) whose
 * callback may still call in: something that was not there when this was loaded.
 */
function callersIn(): number {
  let callers = NONE;
  let isHeld = false;
  const kinds = underWay();
  for (const kind of new Set(kinds)) {
    // The host counts the timer that calls back now.
    const others = count(kinds, kind) - (kind === "Timeout" ? 1 : 0);
    const isNew = others > count(atStart, kind);
    // Of terminals and pipes also those are listed by which nobody calls in, as the program's outputs.
    if (/^(Pipe|TTY)W/.test(kind)) {
      if (isNew) callers = SOME;
    } else if (isNew) return SOME;
    else if (others > 0) {
      isHeld = true;
      if (ENDS.test(kind)) callers ||= OLD;
    }
  }
  return isHeld ? callers : callersInLoop(callers);
}

/**
 * The same, where nothing is listed that is sure to keep the host's loop, of the loop itself; that takes milliseconds. It
 * is empty, or only something that is not listed keeps it, a job of the thread pool; otherwise, or where the host has no
 * such report, `callers`.
 */
function callersInLoop(callers: number): number {
  const handles = host.process?.report?.getReport().libuv;
  if (!handles) return callers;
  const alive = handles.filter((each) => each.is_active && (each.is_referenced ?? true));
  // `import "node:process"` opens the input, so it may be an old one, which the program has begun to read.
  if (alive.some((each) => /stdin|tty/.test(each.stdio + each.type))) return SOME;
  // The loop itself is one of them.
  return alive.length > 1 ? callers : alive.length * SOME;
}
