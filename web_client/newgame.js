// The rules of a new game: a rule set, and what this league does differently. Pure.

const MINUTE = 60_000;

/** What the form offers to change, and how a rule set says it. */
const FIELDS = {
  periods: (rules) => rules.periods,
  period_minutes: (rules) => rules.period_ms / MINUTE,
  clock: (rules) => rules.clock,
  foul_out: (rules) => rules.foul_out,
};

/** The values of the form for a rule set. @param {object} rules as GET /api/v1/rules has it */
export function valuesOf(rules) {
  return Object.fromEntries(Object.entries(FIELDS).map(([name, read]) => [name, read(rules)]));
}

/**
 * What a new game says about its rules: the set's name, or a document of what is different.
 * @param {object} rules the chosen set @param {Record<string, string>} said the form's values
 */
export function rulesBody(rules, said) {
  const changed = {};
  for (const [name, value] of Object.entries(valuesOf(rules))) {
    const given = name === "clock" ? said[name] : Number(said[name]);
    if (said[name] !== undefined && said[name] !== "" && given !== value) changed[name] = given;
  }
  return Object.keys(changed).length ? { base: rules.name, ...changed } : rules.name;
}
