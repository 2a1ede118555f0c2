// A promise that lives longer than the selects that wait for it is given one callback.
import { Channel, run, select, until } from "corun";
import { expect, test } from "vitest";

test("also where it is what the function of an until gives", async () => {
  let callbacks = 0;
  const lasting = new (class extends Promise<never> {
    static override get [Symbol.species]() {
      return Promise;
    }
    // oxlint-disable-next-line unicorn/no-thenable
    override then(...args: Parameters<Promise<never>["then"]>): never {
      callbacks++;
      return super.then(...args) as never;
    }
  })(() => {});
  await run(function* () {
    const channel = new Channel<number>(1);
    for (let i = 0; i < 100; i++) {
      // It is called when no clause is ready.
      const stopped = until(() => {
        channel.trySend(i);
        return lasting;
      });
      expect(yield* select({ stopped, value: channel.receive() })).toEqual({ key: "value", value: i });
    }
  });
  await Promise.resolve(); // a promise that takes another one's outcome asks for it a moment later
  await Promise.resolve();
  expect(callbacks).toBeLessThanOrEqual(1);
});
