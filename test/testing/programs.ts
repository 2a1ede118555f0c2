// Small programs made by chance, of all that tasks can do to each other: for comparing two ways of exploring them.

import {
  all,
  any,
  Barrier,
  Broadcast,
  CancelledError,
  Channel,
  Condition,
  defer,
  Event,
  Mutex,
  race,
  scope,
  select,
  Semaphore,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  yieldNow,
} from "corun";
import type { World } from "corun/testing";

type Body = Generator<unknown, void, unknown>;

/** What the tasks of one run share. */
class Shared {
  readonly tight = new Channel<string>();
  readonly roomy = new Channel<string>(1);
  readonly lossy = new Channel<string>(1, { overflow: "dropOldest" });
  readonly mutex = new Mutex();
  readonly changed = new Condition(this.mutex);
  readonly permits = new Semaphore(2);
  readonly event = new Event();
  readonly barrier = new Barrier(2);
  readonly news = new Broadcast<string>();
  readonly cells: { x: number; y: number };
  readonly tasks: Task[] = [];
  readonly logs: Map<string, string[]> = new Map();

  constructor(t: World) {
    this.cells = t.watch({ x: 0, y: 0 });
  }

  log(name: string, text: unknown): void {
    const lines = this.logs.get(name);
    if (lines === undefined) this.logs.set(name, [String(text)]);
    else lines.push(String(text));
  }
}

type Action = (s: Shared, name: string, draw: (count: number) => number) => Body;

function textOf(error: unknown): string {
  return error instanceof CancelledError ? "cancelled" : (error as Error).name;
}

const ACTIONS: readonly Action[] = [
  function* send(s, name) {
    yield* s.tight.send(name);
  },
  function* receive(s, name) {
    s.log(name, yield* s.tight.receive());
  },
  function* sendRoomy(s, name) {
    yield* s.roomy.send(name);
  },
  function* nextRoomy(s, name) {
    s.log(name, (yield* s.roomy.next()).value);
  },
  function* sendLossy(s, name) {
    yield* s.lossy.send(name);
  },
  function* receiveLossy(s, name) {
    s.log(name, yield* s.lossy.receive());
  },
  function* trySend(s, name) {
    s.log(name, s.tight.trySend(name));
    yield* yieldNow();
  },
  function* tryReceive(s, name) {
    s.log(name, s.roomy.tryReceive()?.value);
    yield* yieldNow();
  },
  function* close(s) {
    s.roomy.close();
    yield* yieldNow();
  },
  function* closeTight(s) {
    s.tight.close();
    yield* yieldNow();
  },
  function* look(s, name) {
    s.log(name, `${s.roomy.length} ${s.mutex.isLocked} ${s.event.isSet} ${s.permits.available}`);
    yield* yieldNow();
  },
  function* critical(s, name) {
    const guard = yield* s.mutex.lock();
    try {
      const { x } = s.cells;
      yield* yieldNow();
      s.cells.x = x + 1;
      s.log(name, x);
    } finally {
      guard[Symbol.dispose]();
    }
  },
  function* tryLock(s, name) {
    const guard = s.mutex.tryLock();
    s.log(name, guard !== undefined);
    yield* yieldNow();
    guard?.[Symbol.dispose]();
  },
  function* waitFor(s, name) {
    const guard = yield* s.mutex.lock();
    try {
      yield* s.changed.wait();
      s.log(name, "woken");
    } finally {
      guard[Symbol.dispose]();
    }
  },
  function* notify(s) {
    const guard = yield* s.mutex.lock();
    s.changed.notify();
    guard[Symbol.dispose]();
  },
  function* acquire(s, name) {
    yield* s.permits.acquire();
    s.log(name, "has one");
    yield* yieldNow();
    s.permits.release();
  },
  function* acquireTwo(s, name) {
    yield* s.permits.acquire(2);
    s.log(name, s.cells.y);
    s.permits.release(2);
  },
  function* set(s) {
    s.event.set();
    yield* yieldNow();
  },
  function* clear(s) {
    s.event.clear();
    yield* yieldNow();
  },
  function* happens(s, name) {
    yield* s.event.wait();
    s.log(name, "happened");
  },
  function* meet(s, name) {
    s.log(name, yield* s.barrier.wait());
  },
  function* update(s, name) {
    const { y } = s.cells;
    yield* yieldNow();
    s.cells.y = y + 1;
    s.log(name, y);
  },
  function* write(s, name) {
    s.cells.x = name.length;
    yield* yieldNow();
  },
  function* nap(s, name, draw) {
    yield* sleep(draw(3));
    s.log(name, s.cells.x);
  },
  function* joinFirst(s, name) {
    const [first] = s.tasks;
    if (first === undefined || first.name === name) return;
    try {
      yield* first;
      s.log(name, "joined");
    } catch (error) {
      s.log(name, textOf(error));
    }
  },
  function* cancelLast(s, name) {
    const last = s.tasks.at(-1)!;
    if (last.name === name) return;
    yield* last.cancel();
    s.log(name, last.state);
  },
  function* cancelLoosely(s) {
    s.tasks.at(1)?.cancel();
    yield* yieldNow();
  },
  function* state(s, name) {
    s.log(name, s.tasks[0]?.state === "done");
    yield* yieldNow();
  },
  function* choose(s, name) {
    const hit = yield* select(
      { a: s.tight.receive(), b: s.roomy.send(name), c: sleep(1), d: s.event.wait() },
      { order: "priority" },
    );
    s.log(name, hit.key);
  },
  function* fair(s, name) {
    const hit = yield* select({ a: s.tight.send(name), b: s.lossy.receive(), c: s.mutex.lock() });
    s.log(name, hit.key);
    if (hit.key === "c") s.mutex.unlock();
  },
  function* otherwise(s, name) {
    s.log(name, (yield* select({ a: s.roomy.receive() }, { otherwise: 0 })).key);
  },
  function* both(s, name) {
    yield* all([() => ACTIONS[0]!(s, `${name}l`, () => 0), () => ACTIONS[1]!(s, `${name}r`, () => 0)]);
  },
  function* first(s, name) {
    s.log(
      name,
      yield* race([
        function* () {
          yield* s.event.wait();
          return "event";
        },
        function* () {
          yield* yieldNow();
          return "step";
        },
      ]),
    );
  },
  function* anyOf(s, name) {
    s.log(
      name,
      yield* any([
        function* () {
          yield* yieldNow();
          throw new RangeError("no");
        },
        function* () {
          return (yield* s.roomy.next()).value;
        },
      ]),
    );
  },
  function* limited(s, name) {
    try {
      yield* timeout(1, s.tight.receive());
      s.log(name, "in time");
    } catch (error) {
      s.log(name, textOf(error));
    }
  },
  function* block(s, name) {
    yield* scope(
      function* () {
        spawn(function* () {
          yield* sleep(1);
          s.log(`${name}c`, s.cells.y);
        });
        defer(() => void s.cells.y++);
        yield* s.roomy.send(name);
      },
      { deadline: 1 },
    );
  },
  function* fails(s) {
    yield* scope(function* () {
      spawn(function* () {
        yield* yieldNow();
        throw new RangeError("a fault");
      });
      yield* s.event.wait();
    });
  },
  function* safe(s, name) {
    yield* shield(function* () {
      yield* sleep(1);
      s.log(name, "saved");
    });
  },
  function* hear(s, name) {
    const subscription = s.news.subscribe({ capacity: 1 });
    yield* yieldNow();
    s.log(name, subscription.tryReceive()?.value);
    subscription.close();
  },
  function* tell(s, name) {
    yield* s.news.send(name);
  },
  function* dialogue(s, name) {
    const task = spawn(function* (): Generator<number, void, number> {
      for (let i = 0; i < 2; i++) s.log(`${name}d`, yield s.cells.x);
    });
    s.log(name, yield* task.send(5));
    task.cancel();
  },
];

