// The spectator's page: score, plays, box score, and how fresh they are.

import { Api, inWords } from "./api.js";
import { Board } from "./board.js";
import { boxTable } from "./boxscore.js";
import { Clips } from "./clips.js";
import { byId, el, setText, show } from "./dom.js";
import { listFiles } from "./files.js";
import { InStep } from "./instep.js";
import { drawCamera, drawLine } from "./line.js";
import { lineupTables } from "./lineups.js";
import { LiveGame } from "./live.js";
import { Picture } from "./picture.js";
import { drawPlays, withNames } from "./plays.js";
import { drawShots, shotWords, zoneTable } from "./shotchart.js";
import { teamTables } from "./teamstats.js";
import { openPage } from "./tokens.js";
import { TrackView } from "./tracks.js";
import { LiveFirst, ViewerPlace } from "./viewerplace.js";
import { tabs } from "./watchtabs.js";

const TICK_MS = 100;
const CORRECTED_MS = 60_000;
const FIGURES_MS = 1_500; // statistics are asked for at most this often

const { game, token, tokens, query } = openPage("watch", location, history, localStorage);
const api = new Api(token);
const path = `/api/v1/games/${encodeURIComponent(game)}`;
const board = new Board(byId("board"));
const camera = query.get("camera") ?? "main";
const picture = new Picture(byId("picture"), { api, game, camera, token, only: query.get("picture") });
const sight = new TrackView(byId("tracks"));
const roomy = matchMedia("(min-width: 900px) and (min-height: 501px)");
let wholeList = false;
let earlier = []; // plays before those that the state carries, newest first
let correctedAt = -CORRECTED_MS;

const clips = new Clips(byId("clip-list"), {
  api,
  path,
  roster: () => inStep.view.state.roster,
  playhead: () => inStep.playhead,
  toMoment: ({ camera: of, s }) => {
    if (of !== camera) return;
    picture.seek(s);
    byId("picture").focus();
  },
});
const liveFirst = new LiveFirst(localStorage);
let placeless = false; // the server knows no moments of this camera
const place = new ViewerPlace(camera, performance.now());
// What tells of the game is drawn from its view, which is as far as the picture is.
const inStep = new InStep({
  ask: (where) => api.get(`${path}/moment?${addressOf(where)}`).catch((error) => {
    placeless ||= error.status === 404;
    throw error;
  }),
  show({ state, tracks }, changed, entries) {
    // In the order below: the score first, it is what everyone waits for.
    for (const [name, draw] of Object.entries(SECTIONS)) if (changed.includes(name)) draw(state, tracks);
    sayCorrected(entries, state);
    if (changed.includes("plays") || changed.includes("roster")) figures.stale();
  },
});

const live = new LiveGame(game, token, {
  onChange(_, changed, message) {
    if (changed.includes("camera")) picture.tell(live.view.state.camera?.[camera]);
    if (message.type === "tracks" && message.camera === camera) picture.see(message);
    inStep.hear(message, live.view);
  },
  onState() {
    drawLine(byId("line"), live);
    if (live.state === "refused") trouble(live.why);
    else if (live.state === "live") show(byId("notice"), false);
  },
});

const SECTIONS = {
  scoreboard(state) {
    const { home, away } = state.scoreboard;
    board.draw(state.scoreboard);
    board.tick(now());
    drawPeriods(state.scoreboard);
    const title = `${home.name || "Home"} ${home.score}–${away.score} ${away.name || "Away"}`;
    setText(byId("title"), title);
    setText(picture.caption, title);
    document.title = `${title} · Courtside`;
    const names = `${home.name || "Home"} – ${away.name || "Away"}`;
    if (tokens.all()[game] && tokens.all()[game].title !== names) tokens.keep(game, {}, { title: names });
  },
  plays: (state) => showPlays(state.plays ?? []),
  roster: (state) => showPlays(state.plays ?? []), // names
  boxscore(state) {
    const sides = ["home", "away"].filter((team) => state.boxscore[team]);
    byId("box").replaceChildren(...sides.map((team) =>
      el("div", { class: "scroll" }, boxTable(state.boxscore[team], teamName(state, team)))));
    show(byId("no-box"), sides.length === 0);
  },
  camera: (state) => drawCamera(byId("camera"), state.camera),
  tracks(_, tracks) {
    const latest = tracks[camera] ?? Object.values(tracks)[0];
    if (!latest) return;
    show(byId("sight"), true); // before drawing: a hidden canvas has no width
    sight.draw(latest);
  },
};

/** The wall time that the viewer's picture shows, in milliseconds. */
function now() {
  return inStep.wallMs ?? live.now();
}

/** A place of the picture in an address. */
function addressOf({ camera: of, s, at }) {
  return new URLSearchParams(of === undefined ? { at: new Date(at).toISOString() } : { camera: of, s });
}

/** The address of something that the viewer may see no further than the picture. */
function asOf(address) {
  const where = inStep.playhead;
  return where ? `${address}?${addressOf(where)}` : address;
}

/** The tabs whose figures the server folds when asked: fetched while somebody looks at them. */
const figures = {
  open: "",
  asked: 0,
  timer: null,
  /** The game went on. */
  stale() {
    if (!FIGURES[this.open] || this.timer !== null) return;
    const wait = Math.max(0, this.asked + FIGURES_MS - performance.now());
    this.timer = setTimeout(() => this.load(), wait);
  },
  choose(name) {
    this.open = name;
    clearTimeout(this.timer);
    this.timer = null;
    if (FIGURES[name]) this.load();
  },
  async load() {
    const name = this.open;
    this.timer = null;
    this.asked = performance.now();
    try {
      await FIGURES[name]?.();
      if (live.state === "live") trouble("");
    } catch (error) {
      trouble(inWords(error));
    }
  },
};

