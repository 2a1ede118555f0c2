// Reads what a tracer has written down, once or again and again: what is new each time, in the numbers and texts of
// trace-format.ts, which stay the same from one time to the next.
//
// May import: preview, trace-format, trace-lanes, trace-ring.

import { preview } from "./preview.ts";
import { KINDS, type TraceKind, type TraceLane, type TraceMore, type TraceStep } from "./trace-format.ts";
import { type Lanes, type Live, NOBODY, PROGRAM } from "./trace-lanes.ts";
import { NO_VALUE, type Ring, Shown } from "./trace-ring.ts";
import type { Sites } from "./trace-sites.ts";

/** A tracer, as it is read. */
export interface Source {
  readonly title: string;
  readonly ring: Ring;
  readonly lanes: Lanes;
  readonly sites: Sites | null;
  readonly hasTime: boolean;
  /** By the clock of the trace, in milliseconds. */
  readonly startedAt: number;
  /** Since 1970. */
  readonly startedOn: number;
  /** When it ended, or now, as `startedAt`. */
  end(): number;
  /** The tasks that lived then. */
  live(): Live[];
}

interface Event {
  readonly kind: TraceKind;
  readonly lane: number;
  /** Of a task's end: its parent. */
  readonly other: number;
  readonly site: number;
  readonly value: string | null;
  readonly label: string | null;
  /** Of a task's end. */
  readonly name: string | null;
}

const NOTHING = { other: NOBODY, site: -1, value: null, label: null, name: null } as const;

const isHand = (id: number): boolean => id < 2 ** 32;

