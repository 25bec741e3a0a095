// What does not fit together in the book: how many, what, and how to mend it.

import { formatClock } from "./clock.js";
import { answered, byId, el, follow, setText, show } from "./dom.js";
import { periodLabel } from "./plays.js";

export class Flags {
  #onOpen;
  #flags = [];
  #board = null;

  /** @param {(seq: number) => void} onOpen a flag's play was tapped */
  constructor(onOpen) {
    this.#onOpen = onOpen;
    byId("flags").addEventListener("click", () => answered(byId("flags-dialog")));
  }

  get open() {
    return this.#flags;
  }

  /** @param {object[]} flags the section @param {object} board for the words of periods */
  draw(flags, board) {
    this.#flags = flags ?? [];
    this.#board = board;
    const count = this.#flags.length;
    show(byId("flags"), count > 0);
    setText(byId("flags"), `⚑ ${count}`);
    byId("flags").setAttribute("aria-label", `${count} to check`);
    show(byId("no-flags"), count === 0);
    this.list(byId("flags-list"), this.#flags);
  }

  /** Draw flags into a list. */
  list(parent, flags) {
    follow(parent, flags, (flag) => flag.id, (flag) => el("li", {},
      el("span", { class: "soft small", text: this.#when(flag) }),
      el("strong", { text: flag.text }),
      el("span", { class: "soft", text: flag.mend }),
      flag.seq ? el("button", {
        type: "button", text: "Show the play", "aria-label": `Show the play: ${flag.text}`,
        on: { click: () => this.#show(flag.seq) },
      }) : null));
  }

  #show(seq) {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close("");
    this.#onOpen(seq);
  }

  #when({ period, clock_ms: left }) {
    return [periodLabel(period, this.#board), formatClock(left)].filter(Boolean).join(" ");
  }
}
