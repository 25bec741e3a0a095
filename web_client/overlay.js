// A transparent score bug for OBS. `?at=top-right|bottom-left|bottom-right` moves it; `?delay=4.5`
// holds the score back by seconds, for a picture that comes so much later.

import { Api } from "./api.js";
import { periodText } from "./board.js";
import { formatClock, remaining } from "./clock.js";
import { byId, setText, show } from "./dom.js";
import { InStep } from "./instep.js";
import { LiveGame } from "./live.js";
import { openPage } from "./tokens.js";

const TICK_MS = 100;

const { game, token, query } = openPage("overlay", location, history, localStorage);
const at = query.get("at") ?? "";
document.body.classList.toggle("right", at.endsWith("right"));
document.body.classList.toggle("bottom", at.startsWith("bottom"));

const delayMs = 1000 * (Number(query.get("delay")) || 0);
const path = `/api/v1/games/${encodeURIComponent(game)}/moment`;
const api = new Api(token);
const inStep = new InStep({
  ask: ({ at: ms }) => api.get(`${path}?at=${new Date(ms).toISOString()}`),
  show({ state }, changed) {
    const board = state.scoreboard;
    if (!board || !changed.includes("scoreboard")) return;
    for (const team of ["home", "away"]) {
      const side = document.querySelector(`[data-team="${team}"]`);
      setText(side.querySelector(".name"), board[team].name || team);
      setText(side.querySelector(".score"), String(board[team].score ?? 0));
      show(side.querySelector(".bonus"), Boolean(board[team].bonus));
    }
    setText(byId("period"), periodText(board));
    drawClock();
    show(byId("bug"), true);
  },
});
// Nothing is said about the line: what goes on air keeps the last score it knew.
const live = new LiveGame(game, token, {
  onChange: (_, changed, message) => inStep.hear(message, live.view),
});

function drawClock() {
  const board = inStep.view.state.scoreboard;
  if (!board) return;
  const now = inStep.wallMs ?? live.now();
  setText(byId("clock"), board.status === "final" ? "" : formatClock(remaining(board, now)));
  byId("clock").dataset.running = String(Boolean(board.clock_running));
}

function follow() {
  inStep.follow(delayMs > 0 ? { at: live.now() - delayMs } : null, performance.now());
}

follow();
live.open();
setInterval(() => {
  follow();
  drawClock();
}, TICK_MS);
