import type { ExploreError } from "corun/testing";

/** What an exploration, or a replay, is rejected with. */
export async function findingOf(exploration: Promise<unknown>): Promise<ExploreError> {
  let result: unknown;
  try {
    result = await exploration;
  } catch (error) {
    return error as ExploreError;
  }
  throw new Error(`no failure was found: ${String(result)}`);
}
