import assert from "node:assert/strict";
import { test } from "node:test";

import { parseMaster, parseMedia, reloadAddress } from "../../web_client/playlist.js";

const BASE = "https://gym.test/media/g/main/video.m3u8?sign=1";
const ORIGIN = Date.parse("2026-03-07T19:00:00Z");

const FULL = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18.0,PART-HOLD-BACK=1.5
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:4
#EXT-X-MAP:URI="video/init-0.mp4?sign=1"
#EXT-X-PROGRAM-DATE-TIME:2026-03-07T19:00:08.000Z
#EXTINF:2.00000,
video/4.m4s?sign=1
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="video/init-1.mp4?sign=1"
#EXT-X-PROGRAM-DATE-TIME:2026-03-07T19:00:14.000Z
#EXT-X-PART:DURATION=0.50000,URI="video/5.0.m4s?sign=1",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="video/5.1.m4s?sign=1"
#EXTINF:1.00000,
video/5.m4s?sign=1
#EXT-X-PROGRAM-DATE-TIME:2026-03-07T19:00:15.000Z
#EXT-X-PART:DURATION=0.50000,URI="video/6.0.m4s?sign=1",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video/6.1.m4s?sign=1"
`;

test("a multivariant playlist gives the picture and its sound", () => {
  const text = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Gym, left",DEFAULT=YES,URI="audio.m3u8?sign=1"
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.42c01f,opus",AUDIO="sound"
video.m3u8?sign=1
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.42c01f"
video.m3u8?sign=1
`;
  assert.deepEqual(parseMaster(text, "https://gym.test/media/g/main/index.m3u8"), {
    video: "https://gym.test/media/g/main/video.m3u8?sign=1",
    audio: "https://gym.test/media/g/main/audio.m3u8?sign=1",
  });
  assert.deepEqual(parseMaster("#EXTM3U\n", BASE), { video: null, audio: null });
});

test("without a rendition of sound the picture is alone", () => {
  const text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"gone\"\nvideo.m3u8\n";
  assert.equal(parseMaster(text, BASE).audio, null);
});

test("segments stand at media seconds, gaps included", () => {
  const list = parseMedia(FULL, BASE, ORIGIN);
  assert.deepEqual([list.target_s, list.part_s, list.blocks, list.skips, list.ended],
    [3, 0.5, true, true, false]);
  assert.deepEqual(list.segments.map(({ number, at_s, duration_s, whole }) =>
    [number, at_s, duration_s, whole]), [[4, 8, 2, true], [5, 14, 1, true], [6, 15, 0.5, false]]);
  assert.equal(list.segments[0].init, "https://gym.test/media/g/main/video/init-0.mp4?sign=1");
  assert.equal(list.segments[2].init, "https://gym.test/media/g/main/video/init-1.mp4?sign=1");
  assert.deepEqual(list.segments[1].parts.map(({ at_s, independent }) => [at_s, independent]),
    [[14, true], [14.5, false]]);
});

test("lines may end as Windows ends them", () => {
  assert.deepEqual(parseMedia(FULL.replaceAll("\n", "\r\n"), BASE, ORIGIN),
    parseMedia(FULL, BASE, ORIGIN));
});

test("the next reload waits for the part after the last", () => {
  const at = reloadAddress(BASE, parseMedia(FULL, BASE, ORIGIN));
  assert.equal(at.searchParams.get("_HLS_msn"), "6");
  assert.equal(at.searchParams.get("_HLS_part"), "1");
  assert.equal(at.searchParams.get("_HLS_skip"), "YES");
  assert.equal(at.searchParams.get("sign"), "1");
});

test("after a whole segment it waits for the first part of the next", () => {
  const text = FULL.slice(0, FULL.indexOf("#EXT-X-PROGRAM-DATE-TIME:2026-03-07T19:00:15"));
  const at = reloadAddress(BASE, parseMedia(text, BASE, ORIGIN));
  assert.deepEqual([at.searchParams.get("_HLS_msn"), at.searchParams.get("_HLS_part")], ["6", "0"]);
});

test("a plain or an ended playlist is asked for as it is", () => {
  const plain = parseMedia(FULL.replace("CAN-BLOCK-RELOAD=YES,", ""), BASE, ORIGIN);
  assert.equal(reloadAddress(BASE, plain).href, BASE);
  const ended = parseMedia(`${FULL}#EXT-X-ENDLIST\n`, BASE, ORIGIN);
  assert.equal(ended.ended, true);
  assert.equal(reloadAddress(BASE, ended).href, BASE);
  assert.equal(reloadAddress(BASE, null).href, BASE);
});

test("a delta update keeps what was known", () => {
  const before = parseMedia(FULL, BASE, ORIGIN);
  const delta = `#EXTM3U
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18.0
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:4
#EXT-X-SKIP:SKIPPED-SEGMENTS=2
#EXT-X-PROGRAM-DATE-TIME:2026-03-07T19:00:15.000Z
#EXTINF:2.0,
video/6.m4s?sign=1
`;
  const list = parseMedia(delta, BASE, ORIGIN, before);
  assert.deepEqual(list.segments.map(({ number, at_s }) => [number, at_s]), [[4, 8], [5, 14], [6, 15]]);
  assert.equal(list.segments[2].init, "https://gym.test/media/g/main/video/init-1.mp4?sign=1");
  // It leaves out what nobody here has read: the whole of it must be asked for.
  assert.equal(parseMedia(delta, BASE, ORIGIN, null), null);
});

test("what the recorder had to leave out is no picture", () => {
  const text = FULL.replace("#EXTINF:1.00000,", "#EXT-X-GAP\n#EXTINF:1.00000,");
  assert.deepEqual(parseMedia(text, BASE, ORIGIN).segments.map((one) => one.kept), [true, false, true]);
});

test("nonsense is an empty playlist, not an error", () => {
  for (const text of ["", "<html></html>", "#EXTM3U\nvideo.m4s", "#EXT-X-TARGETDURATION:x"]) {
    const list = parseMedia(text, BASE, ORIGIN);
    assert.deepEqual([list.segments, list.target_s], [[], 4]);
  }
});
