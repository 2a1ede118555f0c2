// What the scheduler asks of its host, whichever that is: a turn for others, and whether anything is under way.
//
// Imports nothing; types only.

import type { Choice } from "./choice.ts";

interface Host {
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: typeof MessageChannel;
  process?: { getActiveResourcesInfo?: () => string[]; stdin?: Standard; stdout?: Standard; stderr?: Standard };
}

interface Standard {
  _handle?: { reading?: boolean } | null;
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

/** What keeps the host's loop alive, by kind; empty where the host does not tell. */
function underWay(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of host.process?.getActiveResourcesInfo?.() ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const atStart = /* @__PURE__ */ underWay();

/** Whether the host tells what is under way. Some have the function, and it tells nothing. */
const hostTells: boolean = /* @__PURE__ */ (() => {
  const timer = setTimeout(() => {}, 0);
  const tells = (underWay().get("Timeout") ?? 0) > (atStart.get("Timeout") ?? 0);
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

/** How soon the host is asked again whether anything is under way that could end a deadlock, in milliseconds. */
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 1000;
/** Looks that are to come. */
let looks = 0;

/**
 * Tells whether what is stuck will stay so, a turn of the host later or when that is known: `"error"`, nothing can call
 * in; `"warn"`, nothing is likely to; null, it goes on.
 */
export function judge(
  isStuck: () => boolean,
  wanted: "error" | "warn",
  tell: (verdict: "error" | "warn" | null) => void,
): void {
  const look = (pause: number) => {
    const callers = wanted === "warn" ? OLD : callersIn();
    if (!isStuck()) tell(null);
    else if (callers === NONE) tell("error");
    else if (callers === OLD && pause >= LONGEST_PAUSE) tell("warn");
    else {
      looks++;
      setTimeout(() => {
        look(Math.min(2 * pause, LONGEST_PAUSE));
        looks--; // only now, as the host counts a timer while it calls back
      }, pause);
    }
  };
  hop(() => look(FIRST_PAUSE));
}

const NONE = 0;
/** As many timers or requests as when this was loaded; whether they are the same ones, the host does not tell. */
const OLD = 1;
const SOME = 2;
/** Kinds that end by themselves, unlike sockets and servers. */
export const ENDS: RegExp = /Timeout|Immediate|Req|Connect/;

/**
 * Whether all of `kind` but what was there when this was loaded are the program's own outputs, or an input that nobody
 * reads: terminals and pipes that are listed although nothing comes by them. To ask for these opens them.
 */
function areStandard(kind: string, before: number): boolean {
  if (!/^(Pipe|TTY)W/.test(kind)) return false;
  const { stdin, stdout, stderr } = host.process!;
  const own = [stdin, stdout, stderr].filter((each) => {
    const handle = each?._handle; // oxlint-disable-line no-underscore-dangle -- Node's own name
    return handle && !handle.reading && kind.startsWith(handle.constructor.name);
  }).length;
  return underWay().get(kind)! - own <= Math.max(0, before - own); // they may have been open then
}

/**
 * Whether the program has something under way in the host (a timer, a socket, a server, another run that sleeps) whose
 * callback may still call in: something that was not there when this was loaded.
 */
function callersIn(): number {
  let callers = NONE;
  for (const [kind, count] of underWay()) {
    const others = kind === "Timeout" ? count - looks : count;
    const before = atStart.get(kind) ?? 0;
    if (others > before && !areStandard(kind, before)) return SOME;
    if (ENDS.test(kind) && others > 0) callers = OLD;
  }
  return callers;
}
