// The browser's own HLS player: iPhones before ManagedMediaSource (iOS 17.1).

export class NativeWay {
  kind = "native";
  hasSound = true; // nobody tells whether it plays the sound

  #video;
  #of;
  #on;
  #live;
  #closed = false;
  #begin;

  /**
   * @param {HTMLVideoElement} video
   * @param {{hls: string, originMs: number, token: string|null, at: number|null}} of
   * @param {{onShown: () => void, onFailed: (why: Error) => void}} on
   */
  constructor(video, of, on) {
    this.#video = video;
    this.#of = of;
    this.#on = on;
    this.#live = of.at === null;
    this.#begin = of.at;
  }

  get live() {
    return this.#live;
  }

  get span() {
    const { seekable } = this.#video;
    const shift = this.#shift();
    if (!seekable.length || shift === null) return null;
    return {
      from_s: seekable.start(0) + shift,
      to_s: seekable.end(seekable.length - 1) + shift,
      gaps: [],
    };
  }

  playhead() {
    const shift = this.#shift();
    return shift === null ? null : this.#video.currentTime + shift;
  }

  start() {
    const { hls, token } = this.#of;
    const address = new URL(hls, location.href);
    // Its own requests carry no header of ours.
    if (token) address.searchParams.set("token", token);
    const video = this.#video;
    video.addEventListener("loadeddata", () => this.#shown(), { once: true });
    video.addEventListener("error", () => {
      if (!this.#closed) this.#on.onFailed(video.error ?? new Error("It cannot be played."));
    });
    video.src = address.href;
  }

  seek(media_s) {
    this.#live = false;
    const shift = this.#shift();
    if (shift === null) this.#begin = media_s;
    else this.#video.currentTime = Math.max(0, media_s - shift);
  }

  goLive() {
    this.#live = true;
    const { seekable } = this.#video;
    if (seekable.length) this.#video.currentTime = seekable.end(seekable.length - 1);
  }

  close() {
    this.#closed = true;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  tick() {}

  #shown() {
    if (this.#begin !== null) this.seek(this.#begin);
    this.#begin = null;
    if (!this.#closed) this.#on.onShown();
  }

  /** Media seconds at the element's second 0, from the playlist's wall times. */
  #shift() {
    const start = this.#video.getStartDate?.().getTime();
    return Number.isFinite(start) ? (start - this.#of.originMs) / 1000 : null;
  }
}
