// What each request does with the engine.
//
// May import: body, failures, kinds, numbers, refusal, route; the values layer.

import type { CancelBody, PostBody, SendAnswer, SendBody, SignalBody } from "../client/protocol.ts";
import type { DurableBody } from "../durable/define.ts";
import type { Engine, Handle, ListOptions, Summary } from "../durable/engine/engine.ts";
import { checkJson, NotSerializableError } from "../values/json.ts";
import { fieldsOf } from "./body.ts";
import { failureOf } from "./failures.ts";
import type { Kinds } from "./kinds.ts";
import { type Count, Numbers } from "./numbers.ts";
import { Refusal } from "./refusal.ts";
import type { Route } from "./route.ts";

/** A request whose route is known. */
export interface Call {
  readonly route: Route;
  /** The value of its body. */
  readonly body: unknown;
  /** Its `Idempotency-Key`. */
  readonly id: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** A text: as it is; else JSON; absent: no body. */
  readonly body?: unknown;
  /** For the log. */
  readonly id?: string;
}

export interface ActionOptions {
  engine: Engine;
  /** What is served, by name. */
  coroutines: ReadonlyMap<string, DurableBody>;
  kinds: Kinds;
  /** How long a send that does not say so waits for its answer, in milliseconds. */
  timeout: number;
}

/** Ids and keys of more characters are a mistake. */
const LONGEST = 1024;
/** The longest that a host's timer can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;
const PAGE = 1000;
/** What a list may be asked for. */
const FILTERS = ["state", "limit", "after-name", "after-key"];
const STATES: ReadonlySet<string> = new Set(["waiting", "busy", "done", "failed", "cancelled", "parked"]);

export class Actions {
  readonly numbers: Numbers = new Numbers();
  /** Turns that somebody has waited for; some may wait no more. */
  readonly turns: Set<Promise<unknown>> = new Set();
  readonly #options: ActionOptions;

  constructor(options: ActionOptions) {
    this.#options = options;
  }

  /** @throws {Refusal}, or an error of the engine */
  async run(call: Call): Promise<Answer> {
    const { route } = call;
    if (route.name !== "" && route.key !== "") checkQuery(route.query, []);
    switch (route.action) {
      case "health":
        return { status: 200, body: { status: "ok" } };
      case "metrics":
        return { status: 200, body: this.numbers.text(await this.#count(), this.#options.engine.counts()) };
      case "list":
        return { status: 200, body: { coroutines: await this.#options.engine.list(this.#listOptions(route)) } };
      case "send":
        return this.#send(call);
      default:
        return this.#onHandle(this.#open(route), call);
    }
  }

  #open({ name, key }: Route): Handle {
    const body = this.#options.coroutines.get(name);
    if (body === undefined) {
      const known = [...this.#options.coroutines.keys()].map((each) => JSON.stringify(each)).join(", ");
      throw new Refusal("unknown", `no coroutine ${JSON.stringify(name)} is served here; there are ${known}`);
    }
    checkText(key, "a key");
    return this.#options.engine.open(name, key);
  }

  async #onHandle(handle: Handle, call: Call): Promise<Answer> {
    switch (call.route.action) {
      case "inspect":
        return { status: 200, body: await begun(handle) };
      case "history":
        await begun(handle);
        return { status: 200, body: await handle.history() };
      case "post": {
        const { value, id, after } = fieldsOf(call.body, { value: "any", id: "text", after: "number" }) as PostBody;
        const known = idOf(call, id);
        checkValue(value, `what is posted to ${handle.name}/${handle.key}`);
        await handle.post(value, { id: known, ...(after === undefined ? {} : { after }) });
        return { status: 202, body: { id: known }, id: known };
      }
      case "signal": {
        const { name, value, id } = fieldsOf(call.body, {
          name: "text",
          value: "any",
          id: "text",
        }) as unknown as SignalBody;
        if (name === undefined) throw new Refusal("bad-request", 'a signal needs a name: {"name": "…"}');
        checkText(name, "the name of a signal");
        const known = idOf(call, id);
        checkValue(value, `the signal ${name} for ${handle.name}/${handle.key}`);
        await handle.signal(name, value, { id: known });
        return { status: 202, body: { id: known }, id: known };
      }
      case "cancel": {
        const { reason } = fieldsOf(call.body, { reason: "any" }) as CancelBody;
        await this.#cancel(handle, reason);
        return { status: 204 };
      }
      case "retry":
        await begun(handle);
        await handle.retry();
        return { status: 204 };
      default:
        await begun(handle);
        await handle.drop();
        return { status: 204 };
    }
  }

  async #send(call: Call): Promise<Answer> {
    const body = fieldsOf(call.body, { value: "any", id: "text", timeout: "number" }) as SendBody;
    const handle = this.#open(call.route);
    const id = idOf(call, body.id);
    const { name, key } = handle;
    checkValue(body.value, `what is sent to ${name}/${key}`);
    const { numbers } = this;
    const since = performance.now();
    const turn = this.#turn(handle, body.value, id);
    this.turns.add(turn);
    numbers.open.set(name, (numbers.open.get(name) ?? 0) + 1);
    const over = (): void => {
      this.turns.delete(turn);
      numbers.open.set(name, numbers.open.get(name)! - 1);
      numbers.latency.observe({ name }, (performance.now() - since) / 1000);
    };
    turn.then(over, over);
    const answer = await within(body.timeout ?? this.#options.timeout, turn, () => late(handle, id));
    return { status: 200, body: answer, id };
  }

  /** One turn, from the send to its answer. */
  async #turn(handle: Handle, value: unknown, id: string): Promise<SendAnswer> {
    const { kinds } = this.#options;
    try {
      return { id, done: false, value: await handle.send(value, { id }) };
    } catch (error) {
      if (error instanceof kinds.StopIteration) return { id, done: true, value: error.value };
      throw failureOf(error, kinds) ?? error;
    }
  }

  /** Its cleanup may fail, or the coroutine may have failed before. */
  async #cancel(handle: Handle, reason: unknown): Promise<void> {
    try {
      await handle.cancel(reason);
    } catch (error) {
      throw failureOf(error, this.#options.kinds) ?? error;
    }
  }

  #listOptions({ name, query }: Route): ListOptions {
    checkQuery(query, FILTERS);
    const options: ListOptions = {};
    if (name !== "") options.name = name;
    const state = query.get("state");
    if (state !== null) {
      if (!STATES.has(state)) throw new Refusal("bad-request", `state is one of ${[...STATES].join(", ")}`);
      options.state = state as Summary["state"];
    }
    const limit = query.get("limit");
    if (limit !== null) {
      options.limit = Number(limit);
      if (!/^[1-9]\d{0,3}$/.test(limit) || options.limit > PAGE) {
        throw new Refusal("bad-request", `limit is a number from 1 to ${PAGE}`);
      }
    }
    const after = { name: query.get("after-name"), key: query.get("after-key") };
    if (after.name !== null && after.key !== null) options.after = { name: after.name, key: after.key };
    else if (after.name !== null || after.key !== null)
      throw new Refusal(
        "bad-request",
        "after-name and after-key go together: those behind the coroutine that they name",
      );
    return options;
  }

  async #count(): Promise<Count[]> {
    const counts = new Map<string, { name: string; state: string; count: number }>();
    for (let after: ListOptions["after"]; ;) {
      const page = await this.#options.engine.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const { name, state } of page) {
        const label = `${name}/${state}`;
        const count = counts.get(label);
        if (count === undefined) counts.set(label, { name, state, count: 1 });
        else count.count++;
      }
      if (page.length < PAGE) return [...counts.values()];
      after = page.at(-1)!;
    }
  }
}

