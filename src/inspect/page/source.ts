// The source beside the lanes: the line of the present step is marked, and the lines where the other coroutines stand.
//
// May import: app, dom, format, highlight, places.

import type { App, Panel } from "./app.ts";
import { fill, h, set, setText } from "./dom.ts";
import { baseName } from "./format.ts";
import { highlight, type Piece } from "./highlight.ts";
import { siteToMark, standing } from "./places.ts";

interface Line {
  element: HTMLElement;
  /** Who stands here. */
  note: HTMLElement;
}

export class Source {
  readonly element: HTMLElement;
  readonly #title: HTMLElement = h("h2");
  readonly #files: HTMLSelectElement = h("select");
  readonly #code: HTMLElement = h("ol", { class: "code", tabindex: 0 });
  readonly #word: HTMLElement = h("p", { class: "word" });
  #lines: Line[] = [];
  /** The file whose lines are there, the files to choose from, and what is marked. */
  #shown = "";
  #listed = "";
  #marked = "";
  #chosen: string | null = null;
  #chosenFor = -1;

  constructor(app: App) {
    this.#files.addEventListener("change", () => {
      this.#chosen = this.#files.value;
      this.#chosenFor = app.state.step;
      app.set({});
    });
    this.element = h(
      "section",
      { class: "source" },
      h("div", { class: "title" }, this.#title, this.#word, this.#files),
      this.#code,
    );
  }

  readonly panel: Panel = (app) => {
    const { model, state, say } = app;
    // A file is chosen until one goes on.
    if (this.#chosenFor !== state.step) this.#chosen = null;
    const site = model.sites[siteToMark(model, state.step)];
    const file = this.#chosen ?? site?.file ?? (this.#shown === "" ? firstFile(app) : this.#shown);
    setText(this.#title, say("source"));
    set(this.#files, "aria-label", say("file"));
    set(this.#code, "aria-label", `${say("source")}: ${baseName(file)}`);
    this.#list(app, file);
    this.#show(app, file);
    const text = model.sources[file];
    const word = text === undefined && file !== "" ? say("noSource", { file }) : "";
    setText(this.#word, word === "" && site === undefined && state.step >= 0 ? say("noSite") : word);
    this.#word.hidden = this.#word.textContent === "";
    this.#mark(app, file, site?.file === file ? site.line : 0);
  };

  #list({ model }: App, file: string): void {
    const files = [...new Set([...Object.keys(model.sources), ...(file === "" ? [] : [file])])].sort();
    const key = files.join("\n");
    if (key !== this.#listed) {
      this.#listed = key;
      fill(this.#files, ...files.map((each) => h("option", { value: each }, baseName(each))));
    }
    this.#files.hidden = files.length === 0;
    if (this.#files.value !== file) this.#files.value = file;
  }

  #show({ model }: App, file: string): void {
    const text = model.sources[file];
    const key = text === undefined ? "" : file;
    if (key === this.#shown && this.#lines.length > 0) return;
    this.#shown = key;
    this.#marked = "";
    const lines = text === undefined ? [] : highlight(text.replace(/\n$/, ""));
    this.#lines = lines.map((pieces) => {
      const note = h("span", { class: "note" });
      return { element: h("li", {}, h("code", {}, ...pieces.map(pieceElement)), note), note };
    });
    fill(this.#code, ...this.#lines.map(({ element }) => element));
  }

  #mark(app: App, file: string, current: number): void {
    const { model, state } = app;
    const key = `${state.step}:${current}:${state.revision}:${state.language}`;
    if (key === this.#marked) return;
    this.#marked = key;
    const who = state.step < 0 ? new Map<number, number[]>() : standing(model, state.step, file);
    for (const [index, { element, note }] of this.#lines.entries()) {
      const isCurrent = index + 1 === current;
      set(element, "aria-current", isCurrent ? "step" : null);
      const names = who.get(index + 1) ?? [];
      if (names.length > 0 || note.firstChild !== null) fill(note, ...chips(app, names));
    }
    if (current > 0) this.#bringIntoSight(current);
  }

  #bringIntoSight(line: number): void {
    const element = this.#lines[line - 1]?.element;
    if (element === undefined) return;
    const box = this.#code;
    const top = element.offsetTop - box.offsetTop;
    const room = 3 * element.offsetHeight;
    const isSeen = top > box.scrollTop + room && top < box.scrollTop + box.clientHeight - 2 * room;
    if (!isSeen) box.scrollTop = top - box.clientHeight / 2;
  }
}

function firstFile({ model }: App): string {
  return model.sites.find(({ file }) => file in model.sources)?.file ?? Object.keys(model.sources)[0] ?? "";
}

function pieceElement({ text, kind }: Piece): Node {
  return kind === "plain" ? document.createTextNode(text) : h("span", { class: kind }, text);
}

/** So many names have room beside a line. */
const MOST_NAMES = 3;

/** Those who stand at a line; the one that runs comes first. */
function chips(app: App, lanes: number[]): Node[] {
  const running = app.model.runningAt(app.state.step);
  const sorted = lanes.toSorted((a, b) => Number(b === running) - Number(a === running));
  const shown: Node[] = sorted.slice(0, MOST_NAMES).map((lane) => chip(app, lane));
  if (lanes.length > MOST_NAMES) shown.push(h("span", { class: "chip" }, `+${lanes.length - MOST_NAMES}`));
  return shown;
}

/** The name of a coroutine at the line where it stands. */
function chip({ model, state, say }: App, lane: number): Node {
  const name = model.nameOf(lane);
  const runs = model.runningAt(state.step) === lane;
  const label = say(runs ? "runsHere" : "standsHere", { name });
  return h("span", { class: runs ? "chip runs" : "chip", title: label }, runs ? `▶\uFE0E ${name}` : name);
}
