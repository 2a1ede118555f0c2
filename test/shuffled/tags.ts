// What a test may say of itself, by `{ tags: … }`, for the project `shuffled`: that runs each test of test/together under
// fifty orders of its tasks, by chance.
import type { TestTagDefinition } from "vitest/config";

/** By name: what it means, and what `shuffled` does with such a test. A test that holds in every order has none. */
const kinds: Record<string, [description: string, shuffled: Pick<TestTagDefinition, "skip" | "repeats">]> = {
  "default-order": ["asserts the order that tasks have by default: ready ones first in, first out", { skip: true }],
  // Such waits let no other run there, either (setup.ts).
  "at-once": ["asserts that a wait that is done at once lets no other task run", {}],
  large: ["is about many tasks or steps, and not their order, which takes long where it is chosen", { skip: true }],
  slow: ["takes more than a tenth of a second in one order, so that it runs in five", { repeats: 4 }],
  slowest: ["takes half a second, so that it runs in two", { repeats: 1 }],
  once: ["is about what a process does once", { repeats: 0 }],
};

export const tags: TestTagDefinition[] = Object.entries(kinds).map(([name, [description]]) => ({ name, description }));
export const shuffledTags: TestTagDefinition[] = tags.map((tag) => ({ ...tag, ...kinds[tag.name]![1] }));
