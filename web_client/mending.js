// Mending a play that was entered: which of its fields can change, what hangs on it, and the
// calls that do it. Pure.

/** The fields of each type of play that a person may change, besides when it was. */
const FIELDS = {
  field_goal: ["team", "player", "value", "made", "tags", "spot"],
  free_throw: ["team", "player", "made"],
  rebound: ["team", "player", "kind"],
  turnover: ["team", "player", "kind"],
  steal: ["team", "player"],
  block: ["team", "player"],
  assist: ["team", "player"],
  foul: ["team", "player", "kind", "drawn_by", "throws"],
  substitution: ["player_out", "player_in"],
  timeout: ["team"],
  jump_ball: ["team", "player"],
  possession: ["team"],
  adjust: ["points", "text"],
  note: ["text"],
  starters: ["players"],
};

/** What a person may change of a play; empty for what can only be taken back. */
export function fieldsOf(play, clockless) {
  const fields = FIELDS[play.type];
  if (!fields) return [];
  const own = play.players ? ["players"] : fields;
  return [...own, "period", ...(clockless ? [] : ["clock_ms"])];
}

/**
 * The amend call for what was changed, or null when nothing was.
 * @param {object} play as the list has it @param {object} said the fields of the form
 */
export function amendment(play, said, context) {
  const changed = Object.entries(said).filter(([name, value]) => !same(value, play[name]));
  if (!changed.length) return null;
  const clear = changed.filter(([, value]) => value === null).map(([name]) => name);
  const call = { type: "amend", links: play.seq, ...context };
  for (const [name, value] of changed) if (value !== null) call[name] = value;
  return clear.length ? { ...call, clear } : call;
}

/** The plays that belong to one, and to those in turn: {play, depth}, in the order of the list. */
export function hanging(plays, seq, depth = 0) {
  return plays
    .filter((play) => play.links === seq && !play.voided)
    .flatMap((play) => [{ play, depth }, ...hanging(plays, play.seq, depth + 1)]);
}

/** The play that this one belongs to, or null. */
export function parentOf(plays, play) {
  return plays.find((one) => one.seq === play.links) ?? null;
}

/**
 * Where a call goes that is put in before or after a play. Before: after the play in front of
 * it, at this play's time.
 * @param {object[]} plays all, oldest first
 */
export function placeBeside(plays, play, side) {
  const at = plays.findIndex((one) => one.seq === play.seq);
  const anchor = side === "after" ? play : plays[at - 1];
  return {
    ...(anchor && { after: anchor.seq }),
    period: Math.max(1, play.period),
    clock_ms: play.clock_ms,
  };
}

/**
 * All plays, kept current: the newest of the live state are laid over what was loaded. Null
 * when the list must be loaded again, because something in the middle changed.
 * @param {object[]} plays oldest first @param {object[]} newest newest first
 * @param {object[]} entries what just happened
 */
export function overlaid(plays, newest, entries) {
  const disturbs = (entry) => ["void", "amend"].includes(entry.type) || entry.after;
  if (entries.some(disturbs)) return null;
  const known = new Set(newest.map((play) => play.seq));
  const older = plays.filter((play) => !known.has(play.seq));
  const fresh = newest.toReversed();
  const expected = plays.length + entries.filter((entry) => !QUIET.includes(entry.type)).length;
  return older.length + fresh.length === expected ? [...older, ...fresh] : null;
}

/**
 * The call that makes a voided play stand again: what voided it is taken back.
 * @param {object[]} log entries after the play
 */
export function standAgainCall(play, log, context) {
  const voided = log.findLast((entry) => entry.type === "void" && entry.targets?.includes(play.seq));
  return voided ? { type: "void", links: voided.seq, ...context } : null;
}

/** Entries that are no line of the list. */
const QUIET = ["clock_start", "clock_stop", "clock_set", "sighted"];

function same(a, b) {
  const plain = (value) => (value === undefined || value === "" ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}
