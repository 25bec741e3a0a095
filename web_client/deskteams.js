// The desk's two columns of players and the line-up dialog.

import { byId, el, follow, setText } from "./dom.js";

const MANY = 7; // more players than this (nobody on court yet) stand two in a row

/** Draws the teams; `onPick(team, playerId|null)` hears taps, null is the team itself. */
export class TeamColumns {
  #onPick;
  #onLineup;
  #onAdd;
  #roster = {};
  #columns = {};

  constructor({ onPick, onLineup, onAdd }) {
    this.#onPick = onPick;
    this.#onLineup = onLineup;
    this.#onAdd = onAdd;
    for (const team of ["home", "away"]) this.#columns[team] = this.#column(team);
  }

  /** Those who are on court; everyone while no line-up is known. */
  playing(team) {
    const players = this.#roster[team]?.players ?? [];
    const five = players.filter((player) => player.on_court);
    return five.length ? five : players;
  }

  players(team) {
    return this.#roster[team]?.players ?? [];
  }

  /** "#7 Ann", or the team's name for its own plays. */
  nameOf(team, id) {
    const side = this.#roster[team];
    const player = side?.players.find((one) => one.id === id);
    if (player) return `#${player.number}${player.name ? ` ${player.name}` : ""}`;
    if (id) return `#${id.split("-").at(-1)}`;
    return side?.name || (team === "home" ? "Home" : "Away");
  }

  /** @param {object} roster section @param {object|undefined} boxscore section */
  draw(roster, boxscore) {
    this.#roster = roster ?? {};
    for (const team of ["home", "away"]) {
      const { players } = this.#columns[team];
      const rows = Object.fromEntries((boxscore?.[team]?.players ?? []).map((row) => [row.id, row]));
      const shown = this.playing(team);
      players.classList.toggle("many", shown.length > MANY);
      const items = shown.map((player, i) => (
        { ...player, pf: rows[player.id]?.pf ?? 0, key: keyOf(team, i) }));
      follow(players, items, (item) => item.id, (item) => this.#button(team, item));
      setText(this.#columns[team].own, this.#roster[team]?.name || (team === "home" ? "Home" : "Away"));
      this.#columns[team].own.title = "The team itself, no player";
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
    document.querySelector(`.team[data-team="${team}"]`).append(
      own, players, el("div", { class: "extra" }, lineup, add));
    return { players, own };
  }

  #button(team, { id, number, name, pf, key }) {
    return el("button", {
      type: "button", class: "player", "aria-pressed": "false",
      "aria-label": `#${number}${name ? ` ${name}` : ""}${pf ? `, ${pf} fouls` : ""}`,
      on: { click: () => this.#onPick(team, id) },
    },
      el("span", { class: "number", text: number }),
      el("span", { class: "name", text: name ?? "" }),
      pf ? el("span", { class: "pf", text: `F${pf}`, data: { high: pf >= 4 } }) : null,
      key ? el("kbd", { text: key }) : null);
  }
}

/** The key of a player's place: home 1 to 5, away 6 to 0. */
export function keyOf(team, place) {
  if (place > 4) return null;
  return String((place + (team === "home" ? 1 : 6)) % 10);
}

/**
 * Ask who is on court. @returns {Promise<string[]|null>} the ids, or null when cancelled
 */
export function askLineup(teamName, players) {
  const dialog = byId("lineup-dialog");
  setText(byId("lineup-title"), `On court: ${teamName}`);
  const boxes = players.map(({ id, number, name, on_court }) => {
    const box = el("input", { type: "checkbox", value: id });
    box.checked = Boolean(on_court);
    return el("label", {}, box, el("span", { text: `${number}  ${name ?? ""}`.trim() }));
  });
  byId("lineup-list").replaceChildren(...boxes);
  const chosen = () => [...byId("lineup-list").querySelectorAll(":checked")].map((box) => box.value);
  const count = () => setText(byId("lineup-count"), `${chosen().length} chosen, five play.`);
  byId("lineup-list").onchange = count;
  count();
  return answered(dialog).then((word) => (word === "ok" ? chosen() : null));
}

/** Show a dialog and wait for the word of the button that closed it ("" when cancelled). */
export function answered(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
