// The suite `together`: tasks and channels, against async functions, the libraries that have tasks or channels, Go,
// and what Lua's coroutines do. The programs are in bench/programs and bench/rivals.

import type { Absent, Budget, Measured, Rival, RowPlan, Suite } from "./lib/plan.ts";
import { BARE } from "./lib/print-together.ts";
import type { Text } from "./lib/report.ts";

/** A size that a side can finish in a minute, and what is said of it. */
interface Smaller {
  readonly argument: number;
  readonly note: string;
}

interface Plan {
  readonly id: string;
  readonly title: Text;
  readonly program: string;
  readonly argument?: number;
  readonly unit?: "ns" | "B";
  readonly budget?: readonly Budget[];
  /** Why a rival is not there, its smaller size, or what is different; by side. */
  readonly except?: Readonly<Record<string, string | Smaller | { readonly note: string }>>;
  /** Lua has it too. */
  readonly lua?: boolean;
}

const RIVALS: readonly { side: string; module: string; package?: string }[] = [
  { side: "async/await", module: "programs/async-together.mjs" },
  { side: "Effect", module: "rivals/effect.mjs", package: "effect" },
  { side: "Effection", module: "rivals/effection.mjs", package: "effection" },
  { side: "redux-saga", module: "rivals/redux-saga.mjs", package: "redux-saga" },
  { side: "js-csp", module: "rivals/js-csp.mjs", package: "js-csp" },
  { side: "@thi.ng/csp", module: "rivals/thi-ng-csp.mjs", package: "@thi.ng/csp" },
  { side: "RxJS", module: "rivals/rxjs.mjs", package: "rxjs" },
];

/** No rival: what the engine's generators allow, without any of the semantics. */
const FLOOR = {
  module: "programs/bare-together.mjs",
  programs: ["switch", "roundTrip", "oneWay", "buffered", "spawnJoin", "spawnMany", "skynet", "ring", "bytes"],
};

const NO_TASKS = "no tasks of its own";
const NO_CHANNELS = "no channels";
const NO_CANCEL = "cannot cancel";
const UNBOUNDED = "a sender never waits";

/** What these cannot do, whatever the row. */
const LACKS: Readonly<Record<string, { readonly programs: readonly string[]; readonly none: string }[]>> = {
  Effection: [{ programs: ["oneWay", "buffered", "sieve"], none: UNBOUNDED }],
  "redux-saga": [{ programs: ["buffered"], none: UNBOUNDED }],
  "js-csp": [{ programs: ["cancelTree"], none: NO_CANCEL }],
  "@thi.ng/csp": [
    { programs: ["switch", "spawnJoin", "spawnMany", "timers", "deep"], none: NO_TASKS },
    { programs: ["cancelTree"], none: NO_CANCEL },
  ],
  RxJS: [
    { programs: ["roundTrip", "oneWay", "buffered", "select", "skynet", "ring", "sieve"], none: NO_CHANNELS },
    { programs: ["switch", "spawnJoin", "spawnMany", "bytes", "deep"], none: NO_TASKS },
  ],
};

const UNLIMITED = { note: "its channels hold any number" };

function go(program: string, argument: number | undefined): Rival {
  return {
    side: "Go",
    source: "together.go",
    version: ["go", "version"],
    compile: (source, output) => ["go", "build", "-o", output, source],
    environment: { GOMAXPROCS: "1" },
    program,
    ...(argument === undefined ? {} : { argument }),
  };
}

function lua(program: string, argument: number | undefined): Rival[] {
  const more = argument === undefined ? {} : { argument };
  return [
    { side: "Lua", source: "together.lua", version: ["lua5.4", "-v"], interpret: "lua5.4", program, ...more },
    { side: "LuaJIT", source: "together.lua", version: ["luajit", "-v"], interpret: "luajit", program, ...more },
  ];
}

function rowOf({ id, title, program, argument, unit, budget, except = {}, lua: hasLua }: Plan): RowPlan {
  const own: Measured = { side: "corun", module: "programs/corun-together.mjs", program, ...sized(argument) };
  const others = RIVALS.map((rival): Measured | Absent => {
    const exception = except[rival.side];
    const none =
      typeof exception === "string"
        ? exception
        : LACKS[rival.side]?.find(({ programs }) => programs.includes(program))?.none;
    if (none !== undefined) return { side: rival.side, none };
    return { ...rival, program, ...sized(argument), ...(typeof exception === "object" ? exception : {}) };
  });
  const floor = FLOOR.programs.includes(program)
    ? [{ side: BARE, module: FLOOR.module, program, ...sized(argument) }]
    : [];
  return {
    id,
    title,
    ...(unit === undefined ? {} : { unit }),
    sides: [own, ...others, ...floor],
    rivals: [go(program, argument), ...(hasLua === true ? lua(program, argument) : [])],
    ...(budget === undefined ? {} : { budget }),
  };
}

function sized(argument: number | undefined): { argument?: number } {
  return argument === undefined ? {} : { argument };
}

function toGo(most: number, aim?: number): Budget {
  return aim === undefined ? { against: "Go", most } : { against: "Go", aim, most };
}

