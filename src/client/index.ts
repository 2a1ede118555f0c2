// The client of `corun serve`: `corun/client`.

export { type Client, connect, type ConnectOptions } from "./client.ts";
export { FailedError, NoAnswerError, ParkedError, ServerError } from "./errors.ts";
export type { AskOptions, PostOptions, RemoteHandle, SendOptions } from "./handle.ts";
export type { CancelBody, PostBody, SendAnswer, SendBody, SignalBody, Trouble, TroubleBody } from "./protocol.ts";
export type { DurableBody } from "../durable/define.ts";
export type { Inspection, ListOptions, Summary, Underway } from "../durable/engine/engine.ts";
export type { Entry, Outcome } from "../durable/port.ts";
// The same as those of "corun".
export { StopIteration } from "../coroutine/errors.ts";
export { CancelledError } from "../scheduler/errors.ts";
// The same as that of "corun/durable".
export { NotSerializableError } from "../values/json.ts";
