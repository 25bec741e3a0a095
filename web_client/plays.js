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
    ...play,
    words: named(play, state),
    when: whenText(play, state.scoreboard),
    mended: play.correction ? withNames(play.correction.text, state) : "",
  }));
  follow(list, items, (item) => item.seq, (item) => line(item, tool));
}

/**
 * The words of a play with names. The server says "Home #7 makes a three" (names never enter
 * its log); whoever may see names reads "#7 Ann makes a three".
 */
export function named(play, state) {
  const text = play.text || play.type;
  return play.type === "note" ? text : withNames(text, state); // a note's words are its own
}

/** Every "Home", "Home #7" of a text as the page calls them: the team's name, "#7 Ann". */
export function withNames(text, state) {
  return text.replace(/\b(Home|Away)\b(?: #([0-9A-Za-z]+))?/g, (said, word, number) => {
    const side = state.roster?.[word.toLowerCase()];
    if (!side) return said;
    if (number === undefined) return side.name || said;
    const player = side.players?.find((one) => one.number === number);
    return player ? `#${number}${player.name ? ` ${player.name}` : ""}` : said;
  });
}

/** "Q3" or "OT1", after the label of the period that is being played. */
export function periodLabel(period, board) {
  if (!period) return "";
  const word = /^[A-Z]+(?=\d)/.exec(board?.period_label ?? "")?.[0] ?? "Q";
  const regular = board?.periods ?? 4;
  if (period > regular) return `OT${period - regular}`;
  return `${word === "OT" ? (regular === 2 ? "H" : "Q") : word}${period}`;
}

/** "Q3 9:41"; only the period in a game without a clock. */
export function whenText({ period, clock_ms }, board) {
  const clock = board?.clock === "none" ? "" : formatClock(clock_ms);
  return [periodLabel(period, board), clock].filter(Boolean).join(" ");
}

function line(play, tool) {
  const scored = Boolean(play.made) && ["field_goal", "free_throw"].includes(play.type);
  const data = { team: play.team ?? "", scored, voided: Boolean(play.voided) };
  if (play.mended) data.corrected = "true";
  return el("li", { data },
    el("span", { class: "when", text: play.when }),
    el("span", { class: "what" },
      el("span", { class: "words", text: play.words }),
      play.mended ? el("span", { class: "mended", text: play.mended }) : null),
    el("span", { class: "row" },
      scored && play.score ? el("span", { class: "now", text: play.score.join("–") }) : null,
      tool(play)));
}
