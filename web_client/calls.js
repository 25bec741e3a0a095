// What the desk can say, and how a tap becomes a call. Pure.

import { kindWord } from "./kinds.js";

/** The buttons of the desk. `who`: "team" where no player is meant. */
export const ACTIONS = Object.freeze([
  { id: "made2", label: "+2", hint: "Two made", key: "w", type: "field_goal", value: 2, made: true, look: "made" },
  { id: "made3", label: "+3", hint: "Three made", key: "e", type: "field_goal", value: 3, made: true, look: "made" },
  { id: "madeft", label: "+1", hint: "Free throw made", key: "f", type: "free_throw", made: true, look: "made" },
  { id: "foul", label: "Foul", hint: "Personal foul", key: "p", type: "foul" },
  { id: "timeout", label: "Time\u00adout", hint: "Timeout", key: "m", type: "timeout", who: "team" },
  { id: "miss2", label: "Miss 2", hint: "Two missed", key: "W", type: "field_goal", value: 2, made: false },
  { id: "miss3", label: "Miss 3", hint: "Three missed", key: "E", type: "field_goal", value: 3, made: false },
  { id: "missft", label: "Miss FT", hint: "Free throw missed", key: "F", type: "free_throw", made: false },
  { id: "turnover", label: "Turn\u00adover", hint: "Turnover", key: "t", type: "turnover" },
  { id: "steal", label: "Steal", hint: "Steal", key: "s", type: "steal" },
  { id: "oreb", label: "Off reb", hint: "Offensive rebound", key: "o", type: "rebound", kind: "offensive" },
  { id: "dreb", label: "Def reb", hint: "Defensive rebound", key: "r", type: "rebound", kind: "defensive" },
  { id: "assist", label: "Assist", hint: "Assist", key: "a", type: "assist" },
  { id: "block", label: "Block", hint: "Block", key: "b", type: "block" },
  { id: "sub", label: "Sub", hint: "Substitution", key: "u", type: "substitution" },
].map(Object.freeze));

const SAID = ["type", "value", "made", "kind"];

/**
 * The call of an action.
 * @param {object} action one of ACTIONS
 * @param {{team: string, player?: string|null}} who
 * @param {{call_id: string, period?: number|null, clock_ms?: number|null, base?: number|null,
 *          links?: number|null}} context
 */
export function playCall(action, who, context) {
  const said = Object.fromEntries(SAID.filter((name) => name in action).map((name) => [name, action[name]]));
  const player = action.who === "team" ? null : who.player;
  return withoutNulls({ ...said, team: who.team, player, ...context });
}

/**
 * The calls that make a team's five what was chosen: starters when there was no line-up, one
 * substitution for one pair, else the whole new five in one.
 * @param {string[]} before ids on court @param {string[]} after ids chosen
 */
export function lineupCalls(team, before, after, context) {
  const out = before.filter((id) => !after.includes(id));
  const into = after.filter((id) => !before.includes(id));
  if (!out.length && !into.length) return [];
  if (before.length === 0) return [{ type: "starters", team, players: after, ...context() }];
  if (out.length < 2 && into.length < 2) {
    const [player_out] = out;
    const [player_in] = into;
    return [withoutNulls({ type: "substitution", team, player_out, player_in, ...context() })];
  }
  return [{ type: "substitution", team, players: after, ...context() }];
}

/** A call in words, for the queue and the undo line. @param {(team, id) => string} nameOf */
export function describe(call, nameOf) {
  const who = call.team ? nameOf(call.team, call.player ?? null) : "";
  const words = wordsOf(call, nameOf);
  return who ? `${words}, ${who}` : words;
}

function wordsOf(call, nameOf) {
  const { type, kind, player_in: into, player_out: out } = call;
  if (type === "foul" && kind) return /technical/i.test(kindWord(type, kind)) ? kindWord(type, kind) : `${kindWord(type, kind)} foul`;
  if (type === "turnover" && kind) return `Turnover (${kindWord(type, kind).toLowerCase()})`;
  if (type === "free_throw" && call.of) return `Free throw ${call.nth} of ${call.of} ${call.made ? "made" : "missed"}`;
  if (type === "substitution" && into && out) return `${nameOf(call.team, into)} for ${nameOf(call.team, out)}`;
  const action = ACTIONS.find((one) =>
    one.type === type && ["value", "made", "kind"].every((name) => one[name] === call[name]));
  return action?.hint ?? OTHER_WORDS[type] ?? type;
}

const OTHER_WORDS = {
  period_start: "Period starts",
  period_end: "Period ends",
  clock_start: "Clock starts",
  clock_stop: "Clock stops",
  clock_set: "Clock set",
  starters: "Starters",
  substitution: "Line-up",
  roster_add: "New player",
  rebound: "Rebound",
  jump_ball: "Jump ball",
  possession: "Arrow",
  timeout: "Timeout",
  adjust: "Score adjusted",
  confirm: "Score confirmed",
  finalize: "Final",
  note: "Note",
  amend: "Play changed",
  void: "Play taken back",
  undo: "Undo",
  redo: "Redo",
};

/** A random id; crypto.randomUUID exists only on https pages. */
export function newId(random = crypto) {
  if (random.randomUUID) return random.randomUUID();
  const bytes = random.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function withoutNulls(call) {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => (value ?? null) !== null));
}
