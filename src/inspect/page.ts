// A trace as one HTML file: script, style and data are in it, and it asks nobody for anything.
//
// May import: trace-format, page/bundle.

import { script, scriptHash, style, styleHash } from "./page/bundle.ts";
import type { TraceData } from "./trace-format.ts";

export interface PageOptions {
  /** Where the page gets what happens from now on, as server-sent events: a path on the server that it came from. */
  live?: string;
}

/** In a script element nothing may look like its end, or like a comment; and some line ends are none in JSON. */
function inlined(data: unknown): string {
  return JSON.stringify(data)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign]!);
}

/**
 * The page on which one watches a trace: lanes, arrows, and the source step by step. It works without a server and
 * without a network.
 *
 * @param data a trace, as `trace().toJSON()` gives it
 * @returns the text of an HTML file
 */
export function page(data: TraceData, options: PageOptions = {}): string {
  // Only this script and this style sheet may run: what a value holds never can.
  const policy = `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; connect-src 'self'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(data.title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws a trace of coroutines, and needs JavaScript for it. 本页需要 JavaScript 才能画出协程的记录。</noscript>
<script type="application/json" id="config">${inlined(options)}</script>
<script type="application/json" id="trace">${inlined(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
