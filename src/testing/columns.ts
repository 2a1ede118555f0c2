// Text in columns of a terminal: how wide it is, filled up, cut and broken.
//
// Imports nothing.

/** Letters that take two places: of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u4DBF\u4E00-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u;
/** What is put on another letter, or is not seen. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;
const PLAIN = /^[ -~]*$/;

function widthOfLetter(letter: string): number {
  if (NARROW.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += widthOfLetter(letter);
  return width;
}

/** The first letters of `text`, as many as fit. */
function cut(text: string, width: number): string {
  let [kept, left] = ["", width];
  for (const letter of text) {
    left -= widthOfLetter(letter);
    if (left < 0) break;
    kept += letter;
  }
  return kept;
}

/** As wide as `width`: filled up, or cut. */
export function fit(text: string, width: number): string {
  const shown = widthOf(text) > width ? `${cut(text, width - 1)}…` : text;
  return shown + " ".repeat(Math.max(0, width - widthOf(shown)));
}

/** Breaks a text between words; what goes on is indented. Controls of a terminal are not let through. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  const words = text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}/gu, "?")
    .trim()
    .split(" ");
  for (const word of words) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
