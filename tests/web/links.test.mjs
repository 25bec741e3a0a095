import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, Refused, Unreachable, inWords } from "../../web_client/api.js";
import { judgeSocket, judgeUplink } from "../../web_client/check.js";
import { cutEvents } from "../../web_client/live.js";
import { Tokens, openPage } from "../../web_client/tokens.js";
import { iceServersFrom } from "../../web_client/whipsession.js";
import { readStats } from "../../web_client/whipstats.js";

const shelf = () => {
  const map = new Map();
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => map.set(key, value) };
};

test("a token in the address is kept and taken out of it", () => {
  const storage = shelf();
  const seen = [];
  const history = { replaceState: (_, __, at) => seen.push(at) };
  const open = (page, href) => openPage(page, { href }, history, storage);
  const first = open("watch", "https://x/watch/g-1?token=abc&at=left#top");
  assert.deepEqual(seen, ["/watch/g-1?at=left#top"]);
  assert.equal(first.game, "g-1");
  assert.equal(first.token, "abc");
  assert.equal(first.query.get("at"), "left");
  assert.equal(open("watch", "https://x/watch/g-1").token, "abc");
  assert.equal(open("overlay", "https://x/overlay/g-1").token, "abc");
  assert.equal(open("sheet", "https://x/sheet/g-1").token, "abc");
  assert.equal(open("desk", "https://x/desk/g-1").token, null);
  assert.equal(open("watch", "https://x/watch/g-2").token, null);
  assert.equal(seen.length, 1);
});

test("the desk's token may watch; games can be forgotten; nonsense is survived", () => {
  const storage = shelf();
  const tokens = new Tokens(storage);
  tokens.keep("g", { desk: "d" }, { title: "A – B" });
  tokens.keep("g", { camera: "c" });
  assert.equal(tokens.get("g", "watch"), "d");
  assert.equal(tokens.get("g", "camera"), "c");
  assert.equal(tokens.all().g.title, "A – B");
  tokens.forget("g");
  assert.deepEqual(tokens.all(), {});
  storage.setItem("courtside.games", "}{");
  assert.equal(new Tokens(storage).get("g", "watch"), null);
});

test("refusals are told apart from silence, in words", async () => {
  const answer = (status, body) => async () => new Response(body, { status });
  await assert.rejects(new Api("t", answer(409, '{"type":"x","detail":"No."}')).post("/a", {}), (error) =>
    error instanceof Refused && error.type === "x" && inWords(error) === "No.");
  await assert.rejects(new Api("t", answer(502, "<html>")).get("/a"), (error) =>
    error instanceof Refused && error.status === 502 && inWords(error).includes("502"));
  await assert.rejects(new Api(null, async () => { throw new TypeError("net"); }).get("/a"), Unreachable);
  assert.match(inWords(new Refused(401, { detail: "jwt" })), /link/);
  let sent = null;
  const api = new Api("t", async (_, init) => { sent = init; return new Response("", { status: 200 }); });
  assert.equal(await api.post("/a", { b: 1 }), null);
  assert.equal(sent.headers.Authorization, "Bearer t");
  assert.equal(sent.body, '{"b":1}');
});

test("events of a stream are cut whole", () => {
  const [messages, rest] = cutEvents('id: e:1\ndata: {"a":1}\n\n: hello\n\nretry: 5\r\n\r\ndata: x\ndata: y\n\ndata: {"b"');
  assert.deepEqual(messages, ['{"a":1}', "x\ny"]);
  assert.equal(rest, 'data: {"b"');
});

test("ICE servers are read from Link headers", () => {
  const link = '<stun:s.example:3478>; rel="ice-server", ' +
    '<turn:t.example?transport=udp>; rel="ice-server"; username="u,1"; credential="p;w"; credential-type="password", ' +
    '<https://x>; rel="next"';
  assert.deepEqual(iceServersFrom(link), [
    { urls: "stun:s.example:3478" },
    { urls: "turn:t.example?transport=udp", username: "u,1", credential: "p;w" },
  ]);
  assert.deepEqual(iceServersFrom(null), []);
});

test("a sender's report becomes what a person wants to know", () => {
  const report = (bytesSent) => new Map([
    ["o", { type: "outbound-rtp", kind: "video", bytesSent, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, codecId: "c", qualityLimitationReason: "none" }],
    ["r", { type: "remote-inbound-rtp", kind: "video", fractionLost: 0.05 }],
    ["p", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.0123 }],
    ["c", { type: "codec", id: "c", mimeType: "video/H264" }],
  ]);
  const first = readStats(report(1_000), null, 0);
  assert.equal(first.stats.kbps, null);
  const { stats } = readStats(report(251_000), first.counters, 1_000);
  assert.deepEqual(stats, { kbps: 2_000, rttMs: 12, width: 1280, height: 720, fps: 30, loss: 0.05, codec: "H264", limited: null });
  assert.equal(readStats(new Map(), null, 0).stats.rttMs, null);
});

test("the self-check judges in plain words", () => {
  assert.equal(judgeUplink(20_000).status, "ok");
  assert.match(judgeUplink(20_000).text, /over 10/);
  assert.equal(judgeUplink(1_000).status, "warn");
  assert.match(judgeUplink(300).todo, /Wi-Fi/);
  assert.equal(judgeSocket(4403).status, "ok", "a camera may not watch, but the server answered");
  assert.equal(judgeSocket(4401).status, "bad");
  assert.equal(judgeSocket(4404).status, "bad");
  assert.equal(judgeSocket(1006).status, "warn");
});
