// The public surface, in the order of the guide. The only barrel.

export { coroutine, isCoroutineFunction, type CoroutineOf } from "./coroutine/define.ts";
export { Coroutine, current, type CoroutineState } from "./coroutine/coroutine.ts";
export { delegate } from "./coroutine/delegate.ts";
export { transfer, type Transfer } from "./coroutine/transfer.ts";
export { CoroutineError, StopIteration, type CoroutineErrorCode } from "./coroutine/errors.ts";
