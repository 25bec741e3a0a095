// What an initialisation segment (ISO 14496-12) says of its codec. Pure.

const CONTAINERS = new Set(["moov", "trak", "mdia", "minf", "stbl", "stsd"]);
/** Bytes of a sample entry before the boxes inside it. */
const ENTRIES = { avc1: 78, avc3: 78, vp08: 78, Opus: 28 };

/**
 * The type to give to a SourceBuffer.
 * @param {ArrayBuffer} data
 * @returns {string|null} such as `video/mp4; codecs="avc1.42e01f"`; null when it is none we know
 */
export function typeOf(data) {
  const view = new DataView(data);
  for (const { name, at } of boxes(view, 0, view.byteLength)) {
    if (name === "avcC") {
      const profile = [1, 2, 3].map((i) => view.getUint8(at + i).toString(16).padStart(2, "0"));
      return `video/mp4; codecs="avc1.${profile.join("")}"`;
    }
    if (name === "vpcC") return `video/mp4; codecs="vp08.00.10.08"`;
    if (name === "dOps") return `audio/mp4; codecs="opus"`;
  }
  return null;
}

/** All boxes, those inside after the ones around them. */
function* boxes(view, from, to) {
  let at = from;
  while (at + 8 <= to) {
    const size = view.getUint32(at);
    const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    if (size < 8 || at + size > to) return;
    yield { name, at: at + 8 };
    const inside = ENTRIES[name] ?? (CONTAINERS.has(name) ? (name === "stsd" ? 8 : 0) : null);
    if (inside !== null) yield* boxes(view, at + 8 + inside, at + size);
    at += size;
  }
}
