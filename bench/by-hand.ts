// The suite `by-hand`: coroutines resumed by plain calls, against native generators and, for one resume and
// yield, against what other languages have. The programs are in bench/programs and bench/rivals.

import type { Budget, Measured, Rival, RowPlan, Suite } from "./lib/plan.ts";

const RESUME: Budget = { against: "native", aim: 1.4, most: 1.6 };
const FASTER: Budget = { against: "native", most: 1 };
/** However deep: a resume costs what it costs at depth 1, but for what the caches make of many frames. */
const FLAT: Budget = { against: { row: "depth-1" }, most: 1.25 };
/** 85 ns where native takes 24 to 30. */
const CALL: Budget = { against: "native", most: 3.1 };

const rivals: readonly Rival[] = [
  { side: "CPython", source: "send.py", version: ["python3", "--version"], interpret: "python3", count: 200_000 },
  { side: "Lua", source: "resume.lua", version: ["lua5.4", "-v"], interpret: "lua5.4", count: 150_000 },
  { side: "LuaJIT", source: "resume.lua", version: ["luajit", "-v"], interpret: "luajit", count: 300_000 },
  {
    side: "swapcontext",
    source: "swapcontext.c",
    version: ["gcc", "--version"],
    compile: (source, output) => ["gcc", "-O2", "-o", output, source],
    count: 30_000,
  },
  {
    side: "Boost.Context",
    source: "boost-context.cpp",
    version: ["g++", "--version"],
    compile: (source, output) => ["g++", "-O2", "-o", output, source, "-lboost_context"],
    count: 600_000,
  },
];

function both(program: string, more: Omit<Measured, "side" | "program"> = {}): Measured[] {
  return ["native", "corun"].map((side) => ({ side, program, ...more }));
}

function depth(levels: number, digits: string): RowPlan {
  return {
    id: `depth-${levels}`,
    title: {
      en: `resume through ${digits} ${levels === 1 ? "level" : "levels"} of \`yield*\``,
      zh: `穿过 ${digits} 层 \`yield*\` 恢复一次`,
    },
    sides: both("depth", { argument: levels }),
    budget: levels === 1 ? [FASTER] : [FASTER, FLAT],
  };
}

export const byHand: Suite = {
  name: "by-hand",
  title: { en: "Coroutines by hand", zh: "手动驱动的协程" },
  reference: "native",
  statistic: "best",
  // Many short ones: the best then falls between two disturbances.
  timing: {
    full: { warmups: 2, repetitions: 25, milliseconds: 12, limit: 60_000 },
    quick: { warmups: 2, repetitions: 8, milliseconds: 12, limit: 60_000 },
  },
  rounds: { full: 9, quick: 3 },
  rows: [
    {
      id: "next",
      title: { en: "`next()`: resume + yield", zh: "`next()`：一次恢复与让出" },
      sides: both("next"),
      rivals,
      budget: [RESUME],
    },
    {
      id: "next-many",
      title: { en: "`next()` of 32 bodies in turn", zh: "轮流对 32 个不同的协程体 `next()`" },
      sides: both("nextMany", { argument: 32 }),
      budget: [RESUME],
    },
    {
      id: "send",
      title: { en: "`send(value)`; native: `next(value)`", zh: "`send(value)`；原生为 `next(value)`" },
      sides: both("send"),
      budget: [RESUME],
    },
    { id: "for-of", title: { en: "`for…of`, an item", zh: "`for…of`，每项" }, sides: both("forOf"), budget: [RESUME] },
    {
      id: "transfer",
      title: {
        en: "`transfer` between two, a switch; native: a loop of one's own",
        zh: "两个协程之间 `transfer`，每次切换；原生为手写的循环",
      },
      sides: both("transfer"),
    },
    {
      id: "ring",
      title: { en: "thread ring of 503 by `transfer`, a hop", zh: "503 个协程的环，用 `transfer`，每跳" },
      sides: both("ring", { count: { full: 50_000_000, quick: 5_000_000 } }),
    },
    {
      id: "call",
      title: { en: "call + return of a child: `yield* child()`", zh: "调用子协程并返回：`yield* child()`" },
      sides: both("call"),
      budget: [CALL],
    },
    depth(1, "1"),
    depth(10, "10"),
    depth(100, "100"),
    depth(1_000, "1,000"),
    depth(100_000, "100,000"),
    {
      id: "tree",
      title: { en: "recursive walk of a tree of 2^18 nodes, a node", zh: "递归遍历 2^18 个节点的树，每个节点" },
      sides: both("tree", { argument: 18 }),
      budget: [FASTER],
    },
    { id: "create", title: { en: "creation", zh: "创建" }, sides: both("create") },
    {
      id: "bytes",
      title: { en: "memory of one that is suspended", zh: "一个挂起的协程所占内存" },
      unit: "B",
      sides: both("bytes", { argument: 100_000 }),
    },
  ],
};
