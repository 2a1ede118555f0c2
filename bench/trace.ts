// What tracing costs: each program off, with an observer that listens to nothing, and traced, in the order, with the
// time and with the lines. Each figure is the median of some fresh processes, which take turns, of their medians.
//
//   npm run -s build && node --import tsx bench/trace.ts [rounds] [folder of the package to compare with]

import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const PROGRAMS = ["switches", "roundTrips", "spawns"];
const KINDS = ["off", "an observer of nothing", "order, no values", "order", "time", "sites"];

const rounds = Number(process.argv[2] ?? 5);
const before = process.argv[3];
const script = fileURLToPath(new URL("programs/trace.mjs", import.meta.url));

function measure(program: string, kind: string): number {
  const args = kind === "before" ? ["off", before!] : [kind];
  return Number(execFileSync(process.execPath, [script, program, ...args], { encoding: "utf8" }));
}

function median(figures: number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}

for (const program of PROGRAMS) {
  const kinds = before === undefined ? KINDS : ["before", ...KINDS];
  const figures = new Map(kinds.map((kind) => [kind, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) figures.get(kind)!.push(measure(program, kind));
  const base = median(figures.get("off")!);
  for (const [kind, all] of figures) {
    const figure = median(all);
    const times = (figure / base).toFixed(2);
    console.log(
      `${program.padEnd(12)} ${kind.padEnd(24)} ${figure.toFixed(1).padStart(10)} ns  ${times.padStart(8)} x`,
    );
  }
}
