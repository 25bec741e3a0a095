import assert from "node:assert/strict";
import { test } from "node:test";

import {
  amendment, fieldsOf, hanging, overlaid, parentOf, placeBeside, standAgainCall,
} from "../../web_client/mending.js";
import { rosterWithPending, withPending } from "../../web_client/pending.js";

const PLAYS = [
  { seq: 1, type: "period_start", period: 1, clock_ms: 600_000 },
  { seq: 2, type: "field_goal", period: 1, clock_ms: 590_000, team: "home", player: "home-7", value: 2, made: false },
  { seq: 3, type: "block", period: 1, clock_ms: 590_000, links: 2 },
  { seq: 4, type: "rebound", period: 1, clock_ms: 589_000, links: 2 },
  { seq: 6, type: "assist", period: 1, clock_ms: 588_000, links: 4, voided: true },
];

test("what can be changed depends on the play", () => {
  assert.ok(fieldsOf(PLAYS[1], false).includes("clock_ms"));
  assert.ok(!fieldsOf(PLAYS[1], true).includes("clock_ms"));
  assert.deepEqual(fieldsOf(PLAYS[0], false), [], "a period is taken back, not changed");
  assert.deepEqual(fieldsOf({ type: "substitution", players: ["a"] }, true), ["players", "period"]);
});

test("only what was changed is said", () => {
  assert.equal(amendment(PLAYS[1], { value: 2, player: "home-7", tags: null }, {}), null);
  assert.deepEqual(amendment(PLAYS[1], { value: 3, made: false, clock_ms: 580_000 }, { call_id: "c" }), {
    type: "amend", links: 2, value: 3, clock_ms: 580_000, call_id: "c",
  });
});

test("what was said too much is cleared", () => {
  assert.deepEqual(amendment(PLAYS[1], { player: null, team: "away", tags: null }, { call_id: "c" }), {
    type: "amend", links: 2, team: "away", clear: ["player"], call_id: "c",
  });
});

test("what hangs on a play, and what it hangs on", () => {
  assert.deepEqual(hanging(PLAYS, 2).map(({ play }) => play.seq), [3, 4], "what is void does not hang");
  assert.equal(parentOf(PLAYS, PLAYS[2]).seq, 2);
  assert.equal(parentOf(PLAYS, PLAYS[1]), null);
});

test("beside a play is after it, or after the one in front of it", () => {
  assert.deepEqual(placeBeside(PLAYS, PLAYS[3], "after"), { after: 4, period: 1, clock_ms: 589_000 });
  assert.deepEqual(placeBeside(PLAYS, PLAYS[3], "before"), { after: 3, period: 1, clock_ms: 589_000 });
  assert.deepEqual(placeBeside(PLAYS, PLAYS[0], "before"), { period: 1, clock_ms: 600_000 });
});

test("a voided play stands again when what voided it is taken back", () => {
  const log = [{ seq: 7, type: "void", targets: [2, 3] }, { seq: 9, type: "void", targets: [6] }];
  assert.deepEqual(standAgainCall(PLAYS[1], log, { call_id: "c" }), { type: "void", links: 7, call_id: "c" });
  assert.equal(standAgainCall(PLAYS[0], log, {}), null);
});

test("all plays are kept current until something in the middle changes", () => {
  const next = { seq: 8, type: "steal" };
  assert.deepEqual(overlaid(PLAYS, [next, ...PLAYS.toReversed()].slice(0, 3), [{ seq: 7, type: "clock_stop" }, next]), [...PLAYS, next]);
  assert.equal(overlaid(PLAYS, [], [{ type: "void" }]), null);
  assert.equal(overlaid(PLAYS, [], [{ type: "steal", after: 2 }]), null);
  assert.equal(overlaid(PLAYS, [next], [next, { seq: 9, type: "block" }]), null, "more than the list has");
});

test("the roster shows what waits: starters, substitutions, numbers nobody knew", () => {
  const roster = { home: { players: ["a", "b", "c"].map((id) => ({ id, number: id, on_court: false })) } };
  const after = (...calls) => {
    const shown = rosterWithPending(roster, calls.map((body) => ({ body, at: 0 })));
    return shown.home.players.filter((player) => player.on_court).map(({ id }) => id);
  };
  const starters = { type: "starters", team: "home", players: ["a", "b"] };
  assert.deepEqual(after(starters), ["a", "b"]);
  assert.deepEqual(after(starters, { type: "substitution", team: "home", player_out: "a", player_in: "c" }), ["b", "c"]);
  assert.deepEqual(after(starters, { type: "substitution", team: "home", players: ["c"] }), ["c"]);
  assert.deepEqual(after(starters, { type: "undo" }), []);
  const made = rosterWithPending(roster, [{ body: { type: "foul", team: "home", player: "#23" } }]).home.players.at(-1);
  assert.deepEqual([made.id, made.number], ["home-23", "23"]);
});

test("the board shows an adjusted score, timeouts and the arrow before they arrive", () => {
  const board = { home: { score: 0, timeouts: 2 }, away: { score: 4 } };
  const calls = [{ type: "adjust", team: "home", score: 12 }, { type: "adjust", team: "away", points: -1 }, { type: "timeout", team: "home" }, { type: "possession", team: "away" }];
  const shown = withPending(board, calls.map((body) => ({ body, at: 0 })));
  assert.deepEqual([shown.home.score, shown.away.score, shown.home.timeouts, shown.possession], [12, 3, 1, "away"]);
  assert.equal(withPending(board, [{ body: { type: "field_goal", team: "home", value: 2, made: true }, at: 0 }, { body: { type: "undo" }, at: 0 }]).home.score, 0);
});
