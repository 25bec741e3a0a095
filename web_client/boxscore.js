// The box score of one team as a table.

import { el } from "./dom.js";

const COLUMNS = [
  ["PTS", "Points", (row) => row.pts],
  ["FG", "Field goals made–tried", (row) => pair(row.fgm, row.fga)],
  ["3P", "Three-pointers made–tried", (row) => pair(row.fg3m, row.fg3a)],
  ["FT", "Free throws made–tried", (row) => pair(row.ftm, row.fta)],
  ["OR", "Offensive rebounds", (row) => row.oreb],
  ["DR", "Defensive rebounds", (row) => row.dreb],
  ["REB", "Rebounds", (row) => row.reb],
  ["AST", "Assists", (row) => row.ast],
  ["STL", "Steals", (row) => row.stl],
  ["BLK", "Blocks", (row) => row.blk],
  ["TO", "Turnovers", (row) => row.tov],
  ["PF", "Personal fouls", (row) => row.pf],
];

/** @param {{players: object[], team?: object, totals: object}} side @param {string} name */
export function boxTable(side, name) {
  const head = el("tr", {}, el("th", { scope: "col", text: name }),
    ...COLUMNS.map(([short, long]) =>
      el("th", { scope: "col" }, el("abbr", { title: long, text: short }))));
  const rows = (side?.players ?? []).map((row) => tableRow(playerName(row), row));
  if (Object.values(side?.team ?? {}).some((count) => count > 0)) {
    rows.push(tableRow("Team", side.team));
  }
  return el("table", {},
    el("caption", { class: "unseen", text: `Box score of ${name}` }),
    el("thead", {}, head),
    el("tbody", {}, ...rows),
    el("tfoot", {}, tableRow("Total", side?.totals ?? {})));
}

/** "7 Ann"; only the number where names are hidden. */
export function playerName({ number, name }) {
  return name ? `${number}  ${name}` : `#${number}`;
}

function tableRow(title, row) {
  return el("tr", {}, el("th", { scope: "row", text: title, title }),
    ...COLUMNS.map(([short, , cell]) =>
      el("td", { class: short === "PTS" ? "points" : null, text: cell(row) ?? 0 })));
}

function pair(made, tried) {
  return `${made ?? 0}–${tried ?? 0}`;
}
