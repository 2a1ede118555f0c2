// The body of a request: JSON, of a limited size, with the fields that are known.
//
// May import: refusal, Node's own modules.

import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

/** A body that is too large and larger than this, in bytes, is not read to its end: whoever sends it may miss the answer. */
const MOST_READ = 16 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** A thousand years, in milliseconds: what is longer is a mistake, and no store would keep it as it is. */
const LONGEST = 1000 * 365 * 86_400_000;
/** Levels of arrays and objects in one another. */
const DEEPEST = 500;

/**
 * The value of the body; `undefined` if there is none.
 *
 * @param limit in bytes
 * @throws {Refusal}
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) return undefined;
  checkType(request);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("bad-request", "the body is not UTF-8");
  }
  if (isDeep(text)) throw new Refusal("bad-request", `the body is nested more than ${DEEPEST} levels deep`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Refusal("bad-request", `the body is not JSON: ${(error as SyntaxError).message}`);
  }
}

/** Whether it has more levels than what goes through values by recursion can take. */
function isDeep(text: string): boolean {
  if (text.length <= DEEPEST) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfText(text, i);
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Where the text ends that begins at `from`. */
function endOfText(json: string, from: number): number {
  let i = from + 1;
  while (i < json.length && json.charCodeAt(i) !== QUOTE) i += json.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

function checkType({ headers }: IncomingMessage): void {
  const type = headers["content-type"] ?? "";
  if (!/^application\/json *(; *charset="?utf-?8"? *)?$/i.test(type)) {
    const got = type === "" ? "has no Content-Type" : `is ${JSON.stringify(type)}`;
    throw new Refusal("not-json", `the body must be application/json, but ${got}`);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new Refusal("not-json", `the body must not be compressed, but it is ${JSON.stringify(encoding)}`);
  }
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const length = Number(request.headers["content-length"] ?? 0);
  const chunks: Buffer[] = [];
  let size = 0;
  // What is too large is read and dropped: else the connection is reset, and the answer lost.
  const most = Math.max(limit, MOST_READ);
  if (length <= most) {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) break;
      if (size <= limit) chunks.push(chunk);
    }
  }
  if (length <= limit && size <= limit) return Buffer.concat(chunks);
  throw new Refusal("too-large", `the body must have at most ${limit} bytes`, { headers: { Connection: "close" } });
}

/** What a field may be. */
export type Kind = "text" | "number" | "any";

/**
 * The fields of `body`; those of a body that is absent are absent.
 *
 * @throws {Refusal} if it is no object, or a field is not known or of another kind
 */
export function fieldsOf(body: unknown, kinds: Readonly<Record<string, Kind>>): Record<string, unknown> {
  if (body === undefined) return {};
  const known = Object.keys(kinds).join(", ");
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Refusal("bad-request", `the body must be an object with ${known}, as in {"${Object.keys(kinds)[0]}": …}`);
  }
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(kinds, name)) {
      throw new Refusal("bad-request", `the body has the field ${JSON.stringify(name)}; known are: ${known}`);
    }
    const kind = kinds[name]!;
    if (kind === "text" && (typeof value !== "string" || value === "")) throw wrong(name, "a text that is not empty");
    if (kind === "number" && !(typeof value === "number" && value >= 0 && value <= LONGEST))
      throw wrong(name, "a number of milliseconds");
  }
  return body as Record<string, unknown>;
}

function wrong(name: string, what: string): Refusal {
  return new Refusal("bad-request", `${name} must be ${what}`);
}
