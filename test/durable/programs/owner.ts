// A process that owns a store, and does nothing.

import process from "node:process";
import { embedded } from "corun/durable";

embedded(process.argv[2]!);
process.on("disconnect", () => process.exit());
process.send!("ready");
