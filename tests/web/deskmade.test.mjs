import assert from "node:assert/strict";
import { test } from "node:test";

import { Made } from "../../web_client/deskmade.js";

/** Calls that wait; one that is on its way cannot be taken back. */
class Queue {
  items = [];
  add(item) {
    this.items.push(item);
    return true;
  }
  cancel(id) {
    const waits = this.items.some((item) => item.id === id && !item.sent);
    if (waits) this.items = this.items.filter((item) => item.id !== id);
    return waits;
  }
}

function desk(...items) {
  const queue = new Queue();
  items.forEach((item) => queue.add(item));
  const said = [];
  return { queue, said, made: new Made(queue, ({ call_id, ...body }) => said.push(body)) };
}

const SHOT = { type: "field_goal", call_id: "a" };

test("what is added to a call that waits goes out with it", () => {
  const { queue, said, made } = desk({ id: "a", body: SHOT, label: "Shot" });
  made.amend("a", { tags: ["paint"] });
  assert.deepEqual(queue.items, [{ id: "a", body: { ...SHOT, tags: ["paint"] }, label: "Shot" }]);
  assert.deepEqual(said, []);
});

test("what is added to a call on its way changes what it makes, all at once", () => {
  const { said, made } = desk({ id: "a", body: SHOT, sent: true });
  assert.equal(made.seqOf("a"), undefined);
  made.amend("a", { tags: ["paint"] });
  made.amend("a", { player: "7" });
  assert.deepEqual(said, []);
  made.known("a", 12);
  assert.deepEqual(said, [{ type: "amend", links: 12, tags: ["paint"], player: "7" }]);
  made.known("a", 13);
  assert.equal(said.length, 1);
});

test("what is added to a call that was answered changes its entry", () => {
  const { queue, said, made } = desk({ id: "a", body: SHOT, sent: true, seq: 5 });
  assert.equal(made.seqOf("a"), 5);
  made.amend("a", { tags: ["paint"] });
  assert.deepEqual(said, [{ type: "amend", links: 5, tags: ["paint"] }]);
  queue.items = [];
  made.known("a", 5);
  assert.equal(made.seqOf("a"), 5);
});

test("a call that is made anew has made nothing yet", () => {
  const { made } = desk();
  made.known("a", 5);
  made.forget("a");
  assert.equal(made.seqOf("a"), undefined);
});
