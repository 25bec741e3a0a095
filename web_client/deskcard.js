// One card of what the camera saw: what, who, how sure, and the buttons that say so.

import { candidates, fits, likely, offered, partWord, valueInDoubt, wordsOf } from "./cards.js";
import { el } from "./dom.js";

/**
 * @typedef {{name: (team: string, id: string|null) => string, playing: (team: string) => {id: string}[],
 *   when: (proposal: object) => string, stills: object,
 *   onAccept: (play: object, change: object) => void, onReject: (play: object) => void,
 *   onMend: (play: object, change: object) => void, onAsk: (play: object) => void}} Hands
 */

/**
 * A card. `armed`: somebody is asked to tap a player for it; `settling`: it was mended and will be
 * accepted in a moment.
 * @param {{play: object, choice: object, armed: boolean, settling: boolean}} item @param {Hands} hands
 */
export function cardOf({ play, choice, armed, settling }, hands) {
  const { root } = play;
  const { title, more } = wordsOf(play, choice, hands.name);
  const when = settling ? "Accepting…" : hands.when(root);
  return el("article", { class: "proposal", data: { ask: Boolean(root.ask), armed, settling }, "aria-label": title },
    el("div", { class: "top" },
      el("div", { class: "look" },
        hands.stills.thumbnail(root, title),
        el("span", { class: "soft age", data: { at: Date.parse(root.happened_at ?? root.created_at) } })),
      el("div", { class: "words" },
        el("strong", { text: armed ? "Now tap who it was" : title }),
        el("span", { class: "soft small", text: [when, ...more].filter(Boolean).join(" · ") })),
      el("div", { class: "answers" }, ...answers(play, armed, hands))),
    el("div", { class: "fields" }, ...fields(play, choice, hands)));
}

/** What is left for a moment of a card that somebody or something else has answered. */
export function ghostOf({ title, word }) {
  return el("article", { class: "proposal ghost", "aria-label": title },
    el("div", { class: "words" }, el("strong", { text: word }), el("span", { class: "soft small", text: title })));
}

function answers(play, armed, { onAccept, onReject }) {
  const button = (text, props, onTap) => el("button", {
    type: "button", text, ...props, data: { focus: text }, on: { click: onTap },
  });
  const yes = play.root.ask
    ? [button("Made", { class: "sure" }, () => onAccept(play, { made: true })),
      button("Missed", { class: "sure" }, () => onAccept(play, { made: false }))]
    : [button("Accept", { class: "sure", "aria-pressed": String(armed) }, () => onAccept(play, {}))];
  return [...yes, button("✕", { class: "no", "aria-label": "It did not happen" }, () => onReject(play))];
}

function fields(play, choice, hands) {
  const { root, parts } = play;
  const groups = [];
  if (choice.made !== null && !root.ask) {
    groups.push(segment("Result", [["Made", true], ["Missed", false]], choice.made,
      (made) => hands.onMend(play, { made })));
  }
  if (choice.value !== null) {
    groups.push(segment("Points", [["2", 2], ["3", 3]], choice.value,
      (value) => hands.onMend(play, { value }), valueInDoubt(root) && choice.value === (root.value ?? 2)));
  }
  // What is not known comes first.
  if (likely(root)) groups.push(who(play, choice, hands));
  else groups.unshift(who(play, choice, hands));
  for (const part of parts) {
    if (candidates(part).length && (root.ask || fits(part, choice.made))) groups.push(partChips(play, part, choice, hands));
  }
  return groups;
}

function segment(label, options, chosen, onPick, doubt = false) {
  return el("span", { class: "segment", role: "group", "aria-label": doubt ? `${label}, in doubt` : label, data: { doubt } },
    ...options.map(([text, value]) => el("button", {
      type: "button", text, "aria-pressed": String(value === chosen), data: { focus: `${label}${text}` },
      on: { click: () => onPick(value) },
    })));
}

function who(play, choice, hands) {
  const { root } = play;
  const all = offered(root, hands.playing);
  const chips = all.map((one) => chip(one, choice.who?.player === one.player, `who-${one.player}`,
    hands.name(one.team, one.player), () => hands.onMend(play, { who: { team: one.team, player: one.player } })));
  const other = el("button", {
    type: "button", class: "chip", text: all.length ? "Other" : "Who?", data: { focus: "other" },
    "aria-label": "Another player: tap one of the teams", on: { click: () => hands.onAsk(play) },
  });
  return group("By", [...chips, other]);
}

function partChips(play, part, choice, hands) {
  const said = choice.parts[part.id];
  const label = partWord({ ...part, kind: null });
  return group(label, candidates(part).map((one) => {
    const on = said?.who?.player === one.player;
    const next = on ? null : { who: { team: one.team, player: one.player } };
    return chip(one, on, `${part.id}-${one.player}`, `${label}, ${hands.name(one.team, one.player)}`,
      () => hands.onMend(play, { parts: { ...choice.parts, [part.id]: next } }));
  }));
}

function group(label, chips) {
  return el("span", { class: "by", role: "group", "aria-label": label },
    el("span", { class: "soft small", text: label }), ...chips);
}

function chip({ team, player }, on, focus, hint, onTap) {
  return el("button", {
    type: "button", class: "chip", text: player.replace(/^(home|away)-/, ""), "aria-label": hint,
    "aria-pressed": String(on), data: { team, focus }, on: { click: onTap },
  });
}
