// The second step of `npm run build`: makes the core two files in dist. tsc has written each module as a file of its
// own, and V8 folds nothing that one module imports of another: every use of a constant, class or function of another
// file costs a few instructions, on the hot path too (docs/decisions/0018-the-core-is-built-into-two-files.md). The
// files that were there stay, so that nothing else has to know: each gives what it gave, out of the two.

import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Those who drive coroutines by hand load the first alone. */
const BY_HAND = ["coroutine"];
/** In the order in which they are the smallest when they are compressed: it decides what stands near to what is like it. */
const TOGETHER = ["combinators", "channel", "interop", "scheduler", "sync", "pipeline"];

const modules = [...BY_HAND, ...TOGETHER].flatMap((folder) =>
  readdirSync(pathOf(`src/${folder}`)).map((file) => `${folder}/${file.replace(/\.ts$/, "")}`),
);
/** Of two classes with one name the second is numbered, and would be called so. */
const CLASS = /^var (\w+)(\$\d+)? = class\b(?: (?!extends)\w+)?/gm;
const within = (folders: readonly string[]): RegExp => new RegExp(`[\\\\/]src[\\\\/](?:${folders.join("|")})[\\\\/]`);

const core = await rolldown({
  input: Object.fromEntries(modules.map((module) => [module, pathOf(`src/${module}.ts`)])),
  platform: "neutral",
  tsconfig: pathOf("tsconfig.json"),
  treeshake: false, // whatever is not used, the user's bundler leaves out
  plugins: [
    {
      name: "constant classes",
      // Rolldown declares classes with `var`, and what may change can't be folded. On the same lines: the map holds.
      renderChunk: (code) => ({ code: code.replaceAll(CLASS, "const $1$2 = class $1"), map: null }),
    },
  ],
});
for (const module of modules) rmSync(pathOf(`dist/${module}.js.map`));
await core.write({
  dir: pathOf("dist"),
  sourcemap: true,
  sourcemapExcludeSources: true, // they are in the package
  chunkFileNames: "[name].js",
  minifyInternalExports: false,
  codeSplitting: {
    groups: [
      { name: "corun-coroutine", test: within(BY_HAND) },
      { name: "corun-core", test: within(TOGETHER) },
    ],
  },
});
