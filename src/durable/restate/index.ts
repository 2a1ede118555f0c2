// Durable coroutines on Restate: `corun/durable/restate`. An engine that many processes share, on one machine or many.
//
// May import: engine, options.

export { restate } from "./engine.ts";
export type { RestateOptions, ServeOptions } from "./options.ts";
