// A job for each night at three: a loop that sleeps. It starts over every week, so that its journal stays short; a
// failure is told and the next night comes; a night that passes while no process runs is made up for, once.
// Here the journal is in memory and nine days pass at once.
import type { Coroutine } from "corun";
import { again, durable, inProcess, now, self, sleep, step } from "corun/durable";
import { VirtualClock } from "corun/testing";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const clock = new VirtualClock({ auto: false });
const report = (text: string) => {
  const time = clock.now();
  console.log(`day ${Math.floor(time / DAY)}, ${Math.floor((time % DAY) / HOUR)} h: ${text}`);
};

function work(day: number): string {
  if (day === 4) throw new Error("the disk is full");
  return `backup ${day}`;
}

const nightly = durable("nightly", function* nightly(done: number = -1): Coroutine.Body<string, never> {
  if (done < 0) yield "ready"; // from here on it goes by itself, in the turn of the one send that starts it
  done = Math.max(0, done);
  for (let nights = 0; nights < 7; nights++) {
    const today = now() - (now() % DAY);
    const next = today + 3 * HOUR;
    yield* sleep((next > now() ? next : next + DAY) - now());
    const day = Math.floor(now() / DAY);
    try {
      const made = yield* step("work", () => work(day), { retry: { attempts: 3 } });
      done++;
      yield* step("report", () => report(`${made}, ${done} in all`));
    } catch (error) {
      const { key } = self();
      yield* step("report", () => report(`${key} failed: ${(error as Error).message}`));
    }
  }
  return again(done);
});

const engine = inProcess({ clock });
const job = engine.open(nightly, "backup");
await job.post(undefined);
await clock.advance(9 * DAY);

const { generation, state, wakeAt } = await job.inspect();
console.log(`started over ${generation} time, ${state}; wakes on day ${Math.floor(wakeAt! / DAY)}`);
console.log(`its journal has ${(await job.history()).length} entries`);
await job.cancel();
await engine.close();
