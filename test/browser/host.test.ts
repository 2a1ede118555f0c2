// A page stays alive while a run works: frames are drawn, timers fire, messages and answers arrive.
import { Channel, run, sleep, spawn, until, yieldNow } from "corun";
import { expect, test } from "vitest";

/** How long a run is busy at least, in milliseconds. */
const BUSY = 1000;

/** Counts what comes in from the host again and again, and how long it waited at most. */
function watch(ask: (again: () => void) => void) {
  let last = performance.now();
  let stopped = false;
  const seen = { count: 0, longestPause: 0, stop: () => (stopped = true) };
  const again = () => {
    if (stopped) return;
    const now = performance.now();
    seen.count++;
    seen.longestPause = Math.max(seen.longestPause, now - last);
    last = now;
    ask(again);
  };
  ask(again);
  return seen;
}

/** Switches between two tasks a million times, and on until the time is up; gives the number of switches. */
function* switchBusily(): Generator<never, number, unknown> {
  const end = performance.now() + BUSY;
  let switches = 0;
  const body = function* () {
    while (switches < 1_000_000 || performance.now() < end) {
      switches++;
      yield* yieldNow();
    }
  };
  const tasks = [spawn(body), spawn(body)];
  for (const task of tasks) yield* task;
  return switches;
}

test("frames are drawn and timers, messages and answers arrive while a million switches run", async () => {
  const { port1, port2 } = new MessageChannel();
  const frames = watch((again) => requestAnimationFrame(again));
  const timers = watch((again) => setTimeout(again, 1));
  const messages = watch((again) => {
    port1.addEventListener("message", again, { once: true });
    port2.postMessage("");
  });
  const answers = watch((again) => {
    void fetch("data:text/plain,here").then(again);
  });
  port1.start();

  const switches = await run(switchBusily);

  const all = { frames, timers, messages, answers };
  for (const watched of Object.values(all)) watched.stop();
  port1.close();
  expect(switches).toBeGreaterThanOrEqual(1_000_000);
  for (const [what, { count, longestPause }] of Object.entries(all)) {
    expect.soft(count, `how many ${what}`).toBeGreaterThanOrEqual(10);
    expect.soft(longestPause, `the longest pause of ${what} in ms`).toBeLessThan(BUSY / 2);
  }
});

test("tasks that pass values over a channel without a rest leave the timer its turn that ends them", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort("enough"), 50);
  const giveUp = performance.now() + 3000; // without it a failure would be a page that hangs
  const ended = run.with({ signal: controller.signal })(function* () {
    const channel = new Channel<number>();
    spawn(function* () {
      for (let n = 0; performance.now() < giveUp; n++) yield* channel.send(n);
    });
    while (performance.now() < giveUp) yield* channel.receive();
  });
  await expect(ended).rejects.toMatchObject({ name: "CancelledError", reason: "enough" });
});

test("sleeps end while other tasks never rest, close to their time", async () => {
  const late = await run(function* () {
    spawn.background(function* () {
      for (;;) yield* yieldNow();
    });
    let latest = 0;
    for (let i = 0; i < 10; i++) {
      const from = performance.now();
      yield* sleep(20);
      const waited = performance.now() - from;
      expect(waited).toBeGreaterThanOrEqual(20);
      latest = Math.max(latest, waited - 20);
    }
    return latest;
  });
  expect(late).toBeLessThan(200);
});

test("a run works in a worker as on the page, and leaves its timers and messages their turn", async () => {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
  const report = await run(() =>
    until(
      new Promise<unknown>((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
        worker.addEventListener("error", ({ message }) => reject(new Error(message)), { once: true });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's has no such argument
        worker.postMessage("begin");
      }),
    ),
  );
  worker.terminate();
  expect(report).toEqual({ sum: 499_500, fired: [1, 5, 10] });
});
