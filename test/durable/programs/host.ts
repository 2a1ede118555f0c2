// A process that owns a store, and sends for its parent: to be killed.

import process from "node:process";
import { embedded } from "corun/durable";
import { account } from "./accounts.ts";

const engine = embedded(process.argv[2]!);
engine.serve(account);
process.on("message", ({ key, id, value }: { key: string; id: string; value: never }) => {
  engine
    .open(account, key)
    .send(value, { id })
    .then(
      (answer) => process.send!({ id, answer }),
      (error: unknown) => process.send!({ id, error: String(error) }),
    );
});
process.on("disconnect", () => process.exit());
process.send!("ready");
