// Calls that met what others said meanwhile: both sides, and what can be done.

import { newId } from "./calls.js";
import { formatClock } from "./clock.js";
import { el, follow } from "./dom.js";
import { periodLabel } from "./plays.js";

const TITLES = {
  double: "Said twice?",
  time: "Another clock",
  changed: "Changed meanwhile",
};
/** More cards at once would push the players out of sight. */
const SHOWN = 1;

/**
 * Draws the queue's decisions, oldest first. Nothing of them counts until somebody chooses.
 */
export class Conflicts {
  #parent;
  #queue;
  #desk;

  /**
   * @param {Element} parent @param {import("./queue.js").CallQueue} queue
   * @param {{describe: (call: object) => string, send: (call: object, label: string) => void,
   *   board: () => object|null, ask: (role: string) => void}} desk
   */
  constructor(parent, queue, desk) {
    this.#parent = parent;
    this.#queue = queue;
    this.#desk = desk;
  }

  draw() {
    const { decisions } = this.#queue;
    this.#parent.hidden = decisions.length === 0;
    const cards = decisions.slice(0, SHOWN).map((item) => ({ kind: "one", key: item.key, item }));
    if (decisions.length > 1) cards.push({ kind: "all", key: "all", count: decisions.length });
    follow(this.#parent, cards, ({ key }) => key, (card) =>
      (card.kind === "all" ? this.#all(card.count) : this.#one(decisions.find((item) => item.key === card.key))));
  }

  #one(item) {
    const { trouble, label } = item;
    const held = trouble.type === "desk-held";
    return el("article", { class: "proposal decision", data: { call: item.id } },
      el("strong", { text: held ? "Another desk keeps this" : TITLES[trouble.why] ?? "Two desks differ" }),
      el("p", { class: "side" }, el("span", { class: "soft", text: "Here: " }), this.#when(mineOf(item)), label),
      ...(trouble.theirs ?? []).map((entry) => el("p", { class: "side" },
        el("span", { class: "soft", text: `${deskOf(entry.by)}: ` }),
        this.#when(entry), this.#desk.describe(entry))),
      held ? el("p", { class: "soft small", text: trouble.detail }) : null,
      el("div", { class: "row" }, ...(held ? this.#held(item) : this.#choices(item))));
  }

  #choices(item) {
    const { choices = ["keep", "drop"], why, theirs = [] } = item.trouble;
    const buttons = [button("Drop mine", () => this.#queue.decide(item, "drop"))];
    if (!choices.includes("keep")) return buttons;
    if (why === "double") {
      buttons.unshift(button("Mine instead", () => {
        for (const { seq } of theirs) this.#desk.send({ type: "void", links: seq, call_id: newId() }, "Taken back: the other desk's");
        this.#queue.decide(item, "keep");
      }));
    }
    buttons.unshift(button(why === "double" ? "Both happened" : "Mine counts", () => this.#queue.decide(item, "keep")));
    return buttons;
  }

  #held(item) {
    return [
      button("Ask for it", () => this.#desk.ask(item.trouble.role)),
      button("Send again", () => this.#queue.decide(item, "again")),
      button("Drop mine", () => this.#queue.decide(item, "drop")),
    ];
  }

  #all(count) {
    const each = (choice, may) => () => {
      for (const item of this.#queue.decisions) if (may(item.trouble)) this.#queue.decide(item, choice);
    };
    return el("div", { class: "row spread" },
      el("span", { class: "soft", text: `${count} to decide` }),
      button("Drop all of mine", each("drop", () => true)),
      button("Keep all of mine", each("keep", ({ choices }) => choices?.includes("keep"))));
  }

  #when({ period, clock_ms: left }) {
    const words = [periodLabel(period, this.#desk.board()), formatClock(left)].filter(Boolean).join(" ");
    return words ? `${words} ` : "";
  }
}

/** What this desk would write, with its place, as far as the server said. */
function mineOf({ trouble, body, late }) {
  return trouble.mine?.at(-1) ?? { ...body, ...late };
}

/** "Desk k3f9" for `desk.k3f9`. */
function deskOf(by) {
  const [role, name] = String(by ?? "").split(".");
  return name ? `Desk ${name}` : `The other ${role || "desk"}`;
}

function button(text, act) {
  return el("button", { type: "button", class: "grow", text, on: { click: act } });
}
