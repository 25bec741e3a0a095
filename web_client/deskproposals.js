// Shots the camera saw, waiting for the scorekeeper.

import { el, follow } from "./dom.js";

/**
 * Draws the oldest waiting proposal and how many more there are. The scorekeeper may mend what
 * was seen (made or missed, two or three) and says who shot; `onAccept(proposal, {made, value})`
 * asks for the player, `onReject(proposal)` drops it.
 */
export class ProposalCards {
  #parent;
  #onAccept;
  #onReject;
  #mended = new Map(); // id -> {made, value}

  constructor(parent, { onAccept, onReject }) {
    this.#parent = parent;
    this.#onAccept = onAccept;
    this.#onReject = onReject;
  }

  /** @param {object[]} proposals waiting ones, oldest first @param {string|null} armed its id */
  draw(proposals, armed) {
    this.#parent.hidden = proposals.length === 0;
    const items = proposals.slice(0, 1).map((proposal) => ({
      proposal, armed: proposal.id === armed, more: proposals.length - 1, ...this.choice(proposal),
    }));
    follow(this.#parent, items, (item) => item.proposal.id, (item) => this.#card(item));
    this.#redraw = () => this.draw(proposals, armed);
  }

  #redraw = () => {};

  /** What will be said of a proposal: as seen, or as mended. */
  choice(proposal) {
    const seen = { made: proposal.made, value: proposal.value ?? 2 };
    return { ...seen, ...this.#mended.get(proposal.id) };
  }

  #card({ proposal, armed, more, made, value }) {
    const sure = Math.round((proposal.made ? proposal.probability : 1 - proposal.probability) * 100);
    const word = proposal.made ? "made" : "missed";
    const rest = more > 0 ? ` · ${more} more` : "";
    const mend = (change) => {
      this.#mended.set(proposal.id, { ...this.choice(proposal), ...change });
      this.#redraw();
    };
    const choose = (text, on, change) =>
      el("button", { type: "button", text, "aria-pressed": String(on), on: { click: () => mend(change) } });
    return el("article", { class: "proposal" },
      el("div", { class: "row spread" },
        el("strong", { text: armed ? "Now tap the shooter" : "Shot seen" }),
        el("span", { class: "soft small", text: `${word}, ${sure} % sure${rest}` })),
      el("div", { class: "row" },
        el("span", { class: "segment", role: "group", "aria-label": "Result" },
          choose("Made", made === true, { made: true }), choose("Missed", made === false, { made: false })),
        el("span", { class: "segment", role: "group", "aria-label": "Points" },
          choose("2", value === 2, { value: 2 }), choose("3", value === 3, { value: 3 }))),
      el("div", { class: "row" },
        el("button", {
          type: "button", class: "grow sure", "aria-pressed": String(armed), text: "Accept",
          on: { click: () => this.#onAccept(proposal, this.choice(proposal)) },
        }),
        el("button", {
          type: "button", class: "grow", text: "No shot", on: { click: () => this.#onReject(proposal) },
        })));
  }
}
