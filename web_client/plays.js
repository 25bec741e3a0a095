// A line for each play, newest first.

import { formatClock } from "./clock.js";
import { el, follow } from "./dom.js";

/**
 * @param {Element} list an <ol class="plays">
 * @param {object[]} plays newest first
 * @param {object} state the sections, for names
 * @param {(play: object) => Element|null} tool what stands at the end of a line (a button)
 */
export function drawPlays(list, plays, state, tool = () => null) {
  const items = plays.map((play) => ({
    ...play, words: named(play, state), label: periodLabel(play.period, state.scoreboard),
  }));
  follow(list, items, (item) => item.seq, (item) => line(item, tool));
}

/**
 * The words of a play with names. The server says "Home #7 makes a three" (names never enter
 * its log); whoever may see names reads "#7 Ann makes a three".
 */
export function named(play, state) {
  const text = play.text || play.type;
  const side = state.roster?.[play.team];
  if (!side) return text;
  const word = play.team === "home" ? "Home" : "Away";
  const player = side.players?.find((one) => one.id === play.player);
  const prefix = player ? `${word} #${player.number}` : word;
  if (!text.startsWith(prefix)) return text;
  const name = player ? `#${player.number}${player.name ? ` ${player.name}` : ""}` : side.name || word;
  return name + text.slice(prefix.length);
}

/** "Q3" or "OT1", after the label of the period that is being played. */
export function periodLabel(period, board) {
  if (!period) return "";
  const word = /^[A-Z]+(?=\d)/.exec(board?.period_label ?? "")?.[0] ?? "Q";
  const regular = board?.periods ?? 4;
  if (period > regular) return `OT${period - regular}`;
  return `${word === "OT" ? (regular === 2 ? "H" : "Q") : word}${period}`;
}

function line(play, tool) {
  const scored = Boolean(play.made) && ["field_goal", "free_throw"].includes(play.type);
  const when = [play.label, formatClock(play.clock_ms)].filter(Boolean).join(" ");
  return el("li", { data: { team: play.team ?? "", scored, voided: Boolean(play.voided) } },
    el("span", { class: "when", text: when }),
    el("span", { class: "what", text: play.words }),
    el("span", { class: "row" },
      scored && play.score ? el("span", { class: "now", text: play.score.join("–") }) : null,
      tool(play)));
}
