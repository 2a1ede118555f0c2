// The consumer of producer-consumer.ts, unchanged, in a journal on disk. A process sends it 5 and 4, and is killed with
// kill -9 before anything could be tidied up; another one sends 3 and 2. The consumer goes on as if nothing had been, and
// the send whose answer the kill has swallowed is sent again, with its id, and counted once.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { coroutine, type Coroutine } from "corun";
import { embedded } from "corun/durable";

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  let wanted = true;
  for (;;) {
    const n = yield wanted;
    if (n === 3) wanted = false;
  }
});

async function send(store: string, numbers: number[]): Promise<void> {
  await using engine = embedded(store);
  const c = engine.open(consumer, "42");
  for (const n of numbers) {
    const wanted = await c.send(n, { id: `number ${n}` });
    if (n === 4 && process.env["KILL"] !== undefined) process.kill(process.pid, "SIGKILL"); // nobody hears of this answer
    console.log(`sent ${n}: ${wanted ? "wanted" : "enough"}`);
  }
  const { turns } = await c.inspect();
  console.log(`it was sent ${turns} numbers`);
}

const [store] = process.argv.slice(2);
if (store === undefined) {
  const folder = mkdtempSync(join(tmpdir(), "corun-"));
  const path = join(folder, "store.db");
  const execArgv = process.versions.node.startsWith("20.") ? ["--import", "tsx"] : []; // newer ones run TypeScript
  const child = fork(fileURLToPath(import.meta.url), [path], { env: { ...process.env, KILL: "yes" }, execArgv });
  const [, signal] = await once(child, "exit");
  console.log(`it has ended by ${signal}`);
  await send(path, [4, 3, 2]);
  rmSync(folder, { recursive: true });
} else {
  await send(store, [5, 4]);
}
