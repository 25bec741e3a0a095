import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ageWords, answeredBy, answersOf, candidates, choiceOf, complete, fits, nextCandidate, offered, playsOf, quiet, rightSoFar, speaksOf, valueInDoubt, wordsOf,
} from "../../web_client/cards.js";

const name = (team, id) => (id ? `#${id.split("-")[1]}` : team);
const shot = (more = {}) => ({
  id: "s", type: "field_goal", made: true, probability: 0.97, value: 2, three: 0.05, team: "home", player: "home-7",
  players: [{ player: "home-7", probability: 0.9 }, { player: "home-4", probability: 0.07 }], links: [], ...more,
});
const part = (id, type, more = {}) => ({
  id, type, links: ["s"], team: "home", player: "home-4", players: [{ player: "home-4", probability: 0.7 }], ...more,
});
const played = (...proposals) => playsOf(proposals)[0];

test("what is linked is one play, whatever came first; what lost its parent stands for itself", () => {
  const grandchild = part("r", "rebound", { links: ["b"] });
  const plays = playsOf([grandchild, shot(), part("b", "block"), part("x", "steal", { links: ["gone"] })]);
  assert.deepEqual(plays.map(({ id, parts }) => [id, parts.map((one) => one.id)]), [["s", ["r", "b"]], ["x", []]]);
  // Two that name each other are no reason to hang.
  assert.equal(playsOf([part("a", "block", { links: ["b"] }), part("b", "block", { links: ["a"] })]).length >= 1, true);
});

test("one tap says everything as it was seen", () => {
  const play = played(shot(), part("a", "assist"));
  const choice = choiceOf(play);
  assert.deepEqual(choice.who, { team: "home", player: "home-7" });
  assert.deepEqual(answersOf(play, choice, choice.who), [
    { id: "s", verb: "accept", body: { made: true, value: 2, team: "home", player: "home-7", with: ["a"] } },
  ]);
  assert.ok(complete(play, choice));
});

test("a field that was mended goes out beside the rest", () => {
  const play = played(shot(), part("a", "assist"), part("r", "rebound", { team: "away", player: "away-5" }));
  const mended = { parts: { a: { who: { team: "home", player: "home-9" } } } };
  const choice = choiceOf(play, mended);
  assert.deepEqual(answersOf(play, choice, choice.who), [
    {
      id: "s", verb: "accept",
      // Nobody rebounds a basket.
      body: { made: true, value: 2, team: "home", player: "home-7", with: [{ id: "a", team: "home", player: "home-9" }] },
    },
  ]);
  const missed = choiceOf(play, { made: false });
  assert.deepEqual(answersOf(play, missed, missed.who).map(({ id, verb }) => `${verb} ${id}`), ["accept s"]);
  assert.deepEqual(answersOf(play, missed, missed.who)[0].body.with, ["r"]);
  assert.deepEqual(answersOf(play, choice, choice.who).flatMap(answeredBy), ["s", "a"]);
});

test("the team alone is nobody of it", () => {
  const play = played(shot());
  assert.deepEqual(answersOf(play, choiceOf(play), { team: "home", player: null })[0].body, {
    made: true, value: 2, team: "home", player: null,
  });
});

test("how right the camera was, of what people answered", () => {
  const said = (more) => shot({ status: "accepted", seq: 1, ...more });
  const plays = [{ seq: 1, made: true, value: 2, team: "home", player: "home-7", by: "desk" }, { seq: 2, by: "camera.main" }];
  assert.deepEqual(rightSoFar([
    said({}), said({ player: "home-4" }), said({ status: "rejected", seq: null }), said({ status: "waiting" }),
    said({ ask: true }), said({ seq: 2 }),
  ], plays), { right: 1, of: 4 });
});

test("a part of which nobody says who did it stays open, one that is left out is rejected", () => {
  const unsure = part("a", "assist", { player: null, players: [{ player: "home-4", probability: 0.3 }] });
  const play = played(shot(), unsure);
  assert.deepEqual(answersOf(play, choiceOf(play), { team: "home", player: "home-7" }).map(({ id }) => id), ["s"]);
  assert.ok(!complete(play, choiceOf(play)));
  const without = choiceOf(play, { parts: { a: null } });
  assert.deepEqual(answersOf(play, without, without.who)[1], { id: "a", verb: "reject", body: {} });
});

