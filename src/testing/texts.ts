// How errors are written in reports. Imports nothing.

/** An error with all that it says. */
export function wholly(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)} was thrown`;
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}

/** Its first line: what follows may differ from run to run, as some of it is sampled. */
export function briefly(error: unknown): string {
  return wholly(error).split("\n", 1)[0]!;
}
