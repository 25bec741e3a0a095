// What does not fit together in the book: how many, what, and how to mend it.

import { answered, byId, el, follow, setText, show } from "./dom.js";
import { whenText, withNames } from "./plays.js";

export class Flags {
  #onOpen;
  #flags = [];
  #state = {};

  /** @param {(seq: number) => void} onOpen a flag's play was tapped */
  constructor(onOpen) {
    this.#onOpen = onOpen;
    byId("flags").addEventListener("click", () => answered(byId("flags-dialog")));
  }

  get open() {
    return this.#flags;
  }

  /** @param {object} state the sections */
  draw(state) {
    // What a camera sees differ stands first: it may be gone in a moment.
    this.#flags = [...Object.values(state.witness ?? {}).flat(), ...(state.flags ?? [])];
    this.#state = state;
    const count = this.#flags.length;
    show(byId("flags"), count > 0);
    setText(byId("flags"), `⚑ ${count}`);
    byId("flags").setAttribute("aria-label", `${count} to check`);
    show(byId("no-flags"), count === 0);
    this.list(byId("flags-list"), this.#flags);
  }

  /** Draw flags into a list. */
  list(parent, flags) {
    const items = flags.map((flag) => ({
      ...flag, text: withNames(flag.text, this.#state), mend: withNames(flag.mend, this.#state),
    }));
    follow(parent, items, (flag) => flag.id, (flag) => el("li", {},
      el("span", { class: "soft small", text: whenText(flag, this.#state.scoreboard) }),
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
}
