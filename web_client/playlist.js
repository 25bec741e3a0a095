// HLS playlists (RFC 8216bis) as values. Pure: a text and the address it came from go in.

/**
 * @typedef {{uri: string, duration_s: number, at_s: number, independent: boolean}} Part
 * @typedef {{number: number, at_s: number, duration_s: number, uri: string|null, init: string|null,
 *            whole: boolean, kept: boolean, parts: Part[]}} Segment
 * `at_s`: media second of its start. `whole`: false for the last one while it is being filled;
 * it has parts only. `kept`: false where the recorder had to leave it out.
 * @typedef {{target_s: number, part_s: number|null, blocks: boolean, skips: boolean,
 *            ended: boolean, segments: Segment[]}} Playlist
 */

/** Attributes of a tag: `A=1,B="x,y"`. @returns {Record<string, string>} */
export function attributes(text) {
  const found = {};
  for (const [, name, quoted, bare] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) {
    found[name] = quoted ?? bare;
  }
  return found;
}

/**
 * The first video of a multivariant playlist, and its sound.
 * @param {string} text @param {string} base its own address
 * @returns {{video: string|null, audio: string|null}} addresses
 */
export function parseMaster(text, base) {
  const variants = [];
  const sound = {};
  let next = null;
  for (const [tag, value] of lines(text)) {
    if (tag === "EXT-X-STREAM-INF") next = attributes(value);
    else if (tag === "EXT-X-MEDIA") {
      const media = attributes(value);
      if (media.TYPE === "AUDIO" && media.URI) sound[media["GROUP-ID"]] ??= media.URI;
    } else if (tag === null && next) {
      variants.push({ uri: value, audio: next.AUDIO ?? null });
      next = null;
    }
  }
  const best = variants.find((one) => one.audio in sound) ?? variants[0];
  return {
    video: best ? whole(best.uri, base) : null,
    audio: best && best.audio in sound ? whole(sound[best.audio], base) : null,
  };
}

/**
 * @param {string} text
 * @param {string} base its own address
 * @param {number} originMs wall time of the camera's media second 0
 * @param {Playlist|null} before what was known: a delta update leaves out what it repeats
 * @returns {Playlist|null} null when it leaves out something that is not known
 */
export function parseMedia(text, base, originMs, before = null) {
  const list = {
    target_s: 4, part_s: null, blocks: false, skips: false, ended: false, segments: [],
  };
  let number = 0;
  let at = null; // media second where the next segment starts
  let init = null;
  let duration = null;
  let kept = true;
  let parts = [];

  const push = (uri) => {
    const start = at ?? 0;
    let from = start;
    for (const part of parts) {
      part.at_s = from;
      from += part.duration_s;
    }
    const length = uri === null ? from - start : duration;
    list.segments.push({
      number, at_s: start, duration_s: length, uri, init, whole: uri !== null, kept, parts,
    });
    at = start + length;
    number += 1;
    parts = [];
    duration = null;
    kept = true;
  };

  for (const [tag, value] of lines(text)) {
    switch (tag) {
      case "EXT-X-TARGETDURATION":
        list.target_s = Number(value) || list.target_s;
        break;
      case "EXT-X-PART-INF":
        list.part_s = Number(attributes(value)["PART-TARGET"]) || null;
        break;
      case "EXT-X-SERVER-CONTROL": {
        const control = attributes(value);
        list.blocks = control["CAN-BLOCK-RELOAD"] === "YES";
        list.skips = "CAN-SKIP-UNTIL" in control;
        break;
      }
      case "EXT-X-MEDIA-SEQUENCE":
        number = Number(value) || 0;
        break;
      case "EXT-X-SKIP": {
        const count = Number(attributes(value)["SKIPPED-SEGMENTS"]) || 0;
        const known = (before?.segments ?? [])
          .filter((one) => one.whole && one.number >= number && one.number < number + count);
        if (known.length !== count) return null;
        list.segments.push(...known);
        number += count;
        const last = known.at(-1);
        if (last) [at, init] = [last.at_s + last.duration_s, last.init];
        break;
      }
      case "EXT-X-MAP":
        init = whole(attributes(value).URI, base);
        break;
      case "EXT-X-PROGRAM-DATE-TIME":
        at = (Date.parse(value) - originMs) / 1000;
        break;
      case "EXT-X-GAP":
        kept = false;
        break;
      case "EXTINF":
        duration = Number.parseFloat(value) || 0;
        break;
      case "EXT-X-PART": {
        const part = attributes(value);
        parts.push({
          uri: whole(part.URI, base),
          duration_s: Number(part.DURATION) || 0,
          at_s: 0,
          independent: part.INDEPENDENT === "YES",
        });
        break;
      }
      case "EXT-X-ENDLIST":
        list.ended = true;
        break;
      case null:
        if (duration !== null) push(whole(value, base));
        break;
      default: // what a newer server may say
    }
  }
  if (parts.length) push(null);
  return list;
}

/** The address that answers when there is more than this. @param {Playlist|null} list */
export function reloadAddress(address, list) {
  const at = new URL(address);
  if (!list?.blocks || list.ended) return at;
  const last = list.segments.at(-1);
  const open = last && !last.whole;
  const number = last ? last.number + (open ? 0 : 1) : 0;
  at.searchParams.set("_HLS_msn", String(number));
  if (list.part_s) at.searchParams.set("_HLS_part", String(open ? last.parts.length : 0));
  if (list.skips && list.segments.length > 1) at.searchParams.set("_HLS_skip", "YES");
  return at;
}

/** [tag, value] of each line; [null, address] for an address. */
function* lines(text) {
  for (const line of text.split(/\r?\n/)) {
    if (!line) continue;
    if (!line.startsWith("#")) yield [null, line.trim()];
    else if (line.startsWith("#EXT")) {
      const colon = line.indexOf(":");
      if (colon < 0) yield [line.slice(1).trim(), ""];
      else yield [line.slice(1, colon), line.slice(colon + 1).trim()];
    }
  }
}

const whole = (uri, base) => (uri === undefined ? null : new URL(uri, base).href);
