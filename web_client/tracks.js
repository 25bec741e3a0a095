// What the camera sees, as boxes on a plain canvas.

const COLOURS = { player: "#6ea3ff", person: "#6ea3ff", referee: "#c9d1dc", ball: "#ff9440", rim: "#5fd08f" };
const OLD_MS = 4_000;

export class TrackView {
  #canvas;
  #heard = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {{size: [number, number], items: object[]}} tracks */
  draw(tracks) {
    const [width, height] = tracks.size;
    if (!(width > 0 && height > 0)) return;
    if (tracks.items.length) this.#heard = performance.now();
    const canvas = this.#canvas;
    const shown = canvas.clientWidth || 640;
    const scale = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(shown * scale);
    canvas.height = Math.round((canvas.width * height) / width);
    const pen = canvas.getContext("2d");
    const unit = canvas.width / width;
    pen.lineWidth = 2 * scale;
    pen.font = `600 ${11 * scale}px system-ui, sans-serif`;
    for (const item of tracks.items) {
      const [x0, y0, x1, y1] = item.xyxy.map((value) => value * unit);
      const colour = COLOURS[item.label] ?? "#c9d1dc";
      pen.strokeStyle = pen.fillStyle = colour;
      if (item.label === "ball") {
        pen.beginPath();
        pen.arc((x0 + x1) / 2, (y0 + y1) / 2, Math.max(3 * scale, (x1 - x0) / 2), 0, 2 * Math.PI);
        pen.fill();
        continue;
      }
      pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
      if (item.label === "player" && item.id !== null) pen.fillText(item.id, x0 + 2, y0 - 3 * scale);
    }
  }

  /** Boxes of long ago are no picture of now. @returns {boolean} whether something is shown */
  fresh() {
    return this.#heard > 0 && performance.now() - this.#heard < OLD_MS;
  }
}
