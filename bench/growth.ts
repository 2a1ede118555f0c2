// The suite `growth`: what each operation costs as the number of tasks grows from 10 to 1,000,000.

import type { RowPlan, Suite } from "./lib/plan.ts";
import type { Report, Row, Text } from "./lib/report.ts";

export interface Cost {
  readonly id: string;
  readonly title: Text;
  readonly unit?: "B";
}

export const COSTS: readonly Cost[] = [
  { id: "switch", title: { en: "switch", zh: "切换" } },
  { id: "roundTrip", title: { en: "channel round trip", zh: "通道往返" } },
  { id: "spawnJoin", title: { en: "spawn + join", zh: "启动并等待" } },
  { id: "select", title: { en: "select of two", zh: "二选一" } },
  { id: "timer", title: { en: "timer", zh: "定时" } },
  { id: "cancel", title: { en: "cancel", zh: "取消" } },
  { id: "bytes", title: { en: "a parked task", zh: "一个等待的任务" }, unit: "B" },
];

export const SIZES: readonly number[] = [10, 100, 1000, 10_000, 100_000, 1_000_000];
/** Fewer than these are too few to be weighed. */
const WEIGHABLE = 1000;

export const growth: Suite = {
  name: "growth",
  title: { en: "Growth", zh: "规模" },
  reference: "corun",
  statistic: "median",
  timing: {
    full: { warmups: 4, repetitions: 7, milliseconds: 60, limit: 12_000 },
    quick: { warmups: 1, repetitions: 3, milliseconds: 25, limit: 1500 },
  },
  rounds: { full: 3, quick: 1 },
  rows: COSTS.flatMap((cost) =>
    SIZES.filter((size) => cost.unit !== "B" || size >= WEIGHABLE).map((size): RowPlan => ({
      id: `${cost.id}-${size}`,
      title: { en: `${cost.title.en}, ${size} tasks`, zh: `${cost.title.zh}，${size} 个任务` },
      ...(cost.unit === undefined ? {} : { unit: cost.unit }),
      sides: [{ side: "corun", module: "programs/corun-growth.mjs", program: cost.id, argument: size }],
    })),
  ),
};

/** The figure of a cost at a size, where there is one. */
export function figureAt(report: Report, cost: Cost, size: number): number | undefined {
  const row: Row | undefined = report.rows.find(({ id }) => id === `${cost.id}-${size}`);
  return row?.sides[0]?.figure?.median;
}
