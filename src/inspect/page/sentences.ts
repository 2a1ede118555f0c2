// What a step is in words, in English and Chinese: “producer sends 5 to consumer”. Braces hold the two lanes ({lane},
// {other}), the value, and the label.
//
// May import: model, texts; trace-format, as types.

import type { TraceKind, TraceLane } from "../trace-format.ts";
import type { Model } from "./model.ts";
import { insert, type Language } from "./texts.ts";

/** The kinds, and those that depend on a label, or on whether there is a value or a second lane. */
const en = {
  spawn: "{lane} starts {other}",
  spawnOutside: "{other} is started",
  run: "{lane} runs",
  wait: "{lane} waits: {label}",
  waitYield: "{lane} lets others go first",
  wake: "{lane} lets {other} go on",
  wakeValue: "{lane} hands {value} to {other}",
  wakeSend: "{lane} sends {value} to {other}",
  wakeOutside: "{other} may go on",
  wakeOutsideValue: "{other} may go on, with {value}",
  pass: "{lane} need not wait",
  passValue: "{lane} need not wait: it gets {value}",
  resume: "{lane} resumes {other}",
  send: "{lane} sends {value} to {other}",
  throw: "{lane} throws {value} into {other}",
  close: "{lane} closes {other}",
  yield: "{lane} yields {value} to {other}",
  yieldPlain: "{lane} yields to {other}",
  yieldNobody: "{lane} yields {value}",
  yieldNothing: "{lane} yields",
  transfer: "{lane} switches to {other}",
  transferValue: "{lane} switches to {other}, with {value}",
  cancel: "{lane} cancels {other}",
  cancelOutside: "{other} is cancelled",
  end: "{lane} has ended",
  endValue: "{lane} has ended, and gives {value}",
  failed: "{lane} has failed: {value}",
  cancelled: "{lane} is cancelled, and has ended",
  idle: "nobody is ready: the host has its turn",
};

type Sentence = keyof typeof en;

const zh: Record<Sentence, string> = {
  spawn: "{lane} 启动 {other}",
  spawnOutside: "{other} 被启动",
  run: "{lane} 运行",
  wait: "{lane} 等待：{label}",
  waitYield: "{lane} 让其他协程先运行",
  wake: "{lane} 让 {other} 继续",
  wakeValue: "{lane} 把 {value} 交给 {other}",
  wakeSend: "{lane} 把 {value} 发送给 {other}",
  wakeOutside: "{other} 可以继续",
  wakeOutsideValue: "{other} 可以继续，得到 {value}",
  pass: "{lane} 不必等待",
  passValue: "{lane} 不必等待，得到 {value}",
  resume: "{lane} 恢复 {other}",
  send: "{lane} 把 {value} 发送给 {other}",
  throw: "{lane} 向 {other} 抛出 {value}",
  close: "{lane} 关闭 {other}",
  yield: "{lane} 把 {value} 交还给 {other}",
  yieldPlain: "{lane} 交还给 {other}",
  yieldNobody: "{lane} 产出 {value}",
  yieldNothing: "{lane} 产出",
  transfer: "{lane} 切换到 {other}",
  transferValue: "{lane} 切换到 {other}，带着 {value}",
  cancel: "{lane} 取消 {other}",
  cancelOutside: "{other} 被取消",
  end: "{lane} 结束",
  endValue: "{lane} 结束，给出 {value}",
  failed: "{lane} 失败：{value}",
  cancelled: "{lane} 已被取消并结束",
  idle: "没有就绪的协程：轮到宿主环境",
};

const SENTENCES = { en, zh };

const KIND_NAMES: Record<Language, Record<TraceKind, string>> = {
  en: {
    spawn: "start",
    run: "run",
    wait: "wait",
    wake: "wake",
    pass: "no wait",
    resume: "resume",
    yield: "yield",
    transfer: "transfer",
    cancel: "cancel",
    end: "end",
    idle: "idle",
  },
  zh: {
    spawn: "启动",
    run: "运行",
    wait: "等待",
    wake: "唤醒",
    pass: "不必等待",
    resume: "恢复",
    yield: "产出",
    transfer: "切换",
    cancel: "取消",
    end: "结束",
    idle: "空闲",
  },
};

