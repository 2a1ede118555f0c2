import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/index.ts", import.meta.url));

// Kinds of test, by folder: `test/core` (by hand) and `test/together` (the scheduler) run on every runtime and in
// the browser, `test/browser` needs a browser, `test/node` needs Node (files, processes), `test/types` is only
// compiled.
export default defineConfig({
  resolve: { alias: [{ find: /^corun$/, replacement: source }] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          include: ["test/core/**/*.test.ts"],
          typecheck: { enabled: true, include: ["test/types/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
        },
      },
      { extends: true, test: { name: "together", include: ["test/together/**/*.test.ts"] } },
      { extends: true, test: { name: "node", include: ["test/node/**/*.test.ts"], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: "chromium",
          include: ["core", "together", "browser"].map((folder) => `test/${folder}/**/*.test.ts`),
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
