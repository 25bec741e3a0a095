// The end of a period and of the game: the score to confirm, and what is still open.

import { answered, byId, setText, show } from "./dom.js";

const TEAMS = ["home", "away"];

export class FinishDialog {
  #desk;
  #dialog = byId("finish-dialog");

  /**
   * @param {{send: (call: object) => void, context: () => object,
   *   flags: import("./deskflags.js").Flags}} desk
   */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {"period_end"|"finalize"} type @param {object} board the scoreboard as shown */
  async open(type, board) {
    const final = type === "finalize";
    const label = board.period_label || "the period";
    setText(byId("finish-title"), final ? "Final score" : `End of ${label}`);
    const level = board.home?.score === board.away?.score;
    const early = board.period < (board.periods ?? 0);
    show(byId("finish-level"), final && (level || early));
    setText(byId("finish-level"), early ? `Only ${board.period} of ${board.periods} periods were played.` : "The score is level.");
    for (const team of TEAMS) {
      setText(byId(`finish-${team}-name`), board[team]?.name || (team === "home" ? "Home" : "Away"));
      byId(`finish-${team}`).value = board[team]?.score ?? 0;
    }
    const { flags } = this.#desk;
    show(byId("finish-flags"), flags.open.length > 0);
    setText(byId("finish-count"), `⚑ ${flags.open.length} to check`);
    flags.list(byId("finish-list"), flags.open);
    setText(byId("finish-confirm"), final ? "The score is right: final" : "The score is right: end it");
    const word = await answered(this.#dialog);
    if (!word) return;
    const { send, context } = this.#desk;
    if (!final) send({ type, ...context(), period: Math.max(1, board.period) });
    if (word === "confirm") {
      const [home, away] = TEAMS.map((team) => Math.max(0, Math.round(Number(byId(`finish-${team}`).value) || 0)));
      send({ type: "confirm", period: Math.max(1, board.period), score: { home, away }, ...context() });
    }
    if (final) send({ type, ...context() });
  }
}
