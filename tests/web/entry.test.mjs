import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS } from "../../web_client/calls.js";
import { Entry } from "../../web_client/deskentry.js";
import { Taken } from "../../web_client/desktaken.js";

const action = (id) => ACTIONS.find((one) => one.id === id);
const PLAYERS = { home: ["4", "7"], away: ["0", "5"] };

/** A desk without a page: what it sent, and entries for what it sent. */
function desk({ rules = {}, asks = true, bonus = false } = {}) {
  const sent = [];
  let count = 0;
  const players = (team) => PLAYERS[team].map((number) => ({ id: `${team}-${number}`, number }));
  const entry = new Entry({
    rules, asks: () => asks, playing: players, bench: () => [{ id: "home-9", number: "9" }],
    name: (team, id) => `${team}/${id}`,
    board: () => ({ home: { bonus, fouls: 0 }, away: { bonus, fouls: 0 } }),
    context: () => ({ call_id: `c${(count += 1)}` }),
    tap: () => ({ at: 1, late: { period: 1 } }),
    send: (call, tap) => sent.push({ ...call, ...(tap && { tapped: tap.at }) }) > 0,
    accept: (_, choice, who) => ({ type: "field_goal", ...choice, ...who, call_id: "proposal" }),
    seqOf: (callId) => (sent.some((call) => call.call_id === callId) ? 100 + sent.findIndex((call) => call.call_id === callId) : undefined),
    amend: (callId, fields) => sent.push({ amended: callId, ...fields }),
    lineup: (team) => sent.push({ lineup: team }),
    changed() {},
  });
  const chip = (text) => [...(entry.question.head ?? []), ...entry.question.rows.flatMap((row) => row.chips)].find((one) => one.text === text);
  return { entry, sent, tap: (text) => entry.answer(chip(text)) };
}

test("a player and an action in either order", () => {
  for (const order of [0, 1]) {
    const { entry, sent } = desk();
    const taps = [() => entry.pick("home", "home-7"), () => entry.act(action("made3"))];
    taps[order]();
    taps[1 - order]();
    assert.deepEqual(sent, [{ type: "field_goal", value: 3, made: true, team: "home", player: "home-7", call_id: "c1" }]);
    assert.equal(entry.question.title, "Assist");
  }
});

test("a mended proposal goes in without disturbing what is being entered", () => {
  const { entry } = desk();
  const [proposal, choice] = [{ id: "s" }, { made: false, who: { team: "home", player: "home-7" } }];
  entry.settle(proposal, choice);
  assert.equal(entry.question.title, "Rebound");
  assert.equal(entry.turn(), true);
  assert.equal(entry.question, null);
  entry.pick("away", "away-0");
  assert.equal(entry.turn(), false);
  entry.settle(proposal, choice);
  assert.deepEqual([entry.chosen, entry.question], [{ team: "away", player: "away-0" }, null]);
  entry.act(action("foul"));
  const { draft, question } = entry;
  entry.settle(proposal, choice);
  assert.deepEqual([entry.draft, entry.question], [draft, question]);
});

test("what belongs to a play names it", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("made2"));
  tap("4");
  assert.deepEqual(sent[1], { type: "assist", team: "home", player: "home-4", call_id: "c2", links: 100 });
  assert.equal(entry.question, null);
});

test("a foul waits for its kind and goes out with the next tap at the latest", () => {
  const { entry, sent } = desk();
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  assert.deepEqual(sent, []);
  assert.equal(entry.draft.type, "foul");
  entry.pick("away", "away-0");
  assert.deepEqual(sent, [{ kind: "personal", type: "foul", team: "home", player: "home-7", call_id: "c1", tapped: 1 }]);
});

test("never mind throws a draft away", () => {
  const { entry, sent } = desk();
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  entry.cancel();
  entry.pick("away", "away-0");
  assert.deepEqual(sent, []);
});

test("a shooting foul leads to the line, throw by throw, and to the rebound", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  tap("Shooting");
  tap("5");
  entry.done();
  assert.deepEqual(sent[0], { kind: "shooting", type: "foul", team: "home", player: "home-7", call_id: "c1", throws: 2, drawn_by: "away-5", tapped: 1 });
  tap("Made");
  tap("Missed");
  assert.deepEqual(sent.slice(1).map(({ nth, of, made, player, links }) => [nth, of, made, player, links]), [
    [1, 2, true, "away-5", 100], [2, 2, false, "away-5", 100],
  ]);
  assert.equal(entry.question.title, "Rebound");
});

