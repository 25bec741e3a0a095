// What a person tells about a camera: where the court and the scoreboard are, who wears what.

import { Refused, inWords } from "./api.js";
import { svg } from "./dom.js";
import { CORNERS, fitWords, rescaled, sameShape, targetsOf } from "./landmarks.js";

const NOTHING = Object.freeze({
  court: null, scoreboard: null, shirts: { home: null, away: null }, home_attacks: null,
});

/** One camera's set-up as the server keeps it; both pages change it through this. */
export class Setup {
  #api;
  #path;
  #told = NOTHING;

  /** @param {import("./api.js").Api} api @param {string} game @param {string} camera */
  constructor(api, game, camera) {
    this.#api = api;
    this.#path = `/api/v1/games/${game}/cameras/${camera}`;
  }

  /** What the server said last. */
  get told() {
    return this.#told;
  }

  /** A picture of a moment ago. @returns {Promise<{blob: Blob, media_s: number|null}>} */
  async still() {
    const { blob, headers } = await this.#api.file(`${this.#path}/still`);
    return { blob, media_s: Number(headers.get("Courtside-Media-S")) || null };
  }

  async load() {
    this.#told = { ...NOTHING, ...(await this.#api.get(`${this.#path}/setup`)) };
    return this.#told;
  }

  /** Change some of it; the rest stays. Problem 422 in words where marks do not fit. */
  async change(fields) {
    this.#told = { ...NOTHING, ...(await this.#api.put(`${this.#path}/setup`, fields)) };
    return this.#told;
  }

  /** How the marks fit a picture of this size: {words, mood}. @param {number[]|null} size */
  fit(size) {
    const { court, error_m } = this.#told;
    if (!court) return { words: "The court is not marked yet. With four points of the floor the camera knows where everybody is.", mood: "warn" };
    if (!sameShape(court.size, size)) {
      return { words: "The phone was turned since the court was marked: turn it back, or mark the court again.", mood: "bad" };
    }
    return fitWords(error_m);
  }

  /** Whether the scoreboard's corners are good in a picture of this size. */
  boardFits(size) {
    return sameShape(this.#told.scoreboard?.size, size);
  }

  /**
   * The task of marking the court.
   * @param {number[]} size of the picture @param {number|null} media_s its time, where it is known
   */
  courtTask(size, media_s = null) {
    const { floor } = this.#told;
    const { length_m, width_m } = floor;
    return {
      title: "Mark the court",
      targets: targetsOf(floor),
      lines: floor.lines.map((line) => svg("polyline", { points: line.map(([x, y]) => [x, -y]).join(" ") })),
      view: `${-length_m / 2 - 1.2} ${-width_m / 2 - 1.2} ${length_m + 2.4} ${width_m + 2.4}`,
      save: (points) => this.#saved({ court: { size, media_s, points } }),
      clear: () => this.change({ court: null }),
    };
  }

  /** The task of marking the gym's scoreboard. */
  boardTask(size) {
    return {
      title: "Mark the scoreboard",
      targets: CORNERS,
      lines: [svg("rect", { x: -4, y: -2, width: 8, height: 4 })],
      view: "-6 -3.2 12 6.4",
      inOrder: true,
      save: (points) => this.#saved({
        scoreboard: { size, corners: CORNERS.map(({ name }) => points.find(({ mark }) => mark === name).px) },
      }),
      clear: () => this.change({ scoreboard: null }),
    };
  }

  /** The points of the court as they lie in a picture of this size; none where they cannot. */
  courtPoints(size) {
    const { court } = this.#told;
    return court ? rescaled(court.points, court.size, size) ?? [] : [];
  }

  boardPoints(size) {
    const { scoreboard } = this.#told;
    const points = scoreboard?.corners.map((px, i) => ({ mark: String(i), px })) ?? [];
    return scoreboard ? rescaled(points, scoreboard.size, size) ?? [] : [];
  }

  /** The court's lines as the server drew them, in a picture of this size. */
  lines(size) {
    const { court, lines } = this.#told;
    if (!court || !lines || !sameShape(court.size, size)) return [];
    const scale = size[0] / court.size[0];
    return lines.map((line) => line.map(([x, y]) => [x * scale, y * scale]));
  }

  async #saved(fields) {
    try {
      const { error_m, lines } = await this.change(fields);
      if (!fields.court) return { words: "Kept. It is read once a second while the camera films.", mood: "ok" };
      return { ...fitWords(error_m), lines: lines ?? [] };
    } catch (error) {
      return { words: inWords(error), mood: "bad", lines: error instanceof Refused ? [] : undefined };
    }
  }
}
