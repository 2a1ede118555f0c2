// Where things stand at a step: the line of the step itself, and the lines where the coroutines are.
//
// May import: format, model; trace-format, as types.

import type { TraceSite } from "../trace-format.ts";
import { baseName } from "./format.ts";
import type { Model } from "./model.ts";

/** Looking at more lanes for each step takes too long, and no source has room for their names. */
const MOST = 200;

/** The site of a step; -1: nobody knows it. */
export function siteOfStep(model: Model, step: number): number {
  if (step < 0) return -1;
  const { site, lane, other } = model.steps;
  if (site[step]! >= 0) return site[step]!;
  const who = lane[step]! >= 0 ? lane[step]! : other[step]!;
  return model.standsAt(who, step);
}

/** The site whose line is marked: that of the step; of one that nobody knows, where whoever runs then goes on. */
export function siteToMark(model: Model, step: number): number {
  const site = siteOfStep(model, step);
  if (site >= 0 || step < 0) return site;
  const running = model.runningAt(step);
  return running < 0 ? -1 : model.standsAt(running, step);
}

/** The coroutines that live at a step, by the line of `file` where each stands. */
export function standing(model: Model, step: number, file: string): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { id } of model.lanes.slice(0, MOST)) {
    if (!model.livesAt(id, step)) continue;
    const site = model.sites[model.standsAt(id, step)];
    if (site === undefined || site.file !== file) continue;
    const there = found.get(site.line);
    if (there === undefined) found.set(site.line, [id]);
    else there.push(id);
  }
  return found;
}

export function placeText(site: TraceSite | undefined): string {
  if (site === undefined) return "";
  const place = `${baseName(site.file)}:${site.line}:${site.column}`;
  return site.name === "" ? place : `${place} (${site.name})`;
}
