// The score sheet: one page to print, as the table officials fill it in by hand.

import { Api, inWords } from "./api.js";
import { byId, el, setText, show } from "./dom.js";
import { foulWindow, labelOf, marks } from "./sheetmarks.js";
import { openPage } from "./tokens.js";

const FOUL_BOXES = 5;
const ROWS = 12; // players that a sheet has room for before it grows
const COLUMN = 40; // points in a column of the running score
const COLUMNS = 4;
const SIDES = ["home", "away"];

const { game, token } = openPage("sheet", location, history, localStorage);
const path = `/api/v1/games/${encodeURIComponent(game)}`;
byId("print").addEventListener("click", () => print());

try {
  const api = new Api(token);
  const [board, box, { plays }, rules] = await Promise.all(
    ["", "/boxscore", "/plays", "/rules"].map((part) => api.get(path + part)));
  draw(board, box, plays, rules);
} catch (error) {
  setText(byId("notice"), inWords(error));
}

function draw(board, box, plays, rules) {
  const found = marks(plays, rules);
  const names = { home: board.home.name || "Home", away: board.away.name || "Away" };
  setText(byId("title"), `${names.home} – ${names.away}`);
  document.title = `${names.home} – ${names.away}, score sheet`;
  const first = plays[0]?.at ? new Date(plays[0].at) : null;
  const when = first ? first.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) : "";
  setText(byId("about"), [`Game ${game}`, when, rules.title].filter(Boolean).join(" · "));
  byId("teams").replaceChildren(...SIDES.map((side) => teamPart(side, names[side], box[side], found, rules)));
  byId("running").replaceChildren(...running(found, names));
  byId("foot").replaceChildren(...foot(board, names, found, rules));
  show(byId("sheet"), true);
}

function teamPart(side, name, box, found, rules) {
  const boxes = Math.max(FOUL_BOXES, rules.foul_out, ...Object.values(found.fouls[side]).map((all) => all.length));
  const players = box.players.map((player) => {
    const own = found.fouls[side][player.id] ?? [];
    return el("tr", {},
      el("td", { class: "number", text: player.number }),
      el("td", { class: "name", text: player.name ?? "" }),
      el("td", { class: "in", text: came(player) }),
      ...Array.from({ length: boxes }, (_, i) => foulBox(own[i])),
      el("td", { class: "points", text: player.pts || "" }));
  });
  while (players.length < ROWS) players.push(el("tr", {}, ...Array.from({ length: boxes + 4 }, () => el("td", { text: "\u00a0" }))));
  const coach = found.coach[side];
  return el("section", { data: { team: side } },
    el("h2", {}, el("span", { text: side === "home" ? "A" : "B" }), ` ${name}`),
    el("div", { class: "small" }, timeoutBoxes(found.timeouts[side], rules, found.periods),
      ...teamFoulBoxes(found.teamFouls[side], rules, found.periods)),
    el("table", { class: "players" },
      el("thead", {}, el("tr", {},
        ...["No.", "Player", "In"].map((text) => el("th", { scope: "col", text })),
        el("th", { scope: "col", colspan: boxes, text: "Fouls" }),
        el("th", { scope: "col", text: "Pts" }))),
      el("tbody", {}, ...players),
      el("tfoot", {}, el("tr", {},
        el("td"), el("td", { class: "name", text: "Coach and bench" }), el("td"),
        ...Array.from({ length: boxes }, (_, i) => foulBox(coach[i])), el("td", { class: "points", text: box.totals.pts })))));
}

/** A starter's cross is ringed, as officials do; a substitute who came in has a plain one. */
function came(player) {
  if (player.starter) return "⊗";
  const counts = ["fga", "fta", "reb", "ast", "stl", "blk", "tov", "pf"];
  return player.min_ms || counts.some((name) => player[name]) ? "×" : "";
}

function foulBox(mark) {
  if (!mark) return el("td", { class: "foul" });
  return el("td", { class: "foul" }, mark.letter,
    mark.throws ? el("sub", { text: mark.throws }) : null,
    el("sup", { text: mark.period }));
}

