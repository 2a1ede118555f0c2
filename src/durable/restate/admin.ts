// Restate's admin API: who serves what, and what Restate knows of an invocation that the ingress does not say.
//
// May import: the durable core, ingress.

import { DurableError } from "../errors.ts";
import { whyOf } from "./ingress.ts";

/** An invocation that has not ended, as Restate sees it. */
export interface Unfinished {
  readonly id: string;
  readonly handler: string;
  readonly status: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** Why the last attempt failed, without the stack; null: none has. */
  readonly failure: string | null;
}

/** How long an answer is waited for that may come soon, at most, and how long between two questions, in milliseconds. */
const PATIENCE = 15_000;
const PAUSE = 200;
const LONGEST_REQUEST = 30_000;
/** How long Restate takes to note a failure: how often that is looked at, and for how long, in milliseconds. */
const NOTE = 30;
const LONGEST_NOTE = 5000;

export class Admin {
  readonly #url: string;
  readonly #patience: number;

  /** @param patience how long Restate may be out of reach, in milliseconds */
  constructor(url: string, patience: number) {
    this.#url = url.replace(/\/+$/, "");
    this.#patience = Math.min(patience, PATIENCE);
  }

  /** Has Restate send the invocations of the services at `address` there. Done when it has asked what they are. */
  async register(address: string): Promise<void> {
    await this.#json("POST", "/deployments", { uri: address, force: true });
  }

  /**
   * Has an invocation, whose attempt has just failed, wait for {@link resumePaused}. Not at once, but when Restate has noted
   * why it failed: it says so as long as it is paused.
   */
  async pause(invocation: string): Promise<void> {
    const question = `SELECT last_failure FROM sys_invocation WHERE id = ${quoted(invocation)}`;
    for (const end = Date.now() + LONGEST_NOTE; Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, NOTE).unref());
      const [row] = await this.query(question);
      if (row === undefined || typeof row["last_failure"] === "string") break;
    }
    await this.#json("PATCH", `/invocations/${invocation}/pause`);
  }

  /** Lets go on what was paused since the code did not fit, as the code may be another now: of one key, or of all. */
  async resumePaused(services: readonly string[], key?: string): Promise<void> {
    const list = services.map(quoted).join(", ");
    const ofKey = key === undefined ? "" : ` AND target_service_key = ${quoted(key)}`;
    const rows = await this.query(
      `SELECT id FROM sys_invocation WHERE status = 'paused' AND target_service_name IN (${list})${ofKey}`,
    );
    for (const { id } of rows) await this.#json("PATCH", `/invocations/${String(id)}/resume`);
  }

  /** Posts whose time has not come. */
  async removeScheduled(service: string, key: string): Promise<void> {
    const rows = await this.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = ${quoted(service)} ` +
        `AND target_service_key = ${quoted(key)} AND status = 'scheduled'`,
    );
    for (const { id } of rows) await this.#json("PATCH", `/invocations/${String(id)}/kill`);
  }

  /** What is under way for a key, or waits for it, the oldest first. */
  async unfinished(service: string, key: string): Promise<Unfinished[]> {
    const rows = await this.query(
      "SELECT id, target_handler_name, status, retry_count, last_failure FROM sys_invocation " +
        `WHERE target_service_name = ${quoted(service)} AND target_service_key = ${quoted(key)} ` +
        "AND status <> 'completed' ORDER BY created_at LIMIT 100",
    );
    return rows.map((row) => ({
      id: String(row["id"]),
      handler: String(row["target_handler_name"]),
      status: String(row["status"]),
      attempts: Number(row["retry_count"] ?? 0),
      failure: typeof row["last_failure"] === "string" ? row["last_failure"].split("\n", 1)[0]! : null,
    }));
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    const { rows } = (await this.#json("POST", "/query", { query: sql })) as { rows: Record<string, unknown>[] };
    return rows;
  }

  /** A server that has just started, or has lost a node, does not know all of itself for a moment: then it is asked again. */
  async #json(method: string, path: string, body?: unknown): Promise<unknown> {
    for (const end = Date.now() + this.#patience; ;) {
      const answer = await this.#ask(method, path, body);
      if (!(answer instanceof Error)) return answer.body;
      if (Date.now() > end) throw answer;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** An error that may pass is given back. */
  async #ask(method: string, path: string, body: unknown): Promise<{ body: unknown } | DurableError> {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const signal = AbortSignal.timeout(LONGEST_REQUEST);
    const init = { method, headers, signal, ...(body !== undefined && { body: JSON.stringify(body) }) };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url + path, init);
      text = await response.text();
    } catch (cause) {
      const what = `there is no way to Restate's admin API at ${this.#url} (${whyOf(cause)})`;
      return new DurableError("UNAVAILABLE", `${what}; start it, or give restate(…) its address as { admin }`, {
        cause,
      });
    }
    if (response.ok) return { body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    const what = `Restate's admin API at ${this.#url} refused ${path}: ${response.status} ${text.slice(0, 500)}`;
    const error = new DurableError("RESTATE", what);
    if (response.status < 500) throw error;
    return error;
  }
}

/** As a text of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
