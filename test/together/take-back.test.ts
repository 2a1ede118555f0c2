// What `defer` gives takes back that cleanup, and no other.
import { defer, runSync, scope } from "corun";
import { expect, test } from "vitest";

function stepsOf(setUp: (steps: string[], cleanup: () => void) => void): string[] {
  const steps: string[] = [];
  runSync(() =>
    scope(function* () {
      setUp(steps, () => void steps.push("same"));
    }),
  );
  return steps;
}

test("of one function that was given twice, it takes back the one that it stands for", () => {
  const steps = stepsOf((steps, cleanup) => {
    const takeBackFirst = defer(cleanup);
    defer(() => void steps.push("between"));
    defer(cleanup);
    takeBackFirst();
  });
  expect(steps).toEqual(["same", "between"]);
});

test("called twice, it takes back no other", () => {
  const steps = stepsOf((_, cleanup) => {
    const takeBackFirst = defer(cleanup);
    defer(cleanup);
    takeBackFirst();
    takeBackFirst();
  });
  expect(steps).toEqual(["same"]);
});

test(
  "so many take back in the order in which they came, at a cost that does not grow",
  { tags: "large", timeout: 2000 },
  () => {
    const steps = stepsOf(() => {
      const all: (() => void)[] = [];
      for (let i = 0; i < 30_000; i++) all.push(defer(() => {}));
      for (const takeBack of all) takeBack();
    });
    expect(steps).toEqual([]);
  },
);
