// Trips to the free-throw line: how many throws a foul gives, and where a trip stands. Pure.

/** Play goes on from where it was after these; `ball` of an award says the same of others. */
const INTERRUPTS = ["technical", "bench", "coach"];

/**
 * What to propose for a foul; the scorekeeper may say otherwise.
 * @param {{team: string, kind?: string}} foul
 * @param {object} rules the section "rules"
 * @param {object} board the section "scoreboard", before this foul
 * @param {boolean} andOne the shot went in
 * @returns {{throws: number, oneAndOne: boolean}}
 */
export function awarded(foul, rules, board, andOne = false) {
  const kind = foul.kind ?? "personal";
  const award = rules.awards?.[kind];
  if (andOne) return { throws: 1, oneAndOne: false };
  if (award) return { throws: award.throws, oneAndOne: false };
  if (kind === "shooting") return { throws: 2, oneAndOne: false };
  const shooters = board?.[opponents(foul.team)];
  if (!shooters?.bonus || rules.no_bonus_kinds?.includes(kind)) return { throws: 0, oneAndOne: false };
  return { throws: 2, oneAndOne: Boolean(shooters.one_and_one) };
}

/**
 * A trip that begins.
 * @param {{call_id: string, team: string, kind?: string, drawn_by?: string|null,
 *          throws: number}} foul
 */
export function newTrip(foul, rules, oneAndOne = false) {
  const kind = foul.kind ?? "personal";
  return {
    foul: foul.call_id,
    team: opponents(foul.team),
    shooter: foul.drawn_by ?? null,
    of: foul.throws,
    nth: 1,
    oneAndOne,
    // The pass to a shooter who was fouled may count.
    assist: kind === "shooting",
    // Else nobody rebounds the last throw: whose ball it is was clear before.
    live: !INTERRUPTS.includes(kind) && !rules.awards?.[kind]?.ball,
  };
}

/**
 * The trip after one throw, or null when it is over (of a one-and-one also when the first was
 * missed).
 */
export function thrown(trip, made) {
  const over = trip.nth >= trip.of || (trip.oneAndOne && trip.nth === 1 && !made);
  return over ? null : { ...trip, nth: trip.nth + 1 };
}

/** The call of the throw that is due. */
export function throwCall(trip, made) {
  return {
    type: "free_throw", made, team: trip.team, ...(trip.shooter && { player: trip.shooter }),
    nth: trip.nth, of: trip.of,
  };
}

/** The other side. */
export function opponents(team) {
  return team === "home" ? "away" : "home";
}
