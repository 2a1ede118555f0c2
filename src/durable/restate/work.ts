// `work`: a request that is not done within a turn, as nobody who sends waits for it: that of a task in the background.
// It is done beside the turns, and its result is a letter.
//
// May import: the durable core, deliver, kind, requests, sdk, steps, wire.

import { failed } from "../outcome.ts";
import type { StepRequest } from "../port.ts";
import { knock, put } from "./deliver.ts";
import { type Kind, readJournal } from "./kind.ts";
import { called, identity, RETRY } from "./requests.ts";
import type { Context } from "./sdk.ts";
import type { Done } from "./steps.ts";
import type { CallInput, WorkInput } from "./wire.ts";

export async function work(ctx: Context, kind: Kind, input: WorkInput): Promise<void> {
  const { id, n } = input;
  const done = "to" in input ? await answerOf(ctx, kind, input) : await resultOf(ctx, kind, input);
  if (done === null) return;
  await put(ctx, kind, { type: "result", id, n, ...done });
  await knock(ctx, kind);
}

type StepInput = Exclude<WorkInput, CallInput>;

async function resultOf(ctx: Context, kind: Kind, input: StepInput): Promise<Done | null> {
  return ctx
    .run(input.name, () => doStep(ctx.key, kind, input))
    .map((done, failure) => (failure === undefined ? (done ?? null) : { outcome: failed(failure), at: input.at }));
}

async function answerOf(ctx: Context, kind: Kind, input: CallInput): Promise<Done> {
  for (let wait: number = RETRY.first; ; wait = Math.min(wait * RETRY.factor, RETRY.longest)) {
    const answer = await called(ctx, kind.host, input);
    if (answer.type === "result") return { outcome: answer.outcome, at: answer.at };
    await ctx.sleep(wait);
  }
}

/** Null: nobody waits for it any more. */
async function doStep(key: string, kind: Kind, { id, n }: StepInput): Promise<Done | null> {
  const { steps } = kind.host;
  const request = steps.known(id) ?? (await findStep(key, kind, id, n));
  return request === null ? null : steps.do(id, request, `${kind.service}/${key}`);
}

/** The function of a step is made by the code: so the coroutine is brought to where it asks for it. */
async function findStep(key: string, kind: Kind, id: string, n: number): Promise<StepRequest | null> {
  const kept = await readJournal(kind.host, kind.service, key);
  if (kept === null) return null;
  const { live } = kind.restore(key, kept);
  const request = live.pending.get(n);
  return request?.kind === "step" && identity(live, request) === id ? request : null;
}
