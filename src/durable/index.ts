// Coroutines that last: `corun/durable`.

export { again, durable, type DurableBody, type DurableOptions, isDurable } from "./define.ts";
export { call, isReplaying, self, signal, step, uuid } from "./effects.ts";
export { DurableError, type DurableErrorCode, NoAnswerError, ReplayError } from "./errors.ts";
export { embedded, type Embedded, type EmbeddedOptions } from "./embedded.ts";
export { inProcess, type InProcess, type InProcessOptions, type NearHandle } from "./in-process.ts";
export type {
  Engine,
  Handle,
  Inspection,
  ListOptions,
  PostOptions,
  SendOptions,
  Summary,
  Underway,
} from "./engine/engine.ts";
export type { Counts } from "./engine/tally.ts";
export { NotSerializableError } from "../values/json.ts";
export { checkReplay } from "./replay.ts";
export type { Entry, ErrorText, Outcome, Retry, StepContext, Text } from "./port.ts";
// The same as those of "corun".
export { now, random } from "../scheduler/ask.ts";
export { sleep } from "../scheduler/sleep.ts";
export { all } from "../combinators/all.ts";
export { race } from "../combinators/race.ts";
