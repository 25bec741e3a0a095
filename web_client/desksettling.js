// A card that somebody mended is accepted by itself, a moment after the last tap on it.

const SETTLE_MS = 2_000;

export class Settling {
  #cards = new Map(); // id of a play -> {timer, seen: the play as it was}
  #ready;
  #accept;

  /**
   * @param {(play: object) => boolean} ready whether nothing of a play is open
   * @param {(play: object) => void} accept
   */
  constructor(ready, accept) {
    this.#ready = ready;
    this.#accept = accept;
  }

  has(id) {
    return this.#cards.has(id);
  }

  /** From now on, or anew. */
  start(play) {
    this.stop(play.id);
    if (!this.#ready(play)) return;
    const timer = setTimeout(() => {
      this.#cards.delete(play.id);
      this.#accept(play);
    }, SETTLE_MS);
    this.#cards.set(play.id, { timer, seen: JSON.stringify(play) });
  }

  stop(id) {
    clearTimeout(this.#cards.get(id)?.timer);
    this.#cards.delete(id);
  }

  /** What is gone is not accepted; what has become more (a rebound was seen) is to be read first. */
  follow(plays) {
    for (const [id, { seen }] of this.#cards) {
      const play = plays.find((one) => one.id === id);
      if (!play) this.stop(id);
      else if (JSON.stringify(play) !== seen) this.start(play);
    }
  }
}
