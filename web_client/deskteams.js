// The desk's two columns of players.

import { ACTIONS } from "./calls.js";
import { el, follow, setText, show } from "./dom.js";

const MANY = 7; // more players than this (nobody on court yet) stand two in a row

const FIVE = 5;
/** What a team whose players nobody knows is scored with. */
const QUICK = ["made2", "made3", "madeft", "foul"];

/**
 * Draws the teams; `onPick(team, playerId|null)` hears taps, null is the team itself;
 * `onQuick(team, action)` those on the big buttons of a team that has no five players.
 */
export class TeamColumns {
  #onPick;
  #onLineup;
  #onAdd;
  #onQuick;
  #roster = {};
  #columns = {};

  constructor({ onPick, onLineup, onAdd, onQuick }) {
    this.#onPick = onPick;
    this.#onLineup = onLineup;
    this.#onAdd = onAdd;
    this.#onQuick = onQuick;
    for (const team of ["home", "away"]) this.#columns[team] = this.#column(team);
  }

  /** Those who are on court; everyone while no line-up is known. */
  playing(team) {
    const players = this.#roster[team]?.players ?? [];
    const five = players.filter((player) => player.on_court);
    return five.length ? five : players;
  }

  /** Those who may come in; nobody while no line-up is known. */
  bench(team) {
    const players = this.players(team);
    return players.some((player) => player.on_court) ? players.filter((player) => !player.on_court) : [];
  }

  players(team) {
    return this.#roster[team]?.players ?? [];
  }

  /** The id of the player with this number, or "#23" for one whom nobody knows yet. */
  idOf(team, number) {
    return this.players(team).find((player) => player.number === number)?.id ?? `#${number}`;
  }

  /** "#7 Ann", or the team's name for its own plays. */
  nameOf(team, id) {
    const side = this.#roster[team];
    const player = side?.players.find((one) => one.id === id);
    if (player) return `#${player.number}${player.name ? ` ${player.name}` : ""}`;
    if (id) return `#${id.replace(/^#|^(home|away)-/, "")}`;
    return side?.name || (team === "home" ? "Home" : "Away");
  }

  /** @param {object} roster, boxscore sections @param {object} rules the section "rules" */
  draw(roster, boxscore, rules) {
    this.#roster = roster ?? {};
    for (const team of ["home", "away"]) {
      const { players, quick, lineup } = this.#columns[team];
      const rows = Object.fromEntries((boxscore?.[team]?.players ?? []).map((row) => [row.id, row]));
      const shown = this.playing(team);
      players.classList.toggle("many", shown.length > MANY);
      const items = shown.map((player, i) => (
        { ...player, key: keyOf(team, i), ...fouls(rows[player.id]?.pf ?? 0, rules) }));
      follow(players, items, (item) => item.id, (item) => this.#button(team, item));
      setText(this.#columns[team].own, this.#roster[team]?.name || (team === "home" ? "Home" : "Away"));
      this.#columns[team].own.title = "The team itself, no player";
      show(quick, this.players(team).length < FIVE);
      show(lineup, this.players(team).length > 0);
      setText(lineup, this.bench(team).length ? "Line-up" : "Starters");
    }
    this.mark(this.#marked);
  }

  #marked = null;

  /** Show who is chosen. @param {{team: string, player: string|null}|null} who */
  mark(who) {
    this.#marked = who;
    for (const team of ["home", "away"]) {
      const { players, own } = this.#columns[team];
      for (const button of players.children) {
        button.setAttribute("aria-pressed", String(who?.team === team && who.player === button.dataset.key));
      }
      own.setAttribute("aria-pressed", String(who?.team === team && who.player === null));
    }
  }

  #column(team) {
    const players = el("div", { class: "players" });
    const own = el("button", {
      type: "button", class: "own", "aria-pressed": "false", text: team,
      on: { click: () => this.#onPick(team, null) },
    });
    const lineup = el("button", {
      type: "button", text: "Line-up", on: { click: () => this.#onLineup(team) },
    });
    const add = el("button", {
      type: "button", text: "+ #", "aria-label": `New player, ${team}`,
      on: { click: () => this.#onAdd(team) },
    });
    const quick = el("div", { class: "quick" }, ...QUICK.map((name) => {
      const action = ACTIONS.find((one) => one.id === name);
      return el("button", {
        type: "button", text: action.label, "aria-label": `${action.hint}, ${team}`, data: { look: action.look ?? "" },
        on: { click: () => this.#onQuick(team, action) },
      });
    }));
    document.querySelector(`.desk > .team[data-team="${team}"]`).append(
      own, quick, players, el("div", { class: "extra" }, lineup, add));
    return { players, own, quick, lineup };
  }

  #button(team, { id, number, name, pf, key, high, out }) {
    return el("button", {
      type: "button", class: "player", "aria-pressed": "false", data: { out },
      "aria-label": `#${number}${name ? ` ${name}` : ""}${pf ? `, ${pf} fouls` : ""}${out ? ", out" : ""}`,
      on: { click: () => this.#onPick(team, id) },
    },
      el("span", { class: "number", text: number }),
      el("span", { class: "name", text: name ?? "" }),
      pf || out ? el("span", { class: "pf", text: out ? "OUT" : `F${pf}`, data: { high: high || out } }) : null,
      key ? el("kbd", { text: key }) : null);
  }
}

/** A player's fouls: how many, and whether the next one is the last. */
function fouls(pf, rules) {
  const limit = rules?.foul_out ?? 5;
  return { pf, high: limit > 0 && pf >= limit - 1 };
}

/** The key of a player's place: home 1 to 5, away 6 to 0. */
export function keyOf(team, place) {
  if (place > 4) return null;
  return String((place + (team === "home" ? 1 : 6)) % 10);
}
