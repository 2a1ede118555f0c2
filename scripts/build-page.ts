// Makes src/inspect/page/bundle.ts: the page's script and style sheet as two texts, from the files beside it. A test
// proves that they are up to date. Run it after each change there: `npx tsx scripts/build-page.ts`.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("../src/inspect/page/", import.meta.url));
const target = `${folder}bundle.ts`;

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [folder + entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    charset: "utf8",
    legalComments: "none",
  });
  return outputFiles[0]!.text.trim();
}

/** As the formatter writes it: with the quote that has to be escaped less often. */
function literal(text: string): string {
  const written = JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const doubles = text.split('"').length;
  const singles = text.split("'").length;
  if (doubles <= singles) return written;
  return `'${written.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const sha256 = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** What bundle.ts should hold. */
export async function makeBundle(): Promise<string> {
  const script = await bundle("main.ts");
  const style = await bundle("style.css");
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("the page would end in the middle");
  return `// Made by scripts/build-page.ts from the files beside it. Imports nothing.

export const script: string =
  ${literal(script)};

export const scriptHash: string = "${sha256(script)}";

export const style: string =
  ${literal(style)};

export const styleHash: string = "${sha256(style)}";
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await makeBundle());
