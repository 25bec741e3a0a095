import assert from "node:assert/strict";
import { test } from "node:test";

import { fold, EMPTY } from "../../web_client/fold.js";
import { InStep } from "../../web_client/instep.js";

const ZERO_MS = Date.parse("2026-01-03T18:00:00Z"); // of the camera's second 0
const iso = (s) => new Date(ZERO_MS + 1000 * s).toISOString();
const at = (s, camera = "main") => (camera ? { at: iso(s), camera, s } : { at: iso(s) });

/** A server whose game is a number of points: each entry adds some. */
class Server {
  entries = [];
  asked = 0;
  refuse = false;

  /** What happened at second `s` is told, as an update. */
  add(points, s, { camera = "main", ...more } = {}) {
    const seq = this.entries.length + 1;
    this.entries.push({ seq, type: "field_goal", points, moment: at(s, camera), ...more });
    return this.update(seq, seq);
  }

  update(from, to) {
    const state = { scoreboard: this.board(this.entries.slice(0, to)), proposals: [`of ${to}`] };
    const entries = this.entries.slice(from - 1, to).map((entry) => structuredClone(entry));
    return { type: "update", epoch: "e", seq: to, entries, state };
  }

  snapshot() {
    const state = { scoreboard: this.board(this.entries), camera: {} };
    return { type: "snapshot", epoch: "e", seq: this.entries.length, state };
  }

  board(entries) {
    return { points: entries.reduce((sum, one) => sum + one.points, 0) };
  }

  /** GET .../moment */
  async answer({ camera, s, at: ms }) {
    this.asked += 1;
    if (this.refuse) throw new Error("away");
    const second = camera === undefined ? (ms - ZERO_MS) / 1000 : s;
    const secondOf = ({ moment }) => (Date.parse(moment.at) - ZERO_MS) / 1000;
    const seen = this.entries.filter((one) => secondOf(one) <= second + 1e-6);
    const rest = this.entries.filter((one) => !seen.includes(one));
    const edge = (list, pick) => (list.length ? at(pick(...list.map(secondOf))) : null);
    const last = seen.at(-1)?.seq ?? 0;
    return {
      epoch: "e", seq: seen.length === last ? last : null, log_seq: this.entries.length,
      at: iso(second), from: edge(seen, Math.max), until: edge(rest, Math.min),
      state: { scoreboard: this.board(seen) },
    };
  }
}

/** A page: the live view beside the one that is shown. */
class Page {
  live = EMPTY;
  nowMs = 0;
  corrections = [];

  constructor(server) {
    this.server = server;
    this.step = new InStep({
      ask: (where) => server.answer(where),
      show: (view, changed, entries) => this.corrections.push(...entries.filter(({ type }) => type === "amend")),
    });
  }

  hear(message) {
    this.live = fold(this.live, message).view;
    this.step.hear(message, this.live);
  }

  /** The picture is there; answers have come. */
  async see(playhead) {
    for (let i = 0; i < 4; i += 1) {
      this.nowMs += 250;
      this.step.follow(typeof playhead === "number" ? { camera: "main", s: playhead } : playhead, this.nowMs);
      await new Promise(setImmediate);
    }
  }

  get points() {
    return this.step.view.state.scoreboard?.points;
  }
}

test("nothing is shown before anybody knows where the picture is", async () => {
  const server = new Server();
  server.add(2, 10);
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(undefined);
  assert.equal(page.points, undefined);
  await page.see(9.9);
  assert.equal(page.points, 0);
  await page.see(10);
  assert.equal(page.points, 2);
});

test("without a picture everything is shown at once", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(null);
  page.hear(server.add(2, 10));
  assert.equal(page.points, 2);
  page.hear({ type: "proposal", proposal: { id: "p", status: "waiting" } });
  assert.equal(page.step.view.state.proposals.at(-1).id, "p");
  assert.equal(server.asked, 0);
  assert.equal(page.step.behind, false);
});

test("an update waits for its moment, and the server is not asked for it", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  const { asked } = server;
  page.hear(server.add(2, 10));
  page.hear(server.add(3, 12));
  page.hear({ type: "proposal", proposal: { id: "p", status: "waiting", media: { camera: "main", s: 13 } } });
  for (const [s, points] of [[9.9, 0], [10, 2], [11.9, 2], [12, 5], [14, 5]]) {
    await page.see(s);
    assert.equal(page.points, points, `at ${s}`);
    assert.equal(page.step.behind, points < 5);
  }
  assert.equal(page.step.view.state.proposals, undefined);
  assert.equal(server.asked, asked);
});

test("what is known late stands at its own moment, also before others in the log", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  page.hear(server.add(1, 12)); // a free throw, tapped
  page.hear(server.add(2, 10)); // a basket before it, accepted after it
  for (const [s, points] of [[9, 0], [9.9, 0], [10, 2], [11.9, 2], [12, 3]]) {
    await page.see(s);
    assert.equal(page.points, points, `at ${s}`);
  }
  // And on from there without the server.
  const { asked } = server;
  page.hear(server.add(2, 14));
  await page.see(13);
  await page.see(14);
  assert.equal(page.points, 5);
  assert.equal(server.asked, asked);
});

test("going back shows the score of then, going on that of then, and live all of it", async () => {
  const server = new Server();
  for (const s of [10, 20, 30, 40]) server.add(2, s);
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(45);
  assert.equal(page.points, 8);
  for (const [s, points] of [[15, 2], [16, 2], [25, 4], [5, 0], [35, 6], [50, 8]]) {
    await page.see(s);
    assert.equal(page.points, points, `at ${s}`);
  }
  page.hear(server.add(2, 55));
  await page.see(54);
  assert.equal(page.points, 8);
  await page.see(null);
  assert.equal(page.points, 10);
  await page.see(54);
  assert.equal(page.points, 8, "in step again");
});

