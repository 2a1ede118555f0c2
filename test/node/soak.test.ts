// Six hours of a server in virtual time: clients come by chance, wait with a limit, try again, go away; workers fail and
// are cancelled. In the end every count balances, and every hour begins with the memory of the one before.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  Channel,
  defer,
  Event,
  Mutex,
  run,
  scope,
  select,
  Semaphore,
  sleep,
  spawn,
  type Task,
  timeout,
  TimeoutError,
  until,
} from "corun";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const HOUR = 3_600_000;
/** Milliseconds from one group of clients to the next, on average. */
const PACE = 5000;
/** Of how many clients a group is at most. */
const GROUP = 10;

/** Jumps to the next timer of the run when nothing else is to be done, and lets the host have its turn before. */
class Clock {
  #time = 0;

  now(): number {
    return this.#time;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const immediate = setImmediate(() => {
      this.#time = Math.max(this.#time, at);
      wake();
    });
    return () => clearImmediate(immediate);
  }
}

class Broken extends Error {}

interface Job {
  id: number;
  reply: Channel<number>;
}

const zero = () => ({
  clients: 0,
  answered: 0,
  timedOut: 0,
  gaveUp: 0,
  left: 0,
  tries: 0,
  taken: 0,
  done: 0,
  broken: 0,
  dropped: 0,
  opened: 0,
  closed: 0,
  checksum: 0,
});

/** Numbers from 0 up to 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Server {
  readonly counts = zero();
  readonly random: () => number;
  readonly inbox = new Channel<Job>(8);
  readonly parsed = new Channel<Job>();
  readonly connections = new Semaphore(3);
  readonly book = new Mutex();

  constructor(seed: number) {
    this.random = chance(seed);
  }

  /** Starts its workers in the innermost scope. */
  start(): void {
    for (let i = 0; i < 2; i++) spawn.background(() => this.parse());
    for (let i = 0; i < 4; i++) spawn.background(() => this.work());
  }

  *parse(): Generator<never, void, unknown> {
    for (;;) {
      const job = yield* this.inbox.receive();
      yield* sleep(5 * this.random());
      yield* this.parsed.send(job);
    }
  }

  /** A worker that breaks is replaced by a new one. */
  *work(): Generator<never, void, unknown> {
    for (;;) {
      const hand = spawn.supervised(() => this.serve());
      try {
        yield* hand;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
      }
    }
  }

  *serve(): Generator<never, void, unknown> {
    const { counts } = this;
    const heartbeat = new Event();
    for (;;) {
      const next = yield* select({ job: this.parsed.receive(), idle: sleep(5000), beat: heartbeat.wait() });
      if (next.key !== "job") continue;
      counts.taken++;
      yield* this.handle(next.value);
    }
  }

  *handle({ id, reply }: Job): Generator<never, void, unknown> {
    const { counts } = this;
    yield* this.connections.acquire();
    counts.opened++;
    try {
      yield* scope(() => this.compute(id));
    } catch (error) {
      counts.broken++;
      throw error;
    } finally {
      yield* sleep(1);
      counts.closed++;
      this.connections.release();
    }
    if (reply.isClosed) counts.dropped++;
    else {
      counts.done++;
      yield* reply.send(id);
    }
  }

  /** Two parts side by side, one of which may break and takes the other along. */
  *compute(id: number): Generator<never, void, unknown> {
    const { random, counts, book } = this;
    defer(function* () {
      yield* sleep(1);
    });
    spawn(function* () {
      yield* sleep(300 * random());
      if (random() < 0.05) throw new Broken(`job ${id}`);
    });
    yield* sleep(200 * random());
    using _ = yield* book.lock();
    yield* sleep(1);
    counts.checksum = (Math.imul(counts.checksum, 31) + id) | 0;
  }

  /** One client: asks up to three times, each time for so long. */
  *ask(id: number): Generator<never, void, unknown> {
    const { counts, inbox, random } = this;
    for (let left = 3; left > 0; left--) {
      counts.tries++;
      const reply = new Channel<number>(1);
      try {
        yield* timeout(400 + 400 * random(), function* () {
          yield* inbox.send({ id, reply });
          if ((yield* reply.receive()) !== id) throw new Error("the reply of another");
        });
        counts.answered++;
        return;
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        counts.timedOut++;
      } finally {
        reply.close();
      }
      yield* sleep(50 * 2 ** random());
    }
    counts.gaveUp++;
  }

  /** Clients for `duration` milliseconds; ends when the last is gone. Some leave before they are answered. */
  *day(duration: number, clock: Clock): Generator<never, void, unknown> {
    const { counts, random } = this;
    const end = clock.now() + duration;
    const leave = function* (client: Task<unknown, unknown, never>): Generator<never, void, unknown> {
      yield* sleep(300 * random());
      if (client.state === "waiting" || client.state === "ready") counts.left++;
      yield* client.cancel("the client has left");
    };
    while (clock.now() < end) {
      yield* sleep(-PACE * Math.log(1 - random()));
      for (let left = GROUP * random(); left > 0; left--) {
        const client = spawn(() => this.ask(++counts.clients));
        if (random() < 0.1) spawn(leave, client);
      }
    }
  }
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    gc();
  }
  return process.memoryUsage().heapUsed;
}

test("six hours of a server: every count balances, and memory stays as it is", async () => {
  const clock = new Clock();
  const server = new Server(1);
  const heap: number[] = [];
  await run.with({ clock, seed: 1 })(function* () {
    server.start();
    for (let hour = 0; hour < 6; hour++) {
      yield* scope(() => server.day(HOUR, clock));
      yield* sleep(60_000);
      heap.push(yield* until(heapUsed));
    }
  });
  const { counts } = server;
  expect(clock.now()).toBeGreaterThanOrEqual(6 * HOUR);
  expect(counts.clients).toBeGreaterThan(((6 * HOUR) / PACE) * (GROUP / 2));
  expect(counts.answered + counts.gaveUp + counts.left).toBe(counts.clients);
  expect(counts.opened).toBe(counts.closed);
  expect(counts.taken).toBe(counts.done + counts.broken + counts.dropped);
  for (const [name, count] of Object.entries(counts)) expect.soft(count, name).not.toBe(0);
  expect(server.connections.statistics()).toMatchObject({ waiting: 0 });
  expect(server.book.statistics()).toMatchObject({ isLocked: false, waiting: 0 });
  expect(server.inbox.statistics()).toMatchObject({ length: 0, senders: 0 });
  const grown = heap.map((bytes) => bytes - heap[1]!);
  expect(Math.max(...grown.slice(2)), `grown by ${grown.join(", ")} bytes`).toBeLessThan(1_000_000);
});

test("the same seed gives the same history of a server", async () => {
  const history = async (seed: number) => {
    const clock = new Clock();
    const server = new Server(seed);
    await run.with({ clock, seed })(function* () {
      server.start();
      yield* scope(() => server.day(HOUR / 12, clock));
    });
    return { ...server.counts, now: clock.now() };
  };
  const first = await history(7);
  expect(await history(7)).toEqual(first);
  expect(await history(8)).not.toEqual(first);
});
