// The desk's keys, for whoever has a keyboard.

import { ACTIONS } from "./calls.js";
import { nextCandidate } from "./cards.js";
import { keyOf } from "./deskteams.js";
import { byId, el } from "./dom.js";

/** What is said of the first card of what the camera saw. */
const PROPOSAL_KEYS = [
  { key: "y", text: "accept; asked: it went in", act: (cards, play) => cards.choose(play, play.root.ask ? { made: true } : {}) },
  { key: "Y", text: "accept the opposite; asked: it missed", act: (cards, play) => opposite(cards, play) },
  { key: "n", text: "it did not happen", act: (cards, play) => cards.reject(play) },
  { key: "c", text: "the next likely player", act: (cards, play) => cards.mend(play, { who: nextCandidate(play.root, cards.choice(play).who) }) },
  { key: "v", text: "two or three", act: (cards, play) => otherValue(cards, play) },
  { key: "x", text: "the next card", act: (cards) => cards.step() },
];
const TEAMS = ["home", "away"];

/** List the keys in the help. */
export function listKeys() {
  byId("keys").append(...[
    ["1–5, 6–0", "players, home and away"], ["h / g", "home, away team"],
    ...ACTIONS.map(({ key, hint }) => [key, hint]),
    ["space", "clock"], ["Enter", "as asked"], ["z / Z", "undo, redo"],
    ...PROPOSAL_KEYS.map(({ key, text }) => [key, text]), ["Esc", "never mind"],
  ].flatMap(([key, text]) => [el("dt", { text: key }), el("dd", { text })]));
}

/**
 * @param {{entry: object, teams: object, run: () => void, undo: () => void, redo: () => void,
 *   proposals: object}} desk
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

function opposite(cards, play) {
  const { made } = cards.choice(play);
  if (made !== null) cards.choose(play, { made: !play.root.ask && !made });
}

function otherValue(cards, play) {
  const { value } = cards.choice(play);
  if (value !== null) cards.mend(play, { value: value === 3 ? 2 : 3 });
}

function meaning(key, onControl, desk) {
  const { entry, teams } = desk;
  if (key === " " && !onControl) return desk.run;
  if (key === "Enter" && !onControl && entry.draft) return () => entry.done();
  if (key === "Escape") return () => entry.cancel();
  if (key === "z") return desk.undo;
  if (key === "Z") return desk.redo;
  const play = desk.proposals.first;
  const answer = PROPOSAL_KEYS.find((one) => one.key === key);
  if (play && answer) return () => answer.act(desk.proposals, play);
  if (key === "h" || key === "g") return () => entry.pick(key === "h" ? "home" : "away", null);
  for (const team of TEAMS) {
    const player = teams.playing(team).find((_, i) => keyOf(team, i) === key);
    if (player) return () => entry.pick(team, player.id);
  }
  const action = ACTIONS.find((one) => one.key === key);
  return action ? () => entry.act(action) : null;
}
