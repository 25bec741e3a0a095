// The list of plays: the newest, or all of them; a tap on one opens it to be mended.

import { byId, el, setText, show } from "./dom.js";
import { overlaid } from "./mending.js";
import { drawPlays } from "./plays.js";

/** How many plays the state holds. */
const LATEST = 20;
const AGAIN_MS = 300;

export class PlayList {
  #list = byId("plays");
  #load;
  #all = null; // oldest first, once somebody asked for all
  #stale = false; // something in the middle changed since
  #state = {};
  #timer = null;

  /**
   * @param {{load: () => Promise<object[]>, onOpen: (seq: number) => void,
   *          onTrouble: (error: Error) => void}} desk
   */
  constructor({ load, onOpen, onTrouble }) {
    this.#load = async () => {
      try {
        this.#stale = false;
        this.#all = await load();
        this.#draw();
      } catch (error) {
        onTrouble(error);
      }
    };
    this.#list.addEventListener("click", ({ target }) => {
      const seq = Number(target.closest("li")?.dataset.key);
      if (seq) onOpen(seq);
    });
    byId("all-plays").addEventListener("click", () => this.#toggle());
  }

  /** All plays, oldest first: from here when they are here, else from the server. */
  async all() {
    if (!this.#all || this.#stale) await this.#load();
    return this.#all ?? (this.#state.plays ?? []).toReversed();
  }

  /** @param {object} state the sections @param {object[]|null} entries what happened, null: unknown */
  draw(state, entries) {
    this.#state = state;
    if (this.#all) {
      const next = entries && overlaid(this.#all, state.plays ?? [], entries);
      if (next) this.#all = next;
      else this.#again();
    }
    this.#draw();
  }

  /** What is there may have changed anywhere. */
  #again() {
    this.#stale = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#load, AGAIN_MS);
  }

  #toggle() {
    const expanded = byId("all-plays").getAttribute("aria-expanded") !== "true";
    byId("all-plays").setAttribute("aria-expanded", String(expanded));
    if (expanded && !this.#all) this.#load();
    this.#draw();
  }

  #draw() {
    const expanded = byId("all-plays").getAttribute("aria-expanded") === "true";
    const latest = this.#state.plays ?? [];
    const plays = expanded && this.#all ? this.#all.toReversed() : latest;
    drawPlays(this.#list, plays, this.#state, mendButton);
    show(byId("no-plays"), !plays.length);
    show(byId("all-plays"), expanded || latest.length >= LATEST);
    setText(byId("all-plays"), expanded ? "Only the latest" : "All plays");
  }
}

/** What stands at the end of a line; the whole line hears the tap. */
function mendButton(play) {
  return el("button", { type: "button", class: "plain mend", text: "✎", "aria-label": `Change: ${play.words}` });
}
