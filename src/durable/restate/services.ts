// The virtual object of a kind of coroutine: its handlers. A key of it is a coroutine, and an exclusive handler that is
// under way is the one owner of that: so a turn is fenced before its first effect.
//
// May import: the durable core, activation, deliver, journal, kind, sdk, wire, work.

import { saltOf } from "../chance.ts";
import { originAfter } from "../live.ts";
import type { Entry, Outcome } from "../port.ts";
import { begin } from "../replay.ts";
import { Activation, type Found } from "./activation.ts";
import { FIRST_LOOK, knock, LONGEST_LOOK, mailbox, put, putBack } from "./deliver.ts";
import { type Answers, answersKey, type Grave, isThere, META, type Meta, partKeys, RUN, type Run } from "./journal.ts";
import { type Host, type Kind, parkedBy } from "./kind.ts";
import { handOver, takeMail } from "./requests.ts";
import type { Context, HandlerOptions, ObjectContext } from "./sdk.ts";
import type {
  JournalInput,
  JournalOutput,
  Mail,
  MailOutput,
  Parked,
  RetryOutput,
  SendInput,
  SendOutput,
  StopOutput,
  WakeInput,
  WorkInput,
} from "./wire.ts";
import { work } from "./work.ts";

/** What Restate is to know of a kind: the coroutines, and their mailboxes. */
export function servicesOf(kind: Kind): unknown[] {
  const { sdk, settings } = kind.host;
  const { exclusive, shared } = sdk.handlers.object;
  const common: HandlerOptions = {
    journalRetention: 0,
    enableLazyState: true,
    abortTimeout: settings.longestStep,
    retryPolicy: settings.retry,
  };
  const { idempotencyRetention } = settings;
  const turns: HandlerOptions = { ...common, explicitCancellation: true, hooks: [pauseMismatch(kind.host)] };
  const handlers = {
    send: exclusive({ ...turns, idempotencyRetention }, (ctx: ObjectContext, input: SendInput) =>
      send(ctx, kind, input),
    ),
    wake: exclusive({ ...turns, ingressPrivate: true }, (ctx: ObjectContext, input: WakeInput) =>
      wake(ctx, kind, input),
    ),
    mail: shared({ ...common, idempotencyRetention }, (ctx: Context, mail: Mail) => take(ctx, kind, mail)),
    knock: shared({ ...common, ingressPrivate: true }, (ctx: Context) => knock(ctx, kind)),
    stop: shared({ ...common, idempotencyRetention }, (ctx: Context, mail: Mail) => stop(ctx, kind, mail)),
    retry: shared({ ...common, idempotencyRetention }, (ctx: Context) => retry(ctx, kind)),
    work: shared({ ...common, ingressPrivate: true }, (ctx: Context, input: WorkInput) => work(ctx, kind, input)),
    journal: shared({ ...common, enableLazyState: false }, journal),
  };
  return [sdk.object({ name: kind.service, handlers }), mailbox(kind.host, kind.service)];
}

/** How long a parked coroutine is left alone when there is mail for it, in milliseconds. */
const PARKED_PAUSE = 30_000;

/** Restate's code for an attempt that did something else than the one before it had recorded. */
const MISMATCH = 570;

/**
 * The code was changed in the midst of a turn. To try it again and again would not help, and what the turn has done must
 * not be lost: so it is paused, and goes on when a process is registered, whose code may fit (endpoint.ts).
 */
function pauseMismatch({ pause }: Host): NonNullable<HandlerOptions["hooks"]>[number] {
  return ({ request }) => ({
    interceptor: {
      async handler(next) {
        try {
          await next();
        } catch (error) {
          if ((error as { code?: unknown }).code === MISMATCH) pause(request.id);
          throw error;
        }
      },
    },
  });
}

/** What is kept of the coroutine, or of one before it. */
const keptOf = (ctx: Context): Promise<Meta | Grave | null> => ctx.get<Meta | Grave>(META);

/** The coroutine of this key, which begins if it has not yet; or why it is parked. */
async function find(
  ctx: ObjectContext,
  kind: Kind,
  kept: Meta | Grave | null,
  at: number | undefined,
): Promise<Found | Parked> {
  if (!isThere(kept)) {
    const time = at ?? (await ctx.run("now", () => Date.now()));
    const { live, output } = begin(kind.definition, ctx.key, time, saltOf(ctx.request().id), kept?.origin);
    return { meta: null, held: { version: "", live, tail: [], answers: new Map() }, first: output };
  }
  try {
    return { meta: kept, held: await kind.take(ctx.key, kept), first: null };
  } catch (error) {
    return parkedBy(error);
  }
}

/** A turn. */
async function send(ctx: ObjectContext, kind: Kind, input: SendInput): Promise<SendOutput> {
  const found = await find(ctx, kind, await keptOf(ctx), input.at);
  if ("error" in found) return { parked: found };
  const { held, meta } = found;
  const { live, answers } = held;
  const id = input.id ?? ctx.rand.uuidv4();
  const known = answers.get(id) ?? (meta === null ? null : live.ended);
  if (known !== null) {
    kind.cache.put(ctx.key, held);
    return { outcome: known, turn: live.turns, at: live.time };
  }
  const activation = new Activation(ctx, kind, found, input.chain);
  kind.begins(ctx, live);
  const answer = await activation.turn({ type: "send", at: input.at ?? live.time, id, value: input.value });
  if (activation.isDropped) {
    forget(ctx, kind, originAfter(live.base));
    return { dropped: true };
  }
  activation.keep();
  // Something was due before the send, and has ended it.
  if (answer === null) return { outcome: live.ended!, turn: live.turns, at: live.time };
  kind.tally.turns[answer.outcome.how]++;
  return { outcome: answer.outcome, turn: answer.turn, at: live.time };
}

