// What is needed now and then: jump balls, the arrow, notes, an adjusted score, joining late.

import { formatClock, parseClock } from "./clock.js";
import { answered, byId, el, setText, show } from "./dom.js";
import { kindWord } from "./kinds.js";

const TEAMS = ["home", "away"];

export class More {
  #desk;

  /**
   * @param {{send: (call: object) => void, context: () => object, state: () => object,
   *   board: () => object|null, clockless: () => boolean, name: (team: string) => string}} desk
   */
  constructor(desk) {
    this.#desk = desk;
    byId("more").addEventListener("click", () => this.#open());
    byId("adjust").addEventListener("click", () => this.#instead(() => this.#adjust()));
    byId("join").addEventListener("click", () => this.#join());
    byId("note").addEventListener("click", () => this.#instead(() => this.#note()));
    byId("join-dialog").addEventListener("submit", (event) => {
      if (event.submitter?.value !== "ok" || this.#desk.clockless() || this.#joinClock() !== null) return;
      event.preventDefault();
      byId("join-clock").setCustomValidity("Write minutes and seconds, such as 4:07.");
      byId("join-clock").reportValidity();
    });
    byId("join-clock").addEventListener("input", ({ target }) => target.setCustomValidity(""));
  }

  async #open() {
    const { rules = {} } = this.#desk.state();
    const board = this.#desk.board() ?? {};
    const one = (text, call) => el("button", { text, value: "", on: { click: () => this.#say(call) } });
    const each = (make) => TEAMS.map((team) => make(team, this.#desk.name(team)));
    const row = (label, buttons) => el("div", { class: "field" }, el("span", { text: label }),
      el("div", { class: "pairs" }, ...buttons));
    const kind = board.possession ? "held" : "opening";
    byId("more-list").replaceChildren(
      row(kind === "held" ? "Held ball or jump ball, to" : "Jump ball won by",
        each((team, name) => one(name, { type: "jump_ball", team, kind }))),
      ...(rules.arrow === false ? [] : [row("Arrow points to", each((team, name) => one(name, { type: "possession", team })))]),
      row("Timeout of neither team", ["official", "media"].map((word) =>
        one(kindWord("timeout", word), { type: "timeout", kind: word }))));
    await answered(byId("more-dialog"));
  }

  #say(call) {
    this.#desk.send({ ...call, ...this.#desk.context() });
  }

  #instead(open) {
    byId("more-dialog").close("");
    open();
  }

  async #note() {
    byId("note-text").value = "";
    if ((await answered(byId("note-dialog"))) !== "ok") return;
    const text = byId("note-text").value.trim();
    if (text) this.#say({ type: "note", text });
  }

  /** The score shall be this: an explicit, visible change, with its reason. */
  async #adjust() {
    const board = this.#desk.board() ?? {};
    for (const team of TEAMS) {
      setText(byId(`adjust-${team}-name`), this.#desk.name(team));
      byId(`adjust-${team}`).value = board[team]?.score ?? 0;
    }
    byId("adjust-reason").value = "";
    if ((await answered(byId("adjust-dialog"))) !== "ok") return;
    this.#adjustTo("adjust", byId("adjust-reason").value.trim());
  }

  /** The game began without us: where it is, and what the score is. */
  async #join() {
    const board = this.#desk.board() ?? {};
    const { rules = {} } = this.#desk.state();
    byId("join-period").replaceChildren(...Array.from({ length: board.periods ?? 4 }, (_, i) =>
      el("option", { value: i + 1, text: `${rules.period_word ?? "Q"}${i + 1}`, selected: i === 1 })));
    for (const team of TEAMS) {
      setText(byId(`join-${team}-name`), this.#desk.name(team));
      byId(`join-${team}`).value = board[team]?.score ?? 0;
    }
    byId("join-clock").value = formatClock(board.period_ms);
    show(byId("join-clock").parentElement, !this.#desk.clockless());
    if ((await answered(byId("join-dialog"))) !== "ok") return;
    const clock = this.#desk.clockless() ? {} : { clock_ms: this.#joinClock() };
    this.#say({ type: "period_start", period: Number(byId("join-period").value), ...clock });
    this.#adjustTo("join", "Score when we joined");
  }

  #joinClock() {
    return parseClock(byId("join-clock").value);
  }

  #adjustTo(form, text) {
    const board = this.#desk.board() ?? {};
    for (const team of TEAMS) {
      const score = Math.round(Number(byId(`${form}-${team}`).value));
      if (Number.isFinite(score) && score !== (board[team]?.score ?? 0)) this.#say({ type: "adjust", team, score, text });
    }
  }
}
