// What the commands say to a command line that makes no sense.

import process from "node:process";
import { expect, test, vi } from "vitest";
import { Problem } from "../../src/cli/problem.ts";

const commands: Record<string, () => Promise<{ help: string; main: (args: string[]) => Promise<void> }>> = {
  serve: () => import("../../src/cli/serve.ts"),
  send: () => import("../../src/cli/send.ts"),
  ls: () => import("../../src/cli/ls.ts"),
  show: () => import("../../src/cli/show.ts"),
  replay: () => import("../../src/cli/replay.ts"),
  retry: () => import("../../src/cli/retry.ts"),
  drop: () => import("../../src/cli/drop.ts"),
};

// The programs and stores do not exist: what is wrong with an option is said before anybody looks for them.
test.each<[args: string[], code: number, said: string]>([
  [["serve"], 2, "serve what?"],
  [["serve", "a.mjs", "b.mjs"], 2, "takes one program, but got b.mjs, too"],
  [["serve", "none.mjs"], 1, "no such file: none.mjs"],
  [["serve", "a.mjs", "--prot", "1"], 2, "unknown option --prot; did you mean --port?"],
  [["serve", "a.mjs", "--port", "70000"], 2, "--port must be a whole number from 0 to 65535"],
  [["serve", "a.mjs", "--port", "--host"], 2, "--port needs a value"],
  [["serve", "a.mjs", "--port", "1", "--port", "2"], 2, "--port is given more than once"],
  [["serve", "a.mjs", "--log-level", "loud"], 2, "--log-level must be"],
  [["serve", "a.mjs", "--allow-origin", "example.org"], 2, "--allow-origin must be an origin"],
  [["serve", "a.mjs", "--token", "two words"], 2, "the token must be"],
  [["send", "counter"], 2, "which coroutine?"],
  [["send", "counter", "a", "{x}"], 2, "the value is not JSON"],
  [["send", "counter", "a", "hello"], 2, `for a text, write '"hello"'`],
  [["send", "counter", "a", "1", "2"], 2, "takes one value"],
  [
    ["send", "counter", "a", "1", "--url", "http://127.0.0.1:1", "--timeout", "300"],
    1,
    "is corun serve running there?",
  ],
  [["send", "counter", "a", "1", "--url", "ftp://x"], 2, "--url must be"],
  [["ls", "--state", "happy"], 2, "--state must be"],
  [["ls", "--store", "none.db"], 1, "no such store: none.db"],
  [["ls", "--store", "none.db", "--url", "http://x"], 2, "two sources"],
  [["show", "counter"], 2, "which coroutine?"],
  [["retry", "counter", "a", "b"], 2, "takes nothing more"],
  [["drop"], 2, "which coroutine?"],
  [["replay"], 2, "replay with what code?"],
])("corun %j: %d, %s", async ([name, ...args], code, said) => {
  const { main } = await commands[name!]!();
  const error = await main(args).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ exitCode: code, message: expect.stringContaining(said) as string });
});

test.each(Object.keys(commands))("corun %s --help says what it is", async (name) => {
  const { help, main } = await commands[name]!();
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await main(["--help"]);
    expect(write).toHaveBeenCalledExactlyOnceWith(help);
  } finally {
    write.mockRestore();
  }
  expect(help).toContain(`Usage: corun ${name} `);
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(90);
});

test("a negative number is a value, and what follows -- is one, too", async () => {
  const { readArguments } = await import("../../src/cli/arguments.ts");
  const options = { id: { type: "string" }, json: { type: "boolean" } } as const;
  const read = (...args: string[]): unknown => {
    const given = readArguments(args, options, "corun send");
    return [given.words, given.text("id"), [...given.flags]];
  };
  expect(read("c", "k", "-5", "--id", "7")).toEqual([["c", "k", "-5"], "7", []]);
  expect(read("c", "--id=-7", "-1.5e3", "--json")).toEqual([["c", "-1.5e3"], "-7", ["json"]]);
  expect(read("--", "--id", "-x")).toEqual([["--id", "-x"], undefined, []]);
  expect(() => read("--json=1")).toThrow("--json takes no value");
});
