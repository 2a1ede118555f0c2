// The colours of the timeline: those of the style sheet, read again when the theme changes.
//
// Imports nothing.

const NAMES = [
  "bg",
  "panel",
  "text",
  "muted",
  "line",
  "band",
  "slice",
  "on-slice",
  "now",
  "on-now",
  "arrow",
  "pill",
] as const;

export type Palette = Record<(typeof NAMES)[number], string>;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

export const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
export const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace';
