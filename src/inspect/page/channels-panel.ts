// The channels of a program that runs: how full each is, and who waits at it.
//
// May import: app, table.

import type { App, Panel } from "./app.ts";
import { VirtualTable } from "./table.ts";

interface ChannelDump {
  name: string;
  capacity: number;
  queued: number;
  senders: readonly string[];
  receivers: readonly string[];
}

function channelsOf(dump: unknown): ChannelDump[] {
  const channels = (dump as { channels?: ChannelDump[] } | null)?.channels;
  return Array.isArray(channels) ? channels : [];
}

export function makeChannels(): { element: HTMLElement; panel: Panel } {
  const table = new VirtualTable({ choose: () => {}, move: () => {} });
  let revision = 0;
  let shown: unknown = null;
  const panel: Panel = ({ state, say }: App) => {
    if (shown !== state.dump) revision++;
    shown = state.dump;
    const channels = channelsOf(state.dump);
    table.show({
      key: `${revision}:${state.language}`,
      caption: state.dump === null ? say("noDump") : channels.length === 0 ? say("noChannels") : say("channels"),
      heads: [say("channel"), say("queued"), say("capacity"), say("senders"), say("receivers")],
      count: channels.length,
      cells(row) {
        const { name, capacity, queued, senders, receivers } = channels[row]!;
        return [name, String(queued), String(capacity), senders.join(", "), receivers.join(", ")];
      },
      current: -1,
    });
  };
  return { element: table.element, panel };
}
