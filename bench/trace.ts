// The suite `trace`: what it costs to be watched. Each program with nobody watching, with an observer that listens to
// nothing, and traced: in order without the values, in order, with the time, and with the lines of the source.

import type { Budget, RowPlan, Suite } from "./lib/plan.ts";
import type { Text } from "./lib/report.ts";

const KINDS = ["off", "listening", "order, no values", "order", "time", "lines"];

const SWITCH: readonly Budget[] = [
  { of: "order, no values", against: "off", most: 1.3 },
  { of: "order", against: "off", most: 1.3 },
  { of: "time", against: "off", most: 2.5 },
];

function rowOf(id: string, program: string, title: Text, budget: readonly Budget[] = []): RowPlan {
  return {
    id,
    title,
    sides: KINDS.map((kind) => ({ side: kind, module: "programs/trace.mjs", program: `${program}/${kind}` })),
    budget,
  };
}

export const tracing: Suite = {
  name: "trace",
  title: { en: "Tracing", zh: "跟踪" },
  reference: "off",
  statistic: "median",
  timing: {
    full: { warmups: 4, repetitions: 7, milliseconds: 60, limit: 12_000 },
    quick: { warmups: 1, repetitions: 3, milliseconds: 25, limit: 1500 },
  },
  rounds: { full: 5, quick: 1 },
  rows: [
    rowOf("switch", "switches", { en: "switch: `yieldNow()`", zh: "切换：`yieldNow()`" }, SWITCH),
    rowOf("round-trip", "roundTrips", { en: "channel round trip, rendezvous", zh: "通道往返，无缓冲" }),
    rowOf("spawn-join", "spawns", { en: "spawn + join, one after the other", zh: "依次启动并等待" }),
  ],
};
