// The tool that marks points in a picture: pick one on a small drawing, tap it, drag to mend.

import { ENOUGH, nextWords, withPoint } from "./landmarks.js";
import { el, setText, show, svg } from "./dom.js";

/** A tap this near to a point takes hold of it; CSS pixels. */
const GRIP = 22;
/** The magnifier: its width on the screen, and how much larger it shows the picture there. */
const GLASS = 132;
const ZOOM = 3;

/**
 * A dialog over the page. `open` answers when it is closed.
 *
 * @typedef {{title: string, targets: {name: string, words: string, x: number, y: number}[],
 *   lines: SVGElement[], view: string, inOrder?: boolean,
 *   save: (points: object[]) => Promise<{words: string, mood: string, lines?: number[][][]}>,
 *   clear: () => Promise<void>}} Task `targets` on a small drawing of `lines`; `inOrder`: one
 *   after the other
 */
export class Marker {
  #dialog;
  #image = el("img", { alt: "", draggable: "false" });
  #over = svg("svg", { class: "over", tabindex: "0", role: "application" });
  #glass = el("canvas", { class: "glass", width: GLASS, height: GLASS, hidden: true });
  #words = el("p", { class: "small", role: "status" });
  #fit = el("p", { class: "fit", role: "status", hidden: true });
  #small = svg("svg", { class: "small-court", "aria-hidden": "true" });
  #list = el("select", { "aria-label": "Point" });
  #title = el("h2", { class: "said", id: "marker-title" });
  #task = null;
  #points = [];
  #size = [1, 1];
  #drawn = []; // the server's lines
  #chosen = null;
  #held = null; // the name of the point under the finger
  #saving = null;
  #closed = () => {};

