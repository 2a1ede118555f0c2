// kill -9 at random points, again and again, while clients send: nothing is lost, out of order or answered differently.

import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkReplay, embedded } from "corun/durable";
import { describe, expect, it } from "vitest";
import { folder, kill, start } from "./processes.ts";
import { account } from "./programs/accounts.ts";

const KEYS = 8;
const SENDS = 125;
/** More of both: `CORUN_CRASHES=20 CORUN_SEEDS=20 npx vitest run --project node test/durable/crash.test.ts`. */
const kills = Number(process.env["CORUN_CRASHES"] ?? 4);
const seeds = Array.from({ length: Number(process.env["CORUN_SEEDS"] ?? 2) }, (_, n) => n + 1);

/** A process that comes back when it has been killed, and the sends that wait for it. */
class Site {
  readonly #path: string;
  readonly #waiting: Map<string, { message: object; resolve: (answer: unknown) => void; reject: (e: Error) => void }> =
    new Map();
  #child: ChildProcess | null = null;
  #answers = 0;
  readonly #thresholds: { count: number; resolve: () => void }[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  async start(): Promise<void> {
    this.#child = await start("host.ts", this.#path);
    this.#child.on("message", ({ id, answer, error }: { id: string; answer: unknown; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      this.#answers++;
      for (const { count, resolve } of this.#thresholds) if (this.#answers >= count) resolve();
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    // Clients try again, with the same id.
    for (const { message } of this.#waiting.values()) this.#child.send(message, again);
  }

  send(key: string, id: string, value: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const message = { key, id, value };
      this.#waiting.set(id, { message, resolve, reject });
      if (this.#child?.connected === true) this.#child.send(message, again);
    });
  }

  /** Resolves when there have been so many answers. */
  hasAnswered(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#answers >= count) resolve();
      else this.#thresholds.push({ count, resolve });
    });
  }

  async kill(): Promise<void> {
    await kill(this.#child!);
  }
}

/** What a killed one has not read any more: the next one is sent it again, as all that has no answer. */
const again = (): void => {};

/** Numbers from 0 up to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe("kill -9", () => {
  it.for(seeds)(
    `during ${KEYS * SENDS} sends loses nothing, and answers nothing differently (seed %i)`,
    { timeout: 600_000 },
    async (seed) => {
      const home = folder();
      const store = path.join(home, "store.db");
      const witness = path.join(home, "witness");
      writeFileSync(witness, "");
      const site = new Site(store);
      await site.start();

      const clients = Array.from({ length: KEYS }, async (_, k) => {
        const key = `a${k}`;
        let sum = 0;
        for (let n = 1; n <= SENDS; n++) {
          const add = (n * 7 + k) % 100;
          sum += add;
          const answer = await site.send(key, `${key}-${n}`, { witness, line: `${key} ${n}`, add });
          expect(answer).toEqual({ n, sum });
        }
      });
      const all = Promise.all(clients);
      const random = chance(seed);
      // While there is still something to do: each after so many answers, and a moment more.
      for (let killed = 1; killed <= kills; killed++) {
        const answers = Math.floor(((killed - random()) * 0.95 * KEYS * SENDS) / kills);
        await Promise.race([all, site.hasAnswered(answers)]);
        await new Promise((resolve) => setTimeout(resolve, random() * 10));
        await site.kill();
        await site.start();
      }
      await all;
      await site.kill();

      const seen = new Map<string, { ids: Set<string>; times: number }>();
      const last = new Map<string, number>();
      for (const line of readFileSync(witness, "utf8").trim().split("\n")) {
        const [key = "", n = "", id = ""] = line.split(" ");
        const { ids, times } = seen.get(`${key} ${n}`) ?? { ids: new Set(), times: 0 };
        seen.set(`${key} ${n}`, { ids: ids.add(id), times: times + 1 });
        expect(Number(n)).toBeGreaterThanOrEqual(last.get(key) ?? 0); // in order
        last.set(key, Number(n));
      }
      let twice = 0;
      for (let k = 0; k < KEYS; k++) {
        for (let n = 1; n <= SENDS; n++) {
          if (((n * 7 + k) % 100) % 3 !== 0) continue;
          const { ids, times } = seen.get(`a${k} ${n}`) ?? { ids: new Set(), times: 0 };
          expect(ids.size).toBe(1); // done, and under one id each time
          twice += times - 1;
        }
      }
      // Only what was under way at a kill may have been done again.
      expect(twice).toBeLessThanOrEqual(kills * KEYS);

      const engine = embedded(store, { readonly: true });
      for (let k = 0; k < KEYS; k++) {
        const a = engine.open(account, `a${k}`);
        checkReplay(account, await a.history(), `a${k}`);
        expect(await a.inspect()).toMatchObject({ state: "waiting", turns: SENDS });
      }
      await engine.close();
    },
  );
});
