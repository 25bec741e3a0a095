// A transparent score bug for OBS. `?at=top-right|bottom-left|bottom-right` moves it.

import { periodText } from "./board.js";
import { formatClock, remaining } from "./clock.js";
import { byId, setText, show } from "./dom.js";
import { LiveGame } from "./live.js";
import { openPage } from "./tokens.js";

const TICK_MS = 100;

const { game, token, query } = openPage("overlay", location, history, localStorage);
const at = query.get("at") ?? "";
document.body.classList.toggle("right", at.endsWith("right"));
document.body.classList.toggle("bottom", at.startsWith("bottom"));

// Nothing is said about the line: what goes on air keeps the last score it knew.
const live = new LiveGame(game, token, {
  onChange(_, changed) {
    const board = live.view.state.scoreboard;
    if (!board || !changed.includes("scoreboard")) return;
    for (const team of ["home", "away"]) {
      const side = document.querySelector(`[data-team="${team}"]`);
      setText(side.querySelector(".name"), board[team].name || team);
      setText(side.querySelector(".score"), String(board[team].score ?? 0));
      show(side.querySelector(".bonus"), Boolean(board[team].bonus));
    }
    setText(byId("period"), periodText(board));
    tick();
    show(byId("bug"), true);
  },
});

function tick() {
  const board = live.view.state.scoreboard;
  if (!board) return;
  setText(byId("clock"), board.status === "final" ? "" : formatClock(remaining(board, live.now())));
  byId("clock").dataset.running = String(Boolean(board.clock_running));
}

live.open();
setInterval(tick, TICK_MS);
