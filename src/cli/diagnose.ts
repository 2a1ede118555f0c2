// Why a program could not be loaded: a missing import or wrong syntax, with the place, which the host's errors
// name in many ways or not at all.
//
// May import: place, stack, Node's own modules.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { excerpt, here, lineOf, pathOf, textOf } from "./place.ts";
import { calls } from "./stack.ts";

/** What is wrong, and where. */
export interface Diagnosis {
  place?: string;
  text: string;
  /** The line of the program. */
  excerpt?: string[];
  hint?: string;
}

/** Says more of an error that came from loading `file`, or something that it imports. */
export function diagnose(error: Error & { code?: unknown }, file: string | undefined): Diagnosis | undefined {
  if (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND") return missing(error);
  const compiled = /\n?(.+):(\d+):(\d+): ERROR: (.+)/.exec(error.message);
  if (error.name === "TransformError" && compiled) {
    const [, path, line, column, text] = compiled;
    return syntax(`SyntaxError: ${text!}`, path!, Number(line), Number(column) + 1);
  }
  return error instanceof SyntaxError ? wrong(error, file) : undefined;
}

function missing(error: Error): Diagnosis | undefined {
  const [, kind, wanted] = /^Cannot find (package|module) '(.+?)'/.exec(error.message) ?? [];
  const [, importer] = /(?: imported from |Require stack:\n- )(.+)/.exec(error.message) ?? [];
  if (wanted === undefined || importer === undefined) return undefined;
  const from = pathOf(importer);
  const bare = kind === "package" || !/^[./\\]|^[A-Za-z]:[\\/]/.test(wanted);
  const specifier = bare
    ? wanted
    : (specifiers(from).find((each) => resolve(dirname(from), each) === wanted) ?? wanted);
  const line = lineOf(from, new RegExp(`.*["']${specifier.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?:/[^"']*)?["']`));
  const place = here(from, line);
  if (bare) return { place, text: `cannot find the package "${specifier}"; is it installed?` };

  const target = resolve(dirname(from), wanted);
  const extension = [".ts", ".mts", ".js", ".mjs", "/index.ts", "/index.js"].find((each) => existsSync(target + each));
  const typed = target.replace(/\.([cm]?)js$/, ".$1ts");
  const meant =
    extension !== undefined
      ? specifier + extension
      : typed !== target && existsSync(typed)
        ? specifier.replace(/js$/, "ts")
        : "";
  return { place, text: `cannot find the module "${specifier}"${meant && `; did you mean "${meant}"?`}` };
}

function wrong(error: SyntaxError & { code?: unknown }, file: string | undefined): Diagnosis | undefined {
  const text = `SyntaxError: ${error.message}`;
  const [, path, line] = /^((?:file:|[\\/]|[A-Za-z]:).+):(\d+)\n/.exec(error.stack ?? "") ?? [];
  if (path !== undefined) {
    const caret = /\n( *)\^+\n/.exec(error.stack!);
    return { ...syntax(text, pathOf(path), Number(line), caret ? caret[1]!.length + 1 : undefined), ...hint(error) };
  }
  // The host keeps the place of a module's syntax error to itself; it has not run anything then.
  if (file === undefined || calls(error).length > 0) return undefined;
  for (const each of modules(file)) {
    const check = spawnSync(process.execPath, ["--input-type=module", "--check", "-"], {
      input: textOf(each),
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    const [, at, indent] = /^\[stdin\]:(\d+)\n.*\n( *)\^/.exec(check.stderr) ?? [];
    if (at !== undefined) return syntax(text, each, Number(at), indent!.length + 1);
  }
  return undefined;
}

function syntax(text: string, path: string, line: number, column: number | undefined): Diagnosis {
  return { place: here(path, line, column), text, excerpt: excerpt(path, line, column) };
}

function hint(error: Error & { code?: unknown }): { hint?: string } {
  if (error.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return {
      hint:
        "Node runs TypeScript by removing the types, so it takes only syntax that leaves JavaScript behind. " +
        'For the rest install tsx (npm i -D tsx), and set NODE_OPTIONS="--import tsx".',
    };
  }
  if (/import statement outside a module|Unexpected token 'export'/.test(error.message)) {
    return {
      hint: 'Its package.json says that it is no ES module: set "type": "module" there, or name the file .mts or .mjs.',
    };
  }
  return {};
}

/** What a file imports by a path, as it is written there. */
function specifiers(file: string): string[] {
  const imports = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["'](\.[^"'\n]*)["']/g;
  return Array.from(textOf(file).matchAll(imports), ([, specifier]) => specifier!);
}

/** The modules in JavaScript that `file` consists of, itself first. */
function modules(file: string): string[] {
  const found = new Set([file]);
  for (const path of found) {
    for (const each of specifiers(path)) if (found.size < 100) found.add(join(dirname(path), each));
  }
  return [...found].filter((path) => /\.m?js$/.test(path) && existsSync(path));
}
