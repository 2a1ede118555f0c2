// corun/testing: a program under every schedule, and time that passes when it is told to.

export { explore, replay } from "./explore.ts";
export { ExploreResult } from "./result.ts";
export type { ExploreOptions } from "./options.ts";
export { CheckError, ExploreError, type ExploreErrorCode } from "./errors.ts";
export type { Program } from "./execute.ts";
export type { World } from "./world.ts";
export type { Moment, Strategy } from "./strategy.ts";
export { VirtualClock } from "./virtual-clock.ts";
export type { VirtualClockOptions } from "./clock-options.ts";
export { runTest, type TestOptions } from "./test-run.ts";
