// Where in the game a viewer is: at the moment on the screen, or live. Pure.

/** A picture that is gone for longer holds nothing back any more: nobody sees a shot in it. */
const GONE_MS = 3_000;
/** A picture that never comes likewise. */
const NEVER_MS = 10_000;
/** No picture begins further behind the camera than this. Seconds. */
const BEGINS_BEHIND_S = 12;
const KEY = "courtside.live-first";

/** The viewer's choice to see the score as soon as it is known, kept in this browser. */
export class LiveFirst {
  #storage;
  #chosen;

  /** @param {Storage} storage */
  constructor(storage) {
    this.#storage = storage;
    this.#chosen = storage.getItem(KEY) === "true";
  }

  get chosen() {
    return this.#chosen;
  }

  choose(chosen) {
    this.#chosen = chosen;
    try {
      this.#storage.setItem(KEY, String(chosen));
    } catch {
      // A private window; it holds until the page is closed.
    }
  }
}

export class ViewerPlace {
  #camera;
  #openedMs;
  #shown = null; // the last playhead
  #shownMs = 0;

  /** @param {string} camera @param {number} nowMs this device's time */
  constructor(camera, nowMs) {
    this.#camera = camera;
    this.#openedMs = nowMs;
  }

  /**
   * @param {{media_s: number}|null} head of the picture
   * @param {{status: string, media_s: number|null}|null} told how the camera is, null before the
   *   server has said
   * @returns {import("./instep.js").Playhead|null|undefined} as `InStep.follow` takes it
   */
  at(head, told, nowMs) {
    if (head) {
      this.#shown = { camera: this.#camera, s: Math.max(0, head.media_s) };
      this.#shownMs = nowMs;
      return this.#shown;
    }
    if (this.#shown) return nowMs - this.#shownMs < GONE_MS ? this.#shown : null;
    if (nowMs - this.#openedMs > NEVER_MS) return null;
    if (!told) return undefined;
    if (told.status !== "live" || told.media_s === null) return null;
    // It comes, and nobody knows yet how far behind: what all will have seen.
    return { camera: this.#camera, s: Math.max(0, told.media_s - BEGINS_BEHIND_S) };
  }
}