function timeoutBoxes(timeouts, rules, periods) {
  const spans = [...rules.timeout_windows];
  for (let over = rules.periods + 1; over <= periods; over += 1) spans.push([over, rules.overtime_timeouts]);
  return el("div", {}, el("b", { text: "Time-outs " }), ...spans.map(([first, count], index) => {
    const next = spans[index + 1]?.[0] ?? Infinity;
    const taken = timeouts.filter(({ period }) => period >= first && period < next);
    const shown = Math.max(count, taken.length);
    return el("span", { class: "boxes" }, ...Array.from({ length: shown }, (_, i) =>
      el("i", { text: taken[i] ? minuteOf(taken[i], rules) : "" })));
  }));
}

/** The minute of the period in which it was, as sheets have it; a cross without a clock. */
function minuteOf({ period, clock_ms: left }, rules) {
  if (rules.clock === "none") return "×";
  const length = period > rules.periods ? rules.overtime_ms : rules.period_ms;
  return String(Math.min(Math.floor((length - left) / 60_000) + 1, Math.ceil(length / 60_000)));
}

function teamFoulBoxes(counts, rules, periods) {
  const windows = new Set();
  for (let period = 1; period <= periods; period += 1) windows.add(foulWindow(period, rules));
  const most = Math.max(1, rules.bonus_foul - 1);
  return [...windows].map((window) => el("div", {},
    el("b", { text: `Team fouls ${labelOf(window, rules)} ` }),
    el("span", { class: "boxes" }, ...Array.from({ length: most }, (_, i) =>
      el("i", { text: i < (counts[window] ?? 0) ? "×" : i + 1 }))),
    (counts[window] ?? 0) > most ? ` ${counts[window]}` : ""));
}

/** Columns of every score from 1, with the scorer's number beside it. */
function running(found, names) {
  const at = Object.fromEntries(SIDES.map((side) =>
    [side, new Map(found.scores[side].map((score) => [score.at, score]))]));
  const top = Math.max(...SIDES.flatMap((side) => found.scores[side].map((score) => score.at)), 0);
  const columns = Math.max(COLUMNS, Math.ceil(top / COLUMN));
  const ends = Object.fromEntries(SIDES.map((side) => [side, periodEnds(found.scores[side])]));
  return Array.from({ length: columns }, (_, column) => el("table", { class: "score" },
    el("colgroup", {}, ...Array.from({ length: 4 }, () => el("col"))),
    el("thead", {}, el("tr", {}, el("th", { colspan: 2, text: "A", title: names.home }), el("th", { colspan: 2, text: "B", title: names.away }))),
    el("tbody", {}, ...Array.from({ length: COLUMN }, (_, row) => {
      const points = column * COLUMN + row + 1;
      return el("tr", {}, ...cells("home", points, at, ends), ...cells("away", points, at, ends).reverse());
    }))));
}

function cells(side, points, at, ends) {
  const score = at[side].get(points);
  const end = ends[side].has(points);
  const how = !score ? "" : score.how === "adjust" ? "adjust" : score.points === 1 ? "one" : score.points === 3 ? "three" : "two";
  return [
    el("td", { class: "who", data: { how, end }, text: score ? score.number || "–" : "" }),
    el("td", { class: "point", data: { how, end }, text: points }),
  ];
}

/** The last score of each period, which sheets underline. */
function periodEnds(scores) {
  return new Set(scores.filter((score, i) => scores[i + 1]?.period !== score.period).map((score) => score.at));
}

function foot(board, names, found, rules) {
  const periods = Array.from({ length: found.periods }, (_, i) => i);
  const row = (side) => el("tr", {}, el("th", { scope: "row", text: names[side] }),
    ...periods.map((i) => el("td", { text: board[side].by_period?.[i] ?? "" })),
    el("td", { class: "points", text: board[side].score }));
  const { home, away } = board;
  const winner = board.status === "final" && home.score !== away.score
    ? names[home.score > away.score ? "home" : "away"] : "";
  return [
    el("table", { class: "periods" },
      el("thead", {}, el("tr", {}, el("th"), ...periods.map((i) =>
        el("th", { scope: "col", text: labelOf(i + 1, rules) })), el("th", { scope: "col", text: "Final" }))),
      el("tbody", {}, row("home"), row("away"))),
    el("p", { class: "winner" }, "Winner: ", el("b", { text: winner })),
    el("ul", { class: "names" }, ...[
      "Scorer", "Assistant scorer", "Timer", "Shot clock operator", "Crew chief", "Umpire 1", "Umpire 2",
      "Captain in case of protest",
    ].map((text) => el("li", { text }))),
  ];
}
