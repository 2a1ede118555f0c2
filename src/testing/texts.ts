// How errors and values are written in reports. What was thrown may be anything: what has no text must not hide the failure.
//
// May import: errors of the coroutine layer.

import { show } from "../coroutine/errors.ts";

/** The text that `read` gives; or what stands for it, where it throws. */
function safely(read: () => string, otherwise: () => string): string {
  try {
    return read();
  } catch {
    return otherwise(); // of a value that can't be read there is no more to be said
  }
}

/** A value in short. */
export function shown(value: unknown): string {
  return safely(
    () => show(value),
    () => "something that can't be shown",
  );
}

/** A value as a text, as `String` gives it, where it does. */
export function textOf(value: unknown): string {
  return safely(
    () => String(value),
    () => shown(value),
  );
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false; // a proxy that was revoked
  }
}

/** What an error says. */
export function messageOf(error: Error): string {
  return safely(
    () => textOf(error.message),
    () => "(its message can't be read)",
  );
}

/** An error with all that it says. */
export function wholly(error: unknown): string {
  if (!isError(error)) return `${textOf(error)} was thrown`;
  const name = safely(
    () => textOf(error.name),
    () => "Error",
  );
  const message = messageOf(error);
  return message === "" ? name : `${name}: ${message}`;
}

/** Its first line: what follows may differ from run to run, as some of it is sampled. */
export function briefly(error: unknown): string {
  return wholly(error).split("\n", 1)[0]!;
}

/** How many there are of something. @param many the word for more than one, or none */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
