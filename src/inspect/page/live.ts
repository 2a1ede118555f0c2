// A program that runs: its trace comes in as server-sent events. The browser connects again by itself.
//
// May import: app, check, model; trace-format, as types.

import type { LiveEvents } from "../trace-format.ts";
import type { App, State } from "./app.ts";
import { BadData, checkLists, checkTrace, parse } from "./check.ts";
import { Model } from "./model.ts";

export function connect(app: App, path: string, onBad: (problem: BadData) => void): EventSource {
  const source = new EventSource(path);
  const on = (name: keyof LiveEvents, take: (data: unknown) => void) => {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      try {
        take(parse(event.data));
      } catch (error) {
        if (!(error instanceof BadData)) throw error;
        source.close();
        onBad(error);
      }
    });
  };
  app.set({ link: "connecting", follow: true });
  source.addEventListener("open", () => app.set({ link: "open" }));
  source.addEventListener("error", () => {
    if (app.state.link !== "ended") app.set({ link: "lost" });
  });
  on("trace", (data) => app.replace(new Model(checkTrace(data))));
  on("more", (data) => {
    if (typeof data !== "object" || data === null) throw new BadData("broken", "more");
    checkLists(data);
    app.grow(data as LiveEvents["more"]);
  });
  on("dump", (dump) => {
    if (typeof dump !== "object" || dump === null || !("channels" in dump) || !Array.isArray(dump.channels))
      throw new BadData("broken", "dump");
    app.set({ channels: dump.channels as State["channels"] });
  });
  on("end", (data) => {
    source.close();
    const { exitCode } = data as LiveEvents["end"];
    app.set({ link: "ended", exitCode });
  });
  return source;
}
