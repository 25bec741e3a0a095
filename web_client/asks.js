// What the desk asks after a tap: who passed, which foul, whose rebound. Pure: a call and what
// is known of the game give a question, the page draws it.
//
// A question is {title, head?, rows, done?}: chips in its head and in rows; a row {label?, chips}; a chip {text, hint?, team?, on?}
// and one of: `say` (a call that belongs to the one asked about), `add` (fields that the call
// gets), `draft` (fields of a call that is not sent yet), `before` (a call to send before it),
// `begin` (a call to say more about), `next` (another question), `shooter`, `thrown` (a free
// throw: whether it went in).

import { FOULS, TAGS, TURNOVERS, foulKinds, kindWord, shotTags, turnoverKinds } from "./kinds.js";
import { opponents } from "./trips.js";

/**
 * What is known of the game.
 * @typedef {{rules: object, playing: (team: string) => object[], bench: (team: string) => object[],
 *            name: (team: string, id: string|null) => string}} Table
 */

/** What to ask after a call that was sent, or null. @param {Table} table */
export function afterCall(call, table) {
  switch (call.type) {
    case "field_goal":
      return call.made ? afterBasket(call, table) : afterMiss(call, table);
    case "free_throw":
      return call.made || call.nth < call.of ? null : whoseRebound(call, table);
    case "turnover":
      return whoStole(call, table);
    default:
      return null;
  }
}

function afterBasket(call, table) {
  if (!table.playing(call.team).length) return null; // no roster: only the score is kept
  return {
    title: "Assist",
    head: [andOne(call, table)],
    rows: [
      { chips: people(call.team, table, (player) => ({ say: { type: "assist", team: call.team, player } }), { not: call.player, text: "Assist" }) },
      { chips: tagChips(call, table) },
    ],
  };
}

/** The foul that goes with a basket: on the shooter, one throw. */
function andOne(call, table) {
  const other = opponents(call.team);
  const foul = { type: "foul", kind: "shooting", team: other, drawn_by: call.player, andOne: true };
  const chips = people(other, table, (player) => ({ begin: { ...foul, player } }), { team: true, text: "Foul" });
  return { text: "+ Foul", hint: "A foul with this basket", next: { title: "Foul by", rows: [{ chips }] } };
}

function afterMiss(call, table) {
  if (!anyone(table)) return null;
  const other = opponents(call.team);
  const blocked = {
    title: "Blocked by",
    rows: [{
      chips: people(other, table, (player) => ({
        say: { type: "block", team: other, player }, then: whoseRebound(call, table),
      }), { text: "Block" }),
    }],
  };
  const question = whoseRebound(call, table);
  if (!call.blocked) question.head.unshift({ text: "Blocked", hint: "Somebody blocked this shot", next: blocked });
  question.head.push(...tagChips(call, table));
  return question;
}

/** Whose rebound of a miss: theirs, ours, or nobody's before the ball was dead. */
export function whoseRebound(call, table) {
  const other = opponents(call.team);
  if (!anyone(table)) return null;
  const rebound = (team, kind) => (player) => ({ say: { type: "rebound", kind, team, player } });
  return {
    title: "Rebound",
    rows: [
      { label: "Def", chips: people(other, table, rebound(other, "defensive"), { team: true, text: "Defensive rebound" }) },
      { label: "Off", chips: people(call.team, table, rebound(call.team, "offensive"), { team: true, text: "Offensive rebound" }) },
    ],
    head: [{ text: "Dead ball", hint: "The ball was dead before anyone had it", say: { type: "rebound", kind: "dead_ball", team: other } }],
  };
}

function whoStole(call, table) {
  const other = opponents(call.team);
  return { title: "Steal", rows: [{ chips: stealers(other, table) }] };
}

function stealers(team, table) {
  return people(team, table, (player) => ({ say: { type: "steal", team, player } }), { text: "Steal" });
}

/** Which foul: kind, who drew it, how many free throws. `draft` is the call so far. */
export function aboutFoul(draft, table) {
  const other = opponents(draft.team);
  const kinds = foulKinds(table.rules, draft.player).map((kind) => ({
    text: FOULS[kind] ?? kindWord("foul", kind), on: (draft.kind ?? "personal") === kind, draft: { kind },
  }));
  const drawn = people(other, table, (player) => ({ draft: { drawn_by: player } }), { text: "Fouled" })
    .map((chip) => ({ ...chip, on: draft.drawn_by === chip.draft.drawn_by }));
  const throws = [0, 1, 2, 3].map((count) => ({
    text: String(count), hint: `${count} free throws`, on: draft.throws === count && !draft.oneAndOne,
    draft: { throws: count, oneAndOne: false },
  }));
  if (table.rules.one_and_one) {
    throws.push({ text: "1+1", hint: "One and one", on: Boolean(draft.oneAndOne), draft: { throws: 2, oneAndOne: true } });
  }
  return {
    title: `Foul, ${table.name(draft.team, draft.player ?? null)}`,
    rows: [
      { label: "Kind", chips: kinds },
      ...(drawn.length ? [{ label: "On", chips: drawn }] : []),
      { label: "Throws", chips: throws },
    ],
    done: draft.throws ? `Foul, ${draft.throws} free throw${draft.throws > 1 ? "s" : ""}` : "Foul",
  };
}

