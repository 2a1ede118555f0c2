// Compiled, never run: Restate's SDK fits the shapes that the adapter uses (src/durable/restate/sdk.ts).

import * as restate from "@restatedev/restate-sdk";
import type { Context, HandlerOptions, ObjectContext, Recorded, Sdk } from "../../src/durable/restate/sdk.ts";

export const request = (context: restate.Context): ReturnType<Context["request"]> => context.request();

export const state = (context: restate.ObjectContext): Pick<ObjectContext, "set" | "clear" | "clearAll"> => context;

export const get = (context: restate.ObjectSharedContext): Promise<number | null> => context.get<number>("m");

export const sleep = (context: restate.Context): Recorded<void> => context.sleep(1);

export const run = (context: restate.Context): Recorded<number> => context.run("name", () => 1);

export const signal = (context: restate.Context): Recorded<unknown> => context.signal("name");

export const wake = (context: restate.Context): void =>
  context.invocation(context.request().id).signal("name").resolve();

export const cancellation = (context: restate.internal.ContextInternal): Recorded<void> => context.cancellation();

export const race = (values: restate.RestatePromise<number>[]): Recorded<number> => restate.RestatePromise.race(values);

export const options = (ours: HandlerOptions): restate.ObjectHandlerOpts<unknown, unknown> => ours;

export const json: Sdk["serde"]["json"] = restate.serde.json;

export const call = (context: restate.Context): Recorded<unknown> =>
  context.genericCall<unknown, unknown>({ service: "name", method: "send", key: "1", parameter: {} });
