// Points that a person can find in a camera's picture: of the floor, and of a scoreboard. Pure.
// `left` and `near` are as the camera sees them; the server knows where they are in metres.

/** So many points are enough; more make it better. */
export const ENOUGH = 4;
/** Pictures whose shapes differ by more than this are of a phone that was turned. */
const SAME_SHAPE = 0.02;
/** Metres at mid-court: the lines fit, and they fit somehow. */
const GOOD_M = 0.3;
const FAIR_M = 0.8;

/**
 * The points of the floor: {name, words, x, y}, metres from its centre, y towards the far side.
 * @param {{marks: Object<string, number[]>}} floor as the server has it
 */
export function targetsOf(floor) {
  return Object.entries(floor.marks).map(([name, [x, y]]) => ({ name, words: markWords(name), x, y }));
}

const WORDS = {
  halfway: (depth) => `halfway line, ${depth} side`,
  circle: (depth) => `centre circle, ${depth} edge`,
  corner: (hand, depth) => `${hand} corner, ${depth} side`,
  key: (hand, depth) => `${hand} key at the end line, ${depth} side`,
  throw: (hand, depth) => `${hand} free-throw line, ${depth} end`,
  three: (hand, depth) => (depth === "top" ? `top of the ${hand} three-point line` : `${hand} three-point line at the end line, ${depth} side`),
  centre: () => "centre of the floor",
};

/** "left corner, near side" for `corner-left-near`. */
export function markWords(name) {
  const [what, ...where] = name.split("-");
  return WORDS[what]?.(...where) ?? name.replaceAll("-", " ");
}

/** The corners of a scoreboard as it is read, likewise, on a board of 8 by 4. */
export const CORNERS = Object.freeze([
  { name: "0", words: "top left corner", x: -4, y: 2 },
  { name: "1", words: "top right corner", x: 4, y: 2 },
  { name: "2", words: "bottom right corner", x: 4, y: -2 },
  { name: "3", words: "bottom left corner", x: -4, y: -2 },
].map(Object.freeze));

/**
 * The marks with one point put in, moved or (px null) taken out.
 * @param {{mark: string|null, px: number[]}[]} points
 */
export function withPoint(points, mark, px) {
  if (!px) return points.filter((one) => one.mark !== mark);
  const rounded = px.map((value) => Math.round(value * 10) / 10);
  if (!points.some((one) => one.mark === mark)) return [...points, { mark, px: rounded, xy_m: null }];
  return points.map((one) => (one.mark === mark ? { ...one, px: rounded } : one));
}

/**
 * The marks in a picture of another size, or null where that is another picture: a phone that was
 * turned, another shape.
 * @param {number[]} from, to [width, height]
 */
export function rescaled(points, from, to) {
  if (!sameShape(from, to)) return null;
  return points.map((one) => ({ ...one, px: [(one.px[0] * to[0]) / from[0], (one.px[1] * to[1]) / from[1]] }));
}

/** Whether marks made in a picture of one size are good in one of another. */
export function sameShape(from, to) {
  if (!from || !to) return true;
  return Math.abs((from[0] * to[1]) / (from[1] * to[0]) - 1) <= SAME_SHAPE;
}

/** How well the marks fit, for a person: {words, mood}. @param {number|null|undefined} error_m */
export function fitWords(error_m) {
  if ((error_m ?? null) === null) return { words: "Not known yet how well it fits.", mood: "warn" };
  const off = error_m < 0.095 ? "less than 10 cm off" : error_m < 1 ? `about ${Math.round(error_m * 10) * 10} cm off` : `about ${error_m.toFixed(1)} m off`;
  if (error_m <= GOOD_M) return { words: `Good: ${off}.`, mood: "ok" };
  if (error_m <= FAIR_M) return { words: `So-so: ${off}. Move the points, or mark one more.`, mood: "warn" };
  return { words: `Try again: ${off}. Is every point the one that it should be?`, mood: "bad" };
}

/** What to do next, for a person. */
export function nextWords(points, chosen, enough = ENOUGH) {
  const named = points.filter(({ mark }) => mark !== null);
  if (chosen && !named.some(({ mark }) => mark === chosen.name)) return `Now tap it in the picture: ${chosen.words}.`;
  if (points.length < enough) {
    const left = enough - points.length;
    return `Pick a point that you can see below, then tap it in the picture: ${left} more.`;
  }
  return "Drag a point to mend it, or mark another one.";
}
