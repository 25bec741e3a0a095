// Where things are in a recording: what to fetch next, what is missing, what to jump over. Pure.

/** Less than this between two pieces is rounding, not a gap. Seconds. */
export const SEAM_S = 0.3;

/**
 * @typedef {{number: number, part: number|null}} Place a segment; `part`: one of its parts
 * @typedef {{place: Place, uri: string, init: string|null, at_s: number, end_s: number}} Piece
 */

/** From where to where there is a recording, and what is missing in it. Media seconds. */
export function span(list) {
  const { segments } = list;
  if (!segments.length) return null;
  const gaps = [];
  let end = segments[0].at_s;
  for (const { at_s, duration_s, kept } of segments) {
    if (!kept) continue;
    if (at_s - end > SEAM_S) gaps.push([end, at_s]);
    end = Math.max(end, at_s + duration_s);
  }
  return { from_s: segments[0].at_s, to_s: end, gaps };
}

/**
 * Where to begin so that this moment can be shown: whole segments begin with a key frame, the
 * one that is being filled can be entered at an independent part.
 * @param {import("./playlist.js").Playlist} list @param {number} media_s
 * @returns {Place|null} null when nothing is there at that moment or later
 */
export function placeAt(list, media_s) {
  const { segments } = list;
  let low = 0;
  let high = segments.length;
  while (low < high) { // the first that ends after the moment
    const middle = (low + high) >> 1;
    const { at_s, duration_s } = segments[middle];
    if (at_s + duration_s > media_s) high = middle;
    else low = middle + 1;
  }
  const found = segments[low];
  if (!found) return null;
  if (found.whole) return { number: found.number, part: null };
  const entry = found.parts.findLastIndex((part) => part.independent && part.at_s <= media_s);
  return { number: found.number, part: Math.max(0, entry) };
}

/**
 * What stands at a place, if it is there already.
 * @returns {Piece|null}
 */
export function pieceAt(list, place) {
  const segment = segmentAt(list, place.number);
  if (!segment) return null;
  const { number, init, whole, kept, parts } = segment;
  if (!kept) return pieceAt(list, entry(list, number + 1));
  const piece = (part, uri, at_s, duration_s) =>
    ({ place: { number, part }, uri, init, at_s, end_s: at_s + duration_s });
  if (place.part !== null && parts[place.part]) {
    const { uri, at_s, duration_s } = parts[place.part];
    return piece(place.part, uri, at_s, duration_s);
  }
  if (!whole) return null;
  // It was finished with the part before this one.
  if (place.part && parts.length) return pieceAt(list, entry(list, number + 1));
  return piece(null, segment.uri, segment.at_s, segment.duration_s);
}

/** The place after a piece. @param {Place} place */
export function after(list, { number, part }) {
  return part === null ? entry(list, number + 1) : { number, part: part + 1 };
}

/** The beginning of a segment: one that is not finished is taken part by part. */
function entry(list, number) {
  return { number, part: segmentAt(list, number)?.whole ? null : 0 };
}

function segmentAt(list, number) {
  const first = list.segments[0];
  if (!first) return null;
  const found = list.segments[number - first.number];
  return found?.number === number ? found : null;
}

/** The start of a [start, end] list after a moment, or null. */
export function nextStart(ranges, at_s) {
  return ranges.find(([start]) => start > at_s)?.[0] ?? null;
}

/** Seconds that can still be played from here, over all gaps. @param {[number, number][]} ranges */
export function ahead(ranges, at_s) {
  return ranges.reduce((sum, [start, end]) => sum + Math.max(0, end - Math.max(start, at_s)), 0);
}

/** Is this moment held, or does it come within a moment? */
export function holds(ranges, at_s) {
  return ranges.some(([start, end]) => start - SEAM_S <= at_s && at_s < end);
}

/** TimeRanges as a list. @returns {[number, number][]} */
export function listed(ranges) {
  return Array.from({ length: ranges.length }, (_, i) => [ranges.start(i), ranges.end(i)]);
}
