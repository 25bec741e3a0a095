import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "../../web_client/backoff.js";
import { Skew, formatClock, parseClock, remaining } from "../../web_client/clock.js";

const AT = "2026-03-01T12:00:00.000Z";
const T0 = Date.parse(AT);

test("a running clock counts down from clock_at and stops at zero", () => {
  const board = { clock_ms: 600_000, clock_running: true, clock_at: AT };
  assert.equal(remaining(board, T0), 600_000);
  assert.equal(remaining(board, T0 + 1_234), 598_766);
  assert.equal(remaining(board, T0 + 700_000), 0);
  assert.equal(remaining(board, T0 - 5_000), 600_000, "a viewer's clock that lags adds no time");
});

test("a stopped clock stands, no clock is null", () => {
  assert.equal(remaining({ clock_ms: 42, clock_running: false, clock_at: AT }, T0 + 9_999), 42);
  assert.equal(remaining({ clock_ms: 42, clock_running: true, clock_at: null }, T0), 42);
  assert.equal(remaining({ clock_ms: null }, T0), null);
  assert.equal(remaining(undefined, T0), null);
});

test("clocks are written as in a gym", () => {
  const cases = [[600_000, "10:00"], [599_999, "9:59"], [60_000, "1:00"], [59_999, "59.9"], [950, "0.9"], [0, "0.0"]];
  for (const [ms, text] of cases) assert.equal(formatClock(ms), text);
  assert.equal(formatClock(null), "");
});

test("what is typed is read, nonsense is not", () => {
  const cases = [["9:59", 599_000], ["0:07", 7_000], ["59.9", 59_900], ["1:02.5", 62_500], ["10", 600_000], [" 4:07 ", 247_000], ["12,3", 12_300]];
  for (const [text, ms] of cases) assert.equal(parseClock(text), ms, text);
  for (const text of ["", "abc", "4:7", "4:60", "-1:00", "1:2:3", "999:00"]) assert.equal(parseClock(text), null, text);
});

test("what is written is read back, to the tenth or the second", () => {
  for (let ms = 0; ms <= 720_000; ms += 1_337) {
    const step = ms < 60_000 ? 100 : 1_000;
    assert.equal(parseClock(formatClock(ms)), Math.floor(ms / step) * step, String(ms));
  }
});

test("the least delayed message sets the skew", () => {
  const skew = new Skew();
  assert.equal(skew.server(5_000), 5_000);
  skew.rough(3_000, 3_900);
  assert.equal(skew.server(5_000), 5_000, "half a second of doubt is no skew");
  skew.rough(3_000, 63_000);
  assert.equal(skew.server(65_000), 5_000);
  skew.observe(1_000, 61_400);
  skew.observe(2_000, 62_050);
  skew.observe(3_000, 66_000);
  skew.observe(Number.NaN, 1);
  assert.equal(skew.server(62_050), 2_000);
});

test("waiting doubles, has a limit and spreads", () => {
  assert.equal(backoff(1, 0), 500);
  assert.equal(backoff(2, 0), 1_000);
  assert.equal(backoff(50, 0), 10_000);
  assert.equal(backoff(50, 1), 5_000);
});
