import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveFirst, ViewerPlace } from "../../web_client/viewerplace.js";

const live = { status: "live", media_s: 100 };
const at = (s) => ({ camera: "main", s });

test("the place is the second on the screen", () => {
  const place = new ViewerPlace("main", 0);
  assert.deepEqual(place.at({ media_s: 42.5 }, live, 10), at(42.5));
  assert.deepEqual(place.at({ media_s: -0.1 }, live, 10), at(0));
});

test("a picture that comes shows nothing that anybody could not have seen", () => {
  const place = new ViewerPlace("main", 0);
  assert.equal(place.at(null, null, 10), undefined, "nobody knows yet");
  assert.deepEqual(place.at(null, live, 20), at(88));
  assert.equal(place.at(null, live, 10_001), null, "it never came");
});

test("without a picture there is nothing to wait for", () => {
  for (const status of ["none", "ended", "lost"]) {
    assert.equal(new ViewerPlace("main", 0).at(null, { status, media_s: null }, 10), null);
  }
});

test("a picture that is gone for a moment holds its place, then none", () => {
  const place = new ViewerPlace("main", 0);
  place.at({ media_s: 42 }, live, 1_000);
  assert.deepEqual(place.at(null, live, 2_000), at(42));
  assert.equal(place.at(null, live, 4_000), null);
  assert.deepEqual(place.at({ media_s: 45 }, live, 5_000), at(45));
});

test("the choice outlives the page", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  assert.equal(new LiveFirst(storage).chosen, false);
  new LiveFirst(storage).choose(true);
  assert.equal(new LiveFirst(storage).chosen, true);
  new LiveFirst(storage).choose(false);
  assert.equal(new LiveFirst(storage).chosen, false);
});
