// The desk's clock and periods.

import { newId } from "./calls.js";
import { formatClock, parseClock, remaining } from "./clock.js";
import { answered, byId, el, follow, setText, show } from "./dom.js";

export class ClockControls {
  #desk;
  #board = null;

  /**
   * @param {{send: (call: object) => void, context: () => object, place: () => object,
   *   now: () => number, clockless: () => boolean, shotClock: () => object,
   *   onEnd: (type: "period_end"|"finalize", board: object) => void}} desk what every call says
   *   about itself, and where in the game we are
   */
  constructor(desk) {
    this.#desk = desk;
    byId("clock-run").addEventListener("click", () => this.run());
    byId("clock-set").addEventListener("click", () => this.#set());
    byId("period").addEventListener("click", () =>
      desk.onEnd(this.#board?.status === "break" ? "finalize" : "period_end", this.#board));
    byId("clock-dialog").addEventListener("submit", (event) => {
      if (event.submitter?.value !== "ok" || parseClock(byId("clock-text").value) !== null) return;
      event.preventDefault();
      show(byId("clock-trouble"), true);
    });
  }

  /** @param {object} board the scoreboard as the desk shows it */
  draw(board) {
    this.#board = board;
    const clockless = this.#desk.clockless();
    const between = board.status === "scheduled" || board.status === "break";
    const run = byId("clock-run");
    show(byId("time"), true);
    show(run, board.status !== "final" && (between || !clockless));
    setText(run, between ? startWords(board) : board.clock_running ? "Stop" : "Start");
    run.dataset.running = String(Boolean(board.clock_running));
    show(byId("clock-set"), !clockless && board.status === "live");
    show(byId("join"), board.status === "scheduled");
    this.#drawShotClock(board.status === "live" && !clockless);
    show(byId("period"), board.status === "live" || board.status === "break");
    setText(byId("period"), board.status === "break" ? "Final" : `End ${board.period_label || "period"}`);
  }

  /** Start or stop; between periods, start the next one. */
  run() {
    const board = this.#board;
    if (!board || board.status === "final") return;
    const { send, context, place, clockless } = this.#desk;
    if (board.status === "live") {
      if (clockless()) return;
      // The clock as it stood at the tap, not when the tap arrives.
      send({ type: board.clock_running ? "clock_stop" : "clock_start", ...context(), ...place() });
      return;
    }
    // Which one, so that two desks do not start two.
    send({ type: "period_start", ...context(), period: (board.period ?? 0) + 1 });
    // The ball goes up and the clock runs: one tap for both.
    if (!clockless()) send({ type: "clock_start", call_id: newId() });
  }

  /** A button for each time that the shot clock is put back to, where the rules have one. */
  #drawShotClock(live) {
    const { shot_clock_ms: full, shot_clock_offensive_ms: less } = this.#desk.shotClock();
    const times = [full, less].filter(Boolean);
    show(byId("shot-clock"), live && times.length > 0);
    follow(byId("shot-clock"), times, (ms) => ms, (ms) => el("button", {
      type: "button", text: String(ms / 1000), "aria-label": `Shot clock to ${ms / 1000}`,
      on: { click: () => this.#resetShotClock(ms) },
    }));
  }

  #resetShotClock(shot_clock_ms) {
    const { send, context, place } = this.#desk;
    const here = place();
    if (here.clock_ms !== undefined) send({ type: "clock_set", ...context(), ...here, shot_clock_ms });
  }

  async #set() {
    const field = byId("clock-text");
    field.value = formatClock(remaining(this.#board, this.#desk.now()));
    show(byId("clock-trouble"), false);
    const done = answered(byId("clock-dialog"));
    field.select();
    if ((await done) !== "ok") return;
    const { send, context, place } = this.#desk;
    send({ type: "clock_set", ...context(), ...place(), clock_ms: parseClock(field.value) });
  }
}

function startWords(board) {
  if (board.status === "scheduled") return "Start game";
  return board.period >= (board.periods ?? 4) ? "Start overtime" : "Start next period";
}
