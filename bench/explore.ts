// The suite `explore`: how many schedules of a small program are tried a second, in each way of choosing them.

import type { RowPlan, Suite } from "./lib/plan.ts";
import type { Text } from "./lib/report.ts";

const WAYS = ["portfolio", "random", "pos", "pct", "systematic"];
/** Nanoseconds: 50,000 schedules a second. */
const FIFTY_THOUSAND = 20_000;

function rowOf(id: string, program: string, title: Text, isBound: boolean): RowPlan {
  const ways = isBound ? WAYS : [];
  return {
    id,
    title,
    sides: WAYS.map((way) => ({ side: way, module: "programs/explore.mjs", program: `${program}/${way}` })),
    budget: ways.map((way) => ({ of: way, against: { figure: FIFTY_THOUSAND }, most: 1 })),
  };
}

export const exploring: Suite = {
  name: "explore",
  title: { en: "Exploring", zh: "探索调度" },
  reference: "portfolio",
  statistic: "median",
  timing: {
    full: { warmups: 4, repetitions: 7, milliseconds: 200, limit: 20_000 },
    quick: { warmups: 1, repetitions: 3, milliseconds: 50, limit: 3000 },
  },
  rounds: { full: 3, quick: 1 },
  rows: [
    rowOf("switches", "switches", { en: "4 tasks that switch", zh: "4 个切换的任务" }, true),
    rowOf(
      "workers",
      "workers",
      { en: "4 tasks with a lock, a channel and time", zh: "4 个任务，有锁、通道和时间" },
      true,
    ),
    rowOf("lockers", "lockers", { en: "a scope of 5 workers and a lock", zh: "一个作用域，5 个任务抢一把锁" }, false),
  ],
};
