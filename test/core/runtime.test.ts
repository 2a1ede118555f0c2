import { expect, test } from "vitest";

// Which runtime this is, told by itself; the matrix says which it must be.
function runtime(): string {
  const host = globalThis as { Bun?: unknown; Deno?: unknown; process?: { versions?: { node?: string } } };
  if (host.Bun !== undefined) return "bun";
  if (host.Deno !== undefined) return "deno";
  const node = host.process?.versions?.node;
  return node === undefined ? "browser" : `node${node.split(".")[0]}`;
}

test("the suite runs on the runtime that it was started for", () => {
  const { env } = (globalThis as { process?: { env: Record<string, string | undefined> } }).process ?? { env: {} };
  expect(runtime()).toBe(env["EXPECT_RUNTIME"] ?? runtime());
});
