// The buttons around the marking tool: the court, the scoreboard, the basket that home attacks.
// Both the desk and the camera show them; each brings the picture from where it has one.

import { inWords } from "./api.js";
import { el, setText, show } from "./dom.js";
import { Marker } from "./marker.js";

const ATTACKS = [["left", "Left basket"], ["right", "Right basket"], [null, "Not said"]];

export class Marking {
  #setup;
  #picture;
  #marker = null;
  #fit = el("p", { class: "fit", role: "status" });
  #board = el("span", { class: "soft small" });
  #attacks;
  #size = null;

  /**
   * @param {Element} parent @param {import("./setup.js").Setup} setup
   * @param {() => Promise<{url: string, size: number[], media_s?: number|null}>} picture what is
   *   seen now; it may refuse
   */
  constructor(parent, setup, picture) {
    this.#setup = setup;
    this.#picture = picture;
    const press = (text, onTap) => el("button", { type: "button", text, on: { click: onTap } });
    this.#attacks = el("span", { class: "segment", role: "group", "aria-label": "Home attacks in the first half" },
      ...ATTACKS.map(([home_attacks, text]) => el("button", {
        type: "button", text, data: { attacks: String(home_attacks) }, on: { click: () => this.#tell({ home_attacks }) },
      })));
    parent.replaceChildren(
      this.#fit,
      el("div", { class: "two" },
        press("Mark the court", () => this.#mark("court")), press("Mark the scoreboard", () => this.#mark("board"))),
      this.#board,
      el("p", { class: "small", text: "In the first half home attacks the" }), this.#attacks);
  }

  /** Draw what the server knows; `size`: of the camera's picture now, where it is known. */
  draw(size = this.#size) {
    this.#size = size;
    const { told } = this.#setup;
    this.#say(this.#setup.fit(size));
    setText(this.#board, told.scoreboard
      ? this.#setup.boardFits(size) ? "The gym's scoreboard is marked: a score that differs is told at the desk." : "The scoreboard was marked in another picture: mark it again."
      : "With the gym's scoreboard marked, a score that differs is told at the desk.");
    for (const button of this.#attacks.children) {
      button.setAttribute("aria-pressed", String(button.dataset.attacks === String(told.home_attacks)));
    }
  }

  async load() {
    try {
      await this.#setup.load();
      this.draw();
    } catch (error) {
      this.#say({ words: inWords(error), mood: "bad" });
    }
  }

  async #mark(what) {
    try {
      if (!this.#setup.told.floor) await this.#setup.load();
      const { url, size, media_s } = await this.#picture();
      this.#marker ??= new Marker();
      const setup = this.#setup;
      await (what === "court"
        ? this.#marker.open(setup.courtTask(size, media_s), url, size, setup.courtPoints(size), setup.lines(size))
        : this.#marker.open(setup.boardTask(size), url, size, setup.boardPoints(size)));
      this.draw(size);
    } catch (error) {
      this.#say({ words: inWords(error), mood: "bad" });
    }
  }

  async #tell(fields) {
    try {
      await this.#setup.change(fields);
      this.draw();
    } catch (error) {
      this.#say({ words: inWords(error), mood: "bad" });
    }
  }

  #say({ words, mood }) {
    setText(this.#fit, words);
    this.#fit.dataset.mood = mood;
    show(this.#fit, true);
  }
}
