// What of the suite `together` there is in RxJS: no tasks and no channels, but timers, and trees that are cancelled.

import { defer, finalize, from, lastValueFrom, merge, mergeMap, NEVER, timer } from "rxjs";
import { now, check, delayOf, FAN, treeSize, whole } from "../programs/together-common.mjs";

const timers = (tasks) => {
  const delays = Array.from({ length: tasks }, (_, i) => delayOf(i));
  return lastValueFrom(from(delays).pipe(mergeMap((ms) => timer(ms))));
};

let ended = 0;

const node = (levels) =>
  defer(() => merge(NEVER, ...Array.from({ length: levels > 0 ? FAN : 0 }, () => node(levels - 1)))).pipe(
    finalize(() => void ended++),
  );

/** Teardown is synchronous, and cannot be waited for. */
async function cancelTree(levels) {
  ended = 0;
  const subscription = node(levels).subscribe();
  const start = now();
  subscription.unsubscribe();
  const nanoseconds = (now() - start) * 1e6;
  check(ended, treeSize(levels));
  return nanoseconds;
}

export const programs = {
  timers: (tasks) => whole(tasks, () => timers(tasks).then(() => undefined)),
  cancelTree: (levels) => whole(treeSize(levels), () => cancelTree(levels)),
};
