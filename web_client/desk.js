// The scorekeeper's page: taps become calls, calls wait in a queue until the server has them.

import { Api } from "./api.js";
import { Board } from "./board.js";
import { ACTIONS, describe, lineupCalls, newId, playCall } from "./calls.js";
import { remaining } from "./clock.js";
import { FollowUp } from "./deskafter.js";
import { ClockControls } from "./deskclock.js";
import { ProposalCards } from "./deskproposals.js";
import { TeamColumns, answered, askLineup, keyOf } from "./deskteams.js";
import { byId, el, follow, setText, show } from "./dom.js";
import { drawCamera, drawLine } from "./line.js";
import { LiveGame } from "./live.js";
import { withPending } from "./pending.js";
import { drawPlays } from "./plays.js";
import { CallQueue } from "./queue.js";
import { openPage } from "./tokens.js";

/** What has a place in the game: sent late, these say it themselves. */
const LATE = [...new Set(ACTIONS.map((action) => action.type)), "starters", "substitution"];
const TICK_MS = 100;
const SURE_MS = 3_000;

const { game, token, tokens } = openPage("desk", location, history, localStorage);
const base = `/api/v1/games/${game}`;
const NO_CLOCK = `courtside.clockless.${game}`;

let chosen = null; // {team, player} that waits for an action
let armed = null; // an action, or {proposal, choice}, that waits for a player
let clockless = localStorage.getItem(NO_CLOCK) === "1";
let said = ""; // the last call of this page, in words
const seqs = new Map(); // call_id -> the first entry it made
const mine = []; // the calls of this page that may be undone, latest last

const board = new Board(byId("board"));
const teams = new TeamColumns({ onPick: pick, onLineup: changeLineup, onAdd: addPlayer });
const after = new FollowUp(byId("after"), teams, finish);
const clock = new ClockControls({
  send, context, place, now: () => live.now(), clockless: () => clockless,
});
const proposals = new ProposalCards(byId("proposals"), {
  onAccept: acceptProposal, onReject: rejectProposal,
});
const queue = new CallQueue(new Api(token), localStorage, game, drawQueue);
const live = new LiveGame(game, token, {
  onChange(_, changed, message) {
    if (message.type === "snapshot") queue.settle([], message.seq);
    if (message.type === "update") {
      for (const { call_id, seq } of message.entries ?? []) {
        if (!seqs.has(call_id)) seqs.set(call_id, seq);
      }
      queue.settle(message.entries ?? [], message.seq);
    }
    if (changed.length) draw(changed);
  },
  onState() {
    drawLine(byId("line"), live);
    if (live.state === "live") queue.hurry();
    drawTroubles();
  },
});

// ---- what is known

/** The scoreboard with the calls that still wait. */
function scoreboard() {
  const known = live.view.state.scoreboard;
  if (!known) return null;
  const now = withPending(known, queue.items);
  return clockless ? { ...now, clock_ms: null, clock_running: false } : now;
}

function context() {
  return { call_id: newId(), base: live.view.seq };
}

/** Where in the game we are, for a call that reaches the server late. */
function place() {
  const now = scoreboard();
  if (!now?.period) return {};
  const left = clockless ? null : remaining(now, live.now());
  if (left === null) return { period: now.period };
  return { period: now.period, clock_ms: Math.min(Math.round(left), now.period_ms ?? Infinity) };
}

function send(body, label = describe(body, (team, id) => teams.nameOf(team, id))) {
  const late = LATE.includes(body.type) ? place() : undefined;
  const kept = queue.add({ path: `${base}/calls`, id: body.call_id, body, late, label, at: live.now() });
  if (kept) remember(body, label);
  return kept;
}

/** What the undo button takes back next. Corrections themselves are not undone by it. */
function remember(body, label) {
  said = label;
  if (!["void", "undo"].includes(body.type)) mine.push({ callId: body.call_id, label });
  drawArmed();
}

// ---- taps

function pick(team, player) {
  if (armed) return finish(armed, { team, player });
  const again = chosen?.team === team && chosen.player === player;
  chosen = again ? null : { team, player };
  drawArmed();
}

