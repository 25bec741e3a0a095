// A line for each play, newest first.

import { formatClock } from "./clock.js";
import { el, follow } from "./dom.js";

/**
 * @param {Element} list an <ol class="plays">
 * @param {object[]} plays newest first
 * @param {(play: object) => Element|null} tool what stands at the end of a line (a button)
 */
export function drawPlays(list, plays, tool = () => null) {
  follow(list, plays, (play) => play.seq, (play) => line(play, tool));
}

function line(play, tool) {
  const scored = Boolean(play.made) && ["field_goal", "free_throw"].includes(play.type);
  const clock = formatClock(play.clock_ms);
  const period = play.period_label ?? (play.period ? `P${play.period}` : "");
  return el("li", { data: { team: play.team ?? "", scored, voided: Boolean(play.voided) } },
    el("span", { class: "when", text: [period, clock].filter(Boolean).join(" ") }),
    el("span", { class: "what", text: play.text || play.type }),
    el("span", { class: "row" },
      scored && play.score ? el("span", { class: "now", text: play.score.join("–") }) : null,
      tool(play)));
}
