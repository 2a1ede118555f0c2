// The options of `restate(url, options)`, and what they are when absent.
//
// Imports nothing.

/** How Restate reaches a process that serves. */
export interface ServeOptions {
  /**
   * Where to listen; 9080 if absent. The same one after each start: Restate goes on with a turn at the address at which it
   * began.
   */
  port?: number;
  /** The interface to listen on; `"127.0.0.1"` if absent. */
  host?: string;
  /**
   * The address at which Restate reaches this process; `http://host:port` if absent. Behind a load balancer: the
   * balancer's, and each version of the code has an address of its own.
   */
  address?: string;
  /** Restate's public keys, `publickeyv1_…`: only requests that are signed with one of them are served. */
  identityKeys?: readonly string[];
  /** How many coroutines are held in memory between their turns; 10,000 if absent. */
  held?: number;
}

export interface RestateOptions {
  /** Address of the admin API, `http://host:9070`: to serve, to list, and to say why a send has no answer yet. */
  admin?: string;
  /** Makes this process serve the coroutines that it opens or serves: `true`, or how. Without it, it only sends. */
  serve?: boolean | ServeOptions;
  /** How long Restate may be out of reach before a send is given up, in milliseconds; 60,000 if absent. */
  patience?: number;
  /** How large a value may be as JSON, in bytes; 8 MiB if absent. Restate's own limit for a message is 32 MiB. */
  maxBytes?: number;
  /** How a turn that could not be done is tried again; the intervals are in milliseconds. 100, ×1.2, at most 1,000, for ever. */
  retry?: { initialInterval?: number; factor?: number; maxInterval?: number };
  /** How long Restate keeps the answer of a send beside the journal, in milliseconds; 10 minutes if absent. */
  idempotencyRetention?: number;
  /** How long one attempt of a step may take at most, in milliseconds; an hour if absent. */
  longestStep?: number;
}

export interface Settings {
  readonly patience: number;
  readonly maxBytes: number;
  readonly retry: { initialInterval: number; exponentiationFactor: number; maxInterval: number; maxAttempts: number };
  readonly idempotencyRetention: number;
  readonly longestStep: number;
  readonly held: number;
}

const MINUTE = 60_000;

export function settingsOf(options: RestateOptions): Settings {
  return {
    patience: options.patience ?? MINUTE,
    maxBytes: options.maxBytes ?? 8 * 1024 * 1024,
    retry: {
      initialInterval: options.retry?.initialInterval ?? 100,
      exponentiationFactor: options.retry?.factor ?? 1.2,
      maxInterval: options.retry?.maxInterval ?? 1000,
      maxAttempts: 2 ** 31 - 1,
    },
    idempotencyRetention: options.idempotencyRetention ?? 10 * MINUTE,
    longestStep: options.longestStep ?? 60 * MINUTE,
    held: (typeof options.serve === "object" ? options.serve.held : undefined) ?? 10_000,
  };
}
