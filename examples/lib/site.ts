// A web site on this machine: what ../crawler.ts crawls.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class Site {
  readonly #server: Server;
  /** Each page, by its path: a list of links. `null`: it is never answered. */
  pages: Record<string, string[] | null> = {};
  /** How many requests it has in hand, and the most that it had. */
  #open = 0;
  most = 0;
  /** The path of the first request that was taken back. */
  readonly takenBack: Promise<string>;

  constructor() {
    let takenBack: (path: string) => void;
    this.takenBack = new Promise((resolve) => (takenBack = resolve));
    this.#server = createServer((request, response) => {
      const path = request.url!;
      this.most = Math.max(this.most, ++this.#open);
      response.on("close", () => {
        this.#open--;
        if (!response.writableFinished) takenBack(path);
      });
      const links = this.pages[path];
      if (links === undefined) response.writeHead(404).end();
      else if (links !== null) setTimeout(() => response.end(links.join("\n")), 10);
    });
  }

  /** Gives its address. */
  async start(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
