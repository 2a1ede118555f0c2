// The second step of `npm run build`: makes the core two files in dist. tsc has written each module as a file of its
// own, and V8 folds nothing that one module imports of another: every use of a constant, class or function of another
// file costs a few instructions, on the hot path too (docs/decisions/0018-the-core-is-built-into-two-files.md). The
// files that were there stay, so that nothing else has to know: each gives what it gave, out of the two.

import { readdirSync, readFileSync, rmSync } from "node:fs";
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
const PUBLIC = new Set(readFileSync(pathOf("src/index.ts"), "utf8").match(/\w+/g));
/**
 * What may change V8 can't fold, so that whatever is declared once is a constant; a function that needs no `function` is
 * an arrow, which is shorter; and each look at a `let` asks whether it was declared, which all are. Of two classes with
 * one name the second is numbered, and would be called so.
 */
const constant = (code: string): string =>
  code
    .replaceAll(/^var (\w+)(\$\d+)? = class\b(?: (?!extends)\w+)?/gm, "const $1$2 = class $1")
    .replaceAll(
      /^(async )?function (\w+)(\(.*\)) \{\n(?!\})([^]*?)^\}$/gm,
      (whole, async = "", name, parameters, body) =>
        /\b(?:this|arguments)\b/.test(body) ? whole : `const ${name} = ${async}${parameters} => {\n${body}};`,
    )
    .replaceAll(/^((?:async )?function\*?) (\w+)\(/gm, "const $2 = $1 $2(")
    .replaceAll(/^let /gm, "var ");

/**
 * The same with names of their own for what the package's other files import: what a module shares it does not fold
 * either. Users import the rest, and would have two names of each.
 */
const folded = (code: string): string =>
  constant(code).replace(/^export \{ (.+) \};$/m, (_, names: string) => {
    const all = names.split(", ").map((name) => name.split(" as "));
    const own = all.filter(([name, as = name]) => !PUBLIC.has(as!)).map(([name]) => `$${name} = ${name}`);
    const shared = all.map(([name, as = name]) => `${PUBLIC.has(as!) ? "" : "$"}${name} as ${as}`);
    return `const ${own.join(", ")}; export { ${shared.join(", ")} };`;
  });

const within = (folders: readonly string[]): RegExp => new RegExp(`[\\\\/]src[\\\\/](?:${folders.join("|")})[\\\\/]`);

const core = await rolldown({
  input: Object.fromEntries(modules.map((module) => [module, pathOf(`src/${module}.ts`)])),
  platform: "neutral",
  tsconfig: pathOf("tsconfig.json"),
  treeshake: false, // whatever is not used, the user's bundler leaves out
  plugins: [
    {
      name: "constants",
      // On the same lines: the map holds.
      renderChunk: (code, { name }) => ({ code: name === "corun-core" ? folded(code) : constant(code), map: null }),
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
