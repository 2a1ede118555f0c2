// The order in which coroutines are listed: by name, then by key, both as SQLite compares texts.
//
// Imports nothing.

interface Named {
  readonly name: string;
  readonly key: string;
}

export function compare(a: Named, b: Named): number {
  return compareTexts(a.name, b.name) || compareTexts(a.key, b.key);
}

/** By code points, which is the order of their UTF-8; `<` would be that of their UTF-16. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // Behind an equal first half of a surrogate pair the second halves decide, and are in that order too.
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}
