// Making elements. Text is always a text node, so a value from a program is never markup.
//
// Imports nothing.

export type Child = Node | string | null;

type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** An element: `onclick` and the like listen; true is an attribute without a value, false and null are none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Nothing is done where nothing changes: the browser would look at all again. */
export function set(element: Element, name: string, value: Attributes[string]): void {
  if (typeof value === "function") {
    element.addEventListener(name.slice(2), value as EventListener);
    return;
  }
  const next = value === false || value === null || value === undefined ? null : value === true ? "" : String(value);
  if (element.getAttribute(name) === next) return;
  if (next === null) element.removeAttribute(name);
  else element.setAttribute(name, next);
}

/** Makes `children` all that `parent` holds. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null));
}

/** Changes a text only where it differs, so that a reader of the screen isn't told again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
