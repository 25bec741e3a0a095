// What usually comes next: who passed, who has the rebound, who stole the ball.

import { ACTIONS, followUp } from "./calls.js";
import { el, show } from "./dom.js";

/** A strip of numbers to tap, shown after a call that asks for another. */
export class FollowUp {
  #strip;
  #teams;
  #onPick;

  /**
   * @param {Element} strip
   * @param {import("./deskteams.js").TeamColumns} teams
   * @param {(action: object, who: {team: string, player: string|null}) => void} onPick
   */
  constructor(strip, teams, onPick) {
    this.#strip = strip;
    this.#teams = teams;
    this.#onPick = onPick;
  }

  /** Ask what follows this call; nothing is shown when nothing does. */
  ask(call) {
    const next = followUp(call);
    show(this.#strip, Boolean(next));
    if (!next) return;
    const close = el("button", {
      type: "button", class: "plain", text: "Skip", on: { click: () => this.hide() },
    });
    this.#strip.replaceChildren(
      el("div", { class: "ask" }, el("strong", { text: `${next.ask}?` }), close),
      el("div", { class: "who" }, ...next.choices.map((choice) => this.#row(choice))));
  }

  hide() {
    show(this.#strip, false);
  }

  #row({ team, action, all, not }) {
    const said = ACTIONS.find((one) => one.id === action);
    const chip = (text, player) => el("button", {
      type: "button", class: "chip", text, data: { team },
      "aria-label": `${said.hint}, ${this.#teams.nameOf(team, player)}`,
      on: {
        click: () => {
          this.hide();
          this.#onPick(said, { team, player });
        },
      },
    });
    const players = this.#teams.playing(team).filter((player) => player.id !== not);
    return el("div", { class: "chips" },
      ...players.map((player) => chip(player.number, player.id)),
      all || !players.length ? chip("Team", null) : null);
  }
}
