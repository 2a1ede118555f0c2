// The ambient store: what the host, or a library, keeps for a chain of calls. A run keeps that of its caller by itself,
// as all its callbacks are made in it; with an `Ambient`, each task keeps that of the place where it was started.
//
// Imports nothing.

/** A store that is there for all that is called in `run`: an `AsyncLocalStorage` fits as it is. */
export interface Ambient {
  getStore(): unknown;
  run<R>(store: never, call: () => R): R;
}
