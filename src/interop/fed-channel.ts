// A channel that is fed from outside: whoever feeds it learns that it was closed.
//
// May import: the channel layer.

import { Channel } from "../channel/channel.ts";

export class FedChannel<T> extends Channel<T> {
  /** Called once, when it has been closed. */
  onClose: (() => void) | null = null;

  override close(error?: unknown): void {
    if (this.isClosed) return;
    super.close(error);
    const { onClose } = this;
    this.onClose = null;
    onClose?.();
  }

  /** Closes it with what a source failed with. */
  fail(error: unknown): void {
    // `undefined` would be an end without failure.
    this.close(error === undefined ? new Error(`${this.name}: what feeds it failed with undefined`) : error);
  }
}
