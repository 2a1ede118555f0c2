import { inProcess } from "corun/durable";
import { contract } from "./contract.ts";

contract(
  "in process",
  async () => {
    const engine = inProcess();
    return { start: async () => engine, end: async () => {} };
  },
  { lasts: false },
);

contract(
  "in process, with a replay for each turn",
  async () => {
    const engine = inProcess({ maxLive: 0 });
    return { start: async () => engine, end: async () => {} };
  },
  { lasts: false },
);
