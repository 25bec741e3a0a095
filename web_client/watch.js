// The spectator's page: score, plays, box score, and how fresh they are.

import { Api, inWords } from "./api.js";
import { Board } from "./board.js";
import { boxTable } from "./boxscore.js";
import { byId, el, setText, show } from "./dom.js";
import { drawCamera, drawLine } from "./line.js";
import { LiveGame } from "./live.js";
import { drawPlays } from "./plays.js";
import { openPage } from "./tokens.js";
import { TrackView } from "./tracks.js";

const TICK_MS = 100;

const { game, token, tokens } = openPage("watch", location, history, localStorage);
const api = new Api(token);
const board = new Board(byId("board"));
const sight = new TrackView(byId("tracks"));
const roomy = matchMedia("(min-width: 900px)");
let wholeList = false;
let earlier = []; // plays before those that the state carries, newest first

const live = new LiveGame(game, token, {
  onChange(_, changed) {
    const { state, tracks } = live.view;
    // In the order below: the score first, it is what everyone waits for.
    for (const [name, draw] of Object.entries(SECTIONS)) if (changed.includes(name)) draw(state, tracks);
  },
  onState() {
    drawLine(byId("line"), live);
    show(byId("notice"), live.state === "refused");
    setText(byId("notice"), live.why);
  },
});

const SECTIONS = {
  scoreboard(state) {
    const { home, away } = state.scoreboard;
    board.draw(state.scoreboard);
    board.tick(live.now());
    drawPeriods(state.scoreboard);
    const title = `${home.name || "Home"} ${home.score}–${away.score} ${away.name || "Away"}`;
    setText(byId("title"), title);
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
    const latest = tracks.main ?? Object.values(tracks)[0];
    if (!latest) return;
    show(byId("sight"), true); // before drawing: a hidden canvas has no width
    sight.draw(latest);
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

function showPlays(latest) {
  const oldest = latest.at(-1)?.seq ?? 0;
  const all = [...latest, ...earlier.filter((play) => play.seq < oldest)];
  drawPlays(byId("plays"), wholeList ? all : all.slice(0, roomy.matches ? 20 : 8), live.view.state);
  show(byId("no-plays"), all.length === 0);
  show(byId("more"), !wholeList && all.length > (roomy.matches ? 19 : 8));
}

byId("more").addEventListener("click", async () => {
  try {
    const answer = await api.get(`/api/v1/games/${game}/plays`);
    wholeList = true;
    earlier = (answer.plays ?? answer).toReversed();
    showPlays(live.view.state.plays ?? []);
  } catch (error) {
    setText(byId("notice"), inWords(error));
    show(byId("notice"), true);
  }
});

live.open();
setInterval(() => {
  board.tick(live.now());
  show(byId("sight"), sight.fresh());
}, TICK_MS);
