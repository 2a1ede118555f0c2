// The channels at which tasks of a running program wait: how full each is, and who waits.
//
// May import: app, table.

import type { App, Panel } from "./app.ts";
import { VirtualTable } from "./table.ts";

/** There is room for so many names. */
const MOST = 6;

const list = (names: readonly string[]): string =>
  names.length <= MOST ? names.join(", ") : `${names.slice(0, MOST).join(", ")}, … (${names.length})`;

export function makeChannels(): { element: HTMLElement; panel: Panel } {
  const table = new VirtualTable({ choose: () => {}, move: () => {} });
  let revision = 0;
  let shown: unknown = null;
  const panel: Panel = ({ state, say }: App) => {
    const { channels } = state;
    if (shown !== channels) revision++;
    shown = channels;
    table.show({
      key: `${revision}:${state.language}`,
      caption: say("channels"),
      heads: [say("channel"), say("queued"), say("capacity"), say("senders"), say("receivers")],
      count: channels?.length ?? 0,
      cells(row) {
        const { name, capacity, queued, senders, receivers } = channels![row]!;
        return [name, String(queued), capacity === null ? "∞" : String(capacity), list(senders), list(receivers)];
      },
      current: -1,
    });
  };
  return { element: table.element, panel };
}
