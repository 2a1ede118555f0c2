/** What a promise is rejected with. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    const value = await promise;
    throw new Error(`it was fulfilled, with ${JSON.stringify(value)}`);
  } catch (error) {
    return error;
  }
}

/** All that can be seen of an error. */
export function seen(error: unknown): unknown {
  const { name, message, code, cause, errors } = error as Error & { code?: unknown; errors?: unknown[] };
  return {
    is: error instanceof Error && error.constructor.name,
    says: `${name}: ${message}`,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: seen(cause) }),
    ...(errors !== undefined && { errors: errors.map(seen) }),
  };
}
