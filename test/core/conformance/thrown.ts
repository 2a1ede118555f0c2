// What a call throws, as itself: `toThrow` of the test runner compares only the message of an error.

export function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("the call was expected to throw, but it returned");
}
