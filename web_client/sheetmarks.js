// What stands on a score sheet, out of the game's plays. Pure.

/** Letters that scorers write for fouls. */
const FOULS = {
  personal: "P", shooting: "P", offensive: "P", throw_in: "P", technical: "T", coach: "C",
  bench: "B", unsportsmanlike: "U", disqualifying: "D", intentional: "U",
  flagrant: "F", flagrant1: "F", flagrant2: "D",
};

/**
 * @param {object[]} plays as /plays lists them, oldest first
 * @param {object} rules the rule set's document
 * @returns {{scores: object, fouls: object, teamFouls: object, timeouts: object,
 *   coach: object, periods: number}} each by side
 */
export function marks(plays, rules) {
  const sides = (make) => ({ home: make(), away: make() });
  const found = {
    scores: sides(() => []), // {at, points, number, period}: the running score
    fouls: sides(() => ({})), // player id -> [{letter, period, throws}]
    coach: sides(() => []), // fouls of coach and bench
    teamFouls: sides(() => ({})), // window of the rules -> count
    timeouts: sides(() => []), // {period, clock_ms}
    periods: rules.periods,
  };
  for (const play of plays) {
    if (play.voided) continue;
    found.periods = Math.max(found.periods, play.period ?? 0);
    const team = play.team;
    const scored = ["field_goal", "free_throw"].includes(play.type) && play.made;
    if (scored || play.type === "adjust") {
      found.scores[team].push({
        at: play.score[team === "home" ? 0 : 1],
        points: scored ? play.value : play.points,
        number: numberOf(play.player),
        period: play.period,
        how: play.type,
      });
    } else if (play.type === "foul") {
      foul(found, play, rules);
    } else if (play.type === "timeout" && team) {
      found.timeouts[team].push({ period: play.period, clock_ms: play.clock_ms });
    }
  }
  return found;
}

function foul(found, play, rules) {
  const mark = { letter: FOULS[play.kind] ?? "P", period: play.period, throws: play.throws ?? null };
  if (play.player && !["coach", "bench"].includes(play.kind)) {
    (found.fouls[play.team][play.player] ??= []).push(mark);
  } else found.coach[play.team].push(mark);
  if (!rules.team_kinds.includes(play.kind)) return;
  const window = foulWindow(play.period, rules);
  found.teamFouls[play.team][window] = (found.teamFouls[play.team][window] ?? 0) + 1;
}

/** The first period of the span over which team fouls add up. */
export function foulWindow(period, rules) {
  if (period > rules.periods && rules.overtime_fouls_own) return period;
  return rules.foul_windows.findLast((first) => first <= period) ?? 1;
}

/** "Q3", "OT1". */
export function labelOf(period, rules) {
  return period > rules.periods ? `OT${period - rules.periods}` : `${rules.period_word}${period}`;
}

/** The shirt in a player's id; empty for the team's own. */
export function numberOf(player) {
  return player ? player.slice(player.indexOf("-") + 1) : "";
}