/** There may be letters, or a moment has come, and no turn is under way. */
async function wake(ctx: ObjectContext, kind: Kind, { tick }: WakeInput): Promise<void> {
  let kept = await keptOf(ctx);
  const all = tick === undefined ? await takeMail(ctx, kind) : [];
  const drop = all.findLastIndex(({ type }) => type === "drop");
  if (drop >= 0) kept = forget(ctx, kind, nextOrigin(kept));
  const hasBegun = isThere(kept);
  // What has not begun is begun by a signal only.
  const mails = all.slice(drop + 1).filter(({ type }) => hasBegun || type === "signal");
  if (mails.length === 0 && (tick === undefined || !hasBegun)) return;
  const found = await find(ctx, kind, kept, mails.find((mail) => mail.type === "signal")?.at);
  if ("error" in found) {
    if (mails.length > 0) await putBack(ctx, kind, mails);
    handOver(ctx, kind, "wake", tick === undefined ? {} : { tick }, PARKED_PAUSE);
    return;
  }
  const activation = new Activation(ctx, kind, found);
  for (const mail of mails) activation.receive(mail);
  if (tick !== undefined) activation.ring(tick);
  activation.keep();
}

/** That of one that begins after `kept` was dropped. */
function nextOrigin(kept: Meta | Grave | null): number {
  if (!isThere(kept)) return kept?.origin ?? 0;
  const { origin = 0, row } = kept;
  return originAfter({ origin, generation: row.generation });
}

/** All that is kept of it is removed, but for what the next one needs. */
function forget(ctx: ObjectContext, kind: Kind, origin: number): Grave {
  kind.cache.take(ctx.key);
  const label = `${kind.service}/${ctx.key}`;
  kind.host.steps.abortThose(label, new Error(`${label} has been dropped`));
  ctx.clearAll();
  const grave: Grave = { origin };
  if (origin > 0) ctx.set(META, grave);
  return grave;
}

/** Takes a letter; it has it for good when this is done. */
async function take(ctx: Context, kind: Kind, mail: Mail): Promise<MailOutput> {
  const isNew = await put(ctx, kind, mail);
  if (!isNew) return { isEnded: false };
  handOver(ctx, kind, "knock", {}, 0);
  return { isEnded: (await stateNow(ctx)) === "ended" };
}

/** Cancels it, and waits for its end; or has it forgotten. */
async function stop(ctx: Context, kind: Kind, mail: Mail): Promise<StopOutput> {
  // How it ended before has nothing to do with this one.
  if (mail.type === "cancel" && (await stateNow(ctx)) !== "begun") return { outcome: null, parked: null };
  await put(ctx, kind, mail);
  await knock(ctx, kind);
  if (mail.type === "drop") return { outcome: null, parked: null };
  for (let wait = FIRST_LOOK; (await stateNow(ctx)) === "begun"; wait = Math.min(wait * 2, LONGEST_LOOK)) {
    const parked = await ctx.run("is it parked", () => kind.problem(ctx.key));
    if (parked !== null) return { outcome: null, parked };
    await ctx.sleep(wait);
  }
  return { outcome: await outcomeNow(ctx), parked: null };
}

/** Whether its journal fits the code now. If so, the mail that has waited for that is taken. */
async function retry(ctx: Context, kind: Kind): Promise<RetryOutput> {
  const parked = await ctx.run("is it parked", () => kind.problem(ctx.key));
  if (parked === null) handOver(ctx, kind, "wake", {}, 0);
  return { parked };
}

/** A turn that waits has begun it, also before anything of it is kept. */
async function stateNow(ctx: Context): Promise<"new" | "begun" | "ended"> {
  const kept = await keptOf(ctx);
  if (!isThere(kept)) return (await ctx.get<Run>(RUN)) === null ? "new" : "begun";
  return kept.ended === null ? "begun" : "ended";
}

async function outcomeNow(ctx: Context): Promise<Outcome | null> {
  const kept = await keptOf(ctx);
  return isThere(kept) ? kept.ended : null;
}

/** How much of a journal is given at once, in characters. */
const PAGE = 4 * 1024 * 1024;

/** The state is that of one moment, as all of it comes with the request. */
async function journal(ctx: Context, input: JournalInput): Promise<JournalOutput> {
  const kept = await keptOf(ctx);
  const now = isThere(kept) ? kept : null;
  const meta = input.meta ?? now;
  if (meta === null) return null;
  const answers = (await ctx.get<Answers>(answersKey(meta.generation))) ?? [];
  const run = await ctx.get<Run>(RUN);
  const version = now?.v ?? null;
  const keys = partKeys(meta);
  const parts: (readonly Entry[])[] = [];
  let size = 0;
  for (let at = input.from; at < keys.length; at++) {
    const part = await ctx.get<Entry[]>(keys[at]!);
    if (part === null) return { meta, version, answers, run, parts, isGone: true, next: null };
    size += JSON.stringify(part).length;
    if (size > PAGE && at > input.from) return { meta, version, answers, run, parts, isGone: false, next: at };
    parts.push(part);
  }
  return { meta, version, answers, run, parts, isGone: false, next: null };
}
