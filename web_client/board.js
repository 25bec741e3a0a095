// The scoreboard, drawn the same way on the desk and the watch page.

import { formatClock, remaining } from "./clock.js";
import { el, setText, show } from "./dom.js";

const TEAMS = ["home", "away"];

/** A scoreboard inside `parent`; `draw` follows the state, `tick` the running clock. */
export class Board {
  #sides = {};
  #period = el("span", { class: "period" });
  #arrow = el("span", { class: "arrow", role: "img", hidden: true });
  #clock = el("div", { class: "clock", role: "timer", "aria-label": "Game clock" });
  #said = el("div", { class: "unseen", "aria-live": "polite" });
  #board = null;
  #saying = null;

  constructor(parent) {
    for (const team of TEAMS) {
      const parts = {
        name: el("div", { class: "team", text: team === "home" ? "Home" : "Away" }),
        score: el("div", { class: "score", text: "–", data: { score: team } }),
        fouls: el("span"),
        bonus: el("span", { class: "bonus", text: "BONUS", hidden: true }),
      };
      parts.side = el("div", { class: "side", data: { team } }, parts.name, parts.score,
        el("div", { class: "fouls" }, parts.fouls, " ", parts.bonus));
      this.#sides[team] = parts;
    }
    const middle = el("div", { class: "middle" },
      el("div", {}, this.#period, this.#arrow), this.#clock);
    parent.classList.add("board");
    parent.replaceChildren(this.#sides.home.side, middle, this.#sides.away.side, this.#said);
  }

  /** @param {object} board the section "scoreboard" */
  draw(board) {
    if (!board) return;
    const scored = this.#board !== null;
    for (const team of TEAMS) {
      const { name, score, fouls, bonus } = this.#sides[team];
      const side = board[team] ?? {};
      setText(name, side.name || (team === "home" ? "Home" : "Away"));
      name.title = side.name ?? "";
      const text = String(side.score ?? 0);
      if (score.textContent !== text) {
        setText(score, text);
        if (scored) flash(score);
      }
      setText(fouls, foulsText(side));
      show(bonus, Boolean(side.bonus));
      setText(bonus, side.one_and_one ? "1 + 1" : "BONUS");
    }
    setText(this.#period, periodText(board));
    this.#point(board);
    this.#board = board;
    this.#say(board);
  }

  /** @param {number} nowMs the server's wall time */
  tick(nowMs) {
    if (!this.#board) return;
    // When it is over, what the clock stopped at says nothing.
    const over = this.#board.status === "final";
    setText(this.#clock, over ? "" : formatClock(remaining(this.#board, nowMs)));
    this.#clock.dataset.running = String(Boolean(this.#board.clock_running));
  }

  /** The arrow of alternating possession. */
  #point({ possession, ...board }) {
    show(this.#arrow, Boolean(possession));
    if (!possession) return;
    setText(this.#arrow, possession === "home" ? "◀" : "▶");
    this.#arrow.setAttribute("aria-label", `Possession arrow: ${board[possession]?.name || possession}`);
  }

  /** The score for people who listen; once a second at most, so that it is not chatter. */
  #say(board) {
    clearTimeout(this.#saying);
    const side = (team) => `${board[team]?.name || team} ${board[team]?.score ?? 0}`;
    const text = `${side("home")}, ${side("away")}`;
    this.#saying = setTimeout(() => setText(this.#said, text), 1_000);
  }
}

/** "Q2", "Half-time", "Final": where the game stands. */
export function periodText(board) {
  const label = board.period_label || (board.period ? `P${board.period}` : "");
  if (board.status === "scheduled") return "Not started";
  if (board.status === "final") return "Final";
  if (board.status === "break") return label ? `After ${label}` : "Break";
  return label;
}

function foulsText(side) {
  const parts = [`Fouls ${side.fouls ?? 0}`];
  if (Number.isInteger(side.timeouts)) parts.push(`TO ${side.timeouts}`);
  return parts.join(" · ");
}

function flash(node) {
  node.classList.remove("flash");
  void node.offsetWidth; // restarts the animation
  node.classList.add("flash");
}
