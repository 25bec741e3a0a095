// The scorekeeper's page: taps become calls, calls wait in a queue until the server has them.

import { Api } from "./api.js";
import { Board } from "./board.js";
import { ACTIONS, describe, lineupCalls, newId } from "./calls.js";
import { remaining } from "./clock.js";
import { Strip } from "./deskafter.js";
import { ClockControls } from "./deskclock.js";
import { Conflicts } from "./deskconflicts.js";
import { Court } from "./deskcourt.js";
import { MendDialog } from "./deskedit.js";
import { Entry } from "./deskentry.js";
import { FinishDialog } from "./deskfinish.js";
import { Flags } from "./deskflags.js";
import { hearKeys, listKeys } from "./deskkeys.js";
import { DeskLease, deskId } from "./desklease.js";
import { askLineup, askNumber } from "./desklineup.js";
import { Made } from "./deskmade.js";
import { More } from "./deskmore.js";
import { PlayList } from "./deskplays.js";
import { Proposals } from "./deskproposals.js";
import { Settings } from "./desksettings.js";
import { CameraDialog } from "./desksetup.js";
import { DeskShare } from "./deskshare.js";
import { Stills } from "./deskstill.js";
import { Taken } from "./desktaken.js";
import { TeamColumns } from "./deskteams.js";
import { Troubles } from "./desktroubles.js";
import { answered, byId, el, setText, show } from "./dom.js";
import { drawCamera, drawLine } from "./line.js";
import { LiveGame } from "./live.js";
import { placeBeside, standAgainCall } from "./mending.js";
import { rosterWithPending, withPending } from "./pending.js";
import { named, whenText } from "./plays.js";
import { CallQueue } from "./queue.js";
import { openPage } from "./tokens.js";

/** What has a place in the game: sent late, these say it themselves. */
const LATE = [...new Set(ACTIONS.map((action) => action.type)), "starters", "jump_ball", "possession", "note", "adjust"];
const TICK_MS = 100;

const { game, token, tokens } = openPage("desk", location, history, localStorage);
const base = `/api/v1/games/${game}`;
const desk = deskId(localStorage, () => newId().slice(0, 6));
const api = new Api(token, undefined, desk);

let beside = null; // where calls are put in: {after, period, clock_ms} in the past
let spot = null; // where the next shot is taken

const settings = new Settings(localStorage, game, () => { drawBoard(); drawEntry(); });
const troubles = new Troubles(() => queue, () => live);
const board = new Board(byId("board"));
const teams = new TeamColumns({
  onPick: (team, player) => entry.pick(team, player),
  onQuick: (team, action) => entry.quick(action, team),
  onLineup: changeLineup,
  onAdd: addPlayer,
});
const queue = new CallQueue(api, localStorage, game, drawQueue);
const taken = new Taken(queue, (body, label, undoes) => send(body, { label, undoes }));
const made = new Made(queue, (body) => send(body));
const entry = new Entry({
  get rules() { return rules(); },
  playing: (team) => teams.playing(team),
  bench: (team) => teams.bench(team),
  name: (team, id) => teams.nameOf(team, id),
  board: scoreboard,
  asks: () => settings.asking,
  context,
  tap,
  send: (call, at) => send(withSpot(call), { tap: at }),
  accept(play, choice, who) {
    const call = proposals.accept(play, choice, who);
    if (call) made.forget(call.call_id);
    return call;
  },
  seqOf: (callId) => made.seqOf(callId),
  amend: (callId, fields) => made.amend(callId, fields),
  lineup: changeLineup,
  changed: drawEntry,
});
const strip = new Strip(byId("after"), {
  onAnswer: (chip) => entry.answer(chip),
  onDone: () => entry.done(),
  onSkip: () => entry.cancel(),
});
const flags = new Flags((seq) => mend.open(seq));
const finish = new FinishDialog({ send, context, flags });
const clock = new ClockControls({
  send, context, place, now: () => live.now(), clockless,
  shotClock: () => (settings.shotClock ? rules() : {}),
  onEnd: (type, now) => { entry.leave(); finish.open(type, now); },
});
const court = new Court(byId("court"), (tapped) => { spot = tapped; court.mark(spot); });
const plays = new PlayList({
  load: async () => (await api.get(`${base}/plays`)).plays,
  onOpen: (seq) => mend.open(seq),
  onTrouble: (error) => troubles.tell(error),
});
const mend = new MendDialog({
  me: `desk.${desk}`, state, clockless, context, plays: () => plays.all(),
  clips: async () => (await api.get(`${base}/clips`)).clips,
  send: (call, label) => send(call, { label }),
  standAgain,
  insert: async (play, side) => putIn(play, placeBeside(await plays.all(), play, side)),
});
new More({ send, context, state, board: scoreboard, clockless, name: (team) => teams.nameOf(team, null) });
const proposals = new Proposals(byId("proposals"), {
  queue, base,
  now: () => live.now(),
  name: (team, id) => teams.nameOf(team, id),
  when: (proposal) => (proposal.period ? whenText(proposal, state().scoreboard) : ""),
  anyone: (team) => teams.players(team).length > 0,
  playing: (team) => teams.playing(team),
  settles: () => settings.settling,
  turn: () => entry.turn(),
  accept: (play, choice) => entry.accept(play, choice),
  settle: (play, choice) => entry.settle(play, choice),
  ask: (play, choice) => { entry.ask(play, choice); drawEntry(); },
  cancel: () => entry.cancel(),
  took: (item) => taken.did(item),
}, new Stills(async (address) => (await api.file(address)).blob));
const camera = new CameraDialog(api, game, {
  state, tracks: () => live.view.tracks, name: (team) => teams.nameOf(team, null),
  trouble: (error) => troubles.tell(error),
});
const lease = new DeskLease(api, game, desk, () => share.draw());
const share = new DeskShare(lease, (team) => teams.nameOf(team, null), (error) => troubles.tell(error));
const conflicts = new Conflicts(byId("conflicts"), queue, {
  describe: (call) => describe(call, (team, id) => teams.nameOf(team, id)),
  send: (call, label) => send(call, { label }),
  board: scoreboard,
  ask: (role) => lease.claim([role], true).catch((error) => troubles.tell(error)),
});
const live = new LiveGame(game, token, {
  onChange(_, changed, message) {
    if (message.type === "desk") lease.heard(message.desk);
    if (message.type === "snapshot") queue.settle([], message.seq);
    if (message.type === "update") {
      for (const { call_id, seq } of message.entries ?? []) made.known(call_id, seq);
      queue.settle(message.entries ?? [], message.seq);
    }
    if (changed.length) draw(changed, message.type === "update" ? message.entries ?? [] : null);
    if (message.type === "proposal") proposals.heard(message.proposal);
  },
  onState() {
    drawLine(byId("line"), live);
    if (live.state === "live") {
      queue.hurry();
      lease.open().catch(() => {}); // while the line was lost a role may have gone elsewhere
    }
    troubles.draw();
  },
});

