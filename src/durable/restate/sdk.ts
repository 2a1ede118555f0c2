// What is used of Restate's SDK, and how it is loaded: only by a process that serves, so that one that merely sends needs
// neither the SDK nor its version of Node. `tools/restate/fits.ts` proves that the SDK fits these shapes.
//
// May import: the durable core.

import { DurableError } from "../errors.ts";

/** A wait that Restate records. Combined by {@link Sdk.RestatePromise} only, else the order of ends is not recorded. */
export interface Recorded<T> extends Promise<T> {
  map<U>(mapper: (value?: T, failure?: Error) => U): Recorded<U>;
}

interface Serde<T> {
  contentType?: string;
  serialize(value: T): Uint8Array;
  deserialize(bytes: Uint8Array): T;
}

interface Target {
  service: string;
  method: string;
  key: string;
  parameter: unknown;
  inputSerde: Serde<unknown>;
  idempotencyKey?: string;
  name?: string;
}

/** What a handler is given: each of these is recorded, and on the next attempt comes from the record. */
export interface Context {
  readonly key: string;
  readonly rand: { uuidv4(): string };
  request(): { readonly id: string; readonly attemptCompletedSignal: AbortSignal };
  get<T>(name: string): Promise<T | null>;
  run<T>(name: string, action: () => T | Promise<T>): Recorded<T>;
  sleep(milliseconds: number): Recorded<void>;
  signal(name: string): Recorded<unknown>;
  invocation(id: string): { signal(name: string): { resolve(value?: unknown): void } };
  genericCall(call: Target & { outputSerde: Serde<unknown> }): Recorded<unknown>;
  genericSend(send: Target & { delay?: number }): unknown;
}

/** Of an exclusive handler: one at a time for each key. */
export interface ObjectContext extends Context {
  set(name: string, value: unknown): void;
  clear(name: string): void;
  clearAll(): void;
  /** When the invocation is cancelled. With `explicitCancellation` only. */
  cancellation(): Recorded<void>;
}

type Handler<C, I, O> = (context: C, input: I) => Promise<O>;

/** Durations are in milliseconds. */
export interface HandlerOptions {
  enableLazyState?: boolean;
  explicitCancellation?: boolean;
  ingressPrivate?: boolean;
  idempotencyRetention?: number;
  journalRetention?: number;
  inactivityTimeout?: number;
  abortTimeout?: number;
  /** Around each attempt: an error that comes through here ends it. */
  hooks?: ((context: { request: { id: string } }) => {
    interceptor: { handler(next: () => Promise<void>): Promise<void> };
  })[];
  retryPolicy?: {
    initialInterval?: number;
    exponentiationFactor?: number;
    maxInterval?: number;
    maxAttempts?: number;
    onMaxAttempts?: "pause" | "kill";
  };
}

export interface Sdk {
  readonly RestatePromise: {
    race<T>(values: readonly Recorded<T>[]): Recorded<T>;
    all<T>(values: readonly Promise<T>[]): Promise<T[]>;
  };
  readonly TerminalError: new (message: string, options?: { errorCode?: number }) => Error;
  readonly serde: { readonly json: Serde<unknown> };
  readonly handlers: {
    readonly object: {
      exclusive: <I, O>(options: HandlerOptions, handler: Handler<ObjectContext, I, O>) => unknown;
      shared: <I, O>(options: HandlerOptions, handler: Handler<Context, I, O>) => unknown;
    };
  };
  object(definition: { name: string; handlers: Record<string, unknown> }): unknown;
  createEndpointHandler(options: {
    services: unknown[];
    identityKeys?: string[];
    logger: (about: { level: string }, ...message: unknown[]) => void;
  }): (request: unknown, response: unknown) => void;
}

/** Not a literal in `import(…)`: then the compiler would ask for a package that most programs do not have. */
const PACKAGE: string = "@restatedev/restate-sdk";

/** @throws {DurableError} `RESTATE`, with what to do, if the package is not there */
export async function loadSdk(): Promise<Sdk> {
  provideWithResolvers();
  try {
    return (await import(PACKAGE)) as Sdk;
  } catch (cause) {
    const what = `to serve durable coroutines on Restate, install its SDK: npm install ${PACKAGE}`;
    throw new DurableError("RESTATE", what, { cause });
  }
}

/** The SDK calls it at each invocation, but Node has it from 22 on only. */
function provideWithResolvers(): void {
  const host = Promise as { withResolvers?: unknown };
  host.withResolvers ??= function withResolvers(this: PromiseConstructor) {
    let resolve: unknown;
    let reject: unknown;
    const promise = new this<unknown>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    return { promise, resolve, reject };
  };
}
