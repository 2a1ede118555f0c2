// For `node --import`: programs outside of this folder find the SDK that is installed here.

import { register } from "node:module";

const sdk = JSON.stringify(import.meta.resolve("@restatedev/restate-sdk"));

register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) =>
      name === "@restatedev/restate-sdk" ? { url: ${sdk}, shortCircuit: true } : next(name, context);
  `)}`,
);
