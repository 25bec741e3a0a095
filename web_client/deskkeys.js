// The desk's keys, for whoever has a keyboard.

import { ACTIONS } from "./calls.js";
import { keyOf } from "./deskteams.js";
import { byId, el } from "./dom.js";

const TEAMS = ["home", "away"];

/** List the keys in the help. */
export function listKeys() {
  byId("keys").append(...[
    ["1–5, 6–0", "players, home and away"], ["h / g", "home, away team"],
    ...ACTIONS.map(({ key, hint }) => [key, hint]),
    ["space", "clock"], ["Enter", "as asked"], ["z / Z", "undo, redo"],
    ["y / n", "accept / no shot"], ["Esc", "never mind"],
  ].flatMap(([key, text]) => [el("dt", { text: key }), el("dd", { text })]));
}

/**
 * @param {{entry: object, teams: object, run: () => void, undo: () => void, redo: () => void,
 *   proposal: () => object|undefined, accept: (proposal) => void, reject: (proposal) => void}} desk
 */
export function hearKeys(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const onControl = document.activeElement?.matches("button, a, input, select");
    if (document.activeElement?.matches("input, select")) return;
    const done = meaning(event.key, onControl, desk);
    if (!done) return;
    event.preventDefault();
    done();
  });
}

function meaning(key, onControl, desk) {
  const { entry, teams } = desk;
  if (key === " " && !onControl) return desk.run;
  if (key === "Enter" && !onControl && entry.draft) return () => entry.done();
  if (key === "Escape") return () => entry.cancel();
  if (key === "z") return desk.undo;
  if (key === "Z") return desk.redo;
  const proposal = desk.proposal();
  if (proposal && key === "y") return () => desk.accept(proposal);
  if (proposal && key === "n") return () => desk.reject(proposal);
  if (key === "h" || key === "g") return () => entry.pick(key === "h" ? "home" : "away", null);
  for (const team of TEAMS) {
    const player = teams.playing(team).find((_, i) => keyOf(team, i) === key);
    if (player) return () => entry.pick(team, player.id);
  }
  const action = ACTIONS.find((one) => one.key === key);
  return action ? () => entry.act(action) : null;
}
