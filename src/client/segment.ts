// How a name or a key stands in a path.
//
// Imports nothing.

/**
 * A name or a key as a segment of a path. URLs swallow the segments `.` and `..`, also where they are percent-encoded:
 * so these get a `~` in front, and so does what begins with one.
 *
 * @throws {URIError} if `text` has half of a surrogate pair
 */
export function toSegment(text: string): string {
  return text === "." || text === ".." || text.startsWith("~")
    ? `~${encodeURIComponent(text)}`
    : encodeURIComponent(text);
}

/** What {@link toSegment} was given. @throws {URIError} if `segment` is encoded wrongly */
export function fromSegment(segment: string): string {
  const text = decodeURIComponent(segment);
  return text.startsWith("~") ? text.slice(1) : text;
}
