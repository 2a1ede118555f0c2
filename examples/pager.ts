// PEP 342, example 2: a pipeline of consumers that packs thumbnails into pages. Each is sent things and keeps its
// place in loops within loops; `close()` goes down the pipeline, and what is unfinished is handed on before the end.
import { coroutine, type Coroutine } from "corun";

type Consumer<T> = Coroutine<void, void, T>;
type Page = string[][];

/** PEP 342's `consumer`: brings a coroutine to its first `yield`, so that it can be sent something. */
function primed<C extends Coroutine>(consumer: C): C {
  consumer.next();
  return consumer;
}

const thumbnailPager = coroutine(function* thumbnailPager(
  rows: number,
  columns: number,
  destination: Consumer<Page>,
): Coroutine.Body<void, void, string> {
  let page: Page = [];
  try {
    for (;;) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const image = yield;
          (page[row] ??= []).push(`[${image}]`);
        }
      }
      destination.send(page);
      page = [];
    }
  } finally {
    if (page.length > 0) destination.send(page);
    destination.close();
  }
});

const pageWriter = coroutine(function* pageWriter(): Coroutine.Body<void, void, Page> {
  try {
    for (let number = 1; ; number++) {
      const page = yield;
      console.log(`page${String(number).padStart(4, "0")}`);
      for (const row of page) console.log(`  ${row.join(" ")}`);
    }
  } finally {
    console.log("all written");
  }
});

const pipeline = primed(thumbnailPager(2, 3, primed(pageWriter())));
for (const image of ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]) pipeline.send(image);
pipeline.close();