const STATE_NAMES: Record<string, string> = {
  created: "尚未开始",
  ready: "就绪",
  running: "运行中",
  waiting: "等待中",
  suspended: "挂起",
  done: "已完成",
  failed: "已失败",
  cancelled: "已取消",
  closed: "已关闭",
  normal: "等待它恢复的协程",
};

export function kindName(kind: TraceKind, language: Language): string {
  return KIND_NAMES[language][kind];
}

export function stateName(state: string, language: Language): string {
  return language === "zh" ? (STATE_NAMES[state] ?? state) : state;
}

/** The preview of a value, unless there is none worth showing. */
export function valueOf(model: Model, index: number): string {
  const value = model.values[index] ?? "";
  return value === "undefined" ? "" : value;
}

const MAX = 48;

const short = (text: string): string => (text.length <= MAX ? text : `${text.slice(0, MAX - 1)}…`);

/** A step in words. */
export function sentence(model: Model, step: number, language: Language): string {
  const { steps } = model;
  const label = model.labels[steps.label[step]!] ?? "";
  const value = model.values[steps.value[step]!] ?? "";
  const shown = valueOf(model, steps.value[step]!);
  const key = sentenceOf(model.kindOf(step), {
    hasLane: steps.lane[step]! >= 0,
    hasOther: steps.other[step]! >= 0,
    hasValue: shown !== "",
    isSend: isSend(model, step),
    label,
  });
  return insert(SENTENCES[language][key], {
    lane: model.nameOf(steps.lane[step]!),
    other: model.nameOf(steps.other[step]!),
    value: short(value),
    label: short(label),
  });
}

/** A task that hands a value over has come to a send, if that is what it does or waits for next. */
function isSend(model: Model, step: number): boolean {
  const { lane, label } = model.steps;
  return lane[step + 1] === lane[step] && (model.labels[label[step + 1]!] ?? "").startsWith("send");
}

interface Facts {
  hasLane: boolean;
  hasOther: boolean;
  hasValue: boolean;
  /** The lane waits for a send right after it. */
  isSend: boolean;
  label: string;
}

function sentenceOf(kind: TraceKind, { hasLane, hasOther, hasValue, isSend, label }: Facts): Sentence {
  switch (kind) {
    case "spawn":
      return hasLane ? "spawn" : "spawnOutside";
    case "wait":
      return label === "" ? "waitYield" : "wait";
    case "wake":
      if (!hasLane) return hasValue ? "wakeOutsideValue" : "wakeOutside";
      if (!hasValue) return "wake";
      return isSend ? "wakeSend" : "wakeValue";
    case "pass":
      return hasValue ? "passValue" : "pass";
    case "resume":
      return resumeBy(label, hasValue);
    case "yield":
      if (hasOther) return hasValue ? "yield" : "yieldPlain";
      return hasValue ? "yieldNobody" : "yieldNothing";
    case "transfer":
      return hasValue ? "transferValue" : "transfer";
    case "cancel":
      return hasLane ? "cancel" : "cancelOutside";
    case "end":
      if (label === "failed" || label === "cancelled") return label;
      return hasValue ? "endValue" : "end";
    default:
      return kind;
  }
}

function resumeBy(method: string, hasValue: boolean): Sentence {
  if (method === "throw") return "throw";
  if (method === "return" || method === "close") return "close";
  return hasValue ? "send" : "resume";
}

const MOST_NAMES = 8;

/** The names of those that must act before `lane` can go on. */
export function neededText(model: Model, { needs }: TraceLane): string {
  const names = needs.slice(0, MOST_NAMES).map((id) => model.nameOf(id));
  if (needs.length > MOST_NAMES) names.push("…");
  return names.join(", ");
}
