// A context in a coroutine that is resumed by hand holds in it, not in who resumes it.
import { coroutine, createContext, run, spawn } from "corun";
import { expect, test } from "vitest";

test("what a suspended coroutine has in force is not seen by the task that resumed it, nor inherited", async () => {
  const user = createContext("nobody");
  const steps = coroutine(function* () {
    yield* user.with("Ada", function* () {
      yield user.get();
    });
  });
  await run(function* () {
    const byHand = steps();
    try {
      byHand.next();
    } catch {
      return; // refused, as scope(…) is, would do as well
    }
    expect(user.get()).toBe("nobody");
    const inherited = yield* spawn(function* () {
      return user.get();
    });
    expect(inherited).toBe("nobody");
    byHand.close();
    expect(user.get()).toBe("nobody");
  });
});
