// An agent: it asks a model, uses the tools that the model wants, and asks again, until there is an answer. Each step is
// kept, so that a process that is killed in the middle and started again goes on where it was: the model is not asked
// again what it has answered. A tool may be used again, if the kill came before its result was kept.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Coroutine } from "corun";
import { durable, embedded, step } from "corun/durable";
import { type Message, type Reply, standIn } from "./lib/model.ts";

const people = new Map([
  ["Oslo", 717_710],
  ["Bergen", 291_940],
]);

function population(city: string): number {
  console.log(`  the population of ${city} is looked up`);
  if (city === "Bergen" && process.env["KILL"] !== undefined) process.kill(process.pid, "SIGKILL");
  return people.get(city) ?? 0;
}

const tools = new Map([["population", population]]);

async function ask(messages: Message[]): Promise<Reply> {
  const response = await fetch(process.env["MODEL"]!, { method: "POST", body: JSON.stringify(messages) });
  return (await response.json()) as Reply;
}

/** What it is sent are questions, what it yields are the answers. */
export const agent = durable("agent", function* agent(): Coroutine.Body<string, void, string> {
  const messages: Message[] = [];
  for (let answer = ""; ;) {
    messages.push({ from: "user", text: yield answer });
    for (;;) {
      const { tool, text } = yield* step("model", () => ask(messages), { retry: { attempts: 5 } });
      messages.push({ from: "model", text });
      answer = text;
      if (tool === undefined) break;
      const result = yield* step(tool, () => tools.get(tool)!(text));
      messages.push({ from: "tool", text: String(result) });
    }
  }
});

/** A process of its own: asks the agent, with an id, so that the question is asked once. */
async function work(): Promise<void> {
  await using engine = embedded(process.env["STORE"]!);
  const answer = await engine.open(agent, "Ada").send("How many live in Oslo and Bergen?", { id: "1" });
  console.log(answer);
}

/** Starts it, and, as it is killed, starts it again. */
async function show(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  const model = await standIn();
  const env = { ...process.env, STORE: join(folder, "agent.db"), MODEL: model.url };
  const execArgv = process.versions.node.startsWith("20.") ? ["--import", "tsx"] : []; // newer ones run TypeScript
  for (const more of [{ KILL: "yes" }, {}]) {
    const child = fork(fileURLToPath(import.meta.url), ["work"], { env: { ...env, ...more }, execArgv });
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    console.log(`the process ${signal === null ? `has ended: ${code}` : `was killed by ${signal}`}`);
  }
  model.close();
  rmSync(folder, { recursive: true });
}

if (process.argv[2] === "work") await work();
else if (process.argv[1] === fileURLToPath(import.meta.url)) await show();
