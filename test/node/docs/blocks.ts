// Code blocks of Markdown files and of `@example` comments, gathered into programs.

/** One fenced block. */
export interface Block {
  readonly file: string;
  /** The line of the file that holds the first line of `code`. */
  readonly line: number;
  readonly lang: string;
  /** The words after the language: `continue` makes a block go on where the one before it ended. */
  readonly info: readonly string[];
  readonly code: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(file: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)(`{3,})([\w-]*)\s*(.*)$/.exec(lines[i]!);
    if (!open) continue;
    const [, indent = "", fence = "", lang = "", info = ""] = open;
    const start = ++i;
    while (i < lines.length && lines[i]!.trim() !== fence) i++;
    if (i === lines.length) throw new Error(`${file}:${start}: the code block is not closed`);
    const code = lines.slice(start, i).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ file, line: start + 1, lang, info: info.split(/\s+/).filter(Boolean), code: code.join("\n") });
  }
  return blocks;
}

/** The `@example`s of the comments in a source text, as `ts` blocks. */
export function examplesOf(file: string, source: string): Block[] {
  const blocks: Block[] = [];
  const lines = source.split("\n");
  for (let i = 0; i < lines.length; i++) {
    if (!/^\s*\* @example\s*$/.test(lines[i]!)) continue;
    const start = ++i;
    const code: string[] = [];
    for (; i < lines.length; i++) {
      const text = /^\s*\*(?!\/) ?(.*)$/.exec(lines[i]!)?.[1];
      if (text === undefined || /^(@\w|Source:|```$)/.test(text)) break;
      code.push(text);
    }
    blocks.push({ file, line: start + 1, lang: "ts", info: [], code: code.join("\n").trimEnd() });
    i--;
  }
  return blocks;
}

/** A `ts` block, the ones that continue it, and what each of them must print. */
export interface Program {
  readonly name: string;
  readonly parts: readonly { readonly block: Block; readonly stdout: string | null }[];
}

/** The programs among `blocks`: a `text` block right after a part is what that part prints. */
export function programsOf(blocks: readonly Block[]): Program[] {
  const programs: { name: string; parts: { block: Block; stdout: string | null }[] }[] = [];
  blocks.forEach((block, i) => {
    if (block.lang !== "ts") return;
    const next = blocks[i + 1];
    const stdout = next?.lang === "text" && block.code.includes("console.log") ? next.code : null;
    if (!block.info.includes("continue")) programs.push({ name: `${block.file}:${block.line}`, parts: [] });
    const program = programs.at(-1);
    if (!program) throw new Error(`${block.file}:${block.line}: there is no block to continue`);
    program.parts.push({ block, stdout });
  });
  return programs;
}

/** Its text as it stands, with `first` put in front of its first line. */
export function sourceOf(program: Program, first = ""): string {
  return `${first}${program.parts.map(({ block }) => block.code).join("\n")}\nexport {};\n`;
}

/** The line of the document that line `line` (from 1) of {@link sourceOf} stands for. */
export function placeOf(program: Program, line: number): string {
  let left = line;
  for (const { block } of program.parts) {
    const height = block.code.split("\n").length;
    if (left <= height) return `${block.file}:${block.line + left - 1}`;
    left -= height;
  }
  return `${program.name}, after its end`;
}
