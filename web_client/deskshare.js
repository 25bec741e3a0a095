// Sharing the desk: the dialog of who keeps what, and what another desk asks for.

import { inWords } from "./api.js";
import { ROLES } from "./desklease.js";
import { answered, byId, el, follow, setText, show } from "./dom.js";

export class DeskShare {
  #lease;
  #nameOf;
  #onTrouble;

  /**
   * @param {import("./desklease.js").DeskLease} lease
   * @param {(team: string) => string} nameOf @param {(error: Error) => void} onTrouble
   */
  constructor(lease, nameOf, onTrouble) {
    this.#lease = lease;
    this.#nameOf = nameOf;
    this.#onTrouble = onTrouble;
    for (const id of ["shared", "share"]) {
      byId(id).addEventListener("click", () => {
        byId("help-dialog").close("");
        this.#try(() => lease.open());
        answered(byId("share-dialog"));
      });
    }
    byId("share-all").addEventListener("click", () => this.#try(() => lease.claim(this.#free())));
  }

  draw() {
    const { roles, mine, desk } = this.#lease;
    if (!roles) return;
    const shared = ROLES.some((role) => roles[role]);
    show(byId("shared"), shared);
    setText(byId("shared"), mine.length === ROLES.length ? "Yours" : mine.length ? "Shared" : "Not yours");
    byId("shared").title = mine.length ? `You score ${this.#words(mine)}` : "Another desk scores this";
    setText(byId("share-you"), `This desk is ${desk}.`);
    show(byId("share-all"), this.#free().length > 1);
    const rows = ROLES.map((role) => ({ role, held: roles[role], desk, word: this.#word(role) }));
    follow(byId("share-list"), rows, ({ role }) => role, (row) => this.#row(row));
    const asks = Object.entries(this.#lease.asked).map(([by, asked]) => ({ by, asked, words: this.#words(asked) }));
    follow(byId("asks"), asks, ({ by }) => by, (ask) => this.#ask(ask));
    show(byId("asks"), asks.length > 0);
  }

  /** What this desk may take without asking and does not keep yet. */
  #free() {
    const { roles } = this.#lease;
    return ROLES.filter((role) => roles && (!roles[role] || roles[role].silent) && roles[role]?.desk !== this.#lease.desk);
  }

  #row({ role, held, desk, word }) {
    const lease = this.#lease;
    const button = (text, act) => el("button", {
      type: "button", text, "aria-label": `${text}: ${word}`, on: { click: () => this.#try(act) },
    });
    let who = "Nobody: everyone may";
    let tool = button("Take", () => lease.claim([role]));
    if (held?.desk === desk) {
      who = "This desk";
      tool = button("Give up", () => lease.release([role]));
    } else if (held?.silent) {
      who = `Desk ${held.desk}, not heard of any more`;
      tool = button("Take over", () => lease.claim([role]));
    } else if (held?.asked_by === desk) {
      who = `Desk ${held.desk}, asked`;
      tool = button("Never mind", () => lease.release([role]));
    } else if (held) {
      who = `Desk ${held.desk}`;
      tool = button("Ask for it", () => lease.claim([role], true));
    }
    return el("li", { class: "row spread" },
      el("span", {}, el("strong", { text: word[0].toUpperCase() + word.slice(1) }), el("span", { class: "soft small block", text: who })), tool);
  }

  #ask({ by, asked, words }) {
    const answer = (text, give) => el("button", {
      type: "button", class: "grow", text, on: { click: () => this.#try(() => this.#lease.answer(asked, give)) },
    });
    return el("article", { class: "proposal" },
      el("strong", { text: `Desk ${by} asks to score ${words}` }),
      el("div", { class: "row" }, answer("Give", true), answer("Keep", false)));
  }

  #words(roles) {
    return roles.map((role) => this.#word(role)).join(" and ");
  }

  #word(role) {
    return role === "clock" ? "the clock" : this.#nameOf(role);
  }

  async #try(act) {
    try {
      await act();
    } catch (error) {
      byId("share-dialog").close("");
      this.#onTrouble(new Error(inWords(error)));
    }
  }
}
