// One kind of coroutine that this process serves: its code, what is held of it here, and how its journals are read.
//
// May import: the durable core, held, ingress, journal, options, sdk, steps.

import type { Definition } from "../define.ts";
import type { Tallies, Tally } from "../engine/tally.ts";
import { ReplayError } from "../errors.ts";
import type { Live } from "../live.ts";
import { errorText } from "../outcome.ts";
import { Cache, type Held, heldOf } from "./held.ts";
import type { Ingress } from "./ingress.ts";
import type { Kept, Meta } from "./journal.ts";
import type { Settings } from "./options.ts";
import type { ObjectContext, Sdk } from "./sdk.ts";
import type { Steps } from "./steps.ts";
import type { JournalInput, JournalOutput, Parked } from "./wire.ts";

/** What the kinds of one process share. */
export interface Host {
  readonly sdk: Sdk;
  readonly ingress: Ingress;
  readonly settings: Settings;
  readonly steps: Steps;
  readonly tallies: Tallies;
  /** Serves this code too, if none of its name is served here. */
  know(definition: Definition): void;
  /** Has an invocation wait, until the code may be another. */
  readonly pause: (invocation: string) => void;
}

export class Kind {
  readonly host: Host;
  readonly definition: Definition;
  readonly cache: Cache;
  readonly tally: Tally;
  /** Those that have a turn under way here, by key. */
  readonly active: Map<string, Live> = new Map();

  constructor(host: Host, definition: Definition) {
    this.host = host;
    this.definition = definition;
    this.cache = new Cache(host.settings.held);
    this.tally = host.tallies.of(definition.name);
  }

  /** The name of its virtual objects. */
  get service(): string {
    return this.definition.name;
  }

  /** A turn of it is under way here, until the attempt is over. */
  begins(ctx: ObjectContext, live: Live): void {
    const { active } = this;
    const { key } = ctx;
    active.set(key, live);
    ctx.request().attemptCompletedSignal.addEventListener("abort", () => {
      if (active.get(key) === live) active.delete(key);
    });
  }

  /** Why the coroutine is parked; null: it is not. */
  async problem(key: string): Promise<Parked | null> {
    const kept = await readJournal(this.host, this.service, key);
    if (kept === null) return null;
    try {
      this.restore(key, kept);
      return null;
    } catch (error) {
      return parkedBy(error);
    }
  }

  /**
   * The coroutine as it stands at `meta`: the one that is held, which is taken out, or made again.
   *
   * What is held must not change what a handler has Restate record: a process that took over would record something
   * else. So the journal is read beside the handler, and not by it; what `meta` says is there does not change.
   *
   * @throws {ReplayError}
   */
  async take(key: string, meta: Meta): Promise<Held> {
    const held = this.cache.take(key);
    if (held?.version === meta.v) return held;
    // As of `meta`: an attempt that takes over may find that the one before had written all of the turn.
    const kept = await readJournal(this.host, this.service, key, meta);
    return this.restore(key, kept!);
  }

  /** @throws {ReplayError} */
  restore(key: string, kept: Kept): Held {
    this.tally.replayed(kept.parts.reduce((sum, part) => sum + part.length, 0));
    return heldOf(this.definition, key, kept);
  }
}

/** All that is kept of a coroutine, now or as of `meta`; null: nothing. */
export async function readJournal(
  { ingress }: Pick<Host, "ingress">,
  service: string,
  key: string,
  meta: Meta | null = null,
): Promise<Kept | null> {
  const parts: Kept["parts"][number][] = [];
  for (let asOf = meta, from = 0; ;) {
    const input: JournalInput = { from, meta: asOf };
    const page = (await ingress.call({ service, key, handler: "journal" }, input)) as JournalOutput;
    if (page === null) return null;
    if (meta !== null && page.isGone) throw new Error(`${service}/${key} has gone on: this attempt is late`);
    if (meta === null && page.version !== page.meta.v) {
      // There was a turn between two pages: once more from the beginning.
      parts.length = 0;
      asOf = null;
      from = 0;
      continue;
    }
    asOf = page.meta;
    parts.push(...page.parts);
    if (page.next === null) return { ...page, parts };
    from = page.next;
  }
}

/** What to answer when the code does not fit the journal; other errors are thrown on. */
export function parkedBy(error: unknown): Parked {
  if (!(error instanceof ReplayError)) throw error;
  return { error: errorText(error), entry: error.entry, turn: error.turn };
}
