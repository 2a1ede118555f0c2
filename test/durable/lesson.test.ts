import path from "node:path";
import { embedded } from "corun/durable";
import { expect, it } from "vitest";
import { asTask, byHand, durably, LESSON } from "./lesson.ts";
import { folder } from "./processes.ts";

// With Restate, too: test/restate/lesson.test.ts.
it("the consumer of the lesson gives the same by hand, as a task, and in a file that one process leaves to another", async () => {
  const file = path.join(folder(), "store.db");
  expect({
    "by hand": byHand(),
    "as a task": await asTask(),
    embedded: await durably(() => embedded(file)),
  }).toEqual({ "by hand": LESSON, "as a task": LESSON, embedded: LESSON });
});