  constructor() {
    const press = (text, onTap, more = {}) => el("button", { type: "button", text, on: { click: onTap }, ...more });
    this.#dialog = el("dialog", { class: "marker", "aria-labelledby": "marker-title" },
      el("div", { class: "row spread" }, this.#title, press("Done", () => this.#dialog.close(), { class: "primary" })),
      el("div", { class: "picture" }, this.#image, this.#over, this.#glass),
      this.#words, this.#fit,
      this.#small,
      el("div", { class: "row" }, this.#list,
        press("Take this point out", () => this.#put(null)), press("Start again", () => this.#restart())));
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#list.addEventListener("change", () => this.#choose(this.#list.value));
    this.#small.addEventListener("click", (event) => this.#pick(event));
    for (const [name, hear] of Object.entries({ pointerdown: this.#down, pointermove: this.#move, pointerup: this.#up, pointercancel: this.#up })) {
      this.#over.addEventListener(name, (event) => hear.call(this, event));
    }
    this.#over.addEventListener("keydown", (event) => this.#nudge(event));
  }

  /**
   * @param {Task} task @param {string} picture its url @param {number[]} size its pixels
   * @param {{mark: string|null, px: number[]}[]} points @param {number[][][]} lines as the server
   *   drew them last
   */
  async open(task, picture, size, points, lines = []) {
    this.#task = task;
    this.#points = points;
    this.#drawn = lines;
    this.#size = size;
    this.#image.src = picture;
    await this.#image.decode();
    this.#over.setAttribute("viewBox", `0 0 ${this.#size.join(" ")}`);
    this.#over.setAttribute("aria-label", "The picture: the arrow keys move the chosen point");
    this.#small.setAttribute("viewBox", task.view);
    setText(this.#title, task.title);
    this.#list.replaceChildren(...task.targets.map(({ name, words }) => el("option", { value: name, text: words })));
    show(this.#fit, false);
    this.#choose(task.inOrder ? this.#next() : null);
    const done = new Promise((resolve) => { this.#closed = resolve; });
    this.#dialog.showModal();
    return done;
  }

  // ---- the finger

  #down(event) {
    event.preventDefault();
    const at = this.#place(event);
    // A point that is still to be put may lie close to others: those of a scoreboard far away do.
    const fresh = this.#chosen && !this.#points.some(({ mark }) => mark === this.#chosen.name);
    const near = fresh ? null : this.#nearest(at);
    if (near) this.#choose(near);
    if (!this.#chosen) return;
    this.#held = this.#chosen.name;
    this.#over.setPointerCapture(event.pointerId);
    this.#over.focus({ preventScroll: true });
    this.#moveTo(at);
  }

  #move(event) {
    if (this.#held) this.#moveTo(this.#place(event));
  }

  #up() {
    if (!this.#held) return;
    this.#held = null;
    show(this.#glass, false);
    if (this.#task.inOrder && this.#next()) this.#choose(this.#next());
    this.#save();
  }

  #moveTo(px) {
    this.#points = withPoint(this.#points, this.#held, px);
    this.#draw();
    this.#magnify(px);
  }

  /** The arrow keys: a pixel, ten with shift. */
  #nudge(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || !this.#chosen) return;
    event.preventDefault();
    const [width, height] = this.#size;
    const [x, y] = this.#points.find(({ mark }) => mark === this.#chosen.name)?.px ?? [width / 2, height / 2];
    const step = event.shiftKey ? 10 : 1;
    this.#put([x + step * way[0], y + step * way[1]].map((value, i) => Math.min(this.#size[i], Math.max(0, value))));
  }

  #put(px) {
    if (!this.#chosen) return;
    this.#points = withPoint(this.#points, this.#chosen.name, px);
    this.#draw();
    this.#save();
  }

  async #restart() {
    this.#points = [];
    this.#drawn = [];
    show(this.#fit, false);
    this.#choose(this.#task.inOrder ? this.#next() : null);
    await this.#task.clear();
  }

  /** Where in the picture, pixels. */
  #place({ clientX, clientY }) {
    const at = new DOMPoint(clientX, clientY).matrixTransform(this.#over.getScreenCTM().inverse());
    const within = (value, most) => Math.min(most, Math.max(0, value));
    return [within(at.x, this.#size[0]), within(at.y, this.#size[1])];
  }

  #nearest([x, y]) {
    const grip = GRIP * this.#unit();
    const near = this.#points
      .map(({ mark, px }) => ({ mark, far: Math.hypot(px[0] - x, px[1] - y) }))
      .filter(({ mark, far }) => mark !== null && far <= grip)
      .sort((a, b) => a.far - b.far);
    return near[0]?.mark ?? null;
  }

  /** Picture pixels for one of the screen. */
  #unit() {
    return this.#size[0] / (this.#over.clientWidth || this.#size[0]);
  }

  /** The next target that has no point. */
  #next() {
    return this.#task.targets.find(({ name }) => !this.#points.some(({ mark }) => mark === name))?.name ?? null;
  }

  #pick({ clientX, clientY }) {
    const at = new DOMPoint(clientX, clientY).matrixTransform(this.#small.getScreenCTM().inverse());
    const far = ({ x, y }) => Math.hypot(x - at.x, -y - at.y);
    const [nearest] = [...this.#task.targets].sort((a, b) => far(a) - far(b));
    this.#choose(nearest.name);
  }

  #choose(name) {
    this.#chosen = this.#task.targets.find((one) => one.name === name) ?? null;
    this.#list.value = name ?? "";
    this.#draw();
  }

  // ---- the server

  /** Tell what is marked once it is enough; what is marked meanwhile is told afterwards. */
  async #save() {
    if (this.#points.length < ENOUGH || this.#saving) {
      if (this.#saving) this.#saving.again = true;
      return;
    }
    this.#saving = { again: false };
    const answer = await this.#task.save(this.#points);
    const { again } = this.#saving;
    this.#saving = null;
    if (answer.lines) this.#drawn = answer.lines;
    setText(this.#fit, answer.words);
    this.#fit.dataset.mood = answer.mood;
    show(this.#fit, true);
    this.#draw();
    if (again) this.#save();
  }

  // ---- drawing

  #draw() {
    const unit = this.#unit();
    const frame = this.#task.inOrder && this.#points.length === ENOUGH
      ? [[...this.#points].sort((a, b) => a.mark - b.mark).map(({ px }) => px)] : [];
    this.#over.replaceChildren(
      ...this.#drawn.map((line) => svg("polyline", { class: "line", points: line.join(" ") })),
      ...frame.map((corners) => svg("polygon", { class: "line", points: corners.join(" ") })),
      ...this.#points.map(({ mark, px: [x, y] }) => svg("g", { class: `point${mark === this.#chosen?.name ? " chosen" : ""}` },
        svg("circle", { cx: x, cy: y, r: 9 * unit }),
        svg("path", { d: `M${x - 15 * unit} ${y}h${30 * unit}M${x} ${y - 15 * unit}v${30 * unit}` }))));
    this.#small.replaceChildren(
      ...this.#task.lines,
      ...this.#task.targets.map(({ name, x, y }) => {
        const done = this.#points.some(({ mark }) => mark === name);
        const chosen = name === this.#chosen?.name;
        return svg("circle", { cx: x, cy: -y, r: chosen ? 0.75 : 0.5, class: `target${done ? " done" : ""}${chosen ? " chosen" : ""}`, "data-name": name });
      }));
    setText(this.#words, nextWords(this.#points, this.#chosen));
  }

  /** The picture around the finger, larger, in the corner that the finger is not in. */
  #magnify([x, y]) {
    const pen = this.#glass.getContext("2d");
    const wide = (GLASS / ZOOM) * this.#unit();
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, GLASS, GLASS);
    pen.drawImage(this.#image, x - wide / 2, y - wide / 2, wide, wide, 0, 0, GLASS, GLASS);
    pen.strokeStyle = "#ff9440";
    pen.beginPath();
    pen.moveTo(GLASS / 2, 0);
    pen.lineTo(GLASS / 2, GLASS);
    pen.moveTo(0, GLASS / 2);
    pen.lineTo(GLASS, GLASS / 2);
    pen.stroke();
    this.#glass.dataset.side = x > this.#size[0] / 2 ? "left" : "right";
    show(this.#glass, true);
  }
}
