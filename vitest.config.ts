import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { shuffledTags, tags } from "./test/shuffled/tags.ts";

// With CORUN_BUILT the tests run on what `npm run build` made, all of them: also those that import a module of src.
const [folder, ending] = process.env["CORUN_BUILT"] === undefined ? ["src", "ts"] : ["dist", "js"];
const source = fileURLToPath(new URL(folder, import.meta.url));

// A deadlock is an error in all tests, also where the host does not tell whether it is one.
const setupFiles = ["test/together/setup.ts"];

// Kinds of test, by folder: `test/core` (by hand) and `test/together` (the scheduler) run on every runtime and in
// the browser, `test/browser` needs a browser, `test/node` needs Node (files, processes), `test/types` is only
// compiled. `shuffled` runs `test/together` again, with tasks in other orders (test/shuffled).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^corun$/, replacement: `${source}/index.${ending}` },
      { find: /^corun\/(.+)$/, replacement: `${source}/$1/index.${ending}` },
      { find: /^(?:\.\.\/)+src\/(.+)\.ts$/, replacement: `${source}/$1.${ending}` },
    ],
  },
  test: {
    tags,
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          include: ["test/core/**/*.test.ts"],
          maxWorkers: "100%", // by default a core is left free
          typecheck: { enabled: true, include: ["test/types/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
        },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: ["together", "testing", "inspect"].map((folder) => `test/${folder}/**/*.test.ts`),
          setupFiles,
          maxWorkers: "100%",
        },
      },
      {
        extends: true,
        test: {
          name: "shuffled",
          include: ["test/together/**/*.test.ts"],
          setupFiles: [...setupFiles, "test/shuffled/setup.ts"],
          testTimeout: 20_000,
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
          tags: shuffledTags,
        },
      },
      {
        extends: true,
        test: {
          name: "node",
          include: ["node", "durable", "serve"].map((folder) => `test/${folder}/**/*.test.ts`),
          testTimeout: 60_000,
          sequence: { groupOrder: 2 }, // as projects with another number of workers can't run beside the others
        },
      },
      {
        extends: true,
        test: {
          name: "chromium",
          setupFiles,
          include: ["core", "together", "testing", "inspect", "browser"].map((folder) => `test/${folder}/**/*.test.ts`),
          // They read Node's streams.
          exclude: ["test/together/pipeline-flow.test.ts", "test/together/pipeline-stages.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: "chromium" }],
            // The system's Chromium: playwright downloads none at install.
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
                args: [
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                ],
              },
            }),
          },
        },
      },
    ],
  },
});
