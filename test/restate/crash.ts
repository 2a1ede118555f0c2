// Sends while processes are killed, and counts what came of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { restate } from "corun/durable/restate";
import { Program } from "./processes.ts";
import { type Answer, clerk, ledger } from "./programs/coroutines.ts";
import { freePorts, pause, type Servers, startServers } from "./server.ts";

export interface Plan {
  seed: number;
  nodes: number;
  /** What is killed: one of these at a time. */
  kills: readonly ("service" | "server")[];
  coroutines: number;
  sends: number;
  /** How long a killed one stays away, in milliseconds. */
  away: number;
  /** How many are killed at most. */
  most: number;
}

export interface Outcome {
  killed: number;
  /** Marks that are missing. */
  lost: number;
  /** Answers that are not those of a run without kills. */
  wrong: number;
  /** Marks of one key that are not in the order of the sends. */
  reordered: number;
  /** Marks that were made again: a step is done at least once. */
  twice: number;
  /** The longest time between two answers, in milliseconds. */
  stall: number;
  /** The longest time from a kill until what was killed was up again. */
  down: number;
  seconds: number;
}

/** A number below 1, from a seed: the same ones each time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

export async function crash(plan: Plan): Promise<Outcome> {
  const servers = await startServers({ nodes: plan.nodes });
  const folder = mkdtempSync(path.join(tmpdir(), "corun-crash-"));
  const marks = path.join(folder, "marks");
  writeFileSync(marks, "");
  const ingresses = servers.nodes.map(({ ingress }) => ingress);
  const [port] = await freePorts(1);
  const service = new Program("service.ts", [ingresses.join(","), servers.nodes.at(-1)!.admin, String(port)], {
    MARKS: marks,
  });
  try {
    await service.start();
    const killing = killer(plan, servers, service);
    const sent = await sendAll(plan, ingresses);
    const kills = await killing.stop();
    return { ...judge(plan, readFileSync(marks, "utf8"), sent), ...kills };
  } finally {
    await service.kill();
    await servers.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Sent {
  answers: Answer[][];
  ledgers: Answer[];
  stall: number;
  seconds: number;
}

async function sendAll({ coroutines, sends, seed }: Plan, ingresses: string[]): Promise<Sent> {
  const engine = restate(ingresses);
  const start = performance.now();
  let last = start;
  let stall = 0;
  const keys = Array.from({ length: coroutines }, (_, i) => `s${seed}k${i}`);
  const answers = await Promise.all(
    keys.map(async (key) => {
      const c = engine.open(clerk, key);
      const all: Answer[] = [];
      for (let n = 1; n <= sends; n++) {
        all.push(await c.send(n));
        stall = Math.max(stall, performance.now() - last);
        last = performance.now();
      }
      return all;
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  // A send of nothing says how many there were, and their sum.
  const ledgers = await Promise.all(keys.map((key) => engine.open(ledger, key).send(0)));
  await engine.close();
  return { answers, ledgers, stall, seconds };
}

function killer(
  { seed, kills, away, most }: Plan,
  servers: Servers,
  service: Program,
): { stop(): Promise<Pick<Outcome, "killed" | "down">> } {
  const random = chance(seed);
  const over = new AbortController();
  let killed = 0;
  let down = 0;
  const run = async () => {
    while (killed < most) {
      await pause(300 + random() * 900);
      if (over.signal.aborted) break;
      const what = kills[Math.floor(random() * kills.length)]!;
      killed++;
      const start = performance.now();
      if (what === "service") {
        await service.kill();
        await pause(away);
        await service.start();
      } else {
        const node = servers.nodes[Math.floor(random() * servers.nodes.length)]!;
        await node.end("SIGKILL");
        await pause(away);
        node.start();
        await node.healthy();
      }
      down = Math.max(down, Math.round(performance.now() - start));
    }
  };
  const done = run();
  return {
    async stop() {
      over.abort();
      await done;
      return { killed, down };
    },
  };
}

function judge({ coroutines, sends }: Plan, marks: string, sent: Sent): Omit<Outcome, "killed" | "down"> {
  let wrong = 0;
  for (const answers of sent.answers)
    for (const [i, { n, sum }] of answers.entries()) if (n !== i + 1 || sum !== ((i + 1) * (i + 2)) / 2) wrong++;
  for (const { n, sum } of sent.ledgers) if (n !== sends + 1 || sum !== (sends * (sends + 1)) / 2) wrong++;
  const seen = new Map<string, number[]>();
  for (const line of marks.trim().split("\n")) {
    const [key, v] = line.split(" ") as [string, string];
    seen.set(key, [...(seen.get(key) ?? []), Number(v)]);
  }
  let [marked, lost, reordered] = [0, 0, 0];
  for (const values of seen.values()) {
    marked += values.length;
    lost += sends - new Set(values).size;
    for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) reordered++;
  }
  lost += (coroutines - seen.size) * sends;
  const twice = marked - (coroutines * sends - lost);
  return { wrong, lost, reordered, twice, stall: Math.round(sent.stall), seconds: Math.round(sent.seconds * 10) / 10 };
}
