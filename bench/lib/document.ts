// The page docs/benchmarks.md, from the reports of the suites `together`, `growth`, `trace` and `explore`.

import { machineLine } from "./print.ts";
import { growthAsMarkdown } from "./print-growth.ts";
import { asMarkdown, costOf, rateOf } from "./print-sides.ts";
import { asFullMarkdown, budgetsAsMarkdown } from "./print-together.ts";
import type { Report } from "./report.ts";

/** The suites of the page; only `together` must have been measured. */
export interface Reports {
  readonly together: Report;
  readonly growth: Report | undefined;
  readonly trace: Report | undefined;
  readonly explore: Report | undefined;
}

export function benchmarksPage({ together, growth, trace, explore }: Reports): string {
  return `${[
    "# Benchmarks: coroutines together",
    "<!-- Made by scripts/readme-table.ts from bench/results; the text is in bench/lib/document.ts. -->",
    "Nanoseconds of one operation, unless it says otherwise; smaller is better. The same programs on each system, in one run.",
    asFullMarkdown(together),
    "A word in place of a figure says why there is none.",
    machineLine(together, "en"),
    "## How it is measured",
    HOW.replace("ROUNDS", `${together.rounds}`),
    "## What is compared",
    WHAT,
    "## Budgets",
    budgetsAsMarkdown(together),
    ...(growth === undefined
      ? []
      : [
          "## As the number of tasks grows",
          GROWTH,
          growthAsMarkdown(growth),
          `${machineLine(growth, "en")}${growth.quick ? " A quick run: to look at the shape, not to quote." : ""}`,
        ]),
    ...(trace === undefined
      ? []
      : ["## What it costs to be watched", TRACE, asMarkdown(trace, costOf), machineLine(trace, "en")]),
    ...(explore === undefined
      ? []
      : ["## Schedules a second", EXPLORE, asMarkdown(explore, rateOf), machineLine(explore, "en")]),
    "## To run it",
    RUN,
  ].join("\n\n")}\n`;
}

const HOW = `- Each figure comes from a process of its own, that does nothing else. It warms the program up until a run fills 60 ms, several times, then measures seven such runs; their median stands for the process.
- Rounds of this: ROUNDS. In each round every system has its turn at a row before the next row begins, in the opposite order in every second round. So what disturbs the machine disturbs all alike. The figure is the median over the rounds, and a ratio the median of the ratios of the rounds.
- The median, not the best: garbage is part of what tasks cost.
- Corun is the built package, as users have it. Every answer is checked.
- Memory is what the heap and what it holds outside of it have grown by, after garbage collection, divided by the number of tasks; for Go heap and stacks.
- In the timer row the sleeps are 1 to 20 ms and the work takes longer than the longest of them, so that it is the work that is measured.`;

const WHAT = `- **async/await**: async functions and a channel of promises without anything that can be left out, [\`promise-channel.mjs\`](../bench/programs/promise-channel.mjs). There are no tasks: nothing can be cancelled, and a failure is lost unless somebody awaits it. It is what the engine can do at best.
- **Effect**: fibers that are forked as children, \`Queue.bounded\`; capacity 0 for the rendezvous.
- **Effection**: \`spawn\` and queues. Its queues hold any number of values, so a sender never waits.
- **redux-saga**: \`fork\`, and channels whose buffer expands: \`put\` never waits for a taker.
- **js-csp**: \`go\` and channels. No cancellation, no structure.
- **@thi.ng/csp**: channels between async functions.
- **RxJS**: has neither tasks nor channels; it is in the rows for which it has something of its own.
- **bare generators**: no system but the least that runs generators beside one another, [\`bare-scheduler.mjs\`](../bench/programs/bare-scheduler.mjs): nothing can be cancelled, a failure ends all, nobody owns a task, and the host starves. The difference to it is about what Corun's semantics cost. It is not the fastest that the engine allows: it makes an object at each wait, also at a switch, where Corun makes none.
- **Go** with \`GOMAXPROCS=1\`: goroutines, unbuffered and buffered channels, \`select\`. A goroutine is not cancelled from outside and nobody waits for it by itself; where tasks are cancelled, each parent has a context and a wait group.
- **Lua**, **LuaJIT**: bare coroutines, resumed by a loop, as there is no scheduler and there are no channels.

The programs stand side by side in [\`bench/programs\`](../bench/programs) and [\`bench/rivals\`](../bench/rivals): whoever knows one of the systems better is welcome to make its program faster.`;

const GROWTH = `Every cost with 10 to 1,000,000 tasks that all take part. The making and ending of the tasks does not count, but where that is what is measured. From 10,000 tasks on, those that a task wakes run next ([a crowd runs in depth](decisions/0019-a-crowd-runs-in-depth.md)): each pair of a round trip or a select has some hundred steps at a time, and what it uses stays in the processor's caches. The timer row runs on a clock that jumps to the next moment at which anything is due.

![Lines over the number of tasks: switch, round trip, spawn and join, select, timer, cancel, and the bytes of a parked task](growth.svg)`;

const TRACE = `Nanoseconds of one operation, and how many times as many as with nobody watching (\`off\`): with an observer that listens to nothing; traced in order, without and with the values; with the time of each event, which is what \`trace()\` does; and with the line of the source of each event, as \`corun run --trace\` does, for which the host's stack is read each time. The budget for a switch is 1.3× in order and 2.5× with the time. One program in one process; rounds and medians as above.`;

const EXPLORE = `How many schedules \`explore\` tries a second: its portfolio, each of its strategies alone, and one after the other as \`systematic\` does. A schedule is some dozen steps. The aim is 50,000 for four tasks.`;

const RUN = `\`\`\`sh
npm run bench -- together            # all rows; half an hour on a quiet machine
npm run bench -- together --quick    # to look, not to quote
npm run bench -- together --only round-trip,select
npm run bench -- growth
npm run bench -- trace
npm run bench -- explore
\`\`\`

The rivals from npm are no dependencies of the package. They are in [\`bench/rivals/package.json\`](../bench/rivals/package.json), with a lock file, and are installed there when the suite first runs. What is not installed, or cannot be, is left out of the table. \`--json\` prints the report; \`--save\` keeps it in \`bench/results\`, from where \`scripts/readme-table.ts\` makes this page and the tables of the READMEs.`;
