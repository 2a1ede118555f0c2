// A process that serves the coroutines of the tests: node service.ts INGRESS ADMIN PORT. It says "up" when it does.

import { restate } from "../../../src/durable/restate/index.ts";
import { clerk, ledger } from "./coroutines.ts";

const [ingress, admin, port] = process.argv.slice(2) as [string, string, string];
const engine = restate(ingress.split(","), { admin, serve: { port: Number(port) } });
engine.serve(clerk, ledger);
await engine.list({ limit: 1 });
console.log("up");
