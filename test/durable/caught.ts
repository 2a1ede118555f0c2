/** What a promise is rejected with. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    const value = await promise;
    throw new Error(`it was fulfilled, with ${JSON.stringify(value)}`);
  } catch (error) {
    return error;
  }
}
