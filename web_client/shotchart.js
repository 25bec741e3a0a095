// Where shots were taken from, on a half court, as the shooters saw it.

import { el } from "./dom.js";

// The drawing has ten units a metre; the baseline is at the bottom.
const SCALE = 10;
const WIDTH_M = 15;
const DEPTH_M = 14;

const ZONES = {
  restricted: "At the ring",
  paint: "Paint",
  mid_range: "Mid-range",
  left_corner_3: "Left corner three",
  right_corner_3: "Right corner three",
  above_break_3: "Three from the front",
  backcourt: "Far away",
};

/**
 * Draw the court's lines and the shots in `svg`.
 * @param {SVGElement} svg
 * @param {object} court the rule set's court, in metres
 * @param {object[]} shots of one side, as at /shots
 */
export function drawShots(svg, court, shots) {
  const make = (tag, attributes) => {
    const node = document.createElementNS(svg.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const lines = courtLines(court).map((d) => make("path", { d, class: "floor" }));
  const ring = place(court, 0, 0);
  lines.push(make("circle", { cx: ring.x, cy: ring.y, r: 2.3, class: "ring" }));
  const marks = shots.filter((shot) => shot.zone !== null && shot.zone !== "backcourt")
    .map((shot) => {
      const { x, y } = place(court, shot.along_m, shot.across_m);
      return shot.made
        ? make("circle", { cx: x, cy: y, r: 2.6, class: "made" })
        : make("path", { d: `M${x - 2} ${y - 2}l4 4m0 -4l-4 4`, class: "missed" });
    });
  svg.replaceChildren(...lines, ...marks);
}

/** A place as the shooter sees it (metres from the ring, to the left) on the drawing. */
export function place(court, along_m, across_m) {
  return {
    x: Number(((WIDTH_M / 2 - across_m) * SCALE).toFixed(1)),
    y: Number(((DEPTH_M - court.basket_m - along_m) * SCALE).toFixed(1)),
  };
}

function courtLines(court) {
  const base = DEPTH_M * SCALE;
  const middle = (WIDTH_M / 2) * SCALE;
  const [half, depth] = [(court.key_width_m / 2) * SCALE, court.key_m * SCALE];
  const corner = court.corner_m * SCALE;
  const ring = base - court.basket_m * SCALE;
  // The arc meets the corner lines where it is as far out as they are.
  const meets = ring - Math.sqrt(Math.max(0, court.arc_m ** 2 - court.corner_m ** 2)) * SCALE;
  const arc = court.arc_m * SCALE;
  const calm = court.no_charge_m * SCALE;
  return [
    `M0 ${base}H${WIDTH_M * SCALE}V0H0Z`,
    `M${middle - half} ${base}v${-depth}h${2 * half}v${depth}`,
    `M${middle - 18} ${base - depth}a18 18 0 0 1 36 0`,
    `M${middle - corner} ${base}V${meets}A${arc} ${arc} 0 0 1 ${middle + corner} ${meets}V${base}`,
    `M${middle - calm} ${ring}a${calm} ${calm} 0 0 1 ${2 * calm} 0`,
    `M${middle - 9} ${base - 12}h18`,
  ];
}

/** Made–tried by zone. @param {object[]} shots of one side */
export function zoneTable(shots) {
  const rows = Object.entries(ZONES).flatMap(([zone, title]) => {
    const here = shots.filter((shot) => shot.zone === zone);
    if (!here.length) return [];
    const made = here.filter((shot) => shot.made).length;
    return [el("tr", {}, el("th", { scope: "row", text: title }),
      el("td", { text: `${made}–${here.length}` }),
      el("td", { text: `${Math.round((100 * made) / here.length)} %` }))];
  });
  return el("table", {}, el("thead", {}, el("tr", {},
    ...["Zone", "Made–tried", "Share"].map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, ...rows));
}

/** What the chart shows, for those who cannot see it, and what it lacks. */
export function shotWords(shots) {
  const made = shots.filter((shot) => shot.made).length;
  const placed = shots.filter((shot) => shot.zone !== null).length;
  const words = `${made} of ${shots.length} shots made.`;
  if (placed === shots.length) return words;
  return placed
    ? `${words} ${placed} have a place on the floor.`
    : `${words} Nobody said where they were taken from.`;
}
