// The state of the page, and the actions that change it. Panels draw what they show of it, once a frame at most.
//
// May import: columns, model, sentences, span, texts; serve-channels and trace-format, as types.

import type { ServedChannel } from "../serve-channels.ts";
import type { TraceMore } from "../trace-format.ts";
import type { Axis } from "./columns.ts";
import type { Model } from "./model.ts";
import { clamp, pan, reveal, type Span, widthOf, zoom } from "./span.ts";
import { type Language, type Say, speak } from "./texts.ts";

export type Theme = "auto" | "light" | "dark";
export type Tab = "steps" | "tree" | "channels";
/** `none`: the page shows a file. */
export type Link = "none" | "connecting" | "open" | "lost" | "ended";

export interface State {
  /** The step that is shown; -1: there is none. */
  step: number;
  /** The lane that is chosen; -1: none. */
  lane: number;
  axis: Axis;
  /** What is seen of the axis. */
  span: Span;
  filter: string;
  language: Language;
  theme: Theme;
  tab: Tab;
  keysOn: boolean;
  link: Link;
  exitCode: number | null;
  follow: boolean;
  /** What the program has told last of its channels. */
  channels: readonly ServedChannel[] | null;
  /** Grows with the model. */
  revision: number;
}

/** Draws what it shows of the state. */
export type Panel = (app: App) => void;

/** With more steps than this, time is the first axis, as nobody goes through so many one by one. */
const ORDER_UP_TO = 2000;
/** A step at least so wide can be read, in pixels. */
const READABLE = 40;
/** At least so many steps, or so many microseconds, are seen. */
const LEAST: Record<Axis, number> = { order: 4, time: 0.05 };

export class App {
  model: Model;
  state: State;
  say: Say;
  /** How wide the lanes are, in pixels. */
  plotWidth = 0;
  readonly #panels: Panel[] = [];
  #isDue = false;
  /** Whether the filter lets each lane through, while filter and model are what they were. */
  #shown: boolean[] = [];
  #shownFor = "";

  constructor(model: Model, language: Language) {
    this.model = model;
    this.say = speak(language);
    const axis = model.unit === "events" || model.steps.count <= ORDER_UP_TO ? "order" : "time";
    this.state = {
      step: Math.min(0, model.steps.count - 1),
      lane: -1,
      axis,
      span: model.extent(axis),
      filter: "",
      language,
      theme: "auto",
      tab: "steps",
      keysOn: true,
      link: "none",
      exitCode: null,
      follow: false,
      channels: null,
      revision: 0,
    };
  }

  add(panel: Panel): void {
    this.#panels.push(panel);
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    if (change.language !== undefined) this.say = speak(change.language);
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.draw();
    });
  }

  draw(): void {
    for (const panel of this.#panels) panel(this);
  }

  get least(): number {
    return LEAST[this.state.axis];
  }

  get limits(): Span {
    return this.model.extent(this.state.axis);
  }

  /** Shows a step, and where it is on the timeline. */
  goTo(step: number): void {
    const last = this.model.steps.count - 1;
    const next = Math.min(Math.max(0, step), last);
    const { axis, span } = this.state;
    const place = this.model.placeOfStep(next, axis);
    this.set({ step: next, follow: false, span: reveal(span, place, this.limits, this.least) });
  }

  /** The next step of the lanes that the filter lets through; or the one before (`by` = -1). */
  stepBy(by: 1 | -1): void {
    const { model, state } = this;
    const isShown = this.stepFilter();
    let step = state.step + by;
    while (step >= 0 && step < model.steps.count && !isShown(step)) step += by;
    if (step >= 0 && step < model.steps.count) this.goTo(step);
  }

  /** Whether the filter lets each lane through. */
  get shownLanes(): readonly boolean[] {
    const { filter, revision } = this.state;
    const key = `${revision}:${filter}`;
    if (key !== this.#shownFor) {
      const wanted = filter.trim().toLowerCase();
      this.#shown = this.model.lanes.map(({ id }) => this.model.nameOf(id).toLowerCase().includes(wanted));
      this.#shownFor = key;
    }
    return this.#shown;
  }

  /** Tells of a step whether the filter lets it through. */
  stepFilter(): (step: number) => boolean {
    if (this.state.filter.trim() === "") return () => true;
    const { lane, other } = this.model.steps;
    const shown = this.shownLanes;
    return (step) => shown[lane[step]!] === true || shown[other[step]!] === true;
  }

  zoom(by: number, at: number = this.zoomCentre()): void {
    this.set({ span: zoom(this.state.span, by, at, this.limits, this.least) });
  }

  pan(by: number): void {
    this.set({ span: pan(this.state.span, by, this.limits, this.least), follow: false });
  }

  fit(): void {
    this.set({ span: this.limits });
  }

  setAxis(axis: Axis): void {
    const { state, model } = this;
    if (axis === state.axis || (axis === "time" && model.unit === "events")) return;
    const turn = (place: number) =>
      axis === "time" ? model.steps.timeOf(place, model.end) : model.steps.orderOf(place);
    const span = { from: turn(state.span.from), to: turn(state.span.to) };
    this.set({ axis, span: clamp(span, model.extent(axis), LEAST[axis]) });
  }

  /** Around the step that is shown, if it is in sight, so that one does not lose it. */
  zoomCentre(): number {
    const { span, step, axis } = this.state;
    const place = step < 0 ? span.from : this.model.placeOfStep(step, axis);
    return place > span.from && place < span.to ? place : (span.from + span.to) / 2;
  }

  /** So many steps as can be read; all of them, if they fit. */
  #readable(): Span {
    const { limits } = this;
    if (this.state.axis !== "order" || this.plotWidth === 0) return limits;
    const width = Math.min(widthOf(limits), Math.max(8, this.plotWidth / READABLE));
    return { from: limits.from, to: limits.from + width };
  }

  #revealed(span: Span, step: number): Span {
    return step < 0 ? span : reveal(span, this.model.placeOfStep(step, this.state.axis), this.limits, this.least);
  }

  showReadable(): void {
    this.set({ span: this.#revealed(this.#readable(), this.state.step) });
  }

  /** Another trace takes the place of this one. */
  replace(model: Model): void {
    this.model = model;
    const last = model.steps.count - 1;
    const step = this.state.follow ? last : Math.min(0, last);
    const span = this.#revealed(this.#readable(), step);
    this.set({ step, lane: -1, span, revision: this.state.revision + 1 });
  }

  /** More of the trace has come in. */
  grow(more: TraceMore): void {
    const { state, model, limits } = this;
    const wasAll = state.span.from <= limits.from && state.span.to >= limits.to;
    model.append(more);
    const change: Partial<State> = { revision: state.revision + 1 };
    if (state.follow) {
      change.step = model.steps.count - 1;
      change.span = this.#revealed(wasAll ? this.#readable() : state.span, change.step);
    } else if (wasAll) {
      change.span = this.limits;
    }
    this.set(change);
  }
}
