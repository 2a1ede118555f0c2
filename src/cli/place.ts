// Places in the user's files, as they are shown: `file:line:column`, relative to where the command was called.
//
// May import: Node's own modules.

import { readFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** `file:line:column`, as far as known; relative to the working folder if the file is in it. */
export function here(file: string, line?: number, column?: number): string {
  const way = relative(process.cwd(), file);
  const path = way === "" || way.startsWith("..") || isAbsolute(way) ? file : way;
  return [path, line, column].filter((part) => part !== undefined).join(":");
}

/** A report with lines such as `at main (file:///app/main.ts:5:3)`: with the places as they are shown. */
export function withPlaces(text: string): string {
  return text.replace(
    /^( {4,}(?:started )?(?:at )?(?:.*? \()?)((?:file:|[\\/]|[A-Za-z]:[\\/]).*?):(\d+):(\d+)(?=\)?$)/gm,
    (_, before: string, location: string, line: string, column: string) =>
      before + here(pathOf(location), Number(line), Number(column)),
  );
}

/** The path of what may be a file URL, with the query that a loader has put on it. */
export function pathOf(location: string): string {
  const bare = location.replace(/\?[^/\\]*$/, "");
  try {
    return bare.startsWith("file:") ? fileURLToPath(bare) : bare;
  } catch {
    return bare;
  }
}

/** The text of a file, or nothing if it can't be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The number of the line of `file` where `pattern` is found first. */
export function lineOf(file: string, pattern: RegExp): number | undefined {
  const text = textOf(file);
  const found = pattern.exec(text);
  if (!found) return undefined;
  const start = found.index + found[0].length - found[0].trimStart().length;
  return text.slice(0, start).split("\n").length;
}

/** A line of `file` with a caret under the column, to stand below a message. */
export function excerpt(file: string, line: number, column?: number): string[] {
  const text = textOf(file).split(/\r?\n/)[line - 1];
  if (text === undefined || text.trim() === "" || text.length > 200) return [];
  const indent = text.length - text.trimStart().length;
  const caret = column === undefined ? [] : [" ".repeat(Math.max(0, column - 1 - indent)) + "^"];
  return [text.trim(), ...caret];
}
