// What of the clips a viewer gets to see, and in which words.

import assert from "node:assert/strict";
import test from "node:test";

import { lengthWords, playersOf, seenClips, statusWords } from "../../web_client/clips.js";

const clip = (seq, s, player = "home-7", camera = "main") => ({ seq, player, media: { camera, s } });
const clips = [clip(1, 10), clip(2, 20, "away-4"), clip(3, 30), clip(4, 5, null, "end")];
const seqs = (list) => list.map(({ seq }) => seq);

test("the newest clip comes first", () => {
  assert.deepEqual(seqs(seenClips(clips, "", null)), [4, 3, 2, 1]);
});

test("a clip shows when the picture has been there", () => {
  assert.deepEqual(seqs(seenClips(clips, "", { camera: "main", s: 20 })), [4, 2, 1]);
  assert.deepEqual(seqs(seenClips(clips, "", { camera: "main", s: 19.9 })), [4, 1]);
});

test("a viewer without a picture sees all", () => {
  assert.deepEqual(seqs(seenClips(clips, "", { at: 5 })), [4, 3, 2, 1]);
});

test("one player's clips", () => {
  assert.deepEqual(seqs(seenClips(clips, "home-7", null)), [3, 1]);
});

test("only players with a clip are offered, with what they may be called", () => {
  const roster = {
    home: { name: "Lions", players: [{ id: "home-7", number: "7", name: "Ann" }, { id: "home-8", number: "8", name: null }] },
    away: { name: null, players: [{ id: "away-4", number: "4", name: null }] },
  };
  assert.deepEqual(playersOf(clips, roster), [["home-7", "Lions #7 Ann"], ["away-4", "away #4"]]);
  assert.deepEqual(playersOf(clips, undefined), []);
});

test("what is not there says why", () => {
  assert.match(statusWords({ status: "no_picture" }), /recorded/);
  assert.equal(statusWords({ status: "ready" }), "");
  assert.equal(lengthWords(10.6), "0:11");
  assert.equal(lengthWords(125), "2:05");
});
