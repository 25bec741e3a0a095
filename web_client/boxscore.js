// The box score of one team as a table.

import { el } from "./dom.js";

const COLUMNS = [
  // What most people look for stands first: a phone shows four columns at a time.
  ["PTS", "Points", (row) => row.pts],
  ["REB", "Rebounds", (row) => row.reb],
  ["AST", "Assists", (row) => row.ast],
  ["MIN", "Minutes on the court", (row) => minutes(row.min_ms)],
  ["FG", "Field goals made–tried", (row) => pair(row.fgm, row.fga)],
  ["3P", "Three-pointers made–tried", (row) => pair(row.fg3m, row.fg3a)],
  ["FT", "Free throws made–tried", (row) => pair(row.ftm, row.fta)],
  ["OR", "Offensive rebounds", (row) => row.oreb],
  ["DR", "Defensive rebounds", (row) => row.dreb],
  ["STL", "Steals", (row) => row.stl],
  ["BLK", "Blocks", (row) => row.blk],
  ["TO", "Turnovers", (row) => row.tov],
  ["PF", "Personal fouls", (row) => row.pf],
  ["+/−", "Points more than the opponents while on the court", (row) => signed(row.plus_minus)],
  ["EFF", "Efficiency: what a player did well, less misses and turnovers", (row) => row.eff],
];

/** @param {{players: object[], team?: object, totals: object}} side @param {string} name */
export function boxTable(side, name) {
  const players = side?.players ?? [];
  const columns = COLUMNS.filter(([short]) => kept(short, players));
  const head = el("tr", {}, el("th", { scope: "col", text: name }),
    ...columns.map(([short, long]) =>
      el("th", { scope: "col" }, el("abbr", { title: long, text: short }))));
  const rows = players.map((row) => tableRow(playerName(row), row, columns));
  if (Object.values(side?.team ?? {}).some((count) => count > 0)) {
    rows.push(tableRow("Team", { ...side.team, eff: "" }, columns));
  }
  return el("table", {},
    el("caption", { class: "unseen", text: `Box score of ${name}` }),
    el("thead", {}, head),
    el("tbody", {}, ...rows),
    el("tfoot", {}, tableRow("Total", side?.totals ?? {}, columns)));
}

/** "7 Ann"; only the number where names are hidden. */
export function playerName({ number, name }) {
  return name ? `${number}  ${name}` : `#${number}`;
}

/** "20:46"; empty where nobody kept the time. @param {number|null|undefined} ms */
export function minutes(ms) {
  if (ms === null || ms === undefined) return "";
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "+5", "−3", "0". @param {number|null|undefined} value */
export function signed(value) {
  if (value === null || value === undefined) return "";
  return value > 0 ? `+${value}` : String(value).replace("-", "−");
}

/** A column that would be empty for everyone is left out: no clock, or no line-ups. */
function kept(short, players) {
  if (short === "MIN") return players.some((row) => row.min_ms !== null && row.min_ms !== undefined);
  if (short === "+/−") return players.some((row) => row.starter || row.plus_minus);
  return true;
}

function tableRow(title, row, columns) {
  const line = el("tr", { data: { starter: Boolean(row.starter) } },
    el("th", { scope: "row", text: title, title }),
    ...columns.map(([short, , cell]) =>
      el("td", { class: short === "PTS" ? "points" : null, text: cell(row) ?? "" })));
  return line;
}

function pair(made, tried) {
  return `${made ?? 0}–${tried ?? 0}`;
}
