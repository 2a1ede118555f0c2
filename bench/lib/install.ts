// Installs the rivals from npm in bench/rivals, where they are no dependencies of the package. Without a network the
// suite runs without them.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../rivals", import.meta.url));

export function installRivals(): void {
  if (areInstalled()) return;
  console.error("installing the rivals in bench/rivals: npm ci");
  const { status, stderr } = spawnSync(
    "npm",
    ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    { encoding: "utf8" },
  );
  if (status === 0) return;
  console.error(stderr?.trim() ?? "npm cannot be run");
  console.error("the rivals from npm cannot be installed: the table is made without them");
}

/** All in the versions that package.json names. */
function areInstalled(): boolean {
  const { dependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = `${folder}/node_modules/${name}/package.json`;
    return (
      existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version === version
    );
  });
}