test("a picture that trembles is not one that goes back", async () => {
  const server = new Server();
  server.add(2, 10);
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(10.1);
  const { asked } = server;
  await page.see(9.8);
  assert.equal(page.points, 2);
  assert.equal(server.asked, asked);
});

test("a sighting that comes later moves what waits", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  page.hear(server.add(2, 11.6)); // tapped
  server.entries[0].moment = at(10); // as the server has it from now on
  page.hear(server.add(0, 10, { type: "sighted", links: 1, media: { camera: "main", s: 10 } }));
  await page.see(9.9);
  assert.equal(page.points, 0);
  await page.see(10);
  assert.equal(page.points, 2);
});

test("a sighting that comes in the same update moves its tap as well", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  server.add(2, 11.6);
  server.add(0, 10, { type: "sighted", links: 1, media: { camera: "main", s: 10 } });
  const both = server.update(1, 2); // what came while the line was lost
  server.entries[0].moment = at(10);
  page.hear(both);
  await page.see(9.9);
  assert.equal(page.points, 0);
  await page.see(10);
  assert.equal(page.points, 2);
});

test("an entry without a moment has that of the log", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  const update = server.add(2, 10);
  update.entries = update.entries.map(({ moment, ...entry }) => ({ ...entry, at: moment.at }));
  page.hear(update);
  await page.see(9.9);
  assert.equal(page.points, 0);
  await page.see(10);
  assert.equal(page.points, 2);
});

test("a correction is told when it is shown", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  page.hear(server.add(2, 10));
  page.hear(server.add(1, 15, { type: "amend", links: 1 }));
  await page.see(14);
  assert.deepEqual([page.points, page.corrections.length], [2, 0]);
  await page.see(15);
  assert.deepEqual([page.points, page.corrections.length], [3, 1]);
});

test("another camera's moments, and those of none, go by the wall clock", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  // The side camera's second 0 is two seconds after the main one's.
  page.hear(server.add(2, 10, { moment: { at: iso(10), camera: "side", s: 8 } }));
  page.hear(server.add(2, 12, { camera: null }));
  for (const [s, points] of [[9.9, 0], [10, 2], [11.9, 2], [12, 4]]) {
    await page.see(s);
    assert.equal(page.points, points, `at ${s}`);
  }
  assert.equal(page.step.wallMs, ZERO_MS + 12_000);
});

test("a fixed delay needs no picture", async () => {
  const server = new Server();
  server.add(2, 10);
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see({ at: ZERO_MS + 9_000 });
  assert.equal(page.points, 0);
  await page.see({ at: ZERO_MS + 10_000 });
  assert.equal(page.points, 2);
});

test("a server that does not answer shows nothing early", async () => {
  const server = new Server();
  server.add(2, 10);
  const page = new Page(server);
  page.hear(server.snapshot());
  server.refuse = true;
  await page.see(5);
  assert.equal(page.points, undefined);
  server.refuse = false;
  await page.see(5);
  await page.see(5);
  assert.equal(page.points, 0);
});

test("names that change come again, and nothing else with them", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  page.hear(server.add(2, 10));
  page.hear(server.snapshot());
  await page.see(5);
  assert.equal(page.points, 0);
  await page.see(10);
  assert.equal(page.points, 2);
});

test("a queue that grows too long is forgotten, and the server asked", async () => {
  const server = new Server();
  const page = new Page(server);
  page.hear(server.snapshot());
  await page.see(4);
  for (let i = 0; i < 700; i += 1) page.hear(server.add(1, 10 + i));
  await page.see(109);
  assert.equal(page.points, 100);
  await page.see(708.5);
  assert.equal(page.points, 699);
});

/** Numbers that look random and are the same each time. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

test("whatever comes in whatever order: the score is that of the moments that have come", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const dice = random(seed);
    const server = new Server();
    const page = new Page(server);
    const delay = [0.3, 3, 6, 20][seed % 4];
    page.hear(server.snapshot());
    let back = 0;
    let last = -Infinity;
    for (let now = 0; now < 60; now += 0.1) {
      if (dice() < 0.06) {
        // Tapped half a second to eight seconds after it was, at times with a sighting.
        page.hear(server.add(1 + Math.floor(3 * dice()), Math.max(0, now - 0.5 - 8 * dice() ** 3), { came: now }));
      }
      if (dice() < 0.01) back = dice() < 0.5 ? 0 : 2 * Math.floor(15 * dice());
      if (dice() < 0.005) page.hear(server.snapshot());
      const s = now - delay - back;
      if (s < 0) continue;
      const jumped = Math.abs(s - last) > 0.2;
      last = s;
      if (jumped) await page.see(s);
      page.nowMs += 100;
      page.step.follow({ camera: "main", s }, page.nowMs);
      await new Promise(setImmediate);
      const points = (until) => server.board(server.entries.filter(until)).points;
      assert.ok(page.points <= points(({ moment }) => moment.s <= s + 0.002), `early: seed ${seed}, at ${s}`);
      // What only the server can tell is late by the time between two questions, at most.
      const old = ({ moment, came }) => moment.s <= s - 0.5 && came <= now - 0.5;
      if (!jumped) assert.ok(page.points >= points(old), `late: seed ${seed}, at ${s}`);
    }
    await page.see(null);
    assert.equal(page.points, server.board(server.entries).points);
  }
});
