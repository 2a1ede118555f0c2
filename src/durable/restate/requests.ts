// What an activation has Restate do: steps, calls, mail, and messages to itself.
//
// May import: the durable core, kind, sdk, steps, wire.

import type { Live } from "../live.ts";
import { failed } from "../outcome.ts";
import type { Outcome, Request, StepRequest } from "../port.ts";
import type { Host, Kind } from "./kind.ts";
import type { Context, Recorded } from "./sdk.ts";
import type { CallInput, Mail, SendInput, SendOutput } from "./wire.ts";

/** What may happen while a turn waits. */
export type Happening =
  | { readonly type: "result"; readonly id: string; readonly n: number; readonly outcome: Outcome; readonly at: number }
  /** The coroutine that was called could not have a turn now: it is parked, or was dropped meanwhile. */
  | { readonly type: "refused"; readonly id: string; readonly n: number }
  /** It is to be called again. */
  | { readonly type: "retry"; readonly id: string; readonly n: number }
  | { readonly type: "timer"; readonly due: number }
  /** There is mail. */
  | { readonly type: "woken" }
  /** An operator has cancelled the invocation. */
  | { readonly type: "cancelled" };

/** How long to wait before one that has refused is called again, in milliseconds. */
export const RETRY = { first: 500, factor: 2, longest: 30_000 } as const;

/** Of this request, and of none of a coroutine that was dropped and has the same key. */
export function identity({ base }: Live, { id }: Request): string {
  return `${id}-${base.salt.slice(0, 8)}`;
}

/** Has Restate do a step, and record what comes of it. */
export function stepped(
  ctx: Context,
  { host, service }: Kind,
  id: string,
  step: StepRequest,
  now: number,
): Recorded<Happening> {
  const { n, name } = step;
  const label = `${service}/${ctx.key}`;
  return ctx
    .run(name, () => host.steps.do(id, step, label))
    .map((done, failure): Happening => {
      const { outcome, at } = done ?? { outcome: failed(failure), at: now };
      return { type: "result", id, n, outcome, at };
    });
}

/** Sends to another coroutine, once. */
export function called(ctx: Context, { sdk }: Host, work: CallInput): Recorded<Happening> {
  const { id, n, at, to, value, chain } = work;
  const { json } = sdk.serde;
  const parameter: SendInput = { id, at, value, chain };
  const target = { service: to.name, key: to.key, method: "send", name: `call ${to.name}/${to.key}` };
  return ctx
    .genericCall({ ...target, parameter, inputSerde: json, outputSerde: json })
    .map((output, failure): Happening => {
      if (output === undefined) return { type: "result", id, n, outcome: failed(failure), at };
      const answer = output as SendOutput;
      if ("outcome" in answer) return { type: "result", id, n, outcome: answer.outcome, at: answer.at };
      return { type: "refused", id, n };
    });
}

/** A message to a handler of the same coroutine, which is not waited for; `delay` in milliseconds. */
export function handOver(ctx: Context, kind: Kind, method: string, parameter: unknown, delay: number): void {
  const { service, host } = kind;
  ctx.genericSend({
    service,
    key: ctx.key,
    method,
    parameter,
    inputSerde: host.sdk.serde.json,
    ...(delay > 0 && { delay: Math.ceil(delay) }),
  });
}

/** The mail of a coroutine is an object of its own, so that it can be put in while a turn is under way. */
export const mailOf = (service: string): string => `${service}.mail`;

/** Takes all mail out. */
export async function takeMail(ctx: Context, { service, host }: Kind): Promise<readonly Mail[]> {
  const { json } = host.sdk.serde;
  const target = { service: mailOf(service), key: ctx.key, method: "take", parameter: {} };
  return (await ctx.genericCall({ ...target, inputSerde: json, outputSerde: json })) as readonly Mail[];
}
