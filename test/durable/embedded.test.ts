import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DurableBody, embedded } from "corun/durable";
import { contract } from "./contract.ts";

for (const maxLive of [10_000, 0]) {
  contract(
    maxLive === 0 ? "embedded, with a replay for each turn" : "embedded",
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "corun-durable-"));
      return {
        start: async (...code: DurableBody[]) => {
          const engine = embedded(path.join(folder, "store.db"), { maxLive });
          engine.serve(...code);
          return engine;
        },
        end: async () => rmSync(folder, { recursive: true }),
      };
    },
    { lasts: true },
  );
}
