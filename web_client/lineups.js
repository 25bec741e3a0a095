// The fives that played together, with their time and margin.

import { el } from "./dom.js";
import { minutes, signed } from "./boxscore.js";

const MOST = 5;

/** The longest first. @param {object} stats the document of /stats @returns {Element[]} */
export function lineupTables(stats) {
  const names = new Map(stats.players.map((player) => [player.id, player]));
  return ["home", "away"].map((side) => {
    const fives = stats.lineups.filter((five) => five.team === side);
    const title = stats.teams[side].name;
    if (!fives.length) return el("p", { class: "soft", text: `${title}: nobody said who was on the court.` });
    const [most, rest] = [fives.slice(0, MOST), fives.slice(MOST)];
    const timed = fives.some((five) => five.ms !== null);
    return el("div", {}, table(title, most, timed, names), rest.length
      ? el("details", { class: "rest" },
        el("summary", { text: `${rest.length} more` }), table(title, rest, timed, names))
      : null);
  });
}

function table(title, fives, timed, names) {
  const head = [timed ? "MIN" : null, "Score", "+/−"].filter(Boolean);
  return el("table", { class: "fives" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: title }),
      ...head.map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, ...fives.map((five) => el("tr", {},
      el("th", { scope: "row" }, ...five.players.map((id) => who(names.get(id), id))),
      timed ? el("td", { text: minutes(five.ms) }) : null,
      el("td", { text: `${five.points_for}–${five.points_against}` }),
      el("td", { class: "points", text: signed(five.margin) })))));
}

function who(player, id) {
  const number = player?.number ?? id.split("-")[1];
  return el("span", { class: "one", text: player?.name ? `${number} ${player.name}` : `#${number}` });
}