function act(action) {
  if (chosen) return finish(action, chosen);
  armed = armed?.id === action.id ? null : action;
  drawArmed();
}

function finish(what, who) {
  if (what.proposal) {
    const { proposal, choice } = what;
    const body = { ...choice, team: who.team, ...(who.player && { player: who.player }) };
    // The proposal's own id makes a repeated answer count once.
    const expect = { type: "field_goal", ...choice, ...who };
    const path = `${base}/proposals/${proposal.id}/accept`;
    queue.add({ path, id: `proposal-${proposal.id}`, body, expect, label: "Shot accepted", at: live.now() });
    release();
    return after.ask(expect);
  }
  const call = playCall(what, who, context());
  const kept = send(call);
  release();
  if (kept) after.ask(call);
}

function release() {
  chosen = null;
  armed = null;
  drawArmed();
}

/** Undo the last call of this page: take it from the queue, or void what it made. */
function undoLast() {
  const last = mine.pop();
  if (!last) return;
  after.hide();
  if (queue.cancel(last.callId)) {
    said = `Taken back: ${last.label}`;
    return drawArmed();
  }
  const item = queue.items.find((one) => one.id === last.callId);
  const seq = item?.seq ?? seqs.get(last.callId);
  const how = seq === undefined ? { type: "undo" } : { type: "void", links: seq };
  send({ ...how, call_id: newId() }, `Taken back: ${last.label}`);
}

// ---- people, proposals

async function changeLineup(team) {
  const players = teams.players(team);
  const before = players.filter((player) => player.on_court).map((player) => player.id);
  const after = await askLineup(teams.nameOf(team, null), players);
  if (!after) return;
  for (const call of lineupCalls(team, before, after, context)) send(call);
}

async function addPlayer(team) {
  byId("player-number").value = "";
  setText(byId("player-title"), `New player: ${teams.nameOf(team, null)}`);
  if ((await answered(byId("player-dialog"))) !== "ok") return;
  const player = byId("player-number").value.trim();
  if (player) send({ type: "roster_add", team, player, ...context() });
}

function acceptProposal(proposal, choice) {
  if (chosen) return finish({ proposal, choice }, chosen);
  armed = armed?.proposal?.id === proposal.id ? null : { proposal, choice };
  drawArmed();
}

function rejectProposal(proposal) {
  release();
  const path = `${base}/proposals/${proposal.id}/reject`;
  queue.add({ path, id: newId(), body: {}, label: "No shot", at: live.now() });
}

// ---- drawing

function draw(changed) {
  const { state } = live.view;
  const has = (...names) => names.some((name) => changed.includes(name));
  if (has("scoreboard")) drawBoard();
  if (has("roster", "boxscore")) teams.draw(state.roster, state.boxscore);
  if (has("plays", "roster")) {
    drawPlays(byId("plays"), state.plays ?? [], state, voidButton);
    show(byId("no-plays"), !state.plays?.length);
  }
  if (has("proposals")) drawProposals();
  if (has("camera")) drawCamera(byId("camera"), state.camera);
}

function drawBoard() {
  const now = scoreboard();
  if (!now) return;
  board.draw(now);
  board.tick(live.now());
  const { home, away } = now;
  const names = `${home.name || "Home"} – ${away.name || "Away"}`;
  document.title = `${names} · desk`;
  if (tokens.all()[game] && tokens.all()[game].title !== names) tokens.keep(game, {}, { title: names });
  clock.draw(now);
}

function drawQueue() {
  const count = queue.unanswered;
  const pill = byId("waiting");
  show(pill, count > 0 && queue.state !== "idle");
  setText(pill, queue.state === "waiting" ? `${count} kept, will be sent` : `${count} on the way`);
  drawBoard();
  drawProposals();
  drawTroubles();
}

function drawProposals() {
  const answeredIds = queue.items.map((item) => item.path.split("/").at(-2));
  const waiting = (live.view.state.proposals ?? []).filter((one) => !answeredIds.includes(one.id));
  proposals.draw(waiting, armed?.proposal?.id ?? null);
}

