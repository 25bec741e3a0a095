import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What a browser brings, as far as the live connection uses it. */
class Socket {
  static all = [];
  constructor(at) {
    this.at = new URL(at);
    Socket.all.push(this);
  }
  close() { this.closed = true; }
  open() { this.onopen?.(); }
  say(message) { this.onmessage?.({ data: JSON.stringify(message) }); }
  end(code = 1006) { this.onclose?.({ code }); }
}

/** Timers that run when the test says so. */
class Hours {
  #now = 0;
  #due = new Map();
  #next = 1;
  set(work, ms = 0) {
    this.#due.set(this.#next, { at: this.#now + ms, work });
    return this.#next++;
  }
  clear(id) { this.#due.delete(id); }
  reset() { this.#due.clear(); }
  tick(ms) {
    const end = this.#now + ms;
    for (;;) {
      const [first] = [...this.#due].filter(([, one]) => one.at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (!first) break;
      this.#due.delete(first[0]);
      this.#now = first[1].at;
      first[1].work();
    }
    this.#now = end;
  }
}

const hours = new Hours();
globalThis.navigator ??= { onLine: true }; // Node has one of its own from 21 on
const asked = [];
Object.assign(globalThis, {
  WebSocket: Socket,
  location: { href: "https://gym.test/watch/g" },
  document: { addEventListener() {}, removeEventListener() {}, hidden: false },
  addEventListener() {},
  removeEventListener() {},
  setTimeout: (work, ms) => hours.set(work, ms),
  clearTimeout: (id) => hours.clear(id),
  fetch: (at, init = {}) => {
    asked.push({ at: String(at), init });
    return Promise.reject(new TypeError("no network here"));
  },
});
const { LiveGame } = await import("../../web_client/live.js");

const snapshot = { type: "snapshot", epoch: "e", seq: 3, state: { scoreboard: {} } };
const update = (seq) => ({ type: "update", epoch: "e", seq, entries: [{ seq }], state: {} });
const last = () => Socket.all.at(-1);
const follow = () => {
  const live = new LiveGame("g", "t").open();
  last().open();
  last().say(snapshot);
  return live;
};

beforeEach(() => {
  Socket.all.length = 0;
  asked.length = 0;
  hours.reset();
});

test("a snapshot makes it live; the token goes with the address", () => {
  const live = new LiveGame("g", "t").open();
  assert.equal(live.state, "connecting");
  last().open();
  assert.equal(live.state, "connecting", "nothing to show yet");
  last().say(snapshot);
  assert.equal(live.state, "live");
  assert.equal(last().at.protocol, "wss:");
  assert.equal(last().at.searchParams.get("token"), "t");
  assert.equal(last().at.searchParams.get("since"), null);
  live.close();
  assert.equal(last().closed, true);
  assert.equal(live.state, "closed");
});

test("after a break it resumes where it was, live as soon as the line stands", () => {
  const live = follow();
  last().say(update(4));
  last().end();
  assert.equal(live.state, "waiting");
  hours.tick(600);
  assert.equal(Socket.all.length, 2);
  assert.equal(last().at.searchParams.get("since"), "e:4");
  last().open();
  assert.equal(live.state, "live");
  hours.tick(10_000);
  assert.equal(last().closed, undefined, "a quiet game is no dead line");
  live.close();
});

test("a gap resumes at once; a second one takes a fresh snapshot", () => {
  const live = follow();
  last().say(update(6));
  assert.equal(live.view.seq, 3);
  hours.tick(60);
  assert.equal(last().at.searchParams.get("since"), "e:3");
  last().open();
  last().say(update(7));
  hours.tick(60);
  assert.equal(last().at.searchParams.get("since"), null);
  last().open();
  last().say({ ...snapshot, seq: 7 });
  assert.equal(live.view.seq, 7);
  live.close();
});

test("silence and nonsense end a line", () => {
  const live = follow();
  hours.tick(26_000);
  assert.equal(live.state, "waiting");
  hours.tick(600);
  last().open();
  last().onmessage({ data: "{" });
  assert.equal(live.state, "waiting");
  live.close();
});

test("a refusal stops and says why", () => {
  for (const [code, word] of [[4401, /valid/], [4403, /allow/], [4404, /game/]]) {
    const live = new LiveGame("g", "t").open();
    last().open();
    last().end(code);
    assert.equal(live.state, "refused");
    assert.match(live.why, word);
    const count = Socket.all.length;
    hours.tick(60_000);
    assert.equal(Socket.all.length, count);
  }
});

test("a full server is asked ever more rarely, not at once", () => {
  const live = new LiveGame("g", "t").open();
  for (let i = 0; i < 200; i += 1) {
    last().open();
    last().end(4429);
    hours.tick(250);
  }
  assert.ok(Socket.all.length < 20, `${Socket.all.length} tries in 50 s`);
  live.close();
});

test("where no socket opens the stream is tried, then the socket again", async () => {
  const live = new LiveGame("g", "t").open();
  last().end(1006);
  hours.tick(1);
  const stream = asked.find((one) => one.at.includes("/live/g"));
  assert.equal(stream.init.headers.Accept, "text/event-stream");
  assert.equal(stream.init.headers.Authorization, "Bearer t");
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
  assert.equal(live.state, "waiting");
  hours.tick(1_100);
  assert.equal(Socket.all.length, 2);
  live.close();
});
