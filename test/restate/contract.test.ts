import { restate } from "corun/durable/restate";
import { contract } from "../durable/contract.ts";
import { freePorts, startServers } from "./server.ts";

contract(
  "on Restate",
  async () => {
    const servers = await startServers();
    const [port] = await freePorts(1);
    return {
      start: async (...code) => {
        const engine = restate(servers.ingress, { admin: servers.admin, serve: { port: port! } });
        engine.serve(...code);
        return engine;
      },
      end: () => servers.stop(),
    };
  },
  { lasts: true },
);
