import assert from "node:assert/strict";
import { test } from "node:test";

import { aboutFoul, aboutTurnover, afterCall, dueThrow, whoComesIn, whoseRebound } from "../../web_client/asks.js";
import { foulKinds, kindWord, turnoverKinds } from "../../web_client/kinds.js";
import { awarded, newTrip, throwCall, thrown } from "../../web_client/trips.js";

const PLAYERS = {
  home: ["4", "5", "7"].map((number) => ({ id: `home-${number}`, number })),
  away: ["0", "00"].map((number) => ({ id: `away-${number}`, number })),
};
const RULES = {
  foul_kinds: ["bench", "coach", "offensive", "personal", "shooting", "technical", "unsportsmanlike"],
  no_bonus_kinds: ["offensive"], assists_on_free_throws: true,
  awards: { technical: { throws: 1, ball: false }, unsportsmanlike: { throws: 2, ball: true } },
};
const table = {
  rules: RULES, playing: (team) => PLAYERS[team], bench: () => [{ id: "home-9", number: "9" }],
  name: (team, id) => `${team}/${id}`,
};
const nobody = { ...table, playing: () => [] };
const chips = (question) => [...(question.head ?? []), ...question.rows.flatMap((row) => row.chips)];
const words = (question) => chips(question).map((chip) => chip.text);
const shot = (made, more) => ({ type: "field_goal", team: "home", player: "home-7", made, value: 2, call_id: "s", ...more });

test("a basket asks who passed, for its foul and how it came", () => {
  const question = afterCall(shot(true, { tags: ["paint"] }), table);
  assert.deepEqual(question.rows[0].chips.map((chip) => chip.say.player), ["home-4", "home-5"]);
  const paint = chips(question).find((chip) => chip.text === "Paint");
  assert.equal(paint.on, true);
  assert.deepEqual(paint.add, { tags: [] });
  const [andOne] = question.head;
  assert.deepEqual(andOne.next.rows[0].chips[0].begin, {
    type: "foul", kind: "shooting", team: "away", player: "away-0", drawn_by: "home-7", andOne: true,
  });
});

test("a miss asks for the rebound, or first who blocked it", () => {
  const question = afterCall(shot(false), table);
  assert.deepEqual(words(question), ["Blocked", "Dead ball", "0", "00", "Team", "4", "5", "7", "Team"]);
  const [blocked] = question.head;
  const [block] = blocked.next.rows[0].chips;
  assert.deepEqual(block.say, { type: "block", team: "away", player: "away-0" });
  assert.equal(block.then.title, "Rebound", "a blocked shot is rebounded, too");
  assert.ok(!words(afterCall(shot(false, { blocked: true }), table)).includes("Blocked"));
  assert.ok(words(afterCall(shot(false), { ...table, rules: { heave: true } })).includes("Heave"));
  assert.deepEqual(whoseRebound(shot(false), table).rows[1].chips.at(-1).say, { type: "rebound", kind: "offensive", team: "home", player: null });
});

test("without rosters nothing is asked", () => {
  for (const made of [true, false]) assert.equal(afterCall(shot(made), nobody), null);
  assert.equal(afterCall({ type: "free_throw", made: false, team: "home" }, nobody), null);
});

test("only the last free throw is rebounded", () => {
  const missed = (nth) => afterCall({ type: "free_throw", team: "home", made: false, nth, of: 2 }, table);
  assert.equal(missed(1), null);
  assert.equal(missed(2).title, "Rebound");
  assert.equal(afterCall({ type: "free_throw", team: "home", made: true }, table), null);
});

test("a foul says its kind, who drew it and what it gives", () => {
  const question = aboutFoul({ type: "foul", team: "home", player: "home-4", kind: "shooting", throws: 2, drawn_by: "away-0" }, table);
  assert.deepEqual(chips(question).filter((chip) => chip.on).map((chip) => chip.text), ["Shooting", "0", "2"]);
  assert.equal(question.done, "Foul, 2 free throws");
  assert.ok(!words(question).includes("Bench technical"), "a player's foul is not the bench's");
  assert.ok(words(aboutFoul({ type: "foul", team: "home", throws: 0 }, table)).includes("Coach technical"));
  assert.ok(words(aboutFoul({ type: "foul", team: "home", throws: 2, oneAndOne: true }, { ...table, rules: { one_and_one: true } })).includes("1+1"));
});

test("kinds are those of the rules, in the order in which they are needed", () => {
  assert.deepEqual(foulKinds(RULES, "home-4"), ["personal", "shooting", "offensive", "technical", "unsportsmanlike"]);
  assert.deepEqual(foulKinds(RULES, null), ["personal", "technical", "bench", "coach"]);
  assert.equal(kindWord("foul", "of_a_new_kind"), "Of a new kind");
  assert.equal(turnoverKinds("p")[0], "bad_pass");
  assert.equal(turnoverKinds(null)[0], "shot_clock");
});

test("the steal of a turnover is one tap", () => {
  const question = aboutTurnover({ type: "turnover", team: "home", player: "home-4" }, table);
  assert.deepEqual(question.rows[0].chips[1].say, { type: "steal", team: "away", player: "away-00" });
});

test("free throws follow from the kind and the bonus", () => {
  const board = { home: { bonus: false, fouls: 4 }, away: { bonus: true, one_and_one: true } };
  const gives = (kind, team = "home", andOne = false) => {
    const { throws, oneAndOne } = awarded({ team, kind }, RULES, board, andOne);
    return oneAndOne ? "1+1" : throws;
  };
  assert.equal(gives("shooting"), 2);
  assert.equal(gives("shooting", "home", true), 1);
  assert.equal(gives("personal"), "1+1", "the opponents are in the bonus");
  assert.equal(gives("personal", "away"), 0);
  assert.equal(gives("offensive"), 0, "gives no bonus throws");
  assert.equal(gives("technical", "away"), 1);
  assert.equal(gives("unsportsmanlike", "away"), 2);
});

test("a trip has its throws one after the other", () => {
  const foul = { call_id: "f", team: "home", kind: "shooting", drawn_by: "away-0", throws: 2 };
  const trip = newTrip(foul, RULES);
  assert.deepEqual(throwCall(trip, true), { type: "free_throw", made: true, team: "away", player: "away-0", nth: 1, of: 2 });
  const second = thrown(trip, false);
  assert.equal(second.nth, 2);
  assert.equal(thrown(second, true), null);
  assert.match(dueThrow(second, table).title, /2 of 2/);
  const oneAndOne = newTrip({ ...foul, kind: "personal" }, RULES, true);
  assert.equal(thrown(oneAndOne, false), null);
  assert.equal(thrown(oneAndOne, true).nth, 2);
  assert.equal(newTrip({ ...foul, kind: "unsportsmanlike" }, RULES).live, false);
  assert.equal(newTrip({ ...foul, kind: "technical" }, RULES).live, false);
});

test("who comes in is somebody from the bench", () => {
  assert.deepEqual(whoComesIn("home", "home-4", table).rows[0].chips[0].say, {
    type: "substitution", team: "home", player_out: "home-4", player_in: "home-9",
  });
});