const FIGURES = {
  async team() {
    byId("team-stats").replaceChildren(...teamTables(await api.get(asOf(`${path}/stats`))));
  },
  async fives() {
    byId("lineups").replaceChildren(...lineupTables(await api.get(asOf(`${path}/stats`)))
      .map((table) => el("div", { class: "scroll" }, table)));
  },
  async chart() {
    [chart.rules, { shots: chart.shots }] = await Promise.all([
      chart.rules ?? api.get(`${path}/rules`), api.get(asOf(`${path}/shots`))]);
    chart.draw();
  },
  clips: () => clips.load(),
};

const chart = {
  rules: null,
  shots: [],
  side: "home",
  draw() {
    const state = inStep.view.state;
    byId("shot-sides").replaceChildren(...["home", "away"].map((side) => el("button", {
      type: "button", text: teamName(state, side), data: { team: side },
      "aria-pressed": String(side === this.side),
      on: { click: () => { this.side = side; this.draw(); } },
    })));
    const shots = this.shots.filter((shot) => shot.team === this.side);
    byId("court").dataset.team = this.side;
    drawShots(byId("court"), this.rules.court, shots);
    setText(byId("court-words"), `${teamName(state, this.side)}: ${shotWords(shots)}`);
    byId("zones").replaceChildren(zoneTable(shots));
  },
};

function teamName(state, team) {
  return state.scoreboard?.[team]?.name || (team === "home" ? "Home" : "Away");
}

function drawPeriods(scoreboard) {
  const count = Math.max(0, ...["home", "away"].map((team) => scoreboard[team].by_period?.length ?? 0));
  show(byId("periods"), count > 0);
  const labels = Array.from({ length: count }, (_, i) => String(i + 1));
  const rows = ["home", "away"].map((team) => {
    const side = scoreboard[team];
    return el("tr", {},
      el("th", { scope: "row", text: side.name || team }),
      ...labels.map((_, i) => el("td", { text: side.by_period?.[i] ?? "" })),
      el("td", { class: "points", text: side.score }));
  });
  byId("periods").replaceChildren(el("table", {},
    el("caption", { class: "unseen", text: "Points by period" }),
    el("thead", {}, el("tr", {}, el("th", {}, el("span", { class: "unseen", text: "Team" })),
      ...labels.map((label) => el("th", { scope: "col", text: label })),
      el("th", { scope: "col", text: "T" }))),
    el("tbody", {}, ...rows)));
}

/** A score never jumps silently: what was corrected is said. */
function sayCorrected(entries, state) {
  const texts = entries.filter((entry) => entry.text && ["amend", "void"].includes(entry.type))
    .map((entry) => withNames(entry.text, state));
  if (!texts.length) return;
  correctedAt = performance.now();
  setText(byId("corrected"), upper(texts.join("; ")));
  show(byId("corrected"), true);
}

const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function showPlays(latest) {
  const oldest = latest.at(-1)?.seq ?? 0;
  const known = new Set(latest.map((play) => play.seq));
  // Of the list those before the oldest of the latest: what is newer has not been seen yet.
  const before = earlier.slice(earlier.findIndex(({ seq }) => seq === oldest) + 1);
  const all = wholeList ? [...latest, ...before.filter((play) => !known.has(play.seq))] : latest;
  drawPlays(byId("plays"), wholeList ? all : all.slice(0, roomy.matches ? 20 : 8), inStep.view.state);
  show(byId("no-plays"), all.length === 0);
  show(byId("more"), !wholeList && oldest > 0 && all.length > (roomy.matches ? 19 : 8));
}

function trouble(words) {
  setText(byId("notice"), words);
  show(byId("notice"), Boolean(words));
}

byId("more").addEventListener("click", async () => {
  try {
    const answer = await api.get(asOf(`${path}/plays`));
    wholeList = true;
    earlier = (answer.plays ?? answer).toReversed();
    showPlays(inStep.view.state.plays ?? []);
  } catch (error) {
    trouble(inWords(error));
  }
});

byId("sheet").href = `/sheet/${encodeURIComponent(game)}`;
byId("files").addEventListener("toggle", async () => {
  if (!byId("files").open || byId("exports").childElementCount) return;
  try {
    listFiles(byId("exports"), (await api.get(`${path}/exports`)).exports, token, trouble);
  } catch (error) {
    trouble(inWords(error));
  }
});

const shown = tabs(byId("tabs"), (name) => figures.choose(name));
// Beside the plays there is room for another tab; alone they are what everyone came for.
const settle = () => shown.choose(roomy.matches ? "counted" : "live");
roomy.addEventListener("change", () => { if (roomy.matches && shown.chosen() === "live") settle(); });
settle();

/** Let the game go on to where the picture is. */
function follow() {
  const [head, nowMs] = [picture.playhead(), performance.now()];
  const atOnce = liveFirst.chosen || placeless;
  inStep.follow(atOnce ? null : place.at(head, picture.told, nowMs), nowMs);
  show(byId("live-first"), inStep.playhead !== null || liveFirst.chosen);
}

function drawLiveFirst() {
  byId("live-first").setAttribute("aria-pressed", String(liveFirst.chosen));
}

byId("live-first").addEventListener("click", () => {
  liveFirst.choose(!liveFirst.chosen);
  drawLiveFirst();
  follow();
});
drawLiveFirst();

follow();
picture.open();
live.open();
setInterval(() => {
  follow();
  board.tick(now());
  // With a picture the boxes are laid over it instead.
  show(byId("sight"), sight.fresh() && picture.playhead() === null);
  if (performance.now() - correctedAt > CORRECTED_MS) show(byId("corrected"), false);
}, TICK_MS);
