// What the server says of a camera: is it live, and where is its picture.

import { Refused } from "./api.js";
import { abilities } from "./pictureways.js";

const ASK_MS = 4_000;
const ASK_SOON_MS = 700;
const NOTHING = { status: "none", whep: null, hls: null, from_s: null, to_s: null, gaps: [] };

export class Told {
  /** The answer of `GET .../picture`. */
  value = NOTHING;
  /** Has there been one? */
  answered = false;
  /** What this browser has for this camera. @type {ReturnType<typeof abilities>|{}} */
  can = {};
  /** Since when the camera is as it is (ISO), if anybody said. */
  since = null;
  /** When it became live, by this page's steady clock. Milliseconds. */
  liveSinceMs = 0;

  #api;
  #path;
  #onAnswer;
  #asked = -Infinity;
  #asking = false;
  #again = false;
  #closed = false;

  /**
   * @param {import("./api.js").Api} api @param {string} path
   * @param {(becameLive: boolean) => void} onAnswer
   */
  constructor(api, path, onAnswer) {
    this.#api = api;
    this.#path = path;
    this.#onAnswer = onAnswer;
  }

  /** Is there a recording that this browser can play? */
  get recorded() {
    return Boolean(this.value.hls && (this.can.mse || this.can.native));
  }

  /** The page heard how the camera is. @param {{status: string, at?: string}|undefined} camera */
  tell(camera) {
    const status = camera?.status === "replaced" ? "live" : camera?.status;
    if (!status) return;
    this.since = camera.at ?? null;
    if (status !== this.value.status) this.ask(true);
  }

  /** Ask, unless that was a moment ago. @param {boolean} news there is reason not to wait */
  async ask(news = false) {
    const { status, whep, hls } = this.value;
    // A camera that has only just begun has nothing to show for a moment.
    const every = status === "live" && !whep && !hls ? ASK_SOON_MS : ASK_MS;
    this.#again ||= news && this.#asking;
    if (this.#asking || (!news && performance.now() - this.#asked < every)) return;
    this.#asking = true;
    this.#asked = performance.now();
    try {
      this.value = await this.#api.get(this.#path);
      this.can = abilities(window, document.createElement("video"), this.value.codecs?.video);
    } catch (error) {
      if (error instanceof Refused) this.value = NOTHING;
    } finally {
      this.#asking = false;
      this.answered = true;
    }
    if (this.#closed) return;
    const becameLive = this.value.status === "live" && status !== "live";
    if (becameLive) this.liveSinceMs = performance.now();
    this.#onAnswer(becameLive);
    if (this.#again) {
      this.#again = false;
      this.ask(true);
    }
  }

  close() {
    this.#closed = true;
  }
}
