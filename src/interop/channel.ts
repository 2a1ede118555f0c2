// `Channel` as users import it: the channel, with `Channel.from`.
//
// May import: the channel layer, channel-from.

import { Channel as Base } from "../channel/channel.ts";
import { from } from "./channel-from.ts";

export type Channel<T> = Base<T>;
export const Channel: typeof Base & { from: typeof from } = /* @__PURE__ */ Object.assign(Base, { from });
