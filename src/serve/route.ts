// Which path means what.
//
// May import: refusal; the client's segments.

import { fromSegment } from "../client/segment.ts";
import { Refusal } from "./refusal.ts";

/** What a request asks for. */
type Action =
  | "health"
  | "metrics"
  | "list"
  | "inspect"
  | "drop"
  | "history"
  | "send"
  | "post"
  | "signal"
  | "cancel"
  | "retry";

export interface Route {
  readonly action: Action;
  /** Of the coroutine; empty where none is meant. */
  readonly name: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

type Methods = Readonly<Record<string, Action>>;

const ACTIONS: Readonly<Record<string, Methods>> = {
  history: { GET: "history" },
  send: { POST: "send" },
  post: { POST: "post" },
  signal: { POST: "signal" },
  cancel: { POST: "cancel" },
  retry: { POST: "retry" },
};

/** @throws {Refusal} if there is no such path, or not with this method */
export function routeOf(method: string, url: string): Route {
  const [path, query] = cut(url);
  const parts = path.split("/").slice(1);
  const { methods, name = "", key = "" } = find(parts);
  const action = Object.hasOwn(methods, method) ? methods[method] : method === "HEAD" ? methods["GET"] : undefined;
  if (action === undefined) {
    const allowed = Object.keys(methods).flatMap((each) => (each === "GET" ? ["GET", "HEAD"] : [each]));
    const Allow = allowed.join(", ");
    throw new Refusal("method", `${path} takes ${Allow}, not ${method}`, { headers: { Allow } });
  }
  return { action, name, key, query: new URLSearchParams(query) };
}

function cut(url: string): [path: string, query: string] {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}

function find(parts: readonly string[]): { methods: Methods; name?: string; key?: string } {
  const [root, first, second, third] = parts;
  if (parts.length === 1 && root === "health") return { methods: { GET: "health" } };
  if (parts.length === 1 && root === "metrics") return { methods: { GET: "metrics" } };
  if (root !== "v1" || parts.length > 4) throw none();
  if (first === undefined) return { methods: { GET: "list" } };
  const name = decode(first);
  if (second === undefined) return { methods: { GET: "list" }, name };
  const key = decode(second);
  if (third === undefined) return { methods: { GET: "inspect", DELETE: "drop" }, name, key };
  if (!Object.hasOwn(ACTIONS, third)) throw none();
  return { methods: ACTIONS[third]!, name, key };
}

function decode(segment: string): string {
  let text: string;
  try {
    text = fromSegment(segment);
  } catch {
    throw new Refusal("bad-request", "the path is encoded wrongly: names and keys are percent-encoded UTF-8");
  }
  if (text === "") throw none();
  return text;
}

function none(): Refusal {
  return new Refusal(
    "no-route",
    "there is no such path; there are /health, /metrics, /v1, /v1/{name}, /v1/{name}/{key}, and below that /history, /send, /post, /signal, /cancel and /retry",
  );
}
