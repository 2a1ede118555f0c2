// Back and forward, where one is, and what happens there in words. The words are told to a reader of the screen.
//
// May import: app, dom, sentences.

import type { App, Panel } from "./app.ts";
import { h, set, setText } from "./dom.ts";
import { sentence } from "./sentences.ts";
import type { TextKey } from "./texts.ts";

interface Button {
  element: HTMLButtonElement;
  text: TextKey;
}

export function makeStepper(app: App): { element: HTMLElement; panel: Panel } {
  const button = (id: string, sign: string, text: TextKey, onclick: () => void): Button => ({
    element: h("button", { type: "button", id, onclick }, h("span", { class: "sign", "aria-hidden": "true" }, sign)),
    text,
  });
  const first = button("first", "⇤", "first", () => app.goTo(0));
  const back = button("back", "←", "back", () => app.stepBy(-1));
  const forward = button("forward", "→", "forward", () => app.stepBy(1));
  const last = button("last", "⇥", "last", () => app.goTo(app.model.steps.count - 1));
  const number = h("p", { class: "number" });
  const words = h("p", { class: "words", "aria-live": "polite" });
  const word = { back: h("span"), forward: h("span") };
  back.element.append(word.back);
  forward.element.prepend(word.forward);
  const follow = h("input", {
    type: "checkbox",
    id: "follow",
    onchange: () => app.set({ follow: follow.checked }),
  });
  const followText = h("span");
  const following = h("label", { class: "follow" }, follow, followText);
  const element = h(
    "nav",
    { class: "stepper" },
    h("div", { class: "buttons" }, first.element, back.element, forward.element, last.element),
    number,
    words,
    following,
  );
  const panel: Panel = ({ model, state, say }) => {
    const { count } = model.steps;
    for (const { element, text } of [first, back, forward, last]) {
      set(element, "aria-label", say(text));
      set(element, "title", say(text));
    }
    setText(word.back, say("back"));
    setText(word.forward, say("forward"));
    // A disabled button would lose the focus while one steps.
    set(back.element, "aria-disabled", String(state.step <= 0));
    set(forward.element, "aria-disabled", String(state.step >= count - 1));
    setText(number, state.step < 0 ? "" : say("stepOf", { step: state.step + 1, count }));
    setText(words, wordsOf(app));
    following.hidden = state.link === "none";
    follow.checked = state.follow;
    setText(followText, say("follow"));
  };
  return { element, panel };
}

function wordsOf({ model, state, say }: App): string {
  return state.step < 0 ? say("nothing") : sentence(model, state.step, state.language);
}
