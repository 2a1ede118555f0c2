// Sets comments, texts and keywords of a program apart, a line at a time. No more: it is read, not parsed.
//
// Imports nothing.

export interface Piece {
  text: string;
  kind: "plain" | "comment" | "string" | "keyword";
}

const WORDS =
  "as|async|await|break|case|catch|class|const|continue|default|else|export|extends|finally|for|from|function|if|import|in|" +
  "instanceof|interface|let|new|of|return|static|switch|throw|try|type|typeof|using|var|void|while|yield";
const TOKENS = new RegExp(
  `(?<comment>//.*|/\\*.*?(?:\\*/|$))|(?<string>"(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*'|\`(?:\\\\.|[^\`\\\\])*\`)|(?<keyword>(?<![\\w$.])(?:${WORDS})(?![\\w$]))`,
  "g",
);

/** The lines of a file, in pieces. */
export function highlight(text: string): Piece[][] {
  let isInComment = false;
  return text.split(/\r?\n/).map((line) => {
    if (!isInComment) {
      const pieces = piecesOf(line);
      isInComment = opensComment(pieces);
      return pieces;
    }
    const end = line.indexOf("*/");
    if (end < 0) return [{ text: line, kind: "comment" }];
    const rest = piecesOf(line.slice(end + 2));
    isInComment = opensComment(rest);
    return [{ text: line.slice(0, end + 2), kind: "comment" }, ...rest];
  });
}

function opensComment(pieces: Piece[]): boolean {
  const last = pieces.at(-1);
  return last?.kind === "comment" && last.text.startsWith("/*") && !last.text.endsWith("*/");
}

function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(TOKENS)) {
    if (match.index > end) pieces.push({ text: line.slice(end, match.index), kind: "plain" });
    const { comment, string } = match.groups!;
    const kind = comment !== undefined ? "comment" : string !== undefined ? "string" : "keyword";
    pieces.push({ text: match[0], kind });
    end = match.index + match[0].length;
  }
  if (end < line.length) pieces.push({ text: line.slice(end), kind: "plain" });
  return pieces;
}
