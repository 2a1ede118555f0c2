// The keys. They work everywhere but where something is typed; arrows move the timeline only where nothing else takes them.
//
// May import: app.

import type { App } from "./app.ts";

/** What keys do that the app alone cannot. */
export interface Desk {
  moveLane(by: 1 | -1): void;
  focusSearch(): void;
  openHelp(): void;
  nextTheme(): void;
  nextLanguage(): void;
}

type Action = (app: App, desk: Desk) => void;

const PAN = 0.2;

const pan =
  (by: number): Action =>
  (app) =>
    app.pan(by * (app.state.span.to - app.state.span.from));

const zoomIn: Action = (app) => app.zoom(1.5);
const zoomOut: Action = (app) => app.zoom(1 / 1.5);

/** Single characters, which can be switched off: who dictates to the computer would trigger them by talking. */
const CHARACTERS: Record<string, Action> = {
  ".": (app) => app.stepBy(1),
  ",": (app) => app.stepBy(-1),
  n: (app) => app.stepBy(1),
  p: (app) => app.stepBy(-1),
  "+": zoomIn,
  "=": zoomIn,
  "-": zoomOut,
  "0": (app) => app.fit(),
  o: (app) => app.setAxis(app.state.axis === "order" ? "time" : "order"),
  "/": (_app, desk) => desk.focusSearch(),
  "?": (_app, desk) => desk.openHelp(),
  t: (_app, desk) => desk.nextTheme(),
  l: (_app, desk) => desk.nextLanguage(),
};

const NAMED: Record<string, Action> = {
  ArrowLeft: pan(-PAN),
  ArrowRight: pan(PAN),
  ArrowUp: (_app, desk) => desk.moveLane(-1),
  ArrowDown: (_app, desk) => desk.moveLane(1),
  Home: (app) => app.goTo(0),
  End: (app) => app.goTo(app.model.steps.count - 1),
};

/** Where typing or arrows mean something else. */
const TYPED = "input, select, textarea, dialog";
const OWN_ARROWS = `${TYPED}, [role=tablist], .code, .events`;

export function listenToKeys(app: App, desk: Desk): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    const isNamed = event.key in NAMED;
    if (target.closest(isNamed ? OWN_ARROWS : TYPED) !== null) return;
    const action = isNamed ? NAMED[event.key] : app.state.keysOn ? CHARACTERS[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action(app, desk);
  });
}
