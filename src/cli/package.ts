// Where this package lies, and its version: the same for dist/cli and src/cli.
//
// May import: Node's own modules.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const manifest = new URL("../../package.json", import.meta.url);

/** The URL of this package's own package.json: from there, "corun" is this copy. */
export const self: string = manifest.href;

/** The folder of this package, with a separator at its end. */
export const root: string = fileURLToPath(new URL("./", manifest));

/** The version of this package. */
export function version(): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