/** Which turnover; a steal ends the question. */
export function aboutTurnover(draft, table) {
  const kinds = turnoverKinds(draft.player).map((kind) => ({
    text: TURNOVERS[kind], on: draft.kind === kind, draft: { kind },
  }));
  return {
    title: `Turnover, ${table.name(draft.team, draft.player ?? null)}`,
    rows: [
      { label: "Steal", chips: stealers(opponents(draft.team), table) },
      { label: "Kind", chips: kinds },
    ],
    done: "Turnover",
  };
}

/** Which timeout, where the rules know several. */
export function aboutTimeout(draft, table) {
  const kinds = table.rules.timeout_kinds ?? [];
  return {
    title: `Timeout, ${table.name(draft.team, null)}`,
    rows: [{
      chips: kinds.filter((kind) => !["official", "media"].includes(kind)).map((kind) => ({
        text: kindWord("timeout", kind), on: draft.kind === kind, draft: { kind },
      })),
    }],
    done: "Timeout",
  };
}

/**
 * The play that a steal or block belongs to when it was told first: who lost the ball, whose
 * shot. The answer is said before the draft is.
 */
export function aboutParent(draft, table) {
  const other = opponents(draft.team);
  const steal = draft.type === "steal";
  const parents = steal
    ? [["Lost by", { type: "turnover" }]]
    : [["Two by", { type: "field_goal", value: 2, made: false }], ["Three by", { type: "field_goal", value: 3, made: false }]];
  return {
    title: `${steal ? "Steal" : "Block"}, ${table.name(draft.team, draft.player ?? null)}`,
    rows: parents.map(([label, call]) => ({
      label,
      chips: people(other, table, (player) => ({ before: { ...call, team: other, player } }), { team: true, text: label }),
    })),
    done: steal ? "Steal" : "Block",
  };
}

/** Who comes in for a player on the court. */
export function whoComesIn(team, out, table) {
  return {
    title: `In for ${table.name(team, out)}`,
    rows: [{
      chips: table.bench(team).map(({ id, number }) => ({
        text: number, team, hint: `${table.name(team, id)} comes in`,
        say: { type: "substitution", team, player_out: out, player_in: id },
      })),
    }],
  };
}

/** The throw of a trip that is due. */
export function dueThrow(trip, table) {
  const of = trip.oneAndOne ? "one-and-one" : `of ${trip.of}`;
  const shooters = people(trip.team, table, (player) => ({ shooter: player }), { text: "Shooter" })
    .map((chip) => ({ ...chip, on: trip.shooter === chip.shooter }));
  return {
    title: `Free throw ${trip.nth} ${of}`,
    stays: true,
    rows: [
      ...(shooters.length ? [{ label: "By", chips: shooters }] : []),
      {
        label: "It is",
        chips: [
          { text: "Made", big: true, hint: `Free throw ${trip.nth} made`, thrown: true },
          { text: "Missed", big: true, hint: `Free throw ${trip.nth} missed`, thrown: false },
        ],
      },
    ],
  };
}

/** Who passed to a shooter who was fouled, where the rules count that. */
export function afterTrip(trip, call, table) {
  if (!call.made) return trip.live ? whoseRebound(call, table) : null;
  if (!trip.assist || !table.rules.assists_on_free_throws) return null;
  const say = (player) => ({ say: { type: "assist", team: trip.team, player } });
  return { title: "Assist", rows: [{ chips: people(trip.team, table, say, { not: trip.shooter, text: "Assist" }) }] };
}

function anyone(table) {
  return table.playing("home").length + table.playing("away").length > 0;
}

function tagChips(call, table) {
  const tags = call.tags ?? [];
  return shotTags(table.rules, call.made).map((tag) => {
    const on = tags.includes(tag);
    return { text: TAGS[tag], on, add: { tags: on ? tags.filter((one) => one !== tag) : [...tags, tag] } };
  });
}

/** A chip for each who may have done it, and the team itself when nobody else is known. */
function people(team, table, what, { not = null, team: always = false, text }) {
  const players = table.playing(team).filter((player) => player.id !== not);
  const chips = players.map(({ id, number }) => (
    { text: number, team, hint: `${text}, ${table.name(team, id)}`, ...what(id) }));
  if (always || !players.length) {
    chips.push({ text: "Team", team, hint: `${text}, ${table.name(team, null)}`, ...what(null) });
  }
  return chips;
}
