// Waiting for a file that the server makes when it is asked for.

import assert from "node:assert/strict";
import test from "node:test";

import { made } from "../../web_client/vertical.js";

const waiting = () => Response.json({ type: "clip-waiting" }, { status: 409, headers: { "Retry-After": "2" } });
const answers = (...list) => async () => list.shift()();

test("it asks again as the server says, until the file is there", async () => {
  const pauses = [];
  const fetcher = answers(waiting, waiting, () => new Response("v", { status: 206 }));
  assert.equal(await made("/v.mp4", { fetcher, pause: async (seconds) => pauses.push(seconds) }), true);
  assert.deepEqual(pauses, [2, 2]);
});

test("a refusal ends it, in the server's words", async () => {
  const fetcher = answers(() => Response.json({ type: "clip-failed", detail: "It failed." }, { status: 409 }));
  await assert.rejects(made("/v.mp4", { fetcher }), { name: "Refused", type: "clip-failed", message: "It failed." });
});

test("without an answer it says so", async () => {
  const fetcher = async () => { throw new TypeError("network"); };
  await assert.rejects(made("/v.mp4", { fetcher }), { name: "Unreachable" });
});

test("nobody asks for a page that has gone on", async () => {
  let left = 2;
  const fetcher = answers(waiting, waiting);
  assert.equal(await made("/v.mp4", { fetcher, pause: async () => {}, wanted: () => left-- > 0 }), false);
});
