// Combinators of tasks that can't be waited for.
import { all, any, race, run, settled, sleep, spawn, type Task } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { errorOf } from "./error-of.ts";

describe.each(Object.entries({ all, any, race, settled }))("%s", (name, verb) => {
  test("of the task that waits is refused, and cancels nobody", async () => {
    const error = await run(function* () {
      const task: Task = spawn(function* me() {
        const own: readonly Task[] = [task];
        return yield* errorOf(verb([...own, sleep(1)]));
      });
      return yield* task;
    });
    expect(String(error)).toBe(`SchedulerError: ${name}: task me waits for its own end, which can't come`);
  });

  test("of a task of another run is refused, and cancels nobody", async () => {
    let other: Task | undefined;
    const clock = new VirtualClock();
    const running = run.with({ clock })(function* () {
      other = spawn(function* other() {
        yield* sleep(5);
        return "it";
      }) as unknown as Task;
      return yield* other;
    });
    const error = await run.with({ clock })(() => errorOf(verb([other!, sleep(1)])));
    expect(String(error)).toBe(
      `SchedulerError: ${name}: task other belongs to another run: wait for that one's promise, with until(…)`,
    );
    expect(await running).toBe("it");
  });
});
