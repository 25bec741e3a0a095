// What the desk can say, and how a tap becomes a call. Pure.

/** The buttons of the desk. `who`: what a tap needs besides, a player (or team) or a team. */
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
 * The calls that make a team's five what was chosen: starters when there was no line-up, else
 * one substitution for each pair (a call may also name only who comes or only who goes).
 * @param {string[]} before ids on court @param {string[]} after ids chosen
 */
export function lineupCalls(team, before, after, context) {
  if (before.length === 0) {
    return after.length ? [withoutNulls({ type: "starters", team, players: after, ...context() })] : [];
  }
  const out = before.filter((id) => !after.includes(id));
  const into = after.filter((id) => !before.includes(id));
  return Array.from({ length: Math.max(out.length, into.length) }, (_, i) =>
    withoutNulls({
      type: "substitution", team, player_out: out[i] ?? null, player_in: into[i] ?? null, ...context(),
    }));
}

/** What usually follows an action: whom to ask next, or null. */
export function followUp(call) {
  const other = call.team === "home" ? "away" : "home";
  if (call.type === "field_goal" && call.made) {
    return { ask: "Assist", choices: [{ team: call.team, action: "assist", not: call.player }] };
  }
  if (["field_goal", "free_throw"].includes(call.type) && !call.made) {
    return {
      ask: "Rebound",
      choices: [{ team: other, action: "dreb", all: true }, { team: call.team, action: "oreb", all: true }],
    };
  }
  if (call.type === "turnover") {
    return { ask: "Steal", choices: [{ team: other, action: "steal" }] };
  }
  return null;
}

/** A call in words, for the queue and the undo line. @param {(team, id) => string} nameOf */
export function describe(call, nameOf) {
  const action = ACTIONS.find((one) =>
    one.type === call.type && ["value", "made", "kind"].every((name) => one[name] === call[name]));
  const words = action?.hint ?? OTHER_WORDS[call.type] ?? call.type;
  const who = call.team ? nameOf(call.team, call.player ?? null) : "";
  return who ? `${words}, ${who}` : words;
}

const OTHER_WORDS = {
  period_start: "Period starts",
  period_end: "Period ends",
  clock_start: "Clock starts",
  clock_stop: "Clock stops",
  clock_set: "Clock set",
  starters: "Line-up",
  substitution: "Substitution",
  roster_add: "New player",
  finalize: "Final",
  void: "Play taken back",
  undo: "Undo",
};

/** A random id; crypto.randomUUID exists only on https pages. */
export function newId(random = crypto) {
  if (random.randomUUID) return random.randomUUID();
  const bytes = random.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function withoutNulls(call) {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => (value ?? null) !== null));
}
