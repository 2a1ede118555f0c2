// What is checked at the edge of the client: a mistake is an error where it is made, and is not taken for a connection
// that is lost, and tried again.
//
// May import: the coroutine layer's errors.

import { show } from "../coroutine/errors.ts";

/** @throws {TypeError} if `url` is no address that requests can be sent to */
export function checkUrl(url: unknown): void {
  const found = typeof url === "string" ? parse(url) : null;
  if (found === null || !/^https?:$/.test(found.protocol))
    throw new TypeError(
      `connect needs a url with http:// or https://, as in connect({ url: "http://127.0.0.1:8787" }), but got ${show(url)}`,
    );
  if (found.search !== "" || found.hash !== "" || found.username !== "" || found.password !== "")
    throw new TypeError(
      `the url of connect has a host, a port and a path, and nothing else: no user, query or fragment, but ${found.host} has one; the token has an option of its own`,
    );
}

/** A page may give a path on its own host: one that says so, as `host:8787` would be one there, too. */
function parse(url: string): URL | null {
  const { location } = globalThis as { location?: { href: string } };
  try {
    return new URL(url, /^[./]/.test(url) ? location?.href : undefined);
  } catch {
    return null; // the caller says so
  }
}

/** @throws {TypeError} if no header can have it. The token itself is not told. */
export function checkToken(token: unknown): void {
  if (token === undefined || (typeof token === "string" && /^[\x21-\x7e]+$/.test(token))) return;
  const got = typeof token === "string" ? "this one has something else, or is empty" : `got ${show(token)}`;
  throw new TypeError(`a token is one or more visible ASCII characters, without spaces and ends of lines, but ${got}`);
}

/** @throws {TypeError} if `ms` is no number from 0 on; `Infinity` is one */
export function checkMilliseconds(ms: unknown, what: string): void {
  if (typeof ms === "number" && ms >= 0) return;
  throw new TypeError(`${what} is a number of milliseconds from 0 on, but got ${show(ms)}`);
}
