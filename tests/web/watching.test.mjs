import assert from "node:assert/strict";
import { test } from "node:test";

import { minutes, signed } from "../../web_client/boxscore.js";
import { remaining } from "../../web_client/clock.js";
import { named, whenText, withNames } from "../../web_client/plays.js";
import { foulWindow, labelOf, marks, numberOf } from "../../web_client/sheetmarks.js";
import { place } from "../../web_client/shotchart.js";

const state = {
  roster: {
    home: { name: "Lions", players: [{ id: "home-7", number: "7", name: "Ann" }] },
    away: { name: "Bears", players: [{ id: "away-00", number: "00", name: null }] },
  },
};

test("numbers become names wherever they stand", () => {
  assert.equal(withNames("corrected: Home #7 makes a three (was Away #00)", state),
    "corrected: #7 Ann makes a three (was #00)");
  assert.equal(withNames("Home: timeout", state), "Lions: timeout");
  assert.equal(withNames("Home #99: foul", state), "Home #99: foul");
  assert.equal(withNames("Home #7: foul", {}), "Home #7: foul");
});

test("a note keeps its own words", () => {
  assert.equal(named({ type: "note", text: "Home #7 fell" }, state), "Home #7 fell");
});

test("a game without a clock shows none", () => {
  const play = { period: 2, clock_ms: 480_000 };
  assert.equal(whenText(play, { clock: "none", periods: 4, period_label: "Q2" }), "Q2");
  assert.equal(whenText(play, { clock: "stop", periods: 4, period_label: "Q2" }), "Q2 8:00");
  const board = { clock_ms: 480_000, clock_running: false, clock_at: null };
  assert.equal(remaining({ ...board, clock: "none" }, 0), null);
  assert.equal(remaining({ ...board, clock: "running" }, 0), 480_000);
});

test("minutes and margins", () => {
  assert.deepEqual([null, undefined, 0, 1_246_400].map(minutes), ["", "", "0:00", "20:46"]);
  assert.deepEqual([null, 0, 5, -3].map(signed), ["", "0", "+5", "−3"]);
});

test("a shot from the shooter's left is left on the chart", () => {
  const court = { basket_m: 1.575 };
  const ring = place(court, 0, 0);
  assert.equal(ring.x, 75);
  assert.ok(place(court, 0, 3).x < ring.x);
  assert.ok(place(court, 4, 0).y < ring.y, "towards midcourt is up");
});

const rules = {
  periods: 4, period_word: "Q", foul_windows: [1, 3], overtime_fouls_own: false,
  team_kinds: ["personal", "technical"], bonus_foul: 5,
};

test("the marks of a score sheet", () => {
  const found = marks([
    { type: "field_goal", team: "home", player: "home-7", made: true, value: 3, period: 1, score: [3, 0] },
    { type: "field_goal", team: "home", player: "home-7", made: false, value: 2, period: 1, score: [3, 0] },
    { type: "field_goal", team: "home", player: "home-7", made: true, value: 2, period: 1, score: [3, 0], voided: true },
    { type: "adjust", team: "away", player: null, points: 9, period: 2, score: [3, 9] },
    { type: "foul", team: "away", player: "away-00", kind: "personal", throws: 2, period: 2, score: [3, 9] },
    { type: "foul", team: "away", player: "away-00", kind: "coach", period: 2, score: [3, 9] },
    { type: "timeout", team: "home", period: 5, clock_ms: 1000, score: [3, 9] },
    { type: "timeout", team: null, kind: "media", period: 5, clock_ms: 1000, score: [3, 9] },
  ], rules);
  assert.deepEqual(found.scores.home, [{ at: 3, points: 3, number: "7", period: 1, how: "field_goal" }]);
  assert.deepEqual(found.scores.away, [{ at: 9, points: 9, number: "", period: 2, how: "adjust" }]);
  assert.deepEqual(found.fouls.away, { "away-00": [{ letter: "P", period: 2, throws: 2 }] });
  assert.deepEqual(found.coach.away, [{ letter: "C", period: 2, throws: null }]);
  assert.deepEqual(found.teamFouls.away, { 1: 1 });
  assert.equal(found.timeouts.home.length, 1);
  assert.equal(found.periods, 5);
});

test("spans of team fouls and labels of periods", () => {
  assert.deepEqual([1, 2, 3, 4, 5].map((period) => foulWindow(period, rules)), [1, 1, 3, 3, 3]);
  assert.equal(foulWindow(5, { ...rules, overtime_fouls_own: true }), 5);
  assert.deepEqual([2, 6].map((period) => labelOf(period, rules)), ["Q2", "OT2"]);
  assert.deepEqual(["home-00", null].map(numberOf), ["00", ""]);
});
