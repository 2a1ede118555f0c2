// What stands in a Markdown text besides programs: commands, links, headings.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Block, blocksOf } from "./blocks.ts";

/** What is wrong with the `$ …` lines of a `sh` block: files and scripts that they name and that do not exist. */
export function wrongCommands(block: Block, root: string): string[] {
  const { scripts = {} } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts?: Record<string, string>;
  };
  const wrong: string[] = [];
  block.code.split("\n").forEach((text, i) => {
    const place = `${block.file}:${block.line + i}`;
    const command = text.replace(/^\$ /, "").replace(/\s+#.*$/, "");
    const words = command.split(/\s+/);
    for (const word of words) {
      if (/^(?:examples|docs|src|test|scripts|bench)\/[\w./-]+$/.test(word) && !existsSync(path.join(root, word))) {
        wrong.push(`${place}: there is no ${word}`);
      }
    }
    for (const [, name = ""] of command.matchAll(/npm (?:run )?([\w:-]+)/g)) {
      const known = name in scripts || ["ci", "install", "run"].includes(name);
      if (!known) wrong.push(`${place}: there is no script ${name}`);
    }
  });
  return wrong;
}

/** The text outside code blocks, line by line; lines inside are empty. */
function prose(file: string, markdown: string): string[] {
  const lines = markdown.split("\n");
  for (const block of blocksOf(file, markdown))
    lines.fill("", block.line - 2, block.line + block.code.split("\n").length);
  return lines;
}

/** The levels and texts of the headings. */
export function headingsOf(file: string, markdown: string): { level: number; text: string }[] {
  return prose(file, markdown).flatMap((line) => {
    const [, marks, text] = /^(#+) (.+)$/.exec(line) ?? [];
    return marks && text ? [{ level: marks.length, text }] : [];
  });
}

/** A heading's anchor, as code hosts make it. */
function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** The relative links of a document that lead nowhere. */
export function deadLinks(file: string, markdown: string, root: string): string[] {
  return prose(file, markdown).flatMap((line, i) =>
    [...line.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [target = "", anchor] = link.split("#");
      const to = target === "" ? file : path.join(path.dirname(file), target);
      if (!existsSync(path.join(root, to))) return [`${file}:${i + 1}: ${link} does not exist`];
      if (anchor === undefined || !to.endsWith(".md")) return [];
      const headings = headingsOf(to, target === "" ? markdown : readFileSync(path.join(root, to), "utf8"));
      const found = headings.some(({ text }) => anchorOf(text) === anchor);
      return found ? [] : [`${file}:${i + 1}: ${to} has no heading #${anchor}`];
    }),
  );
}
