// Posts on their way into the store, and to the coroutines that they are for.
//
// One that is due stands in the line of its coroutine from the moment when it is posted, before all that is sent to that
// later. It is written in the same go as what comes of it, or before.
//
// May import: sends, store, unwritten; Keeper as a type.

import type { DurableError } from "../errors.ts";
import type { Live } from "../live.ts";
import type { Keeper } from "./keeper.ts";
import { type Asker, NOBODY, NOTHING, type Sends } from "./sends.ts";
import type { Place, Post } from "./store.ts";
import { Unwritten } from "./unwritten.ts";

export class Posting {
  readonly #keeper: Keeper;
  readonly #unwritten: Unwritten = new Unwritten();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  post(post: Post, asker: Asker): void {
    const label = JSON.stringify([post.name, post.key, post.id]);
    if (this.#unwritten.join(label, asker)) return;
    if (this.#isKept(post)) asker.answered(NOTHING);
    else this.#keep(post, this.#unwritten.begin(label, asker));
  }

  /** Whether it can't be lost any more, and is not to be done again: as a post, a turn or an answer. */
  #isKept({ name, key, id }: Post): boolean {
    const { store } = this.#keeper;
    const actor = this.#keeper.known(name, key);
    if (store.hasPost(name, key, id) || (actor?.isUnkept === false && actor.live?.turn?.id === id)) return true;
    const found = store.find(name, key);
    return found !== null && store.answer(found, id) !== null;
  }

  #keep(post: Post, tell: (error: DurableError | null) => void): void {
    const { name, key, id } = post;
    let isPlaced = post.due > this.#keeper.now();
    let isLost = false;
    const place = () => {
      if (isPlaced || isLost || !this.#keeper.knows(name)) return;
      isPlaced = true;
      this.#keeper.actor(name, key).deliver(post);
    };
    const kept = () => {
      place();
      tell(null);
    };
    const lost = (error: DurableError) => {
      isLost = true;
      this.#keeper.known(name, key)?.sends.unpost(id);
      tell(error);
    };
    this.#keeper.keep({ write: post, kept, lost });
    place();
  }
}

/** Posts that have waited for a coroutine stand before what is sent to it from now on; whether there are any. */
export function queueWaiting(keeper: Keeper, place: Place, live: Live, sends: Sends): boolean {
  const { name, key } = place;
  const posts = keeper.store.postsTo(name, key, keeper.now());
  for (const { id, value } of posts) {
    if (sends.isPosted(id)) continue;
    if (keeper.store.answer(place, id) !== null) keeper.forget(name, key, id);
    else sends.add({ id, value, askers: [NOBODY], isPost: true }, live.turn?.id === id);
  }
  return posts.length > 0;
}
