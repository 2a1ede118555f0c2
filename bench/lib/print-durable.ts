// A report of the suite `durable`: as text for the terminal, and as the Markdown tables of docs/guide/durable-compared.md.

import { SIDES } from "../durable.ts";
import { machineLine, table, two } from "./print.ts";
import { type Report, type Row, type Side, sideOf, type Verdict } from "./report.ts";

const LABELS = new Map<string, string>([
  [SIDES.embedded, "embedded"],
  [SIDES.sqlite, "SQLite alone, the same rows"],
  [SIDES.appends, "SQLite alone, entries without an index"],
  [SIDES.memory, "in process"],
  [SIDES.byHand, "Restate, a handler of its own"],
  [SIDES.onRestate, "Corun on Restate"],
  [SIDES.dbos, "DBOS on Postgres"],
]);

export function asText(report: Report): string {
  const lines = [["", "p50", "p99", "a second", "budget"]];
  for (const row of report.rows) {
    lines.push([row.title.replaceAll("`", ""), "", "", "", ""]);
    for (const side of row.sides) lines.push(lineOf(row, side));
  }
  return [
    table(lines, [0, 4]),
    "",
    `${machineLine(report, "en")}${report.quick ? "; --quick: not for quoting" : ""}`,
    "Each figure is the median over the rounds of a process's median, in which those of a kind take turns; a ratio, of the rounds' ratios.",
  ].join("\n");
}

function lineOf(row: Row, side: Side): string[] {
  const { figure, p50, p99, none } = side;
  const name = `  ${nameOf(side)}`;
  if (figure === undefined) return [name, none ?? "", "", "", ""];
  const budget = row.budget.filter(({ of }) => nameOf({ side: of ?? SIDES.embedded }) === nameOf(side)).map(verdictOf);
  if (p50 === undefined || p99 === undefined) return [name, time(figure.median), "", "", budget.join("; ")];
  return [name, time(p50.median), time(p99.median), rate(figure.median), budget.join("; ")];
}

function verdictOf({ against, measure, ratio, most, met }: Verdict): string {
  const isRate = measure === undefined;
  const is = isRate ? `${percent(1 / ratio)} of ${against}` : `${two(ratio)}x ${against}`;
  const bound = isRate ? `>= ${percent(1 / most)}` : `<= ${most}x`;
  return `${is}: ${met ? "ok" : "missed"} (${bound})`;
}

/** The sends of the engines that are in the program itself: how many a second, as that is what a disk allows. */
function engineTable(report: Report): string {
  const sides = [SIDES.embedded, SIDES.sqlite, SIDES.appends, SIDES.memory];
  const lines = sendsOf(report).map((row) => {
    const [own, ...others] = sides.map((name) => sideOf(row, name));
    const share = sideOf(row, SIDES.sqlite)?.ratio;
    const cells = [latency(own), answers(own), ...others.map(answers)];
    cells.splice(3, 0, share === undefined ? "" : percent(share.median));
    return [row.title, ...cells];
  });
  const head = [
    "a send and its answer",
    "embedded",
    "a second",
    "SQLite alone: a second",
    "embedded / that",
    "entries alone",
    "in process",
  ];
  return markdown(head, lines);
}

/** Those of the engines that are reached by a network: how long one takes. */
function serverTable(report: Report): string {
  const lines = sendsOf(report).map((row) => {
    const [byHand, own, dbos] = [SIDES.byHand, SIDES.onRestate, SIDES.dbos].map((name) => sideOf(row, name));
    const verdict = row.budget.find(({ of }) => of === SIDES.onRestate);
    const times = verdict === undefined ? "" : `${two(verdict.ratio)}×`;
    return [
      row.title,
      latency(byHand),
      latency(own),
      times,
      latency(dbos),
      answers(byHand),
      answers(own),
      answers(dbos),
    ];
  });
  const head = [
    "a send and its answer",
    "Restate, by hand",
    "Corun on Restate",
    "Corun / Restate",
    "DBOS on Postgres",
    "Restate: a second",
    "Corun on Restate",
    "DBOS",
  ];
  return markdown(head, lines);
}

/** What is measured of the embedded engine alone. */
function restTable(report: Report): string {
  const lines = report.rows.filter((row) => !isSend(row)).map((row) => [row.title, latency(row.sides[0])]);
  return markdown(["", ""], lines);
}

export function asMarkdown(report: Report): string {
  return [
    "In the program itself:",
    engineTable(report),
    "With a server:",
    serverTable(report),
    "And:",
    restTable(report),
    machineLine(report, "en"),
  ].join("\n\n");
}

function markdown(head: string[], lines: string[][]): string {
  const all = [head, ["---", ...head.slice(1).map(() => "--:")], ...lines];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function isSend({ id }: Row): boolean {
  return /^(?:send|step)-/.test(id);
}

function sendsOf(report: Report): Row[] {
  return report.rows.filter(isSend);
}

/** Half of them take no longer; or what one takes. */
function latency(side: Side | undefined): string {
  const spread = side?.p50 ?? side?.figure;
  return spread === undefined ? absent(side) : time(spread.median);
}

function answers(side: Side | undefined): string {
  return side?.figure === undefined ? absent(side) : rate(side.figure.median);
}

function absent(side: Side | undefined): string {
  return side?.none === undefined ? "" : `*${side.none}*`;
}

function nameOf({ side }: Pick<Side, "side">): string {
  const name = side.replace(/ [\d.]+$/, "");
  return LABELS.get(name) ?? name;
}

const UNITS: readonly (readonly [nanoseconds: number, unit: string])[] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
];

/** To three digits. */
function time(nanoseconds: number): string {
  const [size, unit] = UNITS.find(([size]) => nanoseconds >= size) ?? [1, "ns"];
  return `${digits(nanoseconds / size)} ${unit}`;
}

/** How many of these there are in a second. */
function rate(nanoseconds: number): string {
  return digits(1e9 / nanoseconds);
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
