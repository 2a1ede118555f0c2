// For `node --import`: programs find the SDK that is installed here, and Corun as it stands in `src`.

import { register } from "node:module";

const sdk = JSON.stringify(import.meta.resolve("@restatedev/restate-sdk"));
const source = JSON.stringify(new URL("../../src/", import.meta.url).href);

register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) => {
      if (name === "@restatedev/restate-sdk") return { url: ${sdk}, shortCircuit: true };
      if (name === "corun") return { url: ${source} + "index.ts", shortCircuit: true };
      if (name.startsWith("corun/")) return { url: ${source} + name.slice(6) + "/index.ts", shortCircuit: true };
      return next(name, context);
    };
  `)}`,
);
