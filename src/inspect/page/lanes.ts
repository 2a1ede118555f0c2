// The timeline: a canvas that stays in place while its rows are scrolled, and its text alternative.
//
// May import: app, dom, draw, frame, palette, pointer, rows, sentences.

import type { App, Panel } from "./app.ts";
import { h, set, setText } from "./dom.ts";
import { draw } from "./draw.ts";
import { Frame, rowHeight, RULER } from "./frame.ts";
import { type Palette, readPalette } from "./palette.ts";
import { type Ground, listen } from "./pointer.ts";
import { type Rows, rowMaker } from "./rows.ts";
import { sentence } from "./sentences.ts";

export class Lanes implements Ground {
  readonly element: HTMLElement;
  readonly app: App;
  rows: Rows = { lanes: [], depths: [], rowOf: [] };
  readonly #canvas: HTMLCanvasElement = h("canvas", { role: "img" });
  readonly #space: HTMLElement = h("div", { class: "space" }, this.#canvas);
  readonly #scroll: HTMLElement = h("div", { class: "scroll", tabindex: 0, role: "group" }, this.#space);
  readonly #help: HTMLElement = h("p", { class: "unseen", id: "lanes-help" });
  readonly #tip: HTMLElement = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
  readonly #makeRows: (app: App) => Rows = rowMaker();
  #palette: Palette | null = null;
  #revealed = "";
  /** Kept, as asking for them may have the browser lay out the page. */
  width = 0;
  #height = 0;

  constructor(app: App) {
    this.app = app;
    this.element = h("section", { class: "lanes" }, this.#scroll, this.#help, this.#tip);
    set(this.#scroll, "aria-describedby", "lanes-help");
    new ResizeObserver(() => this.#resize()).observe(this.#scroll);
    this.#scroll.addEventListener("scroll", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.forgetColours());
    listen(this.#canvas, this);
  }

  readonly panel: Panel = () => this.draw();

  /** They are read again. */
  forgetColours(): void {
    this.#palette = null;
    this.app.set({});
  }

  focus(): void {
    this.#scroll.focus();
  }

  /** Of the column of names. */
  get names(): number {
    return this.width < 560 ? 104 : 176;
  }

  get #row(): number {
    return rowHeight(this.rows.lanes.length, this.#height);
  }

  #resize(): void {
    this.width = this.#scroll.clientWidth;
    this.#height = this.#scroll.clientHeight;
    const isFirst = this.app.plotWidth === 0;
    this.app.plotWidth = this.width - this.names;
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.max(1, Math.round(this.width * ratio));
    this.#canvas.height = Math.max(1, Math.round(this.#height * ratio));
    this.#canvas.style.width = `${this.width}px`;
    this.#canvas.style.height = `${this.#height}px`;
    if (isFirst) this.app.showReadable();
    this.draw();
  }

  /** The drawing as things are now. */
  frame(): Frame {
    const { model, state } = this.app;
    return new Frame({
      context: this.#canvas.getContext("2d")!,
      model,
      rows: this.rows,
      palette: (this.#palette ??= readPalette(this.element)),
      axis: state.axis,
      span: state.span,
      step: state.step,
      lane: state.lane,
      width: this.width,
      height: this.#height,
      names: this.names,
      scrollTop: this.#scroll.scrollTop,
      row: this.#row,
    });
  }

  draw(): void {
    const { app } = this;
    this.rows = this.#makeRows(app);
    // The canvas itself takes the height of the view.
    this.#space.style.height = `${Math.max(RULER + this.rows.lanes.length * this.#row, this.#height)}px`;
    this.#reveal();
    const frame = this.frame();
    const ratio = devicePixelRatio;
    frame.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(frame);
    this.#describe();
  }

  #describe(): void {
    const { app } = this;
    set(this.#scroll, "aria-label", app.say("lanes"));
    setText(this.#help, app.say("lanesHelp"));
    const { lanes, steps } = app.model;
    set(this.#canvas, "aria-label", app.say("lanesSummary", { lanes: lanes.length, steps: steps.count }));
  }

  /** Brings the lane of a new step, or the lane that was chosen, into sight. */
  #reveal(): void {
    const { state, model } = this.app;
    const key = `${state.step}:${state.lane}:${state.filter}`;
    if (key === this.#revealed) return;
    const isChosen = !this.#revealed.startsWith(`${state.step}:`) ? model.steps.lane[state.step] : state.lane;
    this.#revealed = key;
    const row = this.rows.rowOf[isChosen ?? -1];
    if (row === undefined) return;
    const top = row * this.#row;
    const room = this.#height - RULER - this.#row;
    if (top < this.#scroll.scrollTop) this.#scroll.scrollTop = top;
    else if (top > this.#scroll.scrollTop + room) this.#scroll.scrollTop = top - room;
  }

  // What the pointer does

  choose(x: number, y: number): void {
    const frame = this.frame();
    const lane = this.#laneAt(frame, y);
    if (x < frame.names) {
      if (lane >= 0) this.app.set({ lane: lane === this.app.state.lane ? -1 : lane });
      return;
    }
    const step = this.#stepAt(frame, x, lane);
    if (step >= 0) this.app.goTo(step);
    if (lane >= 0) this.app.set({ lane });
  }

  hover(x: number, y: number): void {
    const frame = this.frame();
    const lane = this.#laneAt(frame, y);
    const step = x < frame.names || lane < 0 ? -1 : this.#stepAt(frame, x, lane);
    const place = step < 0 ? Number.NaN : frame.x(frame.model.placeOfStep(step, frame.axis));
    if (step < 0 || Math.abs(place - x) > Math.max(24, frame.scale)) {
      this.leave();
      return;
    }
    setText(this.#tip, `${step + 1}  ${sentence(frame.model, step, this.app.state.language)}`);
    this.#tip.hidden = false;
    const left = Math.min(x + 14, this.width - this.#tip.offsetWidth - 8);
    const below = y + 20 + this.#tip.offsetHeight < this.#height;
    this.#tip.style.transform = `translate(${Math.max(4, left)}px, ${below ? y + 18 : y - this.#tip.offsetHeight - 12}px)`;
  }

  leave(): void {
    this.#tip.hidden = true;
  }

  zoomAt(by: number, x: number): void {
    this.app.zoom(by, this.frame().place(x));
  }

  drag(byX: number, byY: number): void {
    this.app.pan(-byX / this.frame().scale);
    if (byY !== 0) this.#scroll.scrollTop -= byY;
  }

  isOnNames(x: number): boolean {
    return x < this.names;
  }

  #laneAt(frame: Frame, y: number): number {
    if (y < RULER) return -1;
    return this.rows.lanes[Math.floor((y - RULER + frame.scrollTop) / frame.row)] ?? -1;
  }

  #stepAt(frame: Frame, x: number, lane: number): number {
    return frame.model.steps.count === 0 ? -1 : frame.model.nearestStep(frame.place(x), frame.axis, lane);
  }

  /** The lane above or below the chosen one. */
  moveLane(by: 1 | -1): void {
    const { lanes, rowOf } = this.rows;
    const row = rowOf[this.app.state.lane];
    const next = row === undefined ? (by > 0 ? 0 : lanes.length - 1) : row + by;
    const lane = lanes[Math.max(0, Math.min(next, lanes.length - 1))];
    if (lane !== undefined) this.app.set({ lane });
  }
}
