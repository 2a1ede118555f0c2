// Who may ask: the host that a request names, the page that it comes from, the token that it carries.
//
// A server on a loopback address can be reached by every web page that its user opens: by a name that the page's own
// DNS points to 127.0.0.1 (rebinding; its requests name that host), and by requests that a page may send to anywhere
// (these carry the page's origin). Both are refused, with and without a token.
//
// May import: refusal, Node's own modules.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { Refusal } from "./refusal.ts";

export interface GuardOptions {
  /** Is asked of each request if it is there. */
  token?: string | undefined;
  /** Names that a request may give as its host, beside loopback addresses; null: any. */
  hosts: ReadonlySet<string> | null;
  /** Origins of pages that may ask: `https://example.org`. */
  origins: ReadonlySet<string>;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether `address` is one that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4");
}

export class Guard {
  readonly #token: Buffer | null;
  readonly #hosts: ReadonlySet<string> | null;
  readonly #origins: ReadonlySet<string>;

  constructor({ token, hosts, origins }: GuardOptions) {
    this.#token = token === undefined ? null : digest(token);
    this.#hosts = hosts;
    this.#origins = origins;
  }

  /** @throws {Refusal} if the request names a host, or comes from a page, that it may not */
  checkSource({ headers }: IncomingMessage): void {
    const host = hostOf(headers.host ?? "");
    if (this.#hosts !== null && !isLoopback(host) && !this.#hosts.has(host)) {
      throw new Refusal(
        "forbidden",
        `this server is not ${JSON.stringify(host)}: ask it by its address, or start it with --allow-host`,
      );
    }
    const { origin } = headers;
    if (origin !== undefined && !this.#origins.has(origin)) {
      throw new Refusal(
        "forbidden",
        `pages of ${JSON.stringify(origin)} may not ask: start the server with --allow-origin`,
      );
    }
  }

  /** @throws {Refusal} without the token */
  checkToken({ headers }: IncomingMessage): void {
    if (this.#token === null) return;
    const given = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
    // Digests are of one length, so that the comparison takes the same time for every token.
    if (given !== undefined && timingSafeEqual(digest(given), this.#token)) return;
    throw new Refusal(
      "unauthorized",
      given === undefined ? "a token is needed: Authorization: Bearer …" : "this is not the token of this server",
      { headers: { "WWW-Authenticate": "Bearer" } },
    );
  }

  /** What tells a browser that the page may ask, and read the answer. */
  corsHeaders({ headers }: IncomingMessage): Record<string, string> {
    const { origin } = headers;
    if (origin === undefined || !this.#origins.has(origin)) return {};
    return {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE",
      "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
      "Access-Control-Max-Age": "600",
    };
  }
}

/** The name or the address in a Host header. */
function hostOf(header: string): string {
  return header
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