/** How one action is called, for messages. */
export function nameOf(action: number): string {
  return ACTIONS[action]!.name;
}

/** How many actions there are. */
const COUNT: number = ACTIONS.length;

/** The number of the action that is called so. */
export function actionOf(name: string): number {
  const action = ACTIONS.findIndex((each) => each.name === name);
  if (action < 0) throw new Error(`there is no action ${name}`);
  return action;
}

/** A program, and what each task has seen in its last run, as a text. */
export interface Made {
  /** The actions of each task. */
  plan: number[][];
  program: (t: World) => Body;
  seen: () => string;
}

export function programOf(plan: number[][]): Made {
  let shared: Shared;
  const body = function* (s: Shared, name: string, actions: number[]): Body {
    try {
      for (const action of actions) yield* ACTIONS[action]!(s, name, (count) => actions.length % count);
      s.log(name, "end");
    } catch (error) {
      s.log(name, textOf(error));
    } finally {
      s.log(name, "left");
    }
  };
  return {
    plan,
    *program(t) {
      const s = (shared = new Shared(t));
      for (const [index, actions] of plan.entries()) {
        const task = spawn(body, s, `t${index}`, actions);
        task.name = `t${index}`;
        s.tasks.push(task);
      }
    },
    seen: () => {
      const logs = [...shared.logs]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, lines]) => `${name}: ${lines.join(", ")}`);
      return `${logs.join("; ")} | ${shared.cells.x} ${shared.cells.y}`;
    },
  };
}

/** One of two or three tasks, with one to three actions each. */
export function randomProgram(draw: (count: number) => number): Made {
  const tasks = 2 + draw(2);
  return programOf(Array.from({ length: tasks }, () => Array.from({ length: 1 + draw(3) }, () => draw(COUNT))));
}
