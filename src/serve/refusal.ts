// Why a request is not done, as an error that has its HTTP answer with it.
//
// Imports nothing; the wire's types.

import type { Trouble, TroubleBody } from "../client/protocol.ts";

const STATUS: Record<Trouble, number> = {
  failed: 422,
  cancelled: 422,
  parked: 409,
  ended: 409,
  unknown: 404,
  "not-begun": 404,
  timeout: 504,
  unavailable: 503,
  "bad-request": 400,
  unauthorized: 401,
  forbidden: 403,
  "no-route": 404,
  method: 405,
  "too-large": 413,
  "not-json": 415,
  unsupported: 501,
  internal: 500,
};

export interface RefusalOptions {
  /** Of the error; that of the trouble if absent. */
  name?: string;
  code?: string | number | undefined;
  /** Of a cancellation. */
  reason?: unknown;
  headers?: Record<string, string>;
}

/** Is answered with a status and a body of its own. */
export class Refusal extends Error {
  readonly type: Trouble;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly #name: string;
  readonly #code: string | number | undefined;
  readonly #reason: unknown;

  constructor(type: Trouble, message: string, options: RefusalOptions = {}) {
    const { name = "Refusal", code, reason, headers = {} } = options;
    super(message);
    this.type = type;
    this.status = STATUS[type];
    this.headers = headers;
    this.#name = name;
    this.#code = code;
    this.#reason = reason;
  }

  get body(): TroubleBody {
    const { type, message } = this;
    const error: TroubleBody["error"] = { type, name: this.#name, message };
    if (this.#code !== undefined) error.code = this.#code;
    if (this.#reason !== undefined) error.reason = this.#reason;
    return { error };
  }
}
