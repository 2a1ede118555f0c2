// A report as a text table for the terminal, and as the Markdown table of the READMEs.

import { type Report, type Row, type Side, sideOf, type Text, type Verdict } from "./report.ts";

type Language = keyof Text;

const WORDS = {
  row: { en: "", zh: "" },
  native: { en: "native generator", zh: "原生生成器" },
  corun: { en: "Corun", zh: "Corun" },
  ratio: { en: "Corun / native", zh: "Corun / 原生" },
  elsewhere: { en: "The first row elsewhere: ", zh: "第一行在其他系统上：" },
  overflow: { en: "stack overflow", zh: "栈溢出" },
  B: { en: "bytes", zh: "字节" },
  ns: { en: "ns", zh: "纳秒" },
} satisfies Record<string, Text>;

export function asText(report: Report): string {
  const lines: string[][] = [["", "native", "corun", "ratio", "spread", "of best", "budget"]];
  for (const row of report.rows) {
    const own = sideOf(row, "corun");
    const spread = own?.ratio && `${two(own.ratio.min)}-${two(own.ratio.max)}`;
    lines.push([
      plain(row.title),
      cell(sideOf(row, "native"), row),
      cell(own, row),
      own?.ratio ? `${two(own.ratio.median)}x` : "",
      spread ?? "",
      best(sideOf(row, "native"), own),
      row.budget.map(verdict).join("; "),
    ]);
    for (const side of others(row)) {
      lines.push([`  ${side.side}`, cell(side, row), "", side.ratio ? `${two(side.ratio.median)}x` : "", "", "", ""]);
    }
  }
  return [
    table(lines, [0, 6]),
    "",
    `${machineLine(report, "en")}${report.quick ? "; --quick: not for quoting" : ""}`,
    "Each figure is the median over the rounds of a fresh process's best; the ratio, of the rounds' ratios; 'of best', of the best of all.",
  ].join("\n");
}

/** Columns, to the right but for those in `left`. */
export function table(lines: readonly (readonly string[])[], left: readonly number[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const aligned = lines.map((line) =>
    line
      .map((text, column) => (left.includes(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  return aligned.join("\n");
}

/** What stands between the marks in a README. `titles` gives the row's title in that language. */
export function asMarkdown(report: Report, language: Language, titles: ReadonlyMap<string, Text>): string {
  const say = (word: keyof typeof WORDS): string => WORDS[word][language];
  const lines = [
    `| ${say("row")} | ${say("native")} | ${say("corun")} | ${say("ratio")} |`.replace("|  |", "| |"),
    "|---|--:|--:|--:|",
  ];
  const value = (side: Side | undefined, row: Row): string => {
    if (side?.figure) return `${figure(side.figure.median)} ${say(row.unit)}`;
    return side?.none === "overflow" ? say("overflow") : (side?.none ?? "");
  };
  for (const row of report.rows) {
    const native = sideOf(row, "native");
    const own = sideOf(row, "corun");
    const ratio = own?.ratio ? `${two(own.ratio.median)}×` : "";
    lines.push(
      `| ${titles.get(row.id)?.[language] ?? row.title} | ${value(native, row)} | ${value(own, row)} | ${ratio} |`,
    );
  }
  const elsewhere = report.rows.flatMap((row) => others(row).filter((side) => side.figure));
  if (elsewhere.length > 0) {
    const separator = language === "zh" ? "；" : "; ";
    const list = elsewhere.map(
      (side) => `${side.side} ${figure(side.figure!.median)} ${say("ns")} (${two(side.ratio?.median ?? 0)}×)`,
    );
    lines.push("", `${say("elsewhere")}${list.join(separator)}`);
  }
  lines.push("", machineLine(report, language));
  return lines.join("\n");
}

export function machineLine({ machine, date }: Report, language: Language): string {
  const { cpu, cores, node, os } = machine;
  return language === "en"
    ? `Measured ${date} on ${cpu}, ${cores} cores, Node ${node}, ${os}.`
    : `测于 ${date}：${cpu}，${cores} 核，Node ${node}，${os}。`;
}

function others(row: Row): Side[] {
  return row.sides.filter(({ side }) => side !== "native" && side !== "corun");
}

export function verdict({ against, ratio, aim, most, met }: Verdict): string {
  const bound = aim ?? most;
  const name = Number.isNaN(Number(against)) ? `${bound}x ${against}` : `${Number(against) * bound}`;
  if (ratio <= bound) return `ok (<= ${name})`;
  const over = `missed by ${Math.ceil((ratio / bound - 1) * 100)}% (<= ${name})`;
  if (aim === undefined) return over;
  return met ? `aim ${over}, limit ${most}x ok` : `${over}, limit ${most}x by ${Math.ceil((ratio / most - 1) * 100)}%`;
}

function cell(side: Side | undefined, row: Row): string {
  if (side === undefined) return "";
  return side.figure ? `${figure(side.figure.median)} ${row.unit}` : (side.none ?? "");
}

function best(native: Side | undefined, own: Side | undefined): string {
  return native?.figure && own?.figure ? `${two(own.figure.min / native.figure.min)}x` : "";
}

export function figure(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
}

export function two(value: number): string {
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

export function plain(title: string): string {
  return title.replaceAll("`", "");
}