function drawTroubles() {
  const troubles = queue.problems.map((problem) => ({ ...problem, problem }));
  if (live.state === "refused") troubles.unshift({ label: "No access", detail: live.why });
  follow(byId("troubles"), troubles, (one) => `${one.label}${one.detail}`, ({ label, detail, problem }) =>
    el("div", { class: "notice trouble", data: { mood: "bad" } },
      el("span", {}, el("strong", { text: `${label}: ` }), detail),
      problem ? el("button", {
        type: "button", class: "plain", "aria-label": "Dismiss", text: "✕",
        on: { click: () => queue.dismiss(problem) },
      }) : null));
}

function drawArmed() {
  teams.mark(chosen);
  for (const button of byId("actions").children) {
    button.setAttribute("aria-pressed", String(armed?.id === button.dataset.action));
  }
  const hint = byId("hint");
  hint.dataset.armed = String(Boolean(chosen || armed));
  setText(hint, chosen
    ? `${teams.nameOf(chosen.team, chosen.player)}: what happened?`
    : armed?.proposal ? "Who shot? Tap a player or a team."
    : armed ? `${armed.hint}: who? Tap a player or a team.`
    : said || "Tap a player, then what happened.");
  show(byId("undo"), mine.length > 0);
  drawProposals();
}

/** A button that asks once more before it takes a play back. */
function voidButton(play) {
  if (play.voided || play.type === "void") return null;
  const label = `Take back: ${play.words}`;
  const button = el("button", { type: "button", class: "plain", text: "Undo", "aria-label": label });
  button.addEventListener("click", () => {
    if (button.dataset.sure === "true") {
      return send({ type: "void", links: play.seq, call_id: newId() }, `Taken back: ${play.words}`);
    }
    button.dataset.sure = "true";
    setText(button, "Sure?");
    setTimeout(() => {
      button.dataset.sure = "false";
      setText(button, "Undo");
    }, SURE_MS);
  });
  return button;
}

// ---- wiring

byId("actions").append(...ACTIONS.map((action) => el("button", {
  type: "button", text: action.label, title: action.hint, "aria-label": action.hint,
  "aria-pressed": "false", data: { action: action.id, look: action.look ?? "" },
  on: { click: () => act(action) },
}, el("kbd", { text: action.key, "aria-hidden": "true" }))));
byId("keys").append(...[
  ["1–5, 6–0", "players, home and away"], ...ACTIONS.map(({ key, hint }) => [key, hint]),
  ["space", "clock"], ["z", "undo the last"], ["y / n", "accept / no shot"], ["Esc", "never mind"],
].flatMap(([key, text]) => [el("dt", { text: key }), el("dd", { text })]));
byId("undo").addEventListener("click", undoLast);
byId("clockless").checked = clockless;
byId("clockless").addEventListener("change", ({ target }) => {
  clockless = target.checked;
  localStorage.setItem(NO_CLOCK, clockless ? "1" : "0");
  drawBoard();
});
byId("help").addEventListener("click", () => answered(byId("help-dialog")));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const onButton = document.activeElement?.matches("button, a, input, select");
  if (event.key === " " && !onButton) { event.preventDefault(); return clock.run(); }
  if (event.key === "Escape") { after.hide(); return release(); }
  if (event.key === "z") return undoLast();
  const [first] = (live.view.state.proposals ?? []);
  if (first && event.key === "y") return acceptProposal(first, proposals.choice(first));
  if (first && event.key === "n") return rejectProposal(first);
  for (const team of ["home", "away"]) {
    const place = teams.playing(team).findIndex((_, i) => keyOf(team, i) === event.key);
    if (place >= 0) return pick(team, teams.playing(team)[place].id);
  }
  const action = ACTIONS.find((one) => one.key === event.key);
  if (action) act(action);
});

addEventListener("online", () => queue.hurry());
setInterval(() => board.tick(live.now()), TICK_MS);
drawArmed();
live.open();
queue.pump();
