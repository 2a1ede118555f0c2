// A polite crawler: a task for each page; three requests at once, two at the same site, none that its robots.txt forbids;
// two seconds for each answer. What is late is cancelled: by the signal of `until` a request is really taken back.
import { coroutine, defer, run, scope, Semaphore, spawn, timeout, TimeoutError, until } from "corun";
import { Site } from "./lib/site.ts";

/** The sites that it may visit. */
const sites = new Map<string, { requests: Semaphore; forbidden: string[] }>();
const requests = new Semaphore(3);
/** What became of each page. */
const pages = new Map<string, string>();

/** A page is a list of links here. */
const load = coroutine(function* load(url: string) {
  const response = yield* until((signal) => fetch(url, { signal }));
  const text = yield* until(response.text());
  return { status: String(response.status), links: text.split("\n").filter(Boolean) };
});

const loadInTurn = coroutine(function* loadInTurn(url: string, ofSite: Semaphore) {
  yield* ofSite.acquire();
  try {
    yield* requests.acquire();
    try {
      return yield* timeout(2000, load(url));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      return { status: "no answer in time", links: [] };
    } finally {
      requests.release();
    }
  } finally {
    ofSite.release();
  }
});

function* visit(url: URL): Generator<never, void> {
  const site = sites.get(url.origin);
  if (!site || site.forbidden.includes(url.pathname) || pages.has(url.href)) return;
  pages.set(url.href, "under way");
  const { status, links } = yield* loadInTurn(url.href, site.requests);
  pages.set(url.href, status);
  for (const link of links) spawn(visit, new URL(link, url)); // a child of this task, which ends when its children have
}

await run(function* main() {
  const [tea, cake] = [new Site(), new Site()];
  defer(() => until(Promise.all([tea.stop(), cake.stop()])));
  const [atTea, atCake] = yield* until(Promise.all([tea.start(), cake.start()]));
  tea.pages = {
    "/": ["/green", "/black", "/white", "/lost"],
    "/green": ["/"],
    "/black": [atCake, "/green"],
    "/white": [],
  };
  cake.pages = {
    "/": ["/plum", "/cheese", "/recipe", atTea],
    "/plum": [],
    "/cheese": null,
    "/robots.txt": ["/recipe"],
  };

  for (const origin of [atTea, atCake]) {
    const { status, links } = yield* load(`${origin}/robots.txt`);
    sites.set(origin, { requests: new Semaphore(2), forbidden: status === "200" ? links : [] });
  }
  yield* scope(() => visit(new URL(atTea)), { deadline: 30_000 });

  const ends = [...pages].map(([url, end]) => `${url.replace(atTea, "tea").replace(atCake, "cake")}: ${end}`);
  console.log(ends.toSorted().join("\n"));
  console.log("its server saw this request end:", yield* timeout(5000, until(cake.takenBack)));
  console.log("never more than two at once:", tea.most <= 2 && cake.most <= 2);
});
