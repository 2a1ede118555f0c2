// The cancellation matrix: who cancels × how deep × suspended in what × with which cleanup × inside which boundary.
//
// Left out, as the contract says what they have to report later: a plain helper's native `yield*` whose cleanup waits.
// By a language rule that loses the cancellation; unwinding is to resume at the next frame, with a warning.
import {
  CancelledError,
  coroutine,
  type Coroutine,
  scope,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  TimeoutError,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";

const WHO = ["parent", "sibling", "deadline", "timeout", "signal", "self"] as const;
const DEPTHS = ["own frame", "1", "10", "1000", "child", "grandchild", "helper"] as const;
const SUSPENDED = ["sleep", "send", "join", "cleanup"] as const;
const CLEANUPS = [
  "none",
  "synchronous",
  "one wait",
  "five waits",
  "throws",
  "child in a scope",
  "cancelled again",
] as const;
const BOUNDARIES = ["none", "scope", "shield", "timeout", "background"] as const;

interface Cell {
  who: (typeof WHO)[number];
  depth: (typeof DEPTHS)[number];
  suspended: (typeof SUSPENDED)[number];
  cleanup: (typeof CLEANUPS)[number];
  boundary: (typeof BOUNDARIES)[number];
}

type Part = () => Coroutine<never, void>;

const CLEANED = new Error("cleanup");
const SIBLING = new Error("sibling");

function applies({ who, depth, suspended, cleanup, boundary }: Cell): boolean {
  if (depth === "helper" && (suspended === "cleanup" || !["none", "synchronous", "throws"].includes(cleanup)))
    return false;
  // In a shield what is waited for must end by itself, and a cancel finds no cleanup running.
  if (boundary === "shield" && suspended !== "sleep") return false;
  return suspended !== "cleanup" || (who !== "self" && cleanup !== "none");
}

const nest: (depth: number, log: string[], body: Part) => Coroutine<never, void> = coroutine(function* (
  depth: number,
  log: string[],
  body: Part,
): Coroutine.Body<never> {
  try {
    if (depth === 1) yield* body();
    else yield* nest(depth - 1, log, body);
    log.push(`beyond ${depth}`);
  } finally {
    log.push(`frame ${depth}`);
  }
});

function framesOf({ depth }: Cell): number {
  return Number(depth) || 0;
}

function* clean(cell: Cell, log: string[], target: Task): Generator<never, void, unknown> {
  if (cell.suspended === "cleanup") {
    yield* sleep(20);
    log.push("first");
  }
  const waits = cell.cleanup === "one wait" ? 1 : cell.cleanup === "five waits" ? 5 : 0;
  for (let step = 1; step <= waits; step++) {
    yield* sleep(3);
    log.push(`wait ${step}`);
  }
  if (cell.cleanup === "child in a scope") {
    yield* scope(function* () {
      spawn(function* () {
        yield* sleep(3);
        log.push("child");
      });
    });
  }
  if (cell.cleanup === "cancelled again") {
    void target.cancel("again");
    yield* sleep(3);
    log.push("again");
  }
  if (cell.cleanup !== "none") log.push("cleaned");
  if (cell.cleanup === "throws") throw CLEANED;
}

function expectedLog(cell: Cell): string[] {
  const log = cell.boundary === "shield" ? ["after"] : [];
  const shieldedHelper = cell.depth === "helper" && cell.boundary === "shield" && cell.cleanup !== "throws";
  if (cell.suspended === "cleanup") log.push("first");
  if (cell.cleanup === "one wait") log.push("wait 1");
  if (cell.cleanup === "five waits") log.push("wait 1", "wait 2", "wait 3", "wait 4", "wait 5");
  if (cell.cleanup === "child in a scope") log.push("child");
  if (cell.cleanup === "cancelled again") log.push("again");
  if (cell.cleanup !== "none") log.push("cleaned");
  if (shieldedHelper) log.push("beyond the helper");
  for (let frame = 1; frame <= framesOf(cell); frame++) log.push(`frame ${frame}`);
  return log;
}

const bounded = coroutine(function* (cell: Cell, body: Part): Coroutine.Body<never> {
  if (cell.boundary === "scope") yield* scope(body);
  else if (cell.boundary === "shield") yield* shield(body);
  else if (cell.boundary === "timeout") yield* timeout(5000, body);
  else yield* body();
});

/** The task that is cancelled: `body` at the depth of the cell. */
function* atDepth(cell: Cell, log: string[], body: Part): Generator<never, void, unknown> {
  if (framesOf(cell) > 0) yield* nest(framesOf(cell), log, body);
  else if (cell.depth === "child") yield* spawn(body);
  else if (cell.depth === "grandchild") {
    yield* spawn(function* () {
      yield* spawn(body);
    });
  } else yield* body();
  log.push("beyond the boundary");
}

/** Runs a cell; gives how it ended, and what of it is left. */
async function runCell(cell: Cell): Promise<{ log: string[]; end: unknown; timers: boolean; state: string }> {
  const log: string[] = [];
  const controller = new AbortController();
  let target: Task<never, void, never> | undefined;

  function* suspend(): Generator<never, void, unknown> {
    if (cell.who === "self") void target!.cancel("why");
    if (cell.suspended === "send") yield* spawnedPartner.send(1);
    else if (cell.suspended === "join") yield* spawnedPartner;
    else yield* sleep(cell.boundary === "shield" ? 40 : 1000);
    log.push("after");
  }
  const leaf: Part =
    cell.depth === "helper"
      ? coroutine(function* (): Coroutine.Body<never> {
          yield* (function* helper(): Generator<never, void, unknown> {
            try {
              yield* suspend();
            } finally {
              if (cell.cleanup !== "none") log.push("cleaned");
              if (cell.cleanup === "throws") throw CLEANED;
            }
          })();
          log.push("beyond the helper");
        })
      : coroutine(function* (): Coroutine.Body<never> {
          try {
            yield* suspend();
          } finally {
            yield* clean(cell, log, target as Task);
          }
        });
  let spawnedPartner: Task<number, void, number>;

  function* block(): Generator<never, void, unknown> {
    const body = () => atDepth(cell, log, () => bounded(cell, leaf));
    target = cell.boundary === "background" ? spawn.background(body) : spawn(body);
    if (cell.who === "sibling") {
      spawn(function* () {
        yield* sleep(10);
        throw SIBLING;
      });
    }
    if (cell.suspended === "cleanup") {
      yield* sleep(5);
      void target.cancel("early");
      yield* sleep(5);
    } else yield* sleep(10);
    if (cell.who === "signal") {
      spawn(function* () {
        controller.abort("why");
      });
    }
    if (cell.who === "parent") void target.cancel("why");
    if (cell.who === "parent" || cell.who === "self") yield* target;
    else yield* sleep(1e5);
  }

  const ended = runVirtually(
    function* () {
      spawnedPartner = spawn.background(function* (): Coroutine.Body<number, void, number> {
        if (cell.suspended === "send") yield 0;
        yield* sleep(1e6);
      });
      if (cell.who === "timeout") yield* timeout(10, block);
      else if (cell.who === "deadline") yield* scope(block, { deadline: 10 });
      else yield* scope(block);
    },
    { signal: controller.signal, clock: new VirtualClock() },
  );
  let end: unknown = "returned";
  let giveUp: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    giveUp = setTimeout(() => reject(new Error("hangs")), 500);
  });
  try {
    await Promise.race([ended, hangs]);
  } catch (error) {
    end = error;
  }
  clearTimeout(giveUp);
  return { log, end, timers: target!.scheduler.timers.earliest !== undefined, state: target!.state };
}

