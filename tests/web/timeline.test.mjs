import assert from "node:assert/strict";
import { test } from "node:test";

import { after, ahead, holds, nextStart, pieceAt, placeAt, span } from "../../web_client/timeline.js";

const part = (number, i, at_s, independent = false) =>
  ({ uri: `${number}.${i}`, at_s, duration_s: 0.5, independent });
const whole = (number, at_s, parts = [], kept = true) =>
  ({ number, at_s, duration_s: 2, uri: `${number}`, init: "init", whole: true, kept, parts });
const open = (number, at_s, count) => ({
  number, at_s, duration_s: count / 2, uri: null, init: "init", whole: false, kept: true,
  parts: Array.from({ length: count }, (_, i) => part(number, i, at_s + i / 2, i === 0)),
});
const list = (...segments) => ({ segments });

/** Addresses in the order in which a player takes them. */
function walk(of, from_s) {
  const found = [];
  let place = placeAt(of, from_s);
  for (let piece; (piece = place && pieceAt(of, place)); place = after(of, piece.place)) {
    found.push(piece.uri);
  }
  return [found, place];
}

test("the span of a recording, and what is missing in it", () => {
  assert.equal(span(list()), null);
  assert.deepEqual(span(list(whole(0, 3), whole(1, 5.1), whole(2, 60), open(3, 62, 1))),
    { from_s: 3, to_s: 62.5, gaps: [[7.1, 60]] });
  assert.deepEqual(span(list(whole(0, 0), whole(1, 2, [], false), whole(2, 4))).gaps, [[2, 4]]);
});

test("from a moment to the end: whole segments, then the parts of the open one", () => {
  const [uris, next] = walk(list(whole(7, 0), whole(8, 2), open(9, 4, 3)), 2.5);
  assert.deepEqual(uris, ["8", "9.0", "9.1", "9.2"]);
  assert.deepEqual(next, { number: 9, part: 3 });
});

test("a segment that was finished with the last part leads to the next", () => {
  const parts = [0, 1, 2].map((i) => part(9, i, 4 + i / 2, i === 0));
  const grown = list(whole(8, 2), whole(9, 4, parts), open(10, 6, 1));
  assert.equal(pieceAt(grown, { number: 9, part: 3 }).uri, "10.0");
  assert.equal(pieceAt(list(whole(8, 2), whole(9, 4, parts)), { number: 9, part: 3 }), null);
});

test("parts that are not named any more are fetched with their segment", () => {
  assert.equal(pieceAt(list(whole(9, 4)), { number: 9, part: 2 }).uri, "9");
});

test("a gap is entered at what follows it", () => {
  const of = list(whole(0, 0), whole(1, 60));
  assert.deepEqual(placeAt(of, 30), { number: 1, part: null });
  assert.deepEqual(walk(list(whole(0, 0), whole(1, 2, [], false), whole(2, 4)), 1)[0], ["0", "2"]);
});

test("after the end there is nothing yet", () => {
  assert.equal(placeAt(list(whole(0, 0)), 2), null);
  assert.equal(placeAt(list(), 0), null);
});

test("the open segment is entered where decoding can begin", () => {
  const of = list(open(3, 10, 4));
  of.segments[0].parts[2].independent = true;
  assert.deepEqual(placeAt(of, 11.9), { number: 3, part: 2 });
  assert.deepEqual(placeAt(of, 10.7), { number: 3, part: 0 });
});

test("what can be played is counted over gaps", () => {
  const ranges = [[0, 4], [10, 12]];
  assert.equal(ahead(ranges, 3), 3);
  assert.equal(ahead(ranges, 6), 2);
  assert.equal(ahead([], 0), 0);
  assert.equal(nextStart(ranges, 4), 10);
  assert.equal(nextStart(ranges, 10), null);
  assert.equal(holds(ranges, 3), true);
  assert.equal(holds(ranges, 4.5), false);
});
