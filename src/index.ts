// The public surface, in the order of the guide. The only barrel.

export { coroutine, isCoroutineFunction, type CoroutineOf } from "./coroutine/define.ts";
export { Coroutine, current, type CoroutineState } from "./coroutine/coroutine.ts";
export { delegate } from "./coroutine/delegate.ts";
export { transfer, type Transfer } from "./coroutine/transfer.ts";
export { CoroutineError, StopIteration, type CoroutineErrorCode } from "./coroutine/errors.ts";

export { run, runSync, type RunOptions } from "./scheduler/run.ts";
export { spawn, type TaskOf } from "./scheduler/spawn.ts";
export { Task } from "./scheduler/task.ts";
export type { TaskState } from "./scheduler/states.ts";
export { defer, scope, type ScopeOptions, shield } from "./scheduler/block.ts";
export { Scope } from "./scheduler/scope.ts";
export { timeout } from "./combinators/timeout.ts";
export { sleep, yieldNow } from "./scheduler/sleep.ts";
export { now, random, timeLeft } from "./scheduler/ask.ts";
export { CancelledError, DeadlockError, SchedulerError, TimeoutError } from "./scheduler/errors.ts";

export { Channel } from "./interop/channel.ts";
export type { ChannelOptions, Overflow, ReceiveChannel, SendChannel } from "./channel/channel.ts";
export { Broadcast, type SubscribeOptions, type Subscription } from "./channel/broadcast.ts";
export { ClosedError, OverflowError } from "./channel/errors.ts";
export { select, type Selected, type SelectOptions } from "./channel/select.ts";

export { Mutex, type Guard } from "./sync/mutex.ts";
export { Semaphore } from "./sync/semaphore.ts";
export { Condition } from "./sync/condition.ts";
export { Event } from "./sync/event.ts";
export { Barrier } from "./sync/barrier.ts";

export { all } from "./combinators/all.ts";
export { race } from "./combinators/race.ts";
export { any } from "./combinators/any.ts";
export { settled, type Settled } from "./combinators/settled.ts";

export { until } from "./interop/until.ts";
export { abortSignal } from "./interop/abort-signal.ts";
export { use } from "./interop/use.ts";
export { on, type OnOptions } from "./interop/on.ts";
export { once } from "./interop/once.ts";
export { iterate, type Iteration } from "./interop/iterate.ts";
export { type FromOptions, type Source } from "./interop/channel-from.ts";
export { pipeTo } from "./interop/pipe-to.ts";
export { toReadableStream } from "./interop/to-readable-stream.ts";
export { toWritableStream } from "./interop/to-writable-stream.ts";
export { type Pipeline, pipeline } from "./pipeline/pipeline.ts";

export { Context, createContext } from "./scheduler/context.ts";
export type { Choice } from "./scheduler/choice.ts";
export type { Clock } from "./scheduler/clock.ts";
export type { Ambient } from "./scheduler/ambient.ts";
export type { Observer } from "./scheduler/observer.ts";
export type { Op, Waitable } from "./scheduler/op.ts";
