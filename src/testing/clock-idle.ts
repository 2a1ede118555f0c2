// When a virtual clock may go on: nothing has anything to do, and the host has had its turn. And when nobody is left who
// could make it go on.
//
// May import: the scheduler's host.

import { ENDS, hop, judge } from "../scheduler/host.ts";

/** So many turns of the host without anything new are taken for idleness: promises need part of one, callbacks one. */
const QUIET_TURNS = 2;
/** The next look at what the host has under way is put off so long, in real milliseconds. */
const PAUSE = 1;

/** Turns that clocks themselves wait for. */
let turns = 0;

function turn(): Promise<void> {
  turns++;
  return new Promise((resolve) => {
    hop(() => {
      turns--;
      resolve();
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What keeps the host's loop alive, by kind; nothing where the host does not tell. */
function underWay(): Record<string, number> {
  const { process } = globalThis as { process?: { getActiveResourcesInfo?: () => string[] } };
  const counts: Record<string, number> = {};
  for (const kind of process?.getActiveResourcesInfo?.() ?? []) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const atStart = /* @__PURE__ */ underWay();

/** What has come since this was loaded, but for timers of the host, as a text; empty: nothing. */
function news(): string {
  const parts: string[] = [];
  for (const [kind, count] of Object.entries(underWay())) {
    const others = kind === "Immediate" ? count - turns : count;
    // What was there when this was loaded, and ends by itself, has ended.
    const old = ENDS.test(kind) ? 0 : (atStart[kind] ?? 0);
    if (kind !== "Timeout" && others > old) parts.push(`${kind} ${others}`);
  }
  return parts.join();
}

export class Idleness {
  readonly #patience: number;
  /** What the host had under way when nobody called in for as long as the patience lasts. */
  #vain = "";

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Waits until nothing has stirred for some turns, and what the host has under way has had its time. */
  async wait(stirs: () => number): Promise<void> {
    let seen = stirs();
    let since = performance.now();

    for (let quiet = 0; quiet < QUIET_TURNS;) {
      await turn();
      if (stirs() !== seen) {
        seen = stirs();
        since = performance.now();
        quiet = 0;
      } else if (++quiet === QUIET_TURNS && this.#isHostBusy(since)) {
        await pause(PAUSE);
        quiet = 0;
      }
    }
  }

  #isHostBusy(since: number): boolean {
    if (this.#patience === 0) return false;
    const what = news();
    if (what === "" || what === this.#vain) return false;
    if (performance.now() - since < this.#patience) return true;
    this.#vain = what;
    return false;
  }
}

/** So many verdicts in a row must be the same, as hosts do not tell everything that they have under way. */
const VERDICTS = 3;
const BETWEEN = 10;

/**
 * Waits until it is certain, as far as the host tells, that no code outside can do anything any more. False: it goes on
 * before, as `isStuck` says.
 */
export async function nobodyIsLeft(isStuck: () => boolean): Promise<boolean> {
  const wanted = doesHostTell() ? "error" : "warn";
  for (let verdicts = 0; verdicts < VERDICTS; verdicts++) {
    const isSure = await new Promise((resolve) => judge(isStuck, wanted, (verdict) => resolve(verdict !== null)));
    if (!isSure) return false;
    // Where the host does not tell, a verdict takes seconds.
    if (wanted === "warn") return true;
    await pause(BETWEEN);
  }
  return isStuck();
}

/** Some hosts never say what they have under way. */
function doesHostTell(): boolean {
  const before = underWay()["Timeout"] ?? 0;
  const timer = setTimeout(() => {}, 0);
  const after = underWay()["Timeout"] ?? 0;
  clearTimeout(timer);
  return after > before;
}