export class TraceReader {
  readonly #source: Source;
  /** The lanes, by their numbers in the ring. */
  readonly #lanes: Map<number, TraceLane> = new Map();
  /** What was told of each lane that has not ended. */
  readonly #told: Map<number, string> = new Map();
  readonly #labels: Texts = new Texts();
  readonly #values: Texts = new Texts();
  readonly #waits: Map<number, string | null> = new Map();
  #sites = 0;
  /** The event to be read next. */
  #next = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** What is new. */
  read(): TraceMore {
    const { ring, hasTime, sites } = this.#source;
    const from = Math.max(this.#next, ring.first);
    const { count } = ring;
    const moments = this.#moments(from, count);
    const steps: TraceStep[] = [];
    for (let event = from; event < count; event++) steps.push(this.#step(event, moments[event - from]!));
    this.#next = count;
    const end = hasTime ? this.#since(this.#source.end()) : count - ring.first;
    const living = this.#source.live();
    for (const live of living) this.#refresh(live);
    for (const { id, needs } of living)
      this.#lanes.get(id)!.needs = needs.flatMap((each) => this.#lanes.get(each)?.id ?? []);
    const hasPlaces = sites !== null && sites.list.length > this.#sites;
    const places = sites?.list.slice(this.#sites) ?? [];
    this.#sites += places.length;
    return {
      end,
      lanes: this.#changed(),
      steps,
      labels: this.#labels.fresh(),
      values: this.#values.fresh(),
      sites: places,
      sources: hasPlaces ? sites.sources() : {},
      dropped: ring.first,
    };
  }

  /** In microseconds from the start. */
  #since(ms: number): number {
    return Math.round((ms - this.#source.startedAt) * 10_000) / 10;
  }

  /**
   * When each event was. The time is read when a task begins to run, not when it stops, which is when the next one
   * begins. So what it did last, and what came of that, has the time of what follows.
   */
  #moments(from: number, to: number): Float64Array {
    const { ring, hasTime } = this.#source;
    const found = new Float64Array(to - from);
    if (!hasTime) return found.map((_, index) => from + index);
    let next = this.#source.end();
    for (let event = to - 1; event >= from; event--) {
      const time = ring.timeOf(event);
      found[event - from] = this.#since(isLast(eventAt(ring, event)) ? next : time);
      if (time < next) next = time;
    }
    for (let i = 1; i < found.length; i++) found[i] = Math.max(found[i]!, found[i - 1]!);
    return found;
  }

  #step(event: number, at: number): TraceStep {
    const { kind, lane, other, site, value, label: own, name } = eventAt(this.#source.ring, event);
    const isTasksEnd = kind === "end" && !isHand(lane);
    if (kind === "wait") this.#waits.set(lane, own);
    const label = own ?? (kind === "wake" ? (this.#waits.get(other) ?? null) : null);
    const first = this.#laneOf(lane, isTasksEnd ? other : NOBODY, at);
    const second = isTasksEnd ? null : this.#laneOf(other, kind === "spawn" ? lane : NOBODY, at);
    if (kind === "spawn") Object.assign(second!, { spawnedAt: site, start: at });
    if (kind === "end" && first !== null) {
      Object.assign(first, { state: label, end: at, waitsFor: null, needs: [] });
      if (name !== null) first.name = name;
    } else if (kind !== "spawn" && first?.kind === "coroutine") {
      first.state = kind === "yield" ? "suspended" : "running";
    }
    return [
      at,
      KINDS.indexOf(kind),
      first?.id ?? -1,
      second?.id ?? -1,
      site,
      value === null ? -1 : this.#values.add(value),
      label === null ? -1 : this.#labels.add(label),
    ];
  }

  /** The lane with the number `id` in the ring; a new one has that `parent`, and begins with the trace. */
  #laneOf(id: number, parent: number, at: number): TraceLane | null {
    if (id === NOBODY) return null;
    const known = this.#lanes.get(id);
    if (known !== undefined) return known;
    const lane: TraceLane = {
      id: -1,
      kind: "task",
      name: "",
      parent: -1,
      spawnedAt: -1,
      start: 0,
      end: null,
      state: "ready",
      waitsFor: null,
      needs: [],
    };
    const hand = isHand(id) ? this.#source.lanes.hands.get(id) : undefined;
    if (isHand(id)) {
      lane.kind = id === PROGRAM ? "program" : "coroutine";
      lane.state = id === PROGRAM ? "running" : "suspended";
      lane.name = hand?.name ?? "";
      lane.spawnedAt = hand?.site ?? -1;
      lane.start = at;
    }
    lane.parent = this.#laneOf(hand?.parent ?? parent, NOBODY, at)?.id ?? -1;
    lane.id = this.#lanes.size;
    this.#lanes.set(id, lane);
    return lane;
  }

  #refresh({ id, parent, name, state, waitsFor }: Live): void {
    Object.assign(this.#laneOf(id, parent, 0)!, { name, state, waitsFor });
  }

  /** The lanes that are new, or not as they were told last. */
  #changed(): TraceLane[] {
    const changed: TraceLane[] = [];
    for (const [id, lane] of this.#lanes) {
      // It woke others as the last thing that it did, and its end itself is lost.
      if (lane.name === "" && lane.kind === "task")
        Object.assign(lane, { name: `task ${id % 2 ** 32}`, state: "done", end: 0 });
      if (lane.kind === "coroutine") lane.name = this.#source.lanes.hands.get(id)?.name ?? lane.name;
      const now = JSON.stringify(lane);
      if (this.#told.get(id) === now) continue;
      this.#told.set(id, now);
      changed.push({ ...lane });
    }
    return changed;
  }
}

/** Whether a task does no more in its step. */
function isLast({ kind, lane, other }: Event): boolean {
  return kind === "wait" || (kind === "yield" && other === NOBODY) || (kind === "end" && !isHand(lane));
}

function eventAt(ring: Ring, event: number): Event {
  const kind = KINDS[ring.kindOf(event)]!;
  const lane = ring.laneOf(event);
  if (kind === "run" || kind === "idle") return { ...NOTHING, kind, lane };
  return {
    kind,
    lane,
    other: ring.otherOf(event),
    site: ring.siteOf(event),
    value: shown(ring.valueOf(event)),
    label: ring.labelOf(event),
    name: kind === "end" && !isHand(lane) ? ring.nameOf(event) : null,
  };
}

/** The text of a value that was kept; null: there was none. */
function shown(kept: unknown): string | null {
  if (kept === NO_VALUE) return null;
  return kept instanceof Shown ? kept.text : preview(kept);
}

class Texts {
  #fresh: string[] = [];
  readonly #known: Map<string, number> = new Map();

  add(text: string): number {
    let at = this.#known.get(text);
    if (at === undefined) {
      this.#known.set(text, (at = this.#known.size));
      this.#fresh.push(text);
    }
    return at;
  }

  /** Those that are new since the last time. */
  fresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
