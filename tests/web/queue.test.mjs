import assert from "node:assert/strict";
import { test } from "node:test";

import { Refused, Unreachable } from "../../web_client/api.js";
import { CallQueue, LIMIT } from "../../web_client/queue.js";

/** Storage as a browser has it. */
class Shelf {
  #map = new Map();
  get length() { return this.#map.size; }
  key(i) { return [...this.#map.keys()][i] ?? null; }
  getItem(key) { return this.#map.get(key) ?? null; }
  setItem(key, value) { this.#map.set(key, String(value)); }
  removeItem(key) { this.#map.delete(key); }
}

/** A server that counts each call_id once and can be away. */
class Book {
  away = false;
  refuse = null;
  busy = [];
  entries = [];
  posts = [];
  async post(path, body) {
    this.posts.push(body);
    if (this.away) throw new Unreachable();
    if (this.refuse) throw new Refused(this.refuse, { detail: `no ${this.refuse}` });
    return Array.isArray(body) ? body.map((one) => this.#one(one)) : this.#one(body);
  }
  #one(body) {
    if (body.bad) return { status: 409, problem: { type: "unknown-player", detail: "Who?" } };
    if (this.busy.includes(body.call_id)) return { status: 503, problem: { type: "log-unavailable" } };
    if (body.meets && body.resolve !== "keep") {
      return { status: 409, problem: { type: "conflict", detail: "Both?", theirs: [{ seq: 7 }], choices: ["keep", "drop"] } };
    }
    let entry = this.entries.find((one) => one.call_id === body.call_id);
    if (!entry) this.entries.push((entry = { seq: this.entries.length + 1, call_id: body.call_id }));
    return { status: 201, call_id: body.call_id, entries: [entry] };
  }
}

const call = (n, more = {}) => ({
  path: "/g/calls", id: `c${n}`, body: { call_id: `c${n}`, type: "field_goal", ...more }, label: `call ${n}`, at: 0,
});
const make = (book, shelf = new Shelf()) => new CallQueue(book, shelf, "g", () => {});
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("sent at once, shown until the live state has it", async () => {
  const book = new Book();
  const queue = make(book);
  assert.equal(queue.add(call(1)), true);
  await settled();
  assert.equal(queue.state, "idle");
  assert.equal(queue.unanswered, 0);
  assert.equal(queue.items.length, 1);
  queue.settle([], 1);
  assert.equal(queue.items.length, 0);
});

test("the live state may know a call before its answer comes", async () => {
  const book = new Book();
  const queue = make(book);
  queue.add(call(1));
  queue.settle([{ call_id: "c1" }], 1);
  assert.equal(queue.items.length, 0);
  await settled();
  assert.equal(queue.items.length, 0);
});

test("what the live state shows under another id is not counted twice", async () => {
  const book = new Book();
  const queue = make(book);
  queue.add(call(1));
  queue.settle([{ call_id: "c1-2" }], 1); // a proposal's second acceptance
  await settled();
  assert.equal(queue.items.length, 0);
});

test("without a network calls wait, survive a reload and arrive in order, once", async () => {
  const book = new Book();
  const shelf = new Shelf();
  book.away = true;
  const queue = make(book, shelf);
  for (let n = 0; n < 120; n += 1) queue.add(call(n));
  await settled();
  assert.equal(queue.state, "waiting");
  assert.equal(queue.unanswered, 120);
  book.away = false;
  const reloaded = make(book, shelf);
  assert.equal(reloaded.items.length, 120);
  reloaded.pump();
  queue.hurry(); // two tabs of one desk send the same
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), Array.from({ length: 120 }, (_, n) => `c${n}`));
  assert.equal(shelf.length, 0);
});

test("a refused call is said and does not hold up the others", async () => {
  const book = new Book();
  book.away = true;
  const queue = make(book);
  for (const one of [call(1), call(2, { bad: true }), call(3)]) queue.add(one);
  await settled();
  book.away = false;
  queue.hurry();
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1", "c3"]);
  assert.deepEqual(queue.problems.map(({ label, detail }) => [label, detail]), [["call 2", "Who?"]]);
  assert.equal(queue.items.some((item) => item.id === "c2"), false, "it is not on its way any more");
  queue.dismiss(queue.problems[0]);
  assert.deepEqual(queue.problems, []);
});

test("a link that is not valid stops the queue and keeps the calls", async () => {
  const book = new Book();
  book.refuse = 401;
  const queue = make(book);
  queue.add(call(1));
  await settled();
  assert.equal(queue.state, "blocked");
  assert.equal(queue.unanswered, 1);
  book.refuse = null;
  queue.hurry();
  await settled();
  assert.equal(book.entries.length, 1);
});

test("a server in trouble is asked again, a list it cannot take is sent one by one", async () => {
  const book = new Book();
  book.refuse = 503;
  const queue = make(book);
  queue.add(call(1));
  queue.add(call(2));
  await settled();
  assert.equal(queue.state, "waiting");
  book.refuse = 413;
  queue.hurry();
  await settled();
  assert.equal(queue.unanswered, 0);
  assert.equal(queue.problems.length, 2);
});

test("an id in use is our own call that arrived before", async () => {
  const queue = make({ post: async () => { throw new Refused(409, { type: "call-id-reused", detail: "used" }); } });
  queue.add(call(1));
  await settled();
  assert.deepEqual(queue.problems, []);
  assert.equal(queue.items.length, 0);
});

test("a call that goes out late says when it was; a fresh one leaves that to the server", async () => {
  const book = new Book();
  const shelf = new Shelf();
  book.away = true;
  const queue = make(book, shelf);
  const at = Date.parse("2026-01-03T18:00:00.250Z"); // as the server's clock had it
  queue.add({ ...call(1), at, late: { period: 2, clock_ms: 1_000 } });
  queue.add({ ...call(2, { after: 7 }), at });
  await settled();
  assert.equal("clock_ms" in book.posts[0], false);
  for (const key of [shelf.key(0), shelf.key(1)]) {
    shelf.setItem(key, JSON.stringify({ ...JSON.parse(shelf.getItem(key)), added: Date.now() - 60_000 }));
  }
  book.away = false;
  make(book, shelf).pump();
  await settled();
  const tapped_at = "2026-01-03T18:00:00.250Z";
  assert.deepEqual(book.posts.at(-1), [
    { call_id: "c1", type: "field_goal", tapped_at, period: 2, clock_ms: 1_000 },
    { call_id: "c2", type: "field_goal", after: 7 }, // put into the past, where nobody tapped it
  ]);
  clearQueue(queue);
});

test("a call that was not sent can be taken back, one that was cannot", async () => {
  const book = new Book();
  book.away = true;
  const queue = make(book);
  queue.add(call(1));
  await settled();
  queue.add(call(2));
  assert.equal(queue.cancel("c1"), false, "it may have arrived although no answer came");
  assert.equal(queue.cancel("c2"), true);
  assert.equal(queue.unanswered, 1);
  clearQueue(queue);
});

test("the queue has an end and says so", () => {
  const queue = make({ post: () => new Promise(() => {}) });
  for (let n = 0; n < LIMIT; n += 1) assert.equal(queue.add(call(n)), true);
  assert.equal(queue.add(call(LIMIT)), false);
  assert.match(queue.problems[0].detail, /wait already/);
});

test("nonsense in the storage is passed over", () => {
  const shelf = new Shelf();
  shelf.setItem("courtside.queue.g.1", "{");
  shelf.setItem("courtside.queue.g.2", "null");
  shelf.setItem("courtside.queue.other.1", JSON.stringify(call(1)));
  assert.equal(make(new Book(), shelf).items.length, 0);
});

test("a call that meets what others said waits for a person, also after a reload", async () => {
  const book = new Book();
  const shelf = new Shelf();
  const queue = make(book, shelf);
  for (const one of [call(1), call(2, { meets: true }), call(3, { meets: true })]) queue.add(one);
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1"]);
  assert.deepEqual(queue.problems, []);
  const reloaded = make(book, shelf);
  reloaded.pump();
  await settled();
  assert.deepEqual(reloaded.decisions.map((item) => item.id), ["c2", "c3"]);
  assert.equal(reloaded.unanswered, 0);
  assert.deepEqual(reloaded.items.map((item) => item.id), [], "what is to be decided does not count");
  const [second, third] = reloaded.decisions;
  assert.deepEqual(second.trouble.theirs, [{ seq: 7 }]);
  reloaded.decide(second, "keep");
  reloaded.decide(third, "drop");
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1", "c2"]);
  assert.equal(book.posts.at(-1).resolve, "keep");
  assert.deepEqual(reloaded.decisions, []);
  assert.equal(shelf.length, 0);
});

test("a part that another desk keeps: the call waits and can be sent again", async () => {
  const book = new Book();
  const queue = make(book);
  book.refuse = 409;
  const post = book.post.bind(book);
  book.post = async (path, body) => {
    if (book.refuse) throw new Refused(409, { type: "desk-held", detail: "Ann keeps home.", role: "home" });
    return post(path, body);
  };
  queue.add(call(1));
  await settled();
  assert.equal(queue.decisions[0].trouble.role, "home");
  book.refuse = null;
  queue.decide(queue.decisions[0], "again");
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1"]);
});

test("an undo of a call that wrote nothing takes back nothing else", async () => {
  const book = new Book();
  book.away = true;
  const queue = make(book);
  queue.add(call(1));
  await settled();
  queue.add(call(2, { meets: true }));
  await settled();
  queue.add({ ...call(3), body: { call_id: "c3", type: "undo" }, undoes: "c2" });
  book.away = false;
  queue.hurry();
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1"], "no undo was sent");
  assert.deepEqual([queue.decisions, queue.unanswered], [[], 0]);
  queue.add(call(4));
  await settled();
  queue.add({ ...call(5), body: { call_id: "c5", type: "undo" }, undoes: "c4" });
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c1", "c4", "c5"]);
});

test("what another desk had said already is not ours to take back", async () => {
  const queue = make({ post: async (_, { call_id }) => ({ call_id, entries: [{ seq: 3 }], merged: true }) });
  queue.add(call(1));
  await settled();
  assert.equal(queue.cancel("c1"), true);
  assert.equal(queue.unanswered, 0);
});

test("why a call was refused is still there after a reload, until it was seen", async () => {
  const shelf = new Shelf();
  const queue = make(new Book(), shelf);
  queue.add(call(1));
  queue.add(call(2, { bad: true }));
  queue.add(call(3));
  await settled();
  const reloaded = make(new Book(), shelf);
  assert.equal(reloaded.problems[0].detail, "Who?");
  reloaded.dismiss(reloaded.problems[0]);
  assert.equal(make(new Book(), shelf).problems.length, 0);
});

test("a list that was tried in part goes on where it stopped, in order", async () => {
  const book = new Book();
  book.away = true;
  const queue = make(book);
  for (let n = 0; n < 6; n += 1) queue.add(call(n));
  await settled();
  book.away = false;
  book.busy = ["c2", "c3", "c4", "c5"]; // the server tries none after the first it could not
  queue.hurry();
  await settled();
  assert.equal(queue.state, "waiting");
  assert.equal(queue.unanswered, 4);
  book.busy = [];
  queue.hurry();
  await settled();
  assert.deepEqual(book.entries.map((one) => one.call_id), ["c0", "c1", "c2", "c3", "c4", "c5"]);
  assert.deepEqual(queue.problems, []);
});

test("two hundred calls arrive in order, once, through answers that are lost", async () => {
  const book = new Book();
  const shelf = new Shelf();
  const post = book.post.bind(book);
  let posts = 0;
  book.post = async (path, body) => {
    posts += 1;
    if (posts % 3 === 1) throw new Unreachable();
    const answer = await post(path, body);
    if (posts % 3 === 2) throw new Unreachable(); // it arrived, the answer did not
    return answer;
  };
  let page = 0;
  const open = () => {
    const own = (page += 1); // the page before is gone: it hears of nothing any more
    return make({ post: (...args) => (own === page ? book.post(...args) : new Promise(() => {})) }, shelf);
  };
  let queue = open();
  for (let n = 0; n < 200; n += 1) queue.add(call(n));
  for (let n = 0; n < 40 && queue.unanswered; n += 1) {
    await settled();
    if (n % 4 === 3) queue = open();
    queue.pump();
    queue.hurry();
  }
  assert.equal(queue.unanswered, 0);
  assert.deepEqual(book.entries.map((one) => one.call_id), Array.from({ length: 200 }, (_, n) => `c${n}`));
  assert.equal(shelf.length, 0);
});

test("a clock that was started without a network says what is left when that is heard", async () => {
  const book = new Book();
  const shelf = new Shelf();
  book.away = true;
  const queue = make(book, shelf);
  const start = (n, type) => ({
    ...call(n), body: { call_id: `c${n}`, type, clock_ms: 100_000 }, runs: type === "clock_start", added: Date.now() - 60_000,
  });
  for (const one of [start(1, "clock_start"), start(2, "clock_stop"), start(3, "clock_start")]) queue.add(one);
  await settled();
  book.away = false;
  queue.hurry();
  await settled();
  const sent = book.posts.flat();
  assert.equal(sent.findLast((one) => one.call_id === "c1").clock_ms, 100_000, "it was stopped since");
  assert.equal(sent.findLast((one) => one.call_id === "c2").clock_ms, 100_000);
  const left = sent.findLast((one) => one.call_id === "c3").clock_ms;
  assert.ok(left > 39_000 && left <= 40_000, `${left}`);
});

/** Let nothing of a queue that waits for its network keep the process. */
function clearQueue(queue) {
  queue.settle(queue.items.map((item) => ({ call_id: item.id })), 0);
}