test("chances in plain words", () => {
  const say = (...proposals) => {
    const play = played(...proposals);
    return wordsOf(play, choiceOf(play), name);
  };
  assert.deepEqual(say(shot()), { title: "Two made, #7", more: [] });
  assert.equal(say(shot({ probability: 0.7, players: [{ player: "home-7", probability: 0.6 }] })).title, "Two probably made, probably #7");
  assert.equal(say(shot({ made: false, probability: 0.1, value: 3, player: null, players: [] })).title, "Three missed, who?");
  assert.deepEqual(say(shot({ ask: true }), part("a", "assist")), { title: "Did it go in?", more: ["#7", "Assist: probably #4"] });
  assert.equal(say(part("r", "rebound", { links: [], kind: "defensive" })).title, "Defensive rebound, probably #4");
  // What a person said is not "probably".
  const play = played(shot({ probability: 0.6 }));
  assert.equal(wordsOf(play, choiceOf(play, { made: false, who: { team: "home", player: "home-4" } }), name).title, "Two missed, #4");
});

test("who may have done it", () => {
  assert.deepEqual(candidates(shot({ player: "home-9" })).map(({ player }) => player), ["home-9", "home-7", "home-4"]);
  assert.deepEqual(nextCandidate(shot(), { team: "home", player: "home-7" }), { team: "home", player: "home-4" });
  assert.deepEqual(nextCandidate(shot(), { team: "home", player: "home-4" }), { team: "home", player: "home-7" });
  assert.equal(nextCandidate(shot({ player: null, players: [] }), null), null);
});

test("who else of the team plays is offered, too", () => {
  const playing = (team) => ["4", "7", "8"].map((number) => ({ id: `${team}-${number}` }));
  const ids = (one) => offered(one, playing).map(({ player }) => player);
  assert.deepEqual(ids(shot()), ["home-7", "home-4", "home-8"]);
  assert.deepEqual(ids(shot({ team: "away", player: null, players: [] })), ["away-4", "away-7", "away-8"]);
  assert.deepEqual(ids(shot({ team: null, player: null, players: [] })), []);
  assert.equal(offered(shot(), () => Array.from({ length: 12 }, (_, i) => ({ id: `home-${i}` }))).length, 8);
});

test("what today's server without identities says is a card, too", () => {
  const play = played({ id: "s", type: "field_goal", made: false, probability: 0.4, value: 2, team: null, player: null });
  assert.deepEqual(choiceOf(play), { made: false, value: 2, who: null, parts: {} });
  assert.equal(valueInDoubt(play.root), false);
  assert.ok(valueInDoubt(shot({ three: 0.5 })));
  assert.ok(fits(part("t", "steal"), null));
});

test("what may not have happened is not put before anybody", () => {
  const play = played(shot(), part("a", "assist", { score: 0.4 }));
  assert.equal(choiceOf(play).parts.a.who, null); // the desk asks, as without a camera
  assert.ok(quiet(played(part("t", "turnover", { links: [], score: 0.7 }))));
  assert.ok(!quiet(played(part("t", "turnover", { links: [], score: 0.9 }))));
  assert.ok(!quiet(played(shot({ score: 0.4 }))));
  // Of what is in the book the desk has asked the same.
  const late = part("r", "rebound", { links: ["gone"], parent_seq: 7, score: 0.95 });
  assert.ok(quiet(played(late)));
  assert.ok(speaksOf(late, { type: "rebound", team: "home", player: "home-4" }));
  assert.ok(!speaksOf(late, { type: "rebound", team: "home", player: "home-5" }));
  assert.ok(!speaksOf(late, undefined));
});

test("ages do not flicker", () => {
  assert.deepEqual([1, 7, 59, 61, NaN].map(ageWords), ["just now", "5 s ago", "55 s ago", "1 min ago", "just now"]);
});
