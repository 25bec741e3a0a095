import assert from "node:assert/strict";
import { test } from "node:test";

import { DeskLease, deskId } from "../../web_client/desklease.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The server's side, as far as a page sees it. */
class Server {
  roles = { clock: null, home: null, away: null };
  said = [];
  away = false;
  async get(path) { return this.#answer(["get", path]); }
  async post(path, body) {
    for (const role of body.roles ?? []) {
      if (path.endsWith("/answer")) this.roles[role] = { desk: body.give ? this.roles[role].asked_by : "me", asked_by: null, silent: false };
      else if (!this.roles[role]) this.roles[role] = { desk: "me", asked_by: null, silent: false };
      else if (body.ask && this.roles[role].desk !== "me") this.roles[role] = { ...this.roles[role], asked_by: "me" };
    }
    return this.#answer(["post", path, body]);
  }
  async delete(path) { return this.#answer(["delete", path]); }
  #answer(said) {
    this.said.push(said);
    if (this.away) throw new Error("away");
    return { roles: structuredClone(this.roles) };
  }
}

const make = (server) => new DeskLease(server, "g", "me", () => {});

test("a desk makes itself a name and keeps it", () => {
  const map = new Map();
  const storage = { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => map.set(key, value) };
  assert.equal(deskId(storage, () => "ab12"), "ab12");
  assert.equal(deskId(storage, () => "other"), "ab12");
  map.set("courtside.desk", "not a name!");
  assert.equal(deskId(storage, () => "cd34"), "cd34");
  const closed = { getItem: () => null, setItem: () => { throw new Error("private"); } };
  assert.equal(deskId(closed, () => "ef56"), "ef56");
});

test("whoever claims nothing is not heard of", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const lease = make(server);
  await lease.open();
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(server.said.length, 1);
  assert.deepEqual([lease.mine, lease.others], [[], []]);
});

test("what is kept is kept alive, until it is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const lease = make(server);
  await lease.claim(["home"]);
  assert.deepEqual(lease.mine, ["home"]);
  for (let n = 0; n < 3; n += 1) {
    t.mock.timers.tick(4_000);
    await settled();
  }
  assert.deepEqual(server.said.slice(1).map(([, , body]) => body), Array(3).fill({ roles: [], ask: true }));
  server.away = true;
  t.mock.timers.tick(4_000);
  await settled();
  server.away = false;
  t.mock.timers.tick(4_000);
  await settled();
  assert.equal(server.said.length, 6, "a lost heartbeat does not end them");
  server.roles.home = null;
  await lease.release(["home"]);
  t.mock.timers.tick(20_000);
  await settled();
  assert.equal(server.said.length, 7);
  assert.equal(server.said.at(-1)[1], "/api/v1/games/g/desk?role=home");
});

test("what is asked for is asked for again until it is answered", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  server.roles.home = { desk: "ann", asked_by: null, silent: false };
  const lease = make(server);
  await lease.open();
  assert.deepEqual(lease.others, ["home"]);
  await lease.claim(["home"], true);
  t.mock.timers.tick(4_000);
  await settled();
  assert.deepEqual(server.said.at(-1)[2], { roles: ["home"], ask: true });
  lease.heard({ ...server.roles, home: { desk: "ann", asked_by: null } }); // refused
  t.mock.timers.tick(8_000);
  await settled();
  assert.equal(server.said.length, 3);
  await lease.claim(["home"], true);
  lease.heard({ clock: null, home: { desk: "me", asked_by: null }, away: null }); // given
  assert.deepEqual([lease.mine, lease.others], [["home"], []]);
  lease.close();
});

test("what others ask for is answered", async () => {
  const server = new Server();
  const lease = make(server);
  await lease.claim(["home", "clock"]);
  server.roles.home.asked_by = "bob";
  lease.heard(server.roles);
  assert.deepEqual(lease.asked, { bob: ["home"] });
  await lease.answer(["home"], true);
  assert.deepEqual(lease.mine, ["clock"]);
  assert.deepEqual(lease.others, ["home"]);
  lease.close();
});

test("a silent desk keeps nobody out", async () => {
  const server = new Server();
  server.roles.away = { desk: "ann", asked_by: null, silent: true };
  const lease = make(server);
  await lease.open();
  assert.deepEqual(lease.others, []);
});
