import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CORNERS, fitWords, markWords, nextWords, rescaled, sameShape, targetsOf, withPoint,
} from "../../web_client/landmarks.js";

test("points of the floor have words", () => {
  assert.equal(markWords("corner-left-near"), "left corner, near side");
  assert.equal(markWords("three-right-top"), "top of the right three-point line");
  assert.equal(markWords("a-new-one"), "a new one");
  assert.deepEqual(targetsOf({ marks: { centre: [0, 0] } }), [{ name: "centre", words: "centre of the floor", x: 0, y: 0 }]);
});

test("a mark is put in, moved and taken out", () => {
  let points = withPoint([], "centre", [10.04, 20]);
  points = withPoint(points, "halfway-near", [1, 2]);
  points = withPoint(points, "centre", [11, 21]);
  assert.deepEqual(points, [{ mark: "centre", px: [11, 21], xy_m: null }, { mark: "halfway-near", px: [1, 2], xy_m: null }]);
  assert.deepEqual(withPoint(points, "centre", null).map(({ mark }) => mark), ["halfway-near"]);
});

test("marks follow a picture of another size, and not one of another shape", () => {
  const points = [{ mark: "centre", px: [640, 360], xy_m: null }];
  assert.deepEqual(rescaled(points, [1280, 720], [960, 540])[0].px, [480, 270]);
  assert.equal(rescaled(points, [1280, 720], [720, 1280]), null);
  assert.ok(sameShape([1280, 720], [854, 480]));
  assert.ok(sameShape([1280, 720], null));
});

test("how well it fits, in words", () => {
  assert.deepEqual(fitWords(0.12), { words: "Good: about 10 cm off.", mood: "ok" });
  assert.equal(fitWords(0.05).words, "Good: less than 10 cm off.");
  assert.equal(fitWords(0.6).mood, "warn");
  assert.match(fitWords(2.34).words, /Try again: about 2\.3 m off/);
  assert.equal(fitWords(null).mood, "warn");
});

test("what to do next", () => {
  assert.match(nextWords([], null), /4 more/);
  assert.match(nextWords([], CORNERS[0]), /top left corner/);
  assert.match(nextWords(CORNERS.map(({ name }) => ({ mark: name, px: [0, 0] })), null), /Drag/);
});
