import assert from "node:assert/strict";
import { test } from "node:test";

import { typeOf } from "../../web_client/mp4.js";
import { waysFor } from "../../web_client/pictureways.js";
import { lengthText, momentText, slateOf } from "../../web_client/picturewords.js";
import { Boxes } from "../../web_client/pictureboxes.js";
import { RtpTime } from "../../web_client/rtptime.js";

const ALL = { rtc: true, mse: true, native: true };
const BOTH = { whep: "/whep/g/main", hls: "/media/g/main/index.m3u8" };

test("live begins with WebRTC, the recording stands behind it", () => {
  assert.deepEqual(waysFor(BOTH, ALL, { live: true, whep: true }), ["whep", "mse"]);
  assert.deepEqual(waysFor(BOTH, { ...ALL, mse: false }, { live: true, whep: true }), ["whep", "native"]);
});

test("what WebRTC cannot do it is not asked for", () => {
  assert.deepEqual(waysFor(BOTH, ALL, { live: false, whep: true }), ["mse"]);
  assert.deepEqual(waysFor(BOTH, ALL, { live: true, whep: false }), ["mse"]);
  assert.deepEqual(waysFor({ whep: BOTH.whep, hls: null }, ALL, { live: true, whep: false }), []);
  assert.deepEqual(waysFor(BOTH, { rtc: false, mse: false, native: false }, { live: true, whep: true }), []);
  assert.deepEqual(waysFor(BOTH, ALL, { live: true, whep: true, only: "native" }), []);
});

test("a way that nobody knows is not demanded", () => {
  assert.deepEqual(waysFor(BOTH, ALL, { live: true, whep: true, only: "hls" }), ["whep", "mse"]);
});

const NOW = { status: "live", at: null, shown: true, frozenMs: 0, failed: false, recorded: true };
const clock = () => "20:31";

test("a moving picture has no slate, a standing one says why", () => {
  assert.equal(slateOf({ ...NOW, status: "lost" }, clock), null);
  const still = { ...NOW, frozenMs: 4_000, at: "2026-03-07T19:31:00Z" };
  const title = (more) => slateOf({ ...still, ...more }, clock).title;
  assert.equal(title({ status: "lost" }), "Camera lost since 20:31");
  assert.equal(title({ status: "ended" }), "The camera stopped at 20:31");
  assert.equal(title({ status: "none" }), "No camera yet");
  assert.equal(title({}), "Waiting for the picture");
  assert.equal(title({ shown: false }), "Opening the picture");
  assert.equal(title({ failed: true }), "The picture does not get through");
  assert.equal(title({ status: "lost", at: null }), "Camera lost");
});

test("moments are said as people say them", () => {
  assert.deepEqual([0, 59.6, 723, 3_723].map(lengthText), ["0:00", "1:00", "12:03", "1:02:03"]);
  const of = { at_s: 100, from_s: 40, to_s: 142, live: false, running: true };
  assert.equal(momentText(of).long, "0:42 behind live");
  assert.equal(momentText({ ...of, running: false }).short, "1:00 / 1:42");
  assert.equal(momentText({ ...of, live: true }).short, "");
});

test("RTP time goes on over the end of its counter", () => {
  const time = new RtpTime();
  assert.equal(time.media(1), null);
  for (const nonsense of [null, {}, { rtp: "x", media_s: 1 }, { rtp: 1, media_s: null }, 7]) {
    time.hear(nonsense);
  }
  assert.equal(time.media(1), null);
  time.hear({ rtp: 0xffffffff - 8_999, media_s: 60 });
  assert.equal(time.media(0), 60.1);
  assert.equal(time.media(90_000 - 9_000), 61);
  assert.equal(time.media(0xffffffff - 98_999), 59);
  assert.equal(time.media(undefined), null);
});

test("the answer tells the time before the first message does", () => {
  const time = new RtpTime();
  time.begin("v=0\r\nm=video 9 X\r\na=x-media-zero:4294967295\r\na=sendonly\r\n");
  assert.equal(time.media(90_000 * 30_000 - 1), 30_000);
  time.hear({ rtp: 90_000, media_s: 7 });
  assert.equal(time.media(0), 6);
  time.begin("v=0\r\n");
  assert.equal(time.media(0), 6);
});

test("boxes are those of the moment on the screen", () => {
  const boxes = new Boxes();
  for (let i = 0; i < 1_000; i += 1) boxes.put({ media_s: i / 10, items: [] });
  assert.equal(boxes.at(99.04).media_s, 99);
  assert.equal(boxes.at(150), null);
  assert.equal(boxes.at(1), null); // long gone: there are few
  boxes.put({ media_s: 3, items: [] }); // the camera began anew
  assert.equal(boxes.at(99), null);
  assert.equal(boxes.at(3).media_s, 3);
});

/** A box of MP4 with what is inside. */
function box(name, ...inside) {
  const body = Buffer.concat(inside);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(name, 4, "latin1");
  return Buffer.concat([head, body]);
}

const init = (entry, size, config) => {
  const stsd = box("stsd", Buffer.alloc(8), box(entry, Buffer.alloc(size), config));
  const made = Buffer.concat([box("ftyp", Buffer.alloc(8)),
    box("moov", box("mvhd"), box("trak", box("mdia", box("minf", box("stbl", stsd)))))]);
  return made.buffer.slice(made.byteOffset, made.byteOffset + made.length);
};

test("the type of an initialisation segment", () => {
  assert.equal(typeOf(init("avc1", 78, box("avcC", Buffer.from([1, 0x42, 0xc0, 0x1f])))),
    'video/mp4; codecs="avc1.42c01f"');
  assert.equal(typeOf(init("Opus", 28, box("dOps"))), 'audio/mp4; codecs="opus"');
  assert.equal(typeOf(init("avc1", 78, Buffer.alloc(0))), null);
  assert.equal(typeOf(new ArrayBuffer(0)), null);
  assert.equal(typeOf(new Uint8Array([0, 0, 255, 0, 109, 111, 111, 118]).buffer), null);
  const whole = init("avc1", 78, box("avcC", Buffer.from([1, 0x42, 0xc0, 0x1f])));
  for (let cut = 0; cut < whole.byteLength; cut += 7) assert.doesNotThrow(() => typeOf(whole.slice(0, cut)));
});
