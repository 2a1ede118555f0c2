// On hosts that do not tell whether a callback may still come, a deadlock is only told on the console, unless a run
// asks for more. In tests it is an error everywhere.
import { defaults } from "../../src/scheduler/host.ts";

defaults.deadlock = "error";
