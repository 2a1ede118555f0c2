// Mail: how signals, cancellations and results of work get into a coroutine, also in the midst of a turn.
//
// A letter lies in the mailbox, an object beside the coroutine, until it is taken out, once. A `wake` of the coroutine
// takes it; but that comes after the turn that is under way, which may wait for just this letter. So that turn is woken by
// a signal, whose name it keeps in the state under `run`. It may have begun to wait only after the first look there: so
// it is looked again, until somebody was woken or the `wake` has been done.
//
// May import: journal, kind, requests, sdk, wire.

import { RUN, type Run } from "./journal.ts";
import type { Host, Kind } from "./kind.ts";
import { mailOf } from "./requests.ts";
import type { Context, ObjectContext } from "./sdk.ts";
import type { Mail } from "./wire.ts";

/** How long to wait before it is looked again, at first and at most, in milliseconds. */
export const FIRST_LOOK = 20;
export const LONGEST_LOOK = 1000;

/** Puts `mail` into the mailbox of the coroutine of this key. False: it is known by its id, and has been there. */
export async function put(ctx: Context, { service, host }: Kind, mail: Mail): Promise<boolean> {
  const { json } = host.sdk.serde;
  const target = { service: mailOf(service), key: ctx.key, method: "put", parameter: mail };
  return (await ctx.genericCall({ ...target, inputSerde: json, outputSerde: json })) as boolean;
}

/** Puts mail that was taken out, and can't be read now, back into the mailbox, before what has come since. */
export async function putBack(ctx: Context, { service, host }: Kind, mails: readonly Mail[]): Promise<void> {
  const { json } = host.sdk.serde;
  const target = { service: mailOf(service), key: ctx.key, method: "back", parameter: mails };
  await ctx.genericCall({ ...target, inputSerde: json, outputSerde: json });
}

/** Sees to it that what is in the mailbox is taken out. Done when it has been. */
export async function knock(ctx: Context, { service, host }: Kind): Promise<void> {
  const { serde, RestatePromise } = host.sdk;
  const target = { service, key: ctx.key, method: "wake", parameter: {} };
  const awake = ctx.genericCall({ ...target, inputSerde: serde.json, outputSerde: serde.json }).map(() => true);
  for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 2, LONGEST_LOOK)) {
    const run = await ctx.get<Run>(RUN);
    if (run !== null) {
      ctx.invocation(run.id).signal(run.name).resolve();
      await awake;
      return;
    }
    if (await RestatePromise.race([awake, ctx.sleep(wait).map(() => false)])) return;
  }
}

/** How many ids of letters a mailbox knows again. */
const KNOWN_IDS = 1000;

const LETTERS = "letters";
const IDS = "ids";

/** The handlers of a mailbox. */
export function mailbox({ sdk, settings }: Host, service: string): unknown {
  const { exclusive } = sdk.handlers.object;
  const options = { journalRetention: 0, ingressPrivate: true, enableLazyState: true, retryPolicy: settings.retry };
  return sdk.object({
    name: mailOf(service),
    handlers: {
      put: exclusive(options, async (ctx: ObjectContext, mail: Mail) => {
        if (mail.type === "signal" && mail.id !== undefined) {
          const ids = (await ctx.get<string[]>(IDS)) ?? [];
          if (ids.includes(mail.id)) return false;
          ctx.set(IDS, [...ids, mail.id].slice(-KNOWN_IDS));
        }
        ctx.set(LETTERS, [...((await ctx.get<Mail[]>(LETTERS)) ?? []), mail]);
        return true;
      }),
      // They are known by their ids, and are not new all the same.
      back: exclusive(options, async (ctx: ObjectContext, mails: readonly Mail[]) => {
        ctx.set(LETTERS, [...mails, ...((await ctx.get<Mail[]>(LETTERS)) ?? [])]);
      }),
      take: exclusive(options, async (ctx: ObjectContext) => {
        const letters = (await ctx.get<Mail[]>(LETTERS)) ?? [];
        if (letters.some(({ type }) => type === "drop")) ctx.clearAll();
        else if (letters.length > 0) ctx.clear(LETTERS);
        return letters;
      }),
    },
  });
}
