// What both teams did, side by side, out of the document of /stats.

import { el } from "./dom.js";
import { minutes } from "./boxscore.js";

const share = (value) => (value === null || value === undefined ? null : `${(100 * value).toFixed(1)} %`);
const shots = (made, tried, part) => (tried ? [`${made}–${tried}`, share(part)] : [`${made}–${tried}`]);
const lead = (found) => (found ? [`${found.points}`, found.score.join("–")] : "0");
const run = (found) => (found ? `${found.points}–0` : "0");

// [title, rows of [name, what it means, value of a team]]. A value may be two, the second smaller;
// a row that neither team has a value for is left out.
const GROUPS = [
  ["Four factors", [
    ["Effective field goals", "Field goals with threes counted one and a half times", (t) => share(t.four_factors.efg_pct)],
    ["Turnovers", "Share of possessions that ended in a turnover", (t) => share(t.four_factors.tov_pct)],
    ["Offensive rebounds", "Share of the own misses that were won back", (t) => share(t.four_factors.oreb_pct)],
    ["Free throws", "Free throws made for each field goal tried", (t) => share(t.four_factors.ft_rate)],
  ]],
  ["Points", [
    ["In the paint", "Baskets inside the key", (t) => t.points_in_paint],
    ["Fast break", "Before the defence was set", (t) => t.fast_break_points],
    ["Second chance", "After an own offensive rebound", (t) => t.second_chance_points],
    ["Off turnovers", "In the possession after one of theirs", (t) => t.points_off_turnovers],
    ["From the bench", "By those who did not start", (t) => t.bench_points],
  ]],
  ["Shooting", [
    ["Field goals", "Made–tried", (t) => shots(t.fgm, t.fga, t.fg_pct)],
    ["Threes", "Made–tried", (t) => shots(t.fg3m, t.fg3a, t.fg3_pct)],
    ["Free throws", "Made–tried", (t) => shots(t.ftm, t.fta, t.ft_pct)],
  ]],
  ["Flow", [
    ["Biggest lead", "With the score then", (t) => lead(t.biggest_lead)],
    ["Biggest run", "Points without an answer", (t) => run(t.biggest_run)],
    ["Time in the lead", "On the game clock", (t) => minutes(t.time_leading_ms) || null],
    ["Possessions", "Counted from the plays", (t) => t.possessions_counted],
    ["Rebounds", "With the team's own", (t) => t.reb],
    ["Turnovers", "With the team's own", (t) => t.tov],
  ]],
];

/** @param {object} stats the document of /stats, with names @returns {Element[]} */
export function teamTables(stats) {
  const { home, away } = stats.teams;
  const made = GROUPS.map(([title, rows]) => {
    const lines = rows
      .map(([name, meaning, value]) => [name, meaning, value(home), value(away)])
      .filter(([, , ours, theirs]) => ours !== null || theirs !== null);
    return lines.length ? table(title, home.name, away.name, lines) : null;
  });
  const { lead_changes: changes, times_tied: tied } = stats.game;
  const words = `Lead changes: ${changes ?? 0}. Times tied: ${tied ?? 0}.`;
  return [...made.filter(Boolean), el("p", { class: "soft", text: words })];
}

function table(title, home, away, lines) {
  return el("table", { class: "versus" },
    el("thead", {}, el("tr", {},
      el("th", { scope: "col", text: title }),
      el("th", { scope: "col", text: home }),
      el("th", { scope: "col", text: away }))),
    el("tbody", {}, ...lines.map(([name, meaning, ours, theirs]) => el("tr", {},
      el("th", { scope: "row" }, el("span", { text: name }), el("small", { class: "soft", text: meaning })),
      cell(ours), cell(theirs)))));
}

/** One figure; a second one stands smaller below it. */
function cell(value) {
  const [first, second] = [value ?? "–"].flat();
  return el("td", {}, el("span", { text: first }),
    second === undefined ? null : el("small", { class: "soft", text: second }));
}
