// Durable coroutines over HTTP, for `corun serve`.

export type { Kinds } from "./kinds.ts";
export { createLog, type Fields, type Level, LEVELS, type Log, type LogOptions } from "./log.ts";
export { isLoopback } from "./guard.ts";
export { Service, type ServiceOptions } from "./service.ts";
