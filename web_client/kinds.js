// The words of kinds: fouls, turnovers, timeouts, tags. Pure.

/** Kinds of foul as a person says them, in the order in which they are offered. */
export const FOULS = Object.freeze({
  personal: "Personal",
  shooting: "Shooting",
  offensive: "Offensive",
  technical: "Technical",
  unsportsmanlike: "Unsportsmanlike",
  flagrant1: "Flagrant 1",
  flagrant2: "Flagrant 2",
  flagrant: "Flagrant",
  intentional: "Intentional",
  disqualifying: "Disqualifying",
  throw_in: "At the throw-in",
  bench: "Bench technical",
  coach: "Coach technical",
});
/** Fouls that are no player's; only these and a technical can be a team's own. */
const NOT_OF_A_PLAYER = ["bench", "coach"];

export const TURNOVERS = Object.freeze({
  bad_pass: "Bad pass",
  ball_handling: "Lost ball",
  travel: "Travel",
  out_of_bounds: "Out of bounds",
  double_dribble: "Double dribble",
  offensive_foul: "Offensive foul",
  three_seconds: "3 seconds",
  five_seconds: "5 seconds",
  eight_seconds: "8 seconds",
  ten_seconds: "10 seconds",
  shot_clock: "Shot clock",
  backcourt: "Backcourt",
  offensive_goaltending: "Goaltending",
  lane_violation: "Lane violation",
  kicked_ball: "Kicked ball",
  inbound: "Throw-in",
  palming: "Palming",
  too_many_players: "Too many players",
  other: "Other",
});
const OF_A_TEAM = ["shot_clock", "eight_seconds", "ten_seconds", "five_seconds", "too_many_players", "other"];
const OF_A_PLAYER = Object.keys(TURNOVERS).filter((kind) => !OF_A_TEAM.includes(kind) || kind === "five_seconds");

export const TAGS = Object.freeze({
  paint: "Paint",
  fast_break: "Fast break",
  second_chance: "2nd chance",
  off_turnover: "Off turnover",
  goaltending: "Goaltending",
  heave: "Heave",
});

export const REBOUNDS = Object.freeze({
  defensive: "Defensive", offensive: "Offensive", dead_ball: "Dead ball",
});

const WORDS = { foul: FOULS, turnover: TURNOVERS, rebound: REBOUNDS };

/** "Shot clock" for `shot_clock`; a kind without a word of its own as it is written. */
export function kindWord(type, kind) {
  return WORDS[type]?.[kind] ?? String(kind).replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
}

/** The kinds to offer for a foul of a player or (player null) of a team's bench. */
export function foulKinds(rules, player) {
  const known = rules.foul_kinds ?? ["personal", "shooting", "offensive", "technical", "bench", "coach"];
  const order = Object.keys(FOULS);
  const sorted = [...known].sort((a, b) => place(order, a) - place(order, b));
  return player
    ? sorted.filter((kind) => !NOT_OF_A_PLAYER.includes(kind))
    : sorted.filter((kind) => NOT_OF_A_PLAYER.includes(kind) || kind === "personal" || kind === "technical");
}

/** The kinds to offer for a turnover, likewise. */
export function turnoverKinds(player) {
  return player ? OF_A_PLAYER : OF_A_TEAM;
}

/** The tags to offer for a field goal. */
export function shotTags(rules, made) {
  if (!made) return rules.heave ? ["heave"] : [];
  return ["paint", "fast_break", "second_chance", "off_turnover", "goaltending"];
}

function place(order, kind) {
  const at = order.indexOf(kind);
  return at === -1 ? order.length : at;
}