test("a one-and-one is over when the first is missed", () => {
  const { entry, tap } = desk({ rules: { one_and_one: true }, bonus: true });
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  tap("1+1");
  entry.done();
  tap("Missed");
  assert.equal(entry.question.title, "Rebound");
});

test("a trip stays while somebody is substituted, and takes the plain buttons", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  tap("2");
  entry.done();
  entry.pick("home", "home-4");
  entry.act(action("sub"));
  tap("9");
  assert.match(entry.question.title, /1 of 2/);
  entry.pick("away", "away-0");
  entry.act(action("madeft"));
  assert.deepEqual([sent.at(-1).nth, sent.at(-1).player], [1, "away-0"]);
  entry.pick("home", "home-4");
  entry.act(action("made2"));
  assert.equal(entry.question.title, "Assist", "the game went on");
});

test("an and-one belongs to its basket", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("made2"));
  tap("+ Foul");
  tap("5");
  entry.done();
  assert.deepEqual([sent[1].links, sent[1].throws, sent[1].drawn_by, sent[1].player], [100, 1, "home-7", "away-5"]);
  assert.match(entry.question.title, /1 of 1/);
});

test("a steal told first has its turnover put before it", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("steal"));
  tap("5");
  assert.deepEqual(sent.map(({ type, team, player }) => [type, team, player]), [["turnover", "away", "away-5"], ["steal", "home", "home-7"]]);
  // After a turnover of theirs it needs no question.
  entry.pick("home", "home-7");
  entry.act(action("turnover"));
  entry.done();
  entry.pick("away", "away-0");
  entry.act(action("steal"));
  assert.equal(sent.at(-1).type, "steal");
});

test("a block told first has its shot put before it, and then its rebound", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("block"));
  tap("5");
  assert.deepEqual(sent.map(({ type }) => type), ["field_goal", "block"]);
  assert.equal(entry.question.title, "Rebound");
  tap("Dead ball");
  assert.deepEqual([sent[2].kind, sent[2].links], ["dead_ball", 100]);
});

test("tags are added to the basket that was sent", () => {
  const { entry, sent, tap } = desk();
  entry.pick("home", "home-7");
  entry.act(action("made2"));
  tap("Paint");
  tap("Fast break");
  assert.deepEqual(sent.slice(1), [{ amended: "c1", tags: ["paint"] }, { amended: "c1", tags: ["paint", "fast_break"] }]);
});

test("who asks for nothing is asked nothing", () => {
  const { entry, sent } = desk({ asks: false });
  entry.pick("home", "home-7");
  entry.act(action("foul"));
  entry.pick("home", null);
  entry.act(action("made2"));
  assert.deepEqual(sent.map(({ type }) => type), ["foul", "field_goal"]);
  assert.equal(entry.question, null);
});

test("a team without players is scored by its big buttons", () => {
  const { entry, sent } = desk({ asks: false });
  entry.quick(action("made3"), "away");
  assert.deepEqual(sent, [{ type: "field_goal", value: 3, made: true, team: "away", call_id: "c1" }]);
});

test("undo takes back what waits, else asks the server; redo does it again", () => {
  const waiting = new Map();
  const sent = [];
  const queue = {
    add: (item) => Boolean(waiting.set(item.id, item)),
    cancel: (id) => waiting.delete(id),
  };
  const taken = new Taken(queue, (body) => sent.push(body.type));
  const item = { id: "a", body: { type: "foul" }, label: "Foul" };
  queue.add(item);
  taken.did(item);
  taken.back();
  assert.equal(waiting.size, 0);
  assert.deepEqual(sent, []);
  taken.again();
  assert.equal(waiting.size, 1);
  waiting.clear(); // it was sent
  taken.back();
  taken.again();
  assert.deepEqual(sent, ["undo", "redo"]);
  assert.equal(taken.said, "Again: Foul");
  taken.did({ id: "b", body: { type: "undo" }, label: "Undo" });
  assert.equal(taken.canRedo, false);
});