function isExpectedEnd(cell: Cell, end: unknown): boolean {
  const throws = cell.cleanup === "throws";
  if (cell.who === "sibling") {
    return throws
      ? end instanceof AggregateError &&
          end.errors.length === 2 &&
          end.errors.includes(CLEANED) &&
          end.errors.includes(SIBLING)
      : end === SIBLING;
  }
  if (throws) return end === CLEANED;
  if (cell.who === "deadline" || cell.who === "timeout") return end instanceof TimeoutError;
  const reason = cell.suspended === "cleanup" && cell.who === "parent" ? "early" : "why";
  return end instanceof CancelledError && end.reason === reason;
}

/** What is wrong in a cell; empty: nothing. */
async function departures(cell: Cell): Promise<string[]> {
  const name = `${cell.suspended} / ${cell.cleanup} / ${cell.boundary}`;
  const { log, end, timers, state } = await runCell(cell);
  const wrong: string[] = [];
  if (log.join() !== expectedLog(cell).join()) wrong.push(`${name}: ran ${log.slice(0, 9).join()}`);
  if (!isExpectedEnd(cell, end)) wrong.push(`${name}: ended in ${String(end)}`);
  if (timers) wrong.push(`${name}: left a timer`);
  if (state !== (cell.cleanup === "throws" ? "failed" : "cancelled")) wrong.push(`${name}: is ${state}`);
  return wrong;
}

for (const who of WHO) {
  test.each(DEPTHS)(
    `a cancel by ${who} at depth %s keeps the contract in every cell`,
    { tags: "slowest", timeout: 60_000 },
    async (depth) => {
      const wrong: string[] = [];
      for (const suspended of SUSPENDED) {
        for (const cleanup of CLEANUPS) {
          for (const boundary of BOUNDARIES) {
            const cell = { who, depth, suspended, cleanup, boundary };
            // oxlint-disable-next-line no-await-in-loop
            if (wrong.length < 12 && applies(cell)) wrong.push(...(await departures(cell)));
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );
}
