// The buttons under the picture, and the bar on which one goes back.

import { el, setText, show, svg } from "./dom.js";
import { momentText } from "./picturewords.js";

const STEP_S = 10;
const ARROW_S = 5;
/** Drawn by hand on a grid of 24. */
const ICONS = {
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M6 4.5h4v15H6zM14 4.5h4v15h-4z",
  back: "M11 5.5v13L3 12zM20.5 5.5v13l-8-6.5z",
  sound: "M3 9v6h4l6 5V4L7 9zM16 8.2a5 5 0 0 1 0 7.6v-2a3 3 0 0 0 0-3.6zM16 4.6a8.5 8.5 0 0 1 0 14.8v-2.1a6.6 6.6 0 0 0 0-10.6z",
  muted: "M3 9v6h4l6 5V4L7 9zM21.5 9.4l-1.4-1.4-2.1 2.1L15.900 8 14.500 9.400l2.1 2.100-2.1 2.1 1.4 1.4 2.1-2.1 2.1 2.100 1.4-1.4-2.1-2.1z",
  boxes: "M3 5h18v14H3zm2 2v10h14V7zM7.500 9h4v6h-4zM14 10h3v4h-3z",
  small: "M2 4h20v9h-2V6H4v12h6v2H2zM12 14.500h10V21H12z",
  full: "M4 4h7v2H6v5H4zM13 4h7v7h-2V6h-5zM4 13h2v5h5v2H4zM18 13h2v7h-7v-2h5z",
};

export class PictureBar {
  node;

  #on;
  #range = el("input", { type: "range", min: 0, max: 1, step: "any", "aria-label": "Moment of the game" });
  #gaps = el("div", { class: "gaps" });
  #when = el("span", { class: "when num" });
  #live = el("button", { type: "button", class: "golive", text: "Live" });
  #buttons = {};
  #dragged = false;
  #shown = null; // what was drawn last

  /**
   * @param {{seek: (s: number) => void, step: (s: number) => void, goLive: () => void,
   *          playPause: () => void, sound: () => void, boxes: () => void,
   *          small: (() => void)|null, full: (() => void)|null}} on
   */
  constructor(on) {
    this.#on = on;
    const button = (name, label, act) => {
      this.#buttons[name] = el("button", { type: "button", class: "icon", "aria-label": label, title: label,
        on: { click: act } }, icon(name));
      return this.#buttons[name];
    };
    this.#live.addEventListener("click", () => on.goLive());
    this.#range.addEventListener("input", () => this.#drag());
    this.#range.addEventListener("change", () => {
      this.#dragged = false;
      on.seek(Number(this.#range.value));
    });
    this.#range.addEventListener("keydown", (event) => this.#key(event));
    this.node = el("div", { class: "bar", role: "group", "aria-label": "Picture" },
      el("div", { class: "line" }, el("div", { class: "groove" }, this.#gaps, this.#range),
        this.#when, this.#live),
      el("div", { class: "buttons" },
        button("play", "Pause", () => on.playPause()),
        button("back", `Back ${STEP_S} seconds`, () => on.step(-STEP_S)),
        el("span", { class: "space" }),
        button("muted", "Sound on", () => on.sound()),
        button("boxes", "Show what the camera recognises", () => on.boxes()),
        on.small ? button("small", "Picture in a small window", on.small) : null,
        on.full ? button("full", "Full screen", on.full) : null));
  }

  /**
   * @param {{span: {from_s: number, to_s: number, gaps: [number, number][]}|null, at_s: number|null,
   *          live: boolean, running: boolean, paused: boolean, muted: boolean, sound: boolean,
   *          boxes: boolean|null}} now `boxes`: are they shown; null: there are none
   */
  draw(now) {
    const { span, at_s, paused, muted, live, running, boxes } = now;
    const dvr = Boolean(span && span.to_s > span.from_s);
    this.#range.parentElement.classList.toggle("none", !dvr);
    show(this.#buttons.back, dvr);
    show(this.#live, running);
    show(this.#buttons.muted, now.sound);
    show(this.#buttons.boxes, boxes !== null);
    press(this.#buttons.boxes, Boolean(boxes));
    this.#live.dataset.at = String(live);
    this.#live.setAttribute("aria-pressed", String(live));
    this.#turn("play", paused ? "play" : "pause", paused ? "Play" : "Pause");
    this.#turn("muted", muted ? "muted" : "sound", muted ? "Sound on" : "Sound off");
    this.#shown = now;
    if (!dvr) return setText(this.#when, "");
    this.#range.min = span.from_s;
    this.#range.max = span.to_s;
    if (!this.#dragged) this.#range.value = live ? span.to_s : at_s ?? span.to_s;
    this.#say(Number(this.#range.value), live && !this.#dragged);
    this.#drawGaps(span);
  }

  #drag() {
    this.#dragged = true;
    this.#say(Number(this.#range.value), false);
  }

  #say(at_s, live) {
    const { span, running } = this.#shown;
    const { short, long } = momentText({ at_s, ...span, live, running });
    setText(this.#when, short);
    if (this.#range.getAttribute("aria-valuetext") !== long) {
      this.#range.setAttribute("aria-valuetext", long);
    }
    const done = (at_s - span.from_s) / (span.to_s - span.from_s);
    this.#range.style.setProperty("--done", `${(100 * Math.min(1, Math.max(0, done))).toFixed(2)}%`);
  }

  #drawGaps({ from_s, to_s, gaps }) {
    const key = `${Math.round(to_s - from_s)} ${gaps.join(" ")}`;
    if (this.#gaps.dataset.key === key) return;
    this.#gaps.dataset.key = key;
    const percent = (seconds) => `${(100 * seconds) / (to_s - from_s)}%`;
    this.#gaps.replaceChildren(...gaps.map(([start, end]) => {
      const gap = el("i", { title: "Nothing was recorded here" });
      gap.style.left = percent(start - from_s);
      gap.style.width = percent(end - start);
      return gap;
    }));
  }

  #key(event) {
    const step = { ArrowLeft: -ARROW_S, ArrowDown: -ARROW_S, ArrowRight: ARROW_S, ArrowUp: ARROW_S }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#on.step(step);
  }

  #turn(name, shape, label) {
    const button = this.#buttons[name];
    if (button.dataset.shape === shape) return;
    button.dataset.shape = shape;
    button.replaceChildren(icon(shape));
    button.title = label;
    button.setAttribute("aria-label", label);
  }
}

function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}

function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}
