import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, fold, since } from "../../web_client/fold.js";

const snapshot = { type: "snapshot", epoch: "e", seq: 3, state: { scoreboard: { home: { score: 2 } }, proposals: [] } };
const update = (first, last, score, epoch = "e") => ({
  type: "update", epoch, seq: last,
  entries: Array.from({ length: last - first + 1 }, (_, i) => ({ seq: first + i })),
  state: { scoreboard: { home: { score } } },
});
const start = fold(EMPTY, snapshot).view;

test("a snapshot, then updates in order", () => {
  assert.equal(since(EMPTY), null);
  assert.equal(since(start), "e:3");
  const { view, gap, changed } = fold(start, update(4, 5, 4));
  assert.equal(gap, false);
  assert.deepEqual(changed, ["scoreboard"]);
  assert.equal(view.seq, 5);
  assert.equal(view.state.scoreboard.home.score, 4);
  assert.deepEqual(view.state.proposals, [], "sections that did not change stay");
  assert.equal(start.state.scoreboard.home.score, 2, "the old view is untouched");
});

test("the latest tracks come with the snapshot, beside the sections", () => {
  const tracks = { main: { camera: "main", items: [] } };
  const { view } = fold(EMPTY, { ...snapshot, state: { ...snapshot.state, tracks } });
  assert.deepEqual(view.tracks, tracks);
  assert.equal("tracks" in view.state, false);
});

test("told twice changes nothing; partly known is taken", () => {
  assert.deepEqual(fold(start, update(2, 3, 9)), { view: start, gap: false, changed: [] });
  assert.equal(fold(start, update(2, 4, 5)).view.seq, 4);
});

test("a hole, another epoch and an update before any snapshot are gaps", () => {
  for (const message of [update(5, 5, 9), update(4, 4, 9, "other")]) {
    const { view, gap } = fold(start, message);
    assert.equal(gap, true);
    assert.equal(view, start);
  }
  assert.equal(fold(EMPTY, update(1, 1, 2)).gap, true);
});

test("any order with repeats ends in the same state when gaps are resumed", () => {
  const log = Array.from({ length: 40 }, (_, i) => update(i + 4, i + 4, i));
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 50; round += 1) {
    let view = start;
    for (let i = 0; i < log.length; ) {
      const back = Math.floor(random() * 3); // a resumed line tells some again
      const { view: next, gap } = fold(view, log[Math.max(0, i - back)]);
      assert.equal(gap, false);
      view = next;
      if (back === 0) i += 1;
    }
    assert.equal(view.seq, 43);
    assert.equal(view.state.scoreboard.home.score, 39);
  }
});

test("messages without a sequence: the last one wins", () => {
  const waiting = { type: "proposal", proposal: { id: "p", status: "waiting", made: true } };
  let { view } = fold(start, waiting);
  assert.equal(view.state.proposals.length, 1);
  view = fold(view, { ...waiting, proposal: { ...waiting.proposal, made: false } }).view;
  assert.deepEqual(view.state.proposals.map((one) => one.made), [false]);
  view = fold(view, { ...waiting, proposal: { ...waiting.proposal, status: "accepted" } }).view;
  assert.deepEqual(view.state.proposals, []);
  view = fold(view, { type: "camera", camera: "main", status: "lost", why: "no packets" }).view;
  assert.equal(view.state.camera.main.status, "lost");
  view = fold(view, { type: "flags", camera: "main", flags: [1] }).view;
  assert.deepEqual(view.state.witness, { main: [1] });
  view = fold(view, { type: "tracks", camera: "main", items: [] }).view;
  assert.deepEqual(view.tracks.main.items, []);
  assert.equal(view.seq, 3);
});

test("a ping and words of a newer server pass", () => {
  for (const message of [{ type: "ping" }, { type: "weather" }, null]) {
    assert.deepEqual(fold(start, message), { view: start, gap: false, changed: [] });
  }
});
