// A report of the suite `together`: as text for the terminal, as the short Markdown table of the READMEs, and as the
// full one of docs/benchmarks.md.

import { figure, machineLine, plain, table, two, verdict } from "./print.ts";
import { isSide, type Report, type Row, type Side, sideOf, type Text } from "./report.ts";

type Language = keyof Text;

/** The least that runs generators: no system that one would use. */
export const BARE = "bare generators";
/** Not in JavaScript, or no rival. */
const ELSEWHERE = ["Go", "Lua", "LuaJIT", BARE];

const WORDS = {
  row: { en: "", zh: "" },
  go: { en: "Go", zh: "Go" },
  toGo: { en: "Corun / Go", zh: "Corun / Go" },
  best: { en: "the best other in JavaScript", zh: "JavaScript 中最快的其他方案" },
  toBest: { en: "Corun / that", zh: "Corun / 该方案" },
  B: { en: "bytes", zh: "字节" },
  ns: { en: "ns", zh: "纳秒" },
} satisfies Record<string, Text>;

export function asText(report: Report): string {
  const main = [["", "corun", "spread", "Go", "/ Go", "best other in JavaScript", "/ that", "budget"]];
  for (const row of report.rows) {
    const own = sideOf(row, "corun");
    const best = bestOther(row);
    main.push([
      plain(row.title),
      cell(own, row),
      own?.figure ? `${figure(own.figure.min)}-${figure(own.figure.max)}` : "",
      cell(sideOf(row, "Go"), row),
      ratioOf(sideOf(row, "Go"), "x"),
      best === undefined ? "" : `${cell(best, row)} ${nameOf(best)}`,
      ratioOf(best, "x"),
      row.budget.map(verdict).join("; "),
    ]);
  }
  const names = sideNames(report);
  const all = [["", ...names]];
  for (const row of report.rows) {
    all.push([row.id, ...names.map((name) => cell(exactly(row, name), row).replace(/ ns$/, ""))]);
  }
  return [
    table(main, [0, 7]),
    "",
    "All, in ns or as said:",
    table(all, [0]),
    "",
    ...notesOf(report).map((note) => `  ${plain(note)}`),
    `${machineLine(report, "en")}${report.quick ? "; --quick: not for quoting" : ""}`,
    "Each figure is the median over the rounds of a fresh process's median; a ratio, of the rounds' ratios.",
  ].join("\n");
}

/** What stands between the marks in a README. */
export function asMarkdown(report: Report, language: Language, titles: ReadonlyMap<string, Text>): string {
  const say = (word: keyof typeof WORDS): string => WORDS[word][language];
  const lines = [
    `| | Corun | ${say("go")} | ${say("toGo")} | ${say("best")} | ${say("toBest")} |`,
    "|---|--:|--:|--:|--:|--:|",
  ];
  const value = (side: Side | undefined, row: Row): string =>
    side?.figure ? `${figure(side.figure.median)} ${say(row.unit)}` : (side?.none ?? "");
  for (const row of report.rows) {
    const go = sideOf(row, "Go");
    const best = bestOther(row);
    const cells = [
      titles.get(row.id)?.[language] ?? row.title,
      value(sideOf(row, "corun"), row),
      value(go, row),
      ratioOf(go, "×"),
      best === undefined ? "" : `${value(best, row)}, ${nameOf(best)}`,
      ratioOf(best, "×"),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  lines.push("", machineLine(report, language));
  return lines.join("\n");
}

/** All systems in one table, with notes below. */
export function asFullMarkdown(report: Report): string {
  const names = sideNames(report);
  const notes = notesOf(report);
  const lines = [`| | ${names.map(label).join(" | ")} |`, `|---|${"--:|".repeat(names.length)}`];
  for (const row of report.rows) {
    const cells = names.map((name) => {
      const side = exactly(row, name);
      if (side?.figure === undefined) return side?.none === undefined ? "" : `*${side.none}*`;
      const number = side.note === undefined ? 0 : notes.indexOf(noteOf(row, side)) + 1;
      const mark = number === 0 ? "" : ` [${number}]`;
      return `${figure(side.figure.median)}${row.unit === "B" ? " B" : ""}${mark}`;
    });
    lines.push(`| ${row.title} | ${cells.join(" | ")} |`);
  }
  return [...lines, "", ...notes.map((note, i) => `[${i + 1}] ${note}.${i + 1 < notes.length ? "  " : ""}`)].join("\n");
}

/** The budgets, and whether each is met. */
export function budgetsAsMarkdown(report: Report): string {
  const lines = ["| | budget | measured | |", "|---|--:|--:|---|"];
  for (const row of report.rows) {
    for (const { against, ratio, aim, most, met } of row.budget) {
      const isFigure = !Number.isNaN(Number(against));
      const unit = row.unit === "B" ? "bytes" : "ns";
      const bound = isFigure ? `≤ ${Number(against) * most} ${unit}` : `≤ ${most}× ${nameOfBudget(report, against)}`;
      const aimed = aim === undefined ? "" : `, the aim ${aim}×`;
      const measured = isFigure ? `${figure(ratio * Number(against))} ${unit}` : `${two(ratio)}×`;
      lines.push(`| ${row.title} | ${bound}${aimed} | ${measured} | ${met ? "met" : "**missed**"} |`);
    }
  }
  return lines.join("\n");
}

function nameOfBudget(report: Report, against: string): string {
  const other = report.rows.find(({ id }) => id === against);
  return other === undefined ? against : `“${other.title}”`;
}

/** Of those in JavaScript that did the whole task, the fastest. */
function bestOther(row: Row): Side | undefined {
  const others = row.sides.filter(
    ({ side, figure }) => figure !== undefined && side !== "corun" && !ELSEWHERE.some((name) => isSide(side, name)),
  );
  return others.sort((a, b) => a.figure!.median - b.figure!.median)[0];
}

/** Corun to `side`. */
function ratioOf(side: Side | undefined, times: string): string {
  return side?.ratio === undefined ? "" : `${two(1 / side.ratio.median)}${times}`;
}

/** All systems: Corun, Go, and the others in the order of the suite. */
function sideNames(report: Report): string[] {
  const names = new Set<string>();
  for (const row of report.rows) {
    for (const { side, figure } of row.sides) if (figure !== undefined) names.add(side);
  }
  const rank = (name: string): number => (name === "corun" ? 0 : isSide(name, "Go") ? 1 : 2);
  return [...names].sort((a, b) => rank(a) - rank(b));
}

function exactly(row: Row, name: string): Side | undefined {
  return row.sides.find(({ side }) => isSide(name, side) || isSide(side, name));
}

function notesOf(report: Report): string[] {
  const notes = report.rows.flatMap((row) =>
    row.sides.filter(({ note, figure }) => note !== undefined && figure !== undefined).map((side) => noteOf(row, side)),
  );
  return [...new Set(notes)];
}

function noteOf({ title }: Row, side: Side): string {
  const text = `${nameOf(side)}: ${side.note}`;
  // The same for every row, or of this one.
  return side.note!.startsWith("its channels") ? text : `${title}: ${text}`;
}

/** Without the version. */
function nameOf({ side }: Side): string {
  return side.replace(/ [\d.]+$/, "");
}

function label(side: string): string {
  return side === "corun" ? "Corun" : side;
}

function cell(side: Side | undefined, row: Row): string {
  if (side === undefined) return "";
  return side.figure ? `${figure(side.figure.median)} ${row.unit}` : (side.none ?? "");
}
