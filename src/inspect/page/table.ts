// A table of which only the rows in sight are there, so that it may have a million.
//
// May import: dom.

import { fill, h, set, setText } from "./dom.ts";

const ROW_HEIGHT = 28;
/** So many rows are there above and below those in sight. */
const SPARE = 24;
const LEAP = 12;
/** Of a view that has no height yet. */
const FEW = 12;

export interface Rows {
  /** Changes when the cells do. */
  key: string;
  caption: string;
  heads: string[];
  count: number;
  /** The cells of a row; the first is its head. */
  cells: (row: number) => (Node | string)[];
  /** Which row is marked; -1: none. */
  current: number;
}

export interface Choices {
  choose(row: number): void;
  /** The arrow keys. */
  move(by: 1 | -1): void;
}

export class VirtualTable {
  readonly element: HTMLElement;
  readonly #table: HTMLElement;
  readonly #caption: HTMLElement = h("caption", { class: "unseen" });
  readonly #head: HTMLElement = h("tr", { "aria-rowindex": 1 });
  readonly #body: HTMLElement = h("tbody");
  readonly #choices: Choices;
  #rows: Rows | null = null;
  /** Kept, as asking for them may have the browser lay out the page. */
  #top = 0;
  #height = 0;
  #drawn = "";
  #current = -1;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#table = h("table", {}, this.#caption, h("thead", {}, this.#head), this.#body);
    this.element = h("div", { class: "events", tabindex: 0 }, this.#table);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", (event) => {
      const row = (event.target as Element).closest("tr")?.dataset["row"];
      if (row !== undefined) choices.choose(Number(row));
    });
    new ResizeObserver(() => {
      this.#height = this.element.clientHeight;
      if (this.#rows !== null) this.show(this.#rows);
    }).observe(this.element);
    this.element.addEventListener("scroll", () => {
      this.#top = this.element.scrollTop;
      this.#draw();
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.#choices.move(event.key === "ArrowDown" ? 1 : -1);
  }

  show(rows: Rows): void {
    this.#rows = rows;
    setText(this.#caption, rows.caption);
    set(this.element, "aria-label", rows.caption);
    set(this.#table, "aria-rowcount", rows.count + 1);
    // A row is scrolled to when the table is as high as it will be.
    this.#draw();
    if (rows.current !== this.#current && this.#height > 0) {
      this.#current = rows.current;
      this.#bringIntoSight(rows.current);
      this.#draw();
    }
    const marked = this.#body.querySelector("[aria-current]");
    const current = this.#body.querySelector(`[data-row="${rows.current}"]`);
    if (marked === current) return;
    marked?.removeAttribute("aria-current");
    current?.setAttribute("aria-current", "step");
  }

  #bringIntoSight(row: number): void {
    if (row < 0) return;
    const top = row * ROW_HEIGHT;
    const room = this.#height - 3 * ROW_HEIGHT;
    if (top < this.#top) this.#scrollTo(Math.max(0, top - ROW_HEIGHT));
    else if (top > this.#top + room) this.#scrollTo(top - room);
  }

  #scrollTo(top: number): void {
    this.#top = top;
    this.element.scrollTop = top;
  }

  #draw(): void {
    const rows = this.#rows;
    if (rows === null) return;
    const seen = Math.max(FEW, Math.ceil(this.#height / ROW_HEIGHT));
    // In leaps, so that rows are not made anew with each row that is scrolled.
    const leap = Math.floor(this.#top / ROW_HEIGHT / LEAP) * LEAP;
    const first = Math.max(0, Math.min(leap - SPARE, rows.count - 1));
    const last = Math.min(rows.count, first + seen + 2 * SPARE + LEAP);
    const key = `${rows.key}:${first}:${last}:${rows.count}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    fill(this.#head, ...rows.heads.map((head) => h("th", { scope: "col" }, head)));
    const there: Node[] = [];
    for (let row = first; row < last; row++) there.push(this.#row(rows, row));
    fill(this.#body, gap(first), ...there, gap(rows.count - last));
  }

  #row(rows: Rows, row: number): Node {
    const [head, ...cells] = rows.cells(row);
    return h(
      "tr",
      { "data-row": row, "aria-rowindex": row + 2, "aria-current": row === rows.current ? "step" : null },
      h("th", { scope: "row" }, head!),
      ...cells.map((cell) => h("td", {}, cell)),
    );
  }
}

/** The room of rows that are not there. */
function gap(rows: number): Node | null {
  if (rows <= 0) return null;
  const room = h("tr", { "aria-hidden": "true", class: "gap" });
  room.style.height = `${rows * ROW_HEIGHT}px`;
  return room;
}