function deep(levels: number, digits: string): Plan {
  return {
    id: `deep-${levels}`,
    title: {
      en: `wait and go on below ${digits} ${levels === 1 ? "call" : "calls"}`,
      zh: `在 ${digits} 层调用之下等待并继续`,
    },
    program: "deep",
    argument: levels,
    ...(levels === 1 ? {} : { budget: [{ against: { row: "deep-1" }, most: 1.25 }] }),
    lua: true,
  };
}

const PLANS: readonly Plan[] = [
  {
    id: "switch-2",
    title: { en: "switch between 2 tasks: `yieldNow()`", zh: "2 个任务间切换：`yieldNow()`" },
    program: "switch",
    argument: 2,
    budget: [toGo(0.8)],
    lua: true,
  },
  {
    id: "switch-100",
    title: { en: "switch among 100 tasks", zh: "100 个任务间切换" },
    program: "switch",
    argument: 100,
    budget: [toGo(0.8)],
    lua: true,
  },
  {
    id: "round-trip",
    title: { en: "channel round trip, rendezvous", zh: "无缓冲通道往返一次" },
    program: "roundTrip",
    budget: [toGo(0.6), { against: "async/await", most: 0.65 }],
    except: { Effection: UNLIMITED, "redux-saga": UNLIMITED },
  },
  {
    id: "one-way",
    title: { en: "a message, rendezvous", zh: "无缓冲通道，每条消息" },
    program: "oneWay",
    budget: [toGo(0.6)],
    except: { "redux-saga": UNLIMITED },
  },
  {
    id: "buffered",
    title: { en: "a message, buffer of 128", zh: "容量 128 的通道，每条消息" },
    program: "buffered",
    budget: [toGo(1)],
    except: {
      "@thi.ng/csp": { note: "a write is done when it is read" },
    },
  },
  {
    id: "spawn-join",
    title: { en: "spawn + join, one after the other", zh: "依次启动并等待一个任务" },
    program: "spawnJoin",
    budget: [toGo(0.4)],
    except: { "async/await": { note: "a call and an await: no task" } },
  },
  {
    id: "spawn-1000",
    title: { en: "spawn 1,000, then join all, a task", zh: "启动 1,000 个任务再全部等待，每个" },
    program: "spawnMany",
    except: { "async/await": { note: "calls and `Promise.all`: no tasks" } },
  },
  {
    id: "select",
    title: { en: "select of two channels, a message", zh: "两个通道的 select，每条消息" },
    program: "select",
    budget: [toGo(1)],
    except: { Effection: UNLIMITED, "redux-saga": UNLIMITED },
  },
  {
    id: "skynet",
    title: { en: "skynet: 1,000,000 leaves with channels, a leaf", zh: "skynet：1,000,000 个带通道的叶任务，每个" },
    program: "skynet",
    argument: 1_000_000,
    budget: [toGo(1.5, 1)],
    except: {
      Effect: { argument: 100_000, note: "100,000 leaves" },
      Effection: { argument: 1000, note: "1,000 leaves, channels that hold any number" },
      "redux-saga": { argument: 100_000, note: "100,000 leaves, channels that hold any number" },
      "js-csp": { argument: 100_000, note: "100,000 leaves" },
    },
  },
  {
    id: "ring",
    title: { en: "ring of 503 tasks with channels, a hop", zh: "503 个任务以通道成环，每跳" },
    program: "ring",
    budget: [toGo(0.7)],
    except: { Effection: UNLIMITED, "redux-saga": UNLIMITED },
    lua: true,
  },
  {
    id: "timers",
    title: { en: "100,000 tasks that sleep 1 to 20 ms, a task", zh: "100,000 个任务各睡 1 至 20 毫秒，每个" },
    program: "timers",
    argument: 100_000,
    except: { Effection: { argument: 1000, note: "1,000 tasks" } },
  },
  {
    id: "cancel-tree",
    title: { en: "cancel a tree of 111,111 tasks, a task", zh: "取消 111,111 个任务的树，每个" },
    program: "cancelTree",
    argument: 5,
    except: {
      "async/await": { note: "AbortSignal, an AbortController in each parent" },
      Effection: { argument: 3, note: "1,111 tasks" },
      RxJS: { note: "subscriptions; teardown is synchronous, and nobody waits for it" },
    },
  },
  {
    id: "bytes",
    title: { en: "memory of a task that waits in `receive()`", zh: "等待于 `receive()` 的任务所占内存" },
    program: "bytes",
    argument: 100_000,
    unit: "B",
    budget: [{ against: { figure: 400 }, most: 1 }],
    except: { Effection: { argument: 5000, note: "of 5,000" } },
    lua: true,
  },
  deep(1, "1"),
  deep(10, "10"),
  deep(100, "100"),
  deep(1000, "1,000"),
  {
    id: "sieve",
    title: { en: "prime sieve over channels, 500 primes, a message", zh: "以通道筛出 500 个素数，每条消息" },
    program: "sieve",
    except: { "redux-saga": UNLIMITED },
  },
];

export const together: Suite = {
  name: "together",
  title: { en: "Coroutines together", zh: "协程协同" },
  reference: "corun",
  statistic: "median",
  timing: {
    full: { warmups: 4, repetitions: 7, milliseconds: 60, limit: 6000 },
    quick: { warmups: 2, repetitions: 3, milliseconds: 25, limit: 1500 },
  },
  rounds: { full: 5, quick: 1 },
  rows: PLANS.map(rowOf),
};
