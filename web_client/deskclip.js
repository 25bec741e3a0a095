// The clip of a play that is open to be mended: what really happened.

import { statusWords } from "./clips.js";
import { byId, el, show } from "./dom.js";

export class PlayClip {
  #place = byId("mend-clip");
  #load;
  #seq = null; // whose clip is shown, or on its way

  /** @param {() => Promise<object[]>} load the clips of the game */
  constructor(load) {
    this.#load = load;
    byId("mend-dialog").addEventListener("close", () => this.#clear());
  }

  /** Show the clip of an entry, if it has one; without it the dialog is as good. */
  async open(seq) {
    this.#clear();
    this.#seq = seq;
    const clips = await this.#load().catch(() => []);
    const clip = clips.find((one) => one.seq === seq);
    if (this.#seq !== seq || !clip) return;
    const { url, thumbnail } = clip;
    this.#place.replaceChildren(clip.status === "ready"
      ? el("video", { src: url, poster: thumbnail, controls: true, playsinline: true, preload: "none" })
      : el("p", { class: "soft small", text: statusWords(clip) }));
    show(this.#place, true);
  }

  #clear() {
    this.#seq = null;
    this.#place.replaceChildren(); // and it stops
    show(this.#place, false);
  }
}
