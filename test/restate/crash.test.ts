// Processes are killed with SIGKILL while coroutines are sent to. `CORUN_CRASH=full` kills more, and
// sends more; `CORUN_SEEDS=20`: each so often, with other seeds.

import { expect, test } from "vitest";
import { crash, type Plan } from "./crash.ts";

const isFull = process.env["CORUN_CRASH"] === "full";
const plan: Omit<Plan, "seed" | "nodes" | "kills"> = isFull
  ? { coroutines: 8, sends: 125, away: 100, most: 20 }
  : { coroutines: 4, sends: 25, away: 100, most: 4 };
const seeds = Array.from({ length: Number(process.env["CORUN_SEEDS"] ?? (isFull ? 3 : 1)) }, (_, n) => n + 1);

for (const seed of seeds) {
  for (const kills of [["service"], ["server"], ["service", "server"]] as Plan["kills"][]) {
    test(`no send is lost, done twice or answered wrong when the ${kills.join(" or the ")} is killed (seed ${seed})`, async () => {
      const outcome = await crash({ ...plan, seed, nodes: 1, kills });
      console.log(JSON.stringify(outcome));
      expect(outcome).toMatchObject({ lost: 0, wrong: 0, reordered: 0 });
      expect(outcome.killed).toBeGreaterThan(0);
    }, 900_000);
  }

  test(`nor when one node of three is (seed ${seed})`, async () => {
    const outcome = await crash({ ...plan, seed, nodes: 3, kills: ["server"], away: 2000 });
    console.log(JSON.stringify(outcome));
    expect(outcome).toMatchObject({ lost: 0, wrong: 0, reordered: 0 });
    expect(outcome.killed).toBeGreaterThan(0);
  }, 900_000);
}
