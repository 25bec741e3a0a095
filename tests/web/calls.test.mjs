import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, describe, lineupCalls, newId, playCall } from "../../web_client/calls.js";
import { withPending } from "../../web_client/pending.js";
import { named, periodLabel } from "../../web_client/plays.js";
import { rulesBody, valuesOf } from "../../web_client/newgame.js";
import { readRoster } from "../../web_client/rosters.js";

const action = (id) => ACTIONS.find((one) => one.id === id);
const context = () => ({ call_id: "c", base: 4 });

test("a tap on a player and an action is a call", () => {
  assert.deepEqual(playCall(action("miss3"), { team: "home", player: "home-7" }, context()), {
    type: "field_goal", value: 3, made: false, team: "home", player: "home-7", call_id: "c", base: 4,
  });
  assert.deepEqual(playCall(action("dreb"), { team: "away", player: null }, { call_id: "c", base: null }), {
    type: "rebound", kind: "defensive", team: "away", call_id: "c",
  });
  assert.equal("player" in playCall(action("timeout"), { team: "home", player: "home-7" }, context()), false);
});

test("every key and id of the desk is one action's", () => {
  for (const name of ["id", "key"]) assert.equal(new Set(ACTIONS.map((one) => one[name])).size, ACTIONS.length);
});

test("a line-up is starters first, then one for one, then the whole five", () => {
  const five = ["a", "b", "c", "d", "e"];
  const calls = (before, after) => lineupCalls("home", before, after, context);
  assert.deepEqual(calls([], five), [{ type: "starters", team: "home", players: five, ...context() }]);
  assert.deepEqual(calls(five, ["a", "b", "c", "d", "f"]), [
    { type: "substitution", team: "home", player_out: "e", player_in: "f", ...context() },
  ]);
  assert.deepEqual(calls(five, ["a", "b", "c", "d"]), [
    { type: "substitution", team: "home", player_out: "e", ...context() },
  ]);
  const other = ["a", "b", "c", "f", "g"];
  assert.deepEqual(calls(five, other), [{ type: "substitution", team: "home", players: other, ...context() }]);
  assert.deepEqual(calls(five, five), []);
  assert.deepEqual(calls([], []), []);
});

test("calls in words", () => {
  const nameOf = (team, id) => `${team}/${id}`;
  assert.equal(describe(playCall(action("made3"), { team: "home", player: "p" }, context()), nameOf), "Three made, home/p");
  assert.equal(describe({ type: "period_start" }, nameOf), "Period starts");
  assert.equal(describe({ type: "foul", kind: "unsportsmanlike", team: "home", player: "p" }, nameOf), "Unsportsmanlike foul, home/p");
  assert.equal(describe({ type: "foul", kind: "bench", team: "away" }, nameOf), "Bench technical, away/null");
  assert.equal(describe({ type: "turnover", kind: "shot_clock", team: "away" }, nameOf), "Turnover (shot clock), away/null");
  assert.equal(describe({ type: "free_throw", made: false, nth: 2, of: 3, team: "home", player: "p" }, nameOf), "Free throw 2 of 3 missed, home/p");
  assert.equal(describe({ type: "substitution", team: "home", player_in: "b", player_out: "a" }, nameOf), "home/b for home/a, home/null");
});

test("ids differ, also where randomUUID is missing", () => {
  const plain = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  const ids = new Set(Array.from({ length: 100 }, (_, i) => (i % 2 ? newId() : newId(plain))));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.ok(id.length >= 32 && id.length <= 64);
});

test("the desk shows calls that still wait", () => {
  const board = {
    status: "scheduled", period: 0, period_ms: 600_000, clock_ms: 600_000, clock_running: false, clock_at: null,
    home: { score: 10, fouls: 1 }, away: { score: 8, fouls: 0 },
  };
  const at = Date.parse("2026-03-01T12:00:00Z");
  const calls = [
    { type: "period_start" }, { type: "clock_start" }, { type: "field_goal", team: "home", value: 3, made: true },
    { type: "free_throw", team: "away", made: true }, { type: "field_goal", team: "away", value: 2, made: false },
    { type: "foul", team: "home" }, { type: "rebound", team: "home" }, { type: "field_goal", team: "nobody", value: 2, made: true },
  ];
  const shown = withPending(board, calls.map((body) => ({ body, at })));
  assert.equal(shown.home.score, 13);
  assert.equal(shown.away.score, 9);
  assert.equal(shown.home.fouls, 2);
  assert.equal(shown.period, 1);
  assert.equal(shown.status, "live");
  assert.equal(shown.clock_running, true);
  const stopped = withPending(shown, [{ body: { type: "clock_stop" }, at: at + 4_000 }]);
  assert.equal(stopped.clock_ms, 596_000);
  assert.equal(withPending(board, [{ body: {}, expect: { type: "field_goal", team: "away", value: 2, made: true }, at }]).away.score, 10);
  assert.equal(board.home.score, 10, "what is known is untouched");
});

test("plays read with names where names may be seen", () => {
  const state = { roster: { home: { name: "Lions", players: [{ id: "home-7", number: "7", name: "Ann" }, { id: "home-8", number: "8", name: null }] } } };
  const play = (player, text) => ({ team: "home", player, text });
  assert.equal(named(play("home-7", "Home #7 makes a three"), state), "#7 Ann makes a three");
  assert.equal(named(play("home-8", "Home #8: steal"), state), "#8: steal");
  assert.equal(named(play(null, "Home: timeout"), state), "Lions: timeout");
  assert.equal(named({ text: "Q1 starts", team: null }, state), "Q1 starts");
  assert.equal(named(play("home-7", "Home #7 makes a two"), {}), "Home #7 makes a two");
});

test("periods have the label of their rules", () => {
  assert.equal(periodLabel(3, { period_label: "Q1", periods: 4 }), "Q3");
  assert.equal(periodLabel(5, { period_label: "OT2", periods: 4 }), "OT1");
  assert.equal(periodLabel(2, { period_label: "H2", periods: 2 }), "H2");
  assert.equal(periodLabel(0, {}), "");
});

test("a roster as people type it, in any script", () => {
  assert.deepEqual(readRoster("4 Ann\n#23\n 00, Béla Kiss\n7: 李小龍\n\n"), {
    players: [{ number: "4", name: "Ann" }, { number: "23" }, { number: "00", name: "Béla Kiss" }, { number: "7", name: "李小龍" }],
    wrong: [],
  });
  assert.deepEqual(readRoster("Ann\t4\n7\tBen Smith\nCid Jones, #12").players, [
    { number: "4", name: "Ann" }, { number: "7", name: "Ben Smith" }, { number: "12", name: "Cid Jones" },
  ]);
  assert.deepEqual(readRoster("Ann\n4 Ben\n4 Cid\n12345").wrong, ["Ann", "4 Cid", "12345"]);
});

test("a new game says its rule set, or what is different from it", () => {
  const youth = { name: "youth", periods: 4, period_ms: 480_000, clock: "none", foul_out: 5 };
  const same = { rules: "youth", periods: "4", period_minutes: "8", clock: "none", foul_out: "5" };
  assert.deepEqual(valuesOf(youth), { periods: 4, period_minutes: 8, clock: "none", foul_out: 5 });
  assert.equal(rulesBody(youth, same), "youth");
  assert.deepEqual(rulesBody(youth, { ...same, periods: "2", period_minutes: "12.5", foul_out: "0", clock: "running" }), {
    base: "youth", periods: 2, period_minutes: 12.5, foul_out: 0, clock: "running",
  });
  assert.equal(rulesBody(youth, { ...same, periods: "" }), "youth", "what is left empty is as in the set");
});
