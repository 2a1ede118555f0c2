// Restate's admin API: who serves what, and what Restate knows of an invocation that the ingress does not say.
//
// May import: nothing.

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

/** How long an answer is waited for that may come soon, and how long between two questions, in milliseconds. */
const PATIENCE = 15_000;
const PAUSE = 200;

export class Admin {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, "");
  }

  /** Has Restate send the invocations of the services at `address` there. Done when it has asked what they are. */
  async register(address: string): Promise<void> {
    await this.#json("POST", "/deployments", { uri: address, force: true });
  }

  /** Has an invocation wait for {@link resumePaused}. */
  async pause(invocation: string): Promise<void> {
    await this.#json("PATCH", `/invocations/${invocation}/pause`);
  }

  /** Lets go on what was paused since the code did not fit, as the code may be another now. */
  async resumePaused(services: readonly string[]): Promise<void> {
    const list = services.map(quoted).join(", ");
    const rows = await this.query(
      `SELECT id FROM sys_invocation WHERE status = 'paused' AND target_service_name IN (${list})`,
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
    for (const end = Date.now() + PATIENCE; ;) {
      const answer = await this.#ask(method, path, body);
      if (!(answer instanceof Error)) return answer.body;
      if (Date.now() > end) throw answer;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** An error that may pass is given back. */
  async #ask(method: string, path: string, body: unknown): Promise<{ body: unknown } | Error> {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const signal = AbortSignal.timeout(30_000);
    let response: Response;
    try {
      response = await fetch(this.#url + path, {
        method,
        headers,
        signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      return new Error(`there is no way to Restate's admin API at ${this.#url}`, { cause });
    }
    const text = await response.text();
    if (response.ok) return { body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    const error = new Error(`Restate's admin API at ${this.#url} refused ${path}: ${text.slice(0, 500)}`);
    if (response.status < 500) throw error;
    return error;
  }
}

/** As a text of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
