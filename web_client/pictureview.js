// The picture's place on the page: video, slate, boxes, buttons.

import { BoxesView } from "./pictureboxes.js";
import { PictureBar } from "./picturebar.js";
import { el, setText, show } from "./dom.js";

const IDLE_MS = 3_000;
const BOXES_KEY = "courtside.boxes";

export class PictureView {
  /** Stands in the picture while it fills the screen: what the page wants to be seen there. */
  caption = el("div", { class: "caption num" });

  #element;
  #stage = el("div", { class: "stage" });
  #last = el("canvas", { class: "last", hidden: true });
  #over = el("canvas", { class: "boxes", "aria-hidden": "true" });
  #title = el("strong");
  #words = el("span");
  #again = el("button", { type: "button", text: "Watch from the start", hidden: true });
  #slate = el("div", { class: "slate", role: "status", hidden: true }, this.#title, this.#words, this.#again);
  #sound = el("button", { type: "button", class: "unmute", text: "Tap for sound", hidden: true });
  #boxes = new BoxesView(this.#over);
  #bar;
  #front = null;
  #withBoxes = localStorage.getItem(BOXES_KEY) === "yes";
  #heardBoxes = false;
  #playhead;
  #frame = null;
  #idle = null;

  /**
   * @param {HTMLElement} element
   * @param {{seek: (s: number) => void, step: (s: number) => void, goLive: () => void,
   *          playPause: () => void, sound: () => void, again: () => void,
   *          playhead: () => number|null}} on of `playhead`: the media second on the screen
   */
  constructor(element, { playhead, ...on }) {
    this.#element = element;
    this.#playhead = playhead;
    const probe = el("video");
    this.#bar = new PictureBar({
      ...on,
      boxes: () => this.#choose(!this.#withBoxes),
      small: document.pictureInPictureEnabled ? () => this.#small() : null,
      full: element.requestFullscreen || probe.webkitEnterFullscreen ? () => this.#full() : null,
    });
    this.#sound.addEventListener("click", on.sound);
    this.#again.addEventListener("click", on.again);
    this.#stage.addEventListener("click", ({ target }) => {
      if (target.closest("button") || !this.#front) return;
      this.#awake() ? on.playPause() : this.#stay();
    });
    for (const event of ["pointermove", "focusin", "keydown"]) {
      element.addEventListener(event, () => this.#stay());
    }
    element.addEventListener("keydown", (event) => this.#key(event, on));
    element.classList.add("picture");
    this.#stage.append(this.#last, this.#over, this.#slate, this.#sound, this.caption);
    element.replaceChildren(this.#stage, this.#bar.node);
    if (this.#withBoxes) this.#drawBoxes();
  }

  /** A video behind what is shown. @returns {HTMLVideoElement} */
  video(muted) {
    const video = el("video", { playsinline: true, autoplay: true, class: "coming",
      "aria-label": "The game" });
    video.muted = muted;
    this.#stage.prepend(video);
    return video;
  }

  /** This one is seen from now on. */
  show(video) {
    video.classList.remove("coming");
    show(this.#last, false);
    this.#front = video;
  }

  /** Take a video away; what it showed last stays until another one is shown. */
  drop(video) {
    if (video === this.#front) {
      this.#keep(video);
      this.#front = null;
    }
    if (document.pictureInPictureElement === video) document.exitPictureInPicture().catch(() => {});
    video.remove();
  }

  see(tracks) {
    this.#heardBoxes ||= tracks.items.length > 0;
    this.#boxes.put(tracks);
  }

  /** @param {{title: string, words: string}|null} slate @param {boolean} again offer all of it */
  slate(slate, again, bare) {
    show(this.#slate, slate !== null);
    this.#element.classList.toggle("bare", bare);
    if (!slate) return;
    setText(this.#title, slate.title);
    setText(this.#words, slate.words);
    show(this.#words, Boolean(slate.words));
    show(this.#again, again);
  }

  /** @param {object} now as PictureBar.draw takes it, without `boxes` */
  draw(now) {
    show(this.#sound, now.muted && now.sound && this.#front !== null);
    this.#bar.draw({ ...now, boxes: this.#heardBoxes ? this.#withBoxes : null });
    show(this.#over, this.#withBoxes);
  }

  close() {
    cancelAnimationFrame(this.#frame);
  }

  /** At every frame, but only where boxes are wanted: it keeps a phone awake and warm. */
  #drawBoxes() {
    this.#boxes.draw(this.#playhead());
    this.#frame = requestAnimationFrame(() => this.#drawBoxes());
  }

  #choose(on) {
    this.#withBoxes = on;
    show(this.#over, on);
    if (on) this.#drawBoxes();
    else this.close();
    try {
      localStorage.setItem(BOXES_KEY, on ? "yes" : "no");
    } catch {
      // a private window: the choice holds while the page is open
    }
  }

  #keep(video) {
    if (!video.videoWidth) return;
    this.#last.width = video.videoWidth;
    this.#last.height = video.videoHeight;
    this.#last.getContext("2d").drawImage(video, 0, 0);
    show(this.#last, true);
  }

  async #small() {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await this.#front?.requestPictureInPicture();
    } catch {
      // the browser has its reasons, and says them itself
    }
  }

  #full() {
    if (document.fullscreenElement) return document.exitFullscreen();
    if (this.#element.requestFullscreen) return this.#element.requestFullscreen().catch(() => {});
    return this.#front?.webkitEnterFullscreen(); // iPhones: the video alone
  }

  #key(event, on) {
    if (event.target.closest("input, button") && [" ", "Enter"].includes(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      " ": on.playPause, k: on.playPause, m: on.sound, l: on.goLive, f: () => this.#full(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** In full screen the buttons leave when nobody moves. */
  #stay() {
    this.#element.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#element.classList.add("idle"), IDLE_MS);
  }

  #awake() {
    return !(document.fullscreenElement && this.#element.classList.contains("idle"));
  }
}