/** What it is doing. @throws {Refusal} if it has not begun */
async function begun(handle: Handle): ReturnType<Handle["inspect"]> {
  const inspection = await handle.inspect();
  if (inspection.state !== "new") return inspection;
  throw new Refusal("not-begun", `there is no ${handle.name}/${handle.key}: nothing was sent to it yet`);
}

/** From the header, the body, or new. */
function idOf({ id: header }: Call, field: string | undefined): string {
  if (header !== undefined && field !== undefined && header !== field) {
    throw new Refusal("bad-request", "the id in the body is not that of the header Idempotency-Key; give one of them");
  }
  const id = field ?? header ?? crypto.randomUUID();
  checkText(id, "an id");
  return id;
}

/** What is kept beside the journals: no store gives back every text as it was. */
function checkText(text: string, what: string): void {
  if (text !== "" && text.length <= LONGEST && !/\0|\p{Surrogate}/u.test(text)) return;
  throw new Refusal(
    "bad-request",
    `${what} has 1 to ${LONGEST} characters, none of them the character 0 or half of a surrogate pair`,
  );
}

/** A parameter that is misspelt, or stands where it means nothing, would be overlooked. */
function checkQuery(query: URLSearchParams, known: readonly string[]): void {
  const there = known.length === 0 ? "none is taken here" : `known are: ${known.join(", ")}`;
  for (const name of query.keys()) {
    const shown = JSON.stringify(name);
    if (!known.includes(name)) throw new Refusal("bad-request", `the query has the parameter ${shown}; ${there}`);
    if (query.getAll(name).length > 1) throw new Refusal("bad-request", `the query has ${shown} more than once`);
  }
}

/** What no journal can keep: `1e400` is JSON, and no number. Checked here, so that it is no failure of the coroutine. */
function checkValue(value: unknown, what: string): void {
  try {
    checkJson(value, what);
  } catch (error) {
    if (!(error instanceof NotSerializableError)) throw error;
    throw new Refusal("bad-request", error.message, { name: error.name });
  }
}

/** What `promise` gives; throws what `onLate` gives if that takes more than `ms`. */
async function within<T>(ms: number, promise: Promise<T>, onLate: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onLate()), Math.min(ms, LONGEST_TIMER));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function late({ name, key }: Handle, id: string): Refusal {
  return new Refusal(
    "timeout",
    `${name}/${key} has not answered yet; the turn goes on. Ask again with the id ${JSON.stringify(id)}`,
    { name: "TimeoutError" },
  );
}