// ---- what is known

function state() {
  return live.view.state;
}

function rules() {
  return state().rules ?? {};
}

function clockless() {
  return rules().clock === "none" || settings.clockless;
}

/** Calls that still wait, the draft among them. */
function pending() {
  const waiting = queue.items.filter(({ path }) => !path.endsWith("/reject"));
  return entry.draft ? [...waiting, { body: entry.draft, at: live.now() }] : waiting;
}

/** The scoreboard with the calls that still wait. */
function scoreboard() {
  const { scoreboard: shown } = state();
  if (!shown) return null;
  const now = withPending(shown, pending());
  return clockless() ? { ...now, clock_ms: null, clock_running: false } : now;
}

/** What every call says about itself. */
function context() {
  return { call_id: newId(), base: live.view.seq, ...beside };
}

/** Where in the game we are, for a call that reaches the server late. */
function place() {
  const now = scoreboard();
  if (!now?.period) return {};
  const left = clockless() ? null : remaining(now, live.now());
  if (left === null) return { period: now.period };
  return { period: now.period, clock_ms: Math.min(Math.round(left), now.period_ms ?? Infinity) };
}

/** When and where a tap is, for a call that is sent later. */
function tap() {
  return { at: live.now(), added: Date.now(), late: beside ? undefined : place() };
}

// ---- saying things

function send(body, { label = describe(body, (team, id) => teams.nameOf(team, id)), tap: tapped = tap(), undoes } = {}) {
  const { late, ...when } = tapped;
  const runs = body.type === "clock_start" || (body.type === "clock_set" && scoreboard()?.clock_running);
  const item = { path: `${base}/calls`, id: body.call_id, body, label, runs, undoes, ...when };
  const kept = queue.add(LATE.includes(body.type) ? { ...item, late } : item);
  if (kept) taken.did(item);
  drawEntry();
  return kept;
}

/** A shot is where the court was tapped before it. */
function withSpot(call) {
  if (call.type !== "field_goal" || !spot) return call;
  const where = spot;
  spot = null;
  court.mark(null);
  return { ...call, ...where };
}

// ---- people, the past

async function changeLineup(team) {
  entry.leave();
  const players = teams.players(team);
  const before = players.filter((player) => player.on_court).map((player) => player.id);
  const after = await askLineup(teams.nameOf(team, null), players);
  for (const call of after ? lineupCalls(team, before, after, context) : []) send(call);
}

