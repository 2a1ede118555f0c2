// What goes over the wire between `corun serve` and its clients: JSON, under /v1/{name}/{key}.
//
// Imports nothing; types only.

/** The body of `POST /v1/{name}/{key}/send`. */
export interface SendBody {
  /** Absent: `undefined`. */
  value?: unknown;
  /** A send that comes again with the same id is answered as it was, and happens once. Made by the server if absent. */
  id?: string;
  /** How long to wait for the answer, in milliseconds. The turn itself goes on after that. */
  timeout?: number;
}

/** What a send is answered. */
export interface SendAnswer {
  id: string;
  /** The coroutine has returned, and `value` is what; else `value` is what it yielded. */
  done: boolean;
  /** Absent: `undefined`. */
  value?: unknown;
}

/** The body of `POST /v1/{name}/{key}/post`. */
export interface PostBody {
  value?: unknown;
  id?: string;
  /** When it is to happen: in so many milliseconds. */
  after?: number;
}

/** The body of `POST /v1/{name}/{key}/signal`. */
export interface SignalBody {
  name: string;
  value?: unknown;
  id?: string;
}

/** The body of `POST /v1/{name}/{key}/cancel`. */
export interface CancelBody {
  reason?: unknown;
}

/** Why a request was not done. */
export type Trouble =
  /**
   * 422: the coroutine has failed; `name` and `message` are those of its error. Where it has only answered with what can't
   * be kept, it goes on; then `name` is `"NotSerializableError"`.
   */
  | "failed"
  /** 422: the coroutine was cancelled. */
  | "cancelled"
  /** 409: its code does not match its journal. It waits for the code to be put right. */
  | "parked"
  /** 409: it has ended, and takes no signal; or it was dropped while somebody waited for its answer. */
  | "ended"
  /** 404: the server has no coroutine of this name. */
  | "unknown"
  /** 404: there is no coroutine with this key; nothing was sent to it yet. */
  | "not-begun"
  /** 504: no answer in time. The turn goes on; ask again with the same id. */
  | "timeout"
  /** 503: the server is about to end, or could not keep what was sent, or can't reach its Restate. Ask again, with the same id. */
  | "unavailable"
  /** 400: the request makes no sense; the message says why. */
  | "bad-request"
  /** 401: no token, or another one. */
  | "unauthorized"
  /** 403: a host or an origin that may not ask. */
  | "forbidden"
  /** 404: no such path. */
  | "no-route"
  /** 405: not with this method. */
  | "method"
  /** 413: the body is too large. */
  | "too-large"
  /** 415: the body is not JSON. */
  | "not-json"
  /** 501: the engine of this server can't do that. */
  | "unsupported"
  /** 500: a defect of the server; its log has more. */
  | "internal";

/** The body of each answer that is no success. */
export interface TroubleBody {
  error: {
    type: Trouble;
    /** The name of the error: "RangeError". */
    name: string;
    message: string;
    code?: string | number;
    /** Of a cancellation. */
    reason?: unknown;
  };
}
