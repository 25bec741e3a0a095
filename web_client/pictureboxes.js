// What the camera recognised, laid over the picture at the moment it was seen.

import { TrackView } from "./tracks.js";

const MOST = 256;
/** Boxes further from the picture than this would lie beside the players. Seconds. */
const NEAR_S = 0.3;

/** The last boxes by media second. Pure. */
export class Boxes {
  #heard = [];

  /** @param {{media_s: number}} tracks */
  put(tracks) {
    // A restarted server may count anew.
    if (tracks.media_s < (this.#heard.at(-1)?.media_s ?? -Infinity)) this.#heard = [];
    this.#heard.push(tracks);
    if (this.#heard.length > MOST) this.#heard.shift();
  }

  /** Those nearest to a moment, or null. */
  at(media_s) {
    let best = null;
    let least = NEAR_S;
    for (const one of this.#heard) {
      const off = Math.abs(one.media_s - media_s);
      if (off <= least) [best, least] = [one, off];
    }
    return best;
  }
}

/** Draws them on a canvas that covers the picture. */
export class BoxesView {
  #boxes = new Boxes();
  #canvas;
  #view;
  #drawn = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#view = new TrackView(canvas);
  }

  put(tracks) {
    this.#boxes.put(tracks);
  }

  /** @param {number|null} media_s what the picture shows; null: nothing */
  draw(media_s) {
    const tracks = media_s === null ? null : this.#boxes.at(media_s);
    if (tracks === this.#drawn) return;
    this.#drawn = tracks;
    if (tracks) this.#view.draw(tracks);
    else this.#canvas.getContext("2d").clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}