/** A number that is typed: a player to add, or who did what was tapped before. */
async function addPlayer(team) {
  const acting = entry.armed;
  const number = await askNumber(`${acting ? acting.hint ?? "Shot" : "New player"}: ${teams.nameOf(team, null)}`);
  if (!number) return;
  const player = teams.idOf(team, number);
  if (acting || !player.startsWith("#")) return entry.pick(team, player);
  send({ type: "roster_add", team, player: number, ...context() });
}

async function standAgain(play) {
  try {
    const { entries } = await api.get(`${base}/log?after=${play.seq}`);
    const call = standAgainCall(play, entries, context());
    if (call) send(call, { label: `Stands again: ${named(play, state())}` });
  } catch (error) {
    troubles.tell(error);
  }
}

/** From now on calls are put into the past, until somebody says that it is done. */
function putIn(play, where) {
  entry.leave();
  beside = where;
  setText(byId("insert-words"), `Putting in ${where.after === play.seq ? "after" : "before"}: ${named(play, state())}`);
  drawEntry();
  scrollTo({ top: 0 });
}

function undo() {
  const draft = entry.draft;
  entry.cancel();
  if (!draft) taken.back();
  drawEntry();
}

function redo() {
  taken.again();
  drawEntry();
}

// ---- drawing

function draw(changed, entries) {
  const has = (...names) => names.some((name) => changed.includes(name));
  if (has("scoreboard", "rules")) drawBoard();
  if (has("roster", "boxscore", "rules")) drawTeams();
  if (has("plays", "roster")) plays.draw(state(), entries);
  if (has("flags", "witness", "scoreboard", "roster")) flags.draw(state());
  if (has("plays")) drawUndo();
  if (has("proposals", "camera", "roster")) drawProposals();
  if (has("settings")) camera.draw();
  if (has("camera")) drawCamera(byId("camera"), state().camera);
}

function drawTeams() {
  const { roster, boxscore } = state();
  teams.draw(rosterWithPending(roster, pending()), boxscore, rules());
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
  settings.draw(rules());
}

function drawQueue() {
  const count = queue.unanswered;
  const pill = byId("waiting");
  show(pill, count > 0 && queue.state !== "idle");
  setText(pill, queue.state === "waiting" ? `${count} kept, will be sent` : `${count} on the way`);
  drawBoard();
  drawTeams();
  drawProposals();
  troubles.draw();
  conflicts.draw();
  share.draw();
}

function drawProposals() {
  const { proposals: waiting, camera } = state();
  proposals.draw(waiting ?? [], entry.armed?.proposal?.id ?? null, Object.keys(camera ?? {}).length > 0);
  strip.light((chip) => proposals.speaksOf(chip.say));
}

/** There may be something of this desk's to take back from before the page was loaded. */
function drawUndo() {
  show(byId("undo"), taken.canUndo || (live.view.seq ?? 0) > 0);
}

/** What is chosen, armed and asked. */
function drawEntry() {
  const { chosen, armed } = entry;
  teams.mark(chosen);
  strip.draw(entry.question);
  for (const button of byId("actions").children) {
    button.setAttribute("aria-pressed", String(armed?.id === button.dataset.action));
  }
  const hint = byId("hint");
  hint.dataset.armed = String(Boolean(chosen || armed));
  setText(hint, chosen
    ? `${teams.nameOf(chosen.team, chosen.player)}: what happened?`
    : armed?.proposal ? "Who was it? Tap a player or a team."
    : armed ? `${armed.hint}: who? Tap a player or a team.`
    : taken.said || "Tap a player, then what happened.");
  drawUndo();
  show(byId("redo"), taken.canRedo);
  show(byId("insert"), beside !== null);
  show(byId("court"), settings.spots);
  drawBoard();
  drawProposals();
}

// ---- wiring

byId("actions").append(...ACTIONS.map((action) => el("button", {
  type: "button", text: action.label, title: action.hint, "aria-label": action.hint,
  "aria-pressed": "false", data: { action: action.id, look: action.look ?? "" },
  on: { click: () => entry.act(action) },
}, el("kbd", { text: action.key, "aria-hidden": "true" }))));
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("insert-done").addEventListener("click", () => { entry.leave(); beside = null; drawEntry(); });
byId("help").addEventListener("click", () => answered(byId("help-dialog")));
listKeys();
hearKeys({
  entry, teams, undo, redo,
  run: () => clock.run(),
  proposals,
});

addEventListener("online", () => queue.hurry());
// What waits for more to be said about it must not be lost with the page.
addEventListener("pagehide", () => entry.flush());
document.addEventListener("visibilitychange", () => document.hidden && entry.flush());
setInterval(() => board.tick(live.now()), TICK_MS);
drawEntry();
live.open();
queue.pump();
