// The picture of one camera: live, back in time, and why there is none.

import { backoff } from "./backoff.js";
import { MseWay } from "./picturemse.js";
import { NativeWay } from "./picturenative.js";
import { Told } from "./picturetold.js";
import { PictureView } from "./pictureview.js";
import { waysFor } from "./pictureways.js";
import { WhepWay } from "./picturewhep.js";
import { STALE_MS, slateOf } from "./picturewords.js";
import { iceServers } from "./whipsession.js";

const WAYS = { whep: WhepWay, mse: MseWay, native: NativeWay };
const TICK_MS = 250;
/** WebRTC is given this long alone; then the recording is opened beside it. */
const HEAD_START_MS = 800;
/** So long nobody asks for a camera that has just ended. */
const OVER_MS = 2_000;
/** A live picture that stands so long is opened anew. */
const FROZEN_MS = 3_000;
/** WebRTC that did not work is tried again after this, then after twice as long, and so on. */
const WHEP_AGAIN_MS = 60_000;
/** Nearer to the end of a recording than this, the end is what is shown. Seconds. */
const END_S = 2;

/**
 * @typedef {{media_s: number, live: boolean, way: "whep"|"mse"|"native"}} Playhead
 * `media_s`: the camera's media second that is on the screen now. `live`: at the edge, as near
 * as this way comes; false once the viewer has gone back.
 */

/**
 * Shows a camera inside an element.
 *
 * Events: `playhead` (detail: Playhead or null; four times a second, and after each jump),
 * `way` (detail: {way}), `slate` (detail: {words}; null when there is a picture).
 */
export class Picture extends EventTarget {
  #token;
  #only;
  #view;
  #servers = null; // promise of the ICE servers
  #whepAddress;
  #told;
  #want = null; // the media second that the viewer went to; null: live
  #now = null; // what is shown: {kind, way, video}
  #coming = new Set(); // what is being opened
  #headStart = null;
  #muted = true;
  #jumping = false; // the viewer went somewhere, and it is not shown yet
  #seen = { at: -1, movedMs: -Infinity };
  #tries = 0;
  #retryMs = 0;
  #whepFails = 0;
  #whepAgainMs = 0;
  #frozeMs = -Infinity;
  #slateTitle = null;
  #timer = null;
  #shownEver = false;

  /**
   * @param {HTMLElement} element what it fills
   * @param {{api: import("./api.js").Api, game: string, camera?: string, token: string|null,
   *          only?: "whep"|"mse"|"native"|null}} of `only`: never any other way
   */
  constructor(element, { api, game, camera = "main", token, only = null }) {
    super();
    const [g, c] = [game, camera].map(encodeURIComponent);
    this.#token = token;
    this.#only = only;
    this.#told = new Told(api, `/api/v1/games/${g}/cameras/${c}/picture`, (becameLive) => {
      if (becameLive) this.#retryMs = this.#whepAgainMs = this.#whepFails = 0;
      this.#tick(performance.now());
    });
    this.#whepAddress = new URL(`/whep/${g}/${c}`, location.href);
    this.#view = new PictureView(element, {
      seek: (media_s) => this.seek(media_s),
      step: (seconds) => this.#step(seconds),
      goLive: () => this.goLive(),
      playPause: () => this.#playPause(),
      sound: () => this.#sound(),
      again: () => this.seek(this.#told.value.from_s ?? 0),
      playhead: () => this.playhead()?.media_s ?? null,
    });
  }

  /** Show the picture, and go on showing it until `close()`. @returns {Picture} this */
  open() {
    this.#servers = iceServers(this.#whepAddress, this.#token);
    this.#told.ask();
    this.#timer = setInterval(() => this.#tick(performance.now()), TICK_MS);
    return this;
  }

  close() {
    clearInterval(this.#timer);
    clearTimeout(this.#headStart);
    this.#timer = null;
    this.#told.close();
    this.#view.close();
    for (const one of [...this.#coming, this.#now]) if (one) this.#end(one);
  }

  /** Shown in the picture while it fills the screen. @returns {HTMLElement} */
  get caption() {
    return this.#view.caption;
  }

  /**
   * What is on the screen now. Null: nothing, or nobody knows when it was, or the camera is gone
   * and the last picture stands: nothing of the game can be told too early then.
   * @returns {Playhead|null}
   */
  playhead() {
    const media_s = this.#now?.way.playhead() ?? null;
    if (media_s === null || !Number.isFinite(media_s)) return null;
    const live = this.#want === null;
    if (live && this.#told.value.status !== "live" && this.#frozen() > STALE_MS) return null;
    return { media_s, live, way: this.#now.kind };
  }

  /** What the server said of the camera last; null before it has. */
  get told() {
    return this.#told.answered ? this.#told.value : null;
  }

  /** Show the moment of a media second; leaves the live edge. @param {number} media_s */
  seek(media_s) {
    if (!this.#told.recorded) return;
    this.#want = media_s;
    this.#jumping = true;
    clearTimeout(this.#headStart);
    for (const one of this.#coming) if (one.kind === "whep") this.#end(one);
    const able = [...this.#coming, this.#now].find((one) => one?.way.seek);
    if (able) {
      able.way.seek(media_s);
      this.#play(able.video);
    } else this.#start();
    this.#tick(performance.now());
  }

  /** Back to the live edge, by the way with the least delay. */
  goLive() {
    this.#want = null;
    this.#jumping = true;
    this.#whepAgainMs = 0;
    if (this.#now) {
      this.#now.way.goLive?.();
      this.#play(this.#now.video);
    }
    if (this.#now?.kind !== "whep") this.#start();
    this.#tick(performance.now());
  }

  /** The page heard how the camera is. @param {{status: string, at?: string}|undefined} camera */
  tell(camera) {
    this.#told.tell(camera);
  }

  /** Boxes of what the camera recognised. @param {object} tracks a live message */
  see(tracks) {
    this.#view.see(tracks);
  }

  // --- ways

  /** Open what is wanted, the best way first. What is shown stays until something comes. */
  #start() {
    clearTimeout(this.#headStart);
    const shown = this.#want === null && this.#moves() ? this.#now.kind : null;
    const [best, next] = this.#ways().filter((kind) => kind !== shown);
    if (!best) return this.#later();
    this.#launch(best);
    if (next && !shown) this.#headStart = setTimeout(() => this.#launch(next), HEAD_START_MS);
  }

  /** @returns {("whep"|"mse"|"native")[]} those that may be tried now, best first */
  #ways() {
    const live = this.#want === null;
    const whep = this.#told.value.status === "live" && performance.now() >= this.#whepAgainMs;
    return waysFor(this.#told.value, this.#told.can, { live, whep, only: this.#only });
  }

  #launch(kind) {
    if (this.#timer === null) return;
    for (const one of this.#coming) if (one.kind === kind) this.#end(one);
    const video = this.#view.video(this.#muted);
    const one = { kind, video, way: null };
    const { whep, hls, hls_silent } = this.#told.value;
    one.way = new WAYS[kind](video, {
      whep,
      // Apple's player gives up on sound that it cannot play; ours leaves it out.
      hls: kind === "native" && !this.#told.can.opus ? hls_silent ?? hls : hls,
      token: this.#token,
      servers: this.#servers,
      originMs: Date.parse(this.#told.value.origin),
      at: this.#want,
    }, { onShown: () => this.#shown(one), onFailed: (why) => this.#failed(one, why) });
    this.#coming.add(one);
    one.way.start();
    this.#play(video);
  }

  #shown(one) {
    if (!this.#coming.delete(one)) return;
    const before = this.#now;
    this.#now = one;
    this.#view.show(one.video);
    if (before) this.#end(before);
    this.#tries = 0;
    this.#shownEver = true;
    this.#seen = { at: -1, movedMs: performance.now() };
    if (one.kind === "whep") {
      clearTimeout(this.#headStart);
      this.#whepFails = 0;
      for (const other of this.#coming) this.#end(other);
    }
    this.#say("way", { way: one.kind });
    this.#tick(performance.now());
  }

  #failed(one, why) {
    const shown = one === this.#now;
    if (!shown && !this.#coming.has(one)) return;
    console.info(`Picture by ${one.kind}: ${why.message}`);
    const now = performance.now();
    const again = now - this.#frozeMs < WHEP_AGAIN_MS;
    if (shown) this.#frozeMs = now;
    this.#end(one);
    if (why.over) {
      this.#whepAgainMs = now + OVER_MS; // the server's next answer may be older than this word
      this.#told.ask(true);
      return this.#later();
    }
    // One break of a line that worked is no reason to leave it.
    if (one.kind === "whep" && (!shown || again || why.slow)) {
      this.#whepAgainMs = now + WHEP_AGAIN_MS * 2 ** Math.min(4, this.#whepFails);
      this.#whepFails += 1;
    }
    if (this.#coming.size) return;
    if (one.kind === "whep" && !this.#moves()) this.#start();
    else this.#later();
  }

  #later() {
    this.#tries += 1;
    this.#retryMs = performance.now() + backoff(this.#tries, Math.random(), 1_000);
  }

  #end(one) {
    this.#coming.delete(one);
    this.#view.drop(one.video);
    one.way.close();
    if (one === this.#now) this.#now = null;
  }

  #play(video) {
    video.muted = this.#muted;
    video.play().catch((error) => {
      if (error.name !== "NotAllowedError" || video.muted) return;
      // Only a silent picture may start by itself; the button brings the sound.
      this.#muted = video.muted = true;
      video.play().catch(() => {});
    });
  }

  // --- the viewer

  #step(seconds) {
    const { span, at_s } = this.#bar();
    if (!span || at_s === null) return;
    const to = at_s + seconds;
    if (to > span.to_s - END_S && this.#told.value.status === "live") this.goLive();
    else this.seek(Math.max(span.from_s, to));
  }

  #playPause() {
    const video = this.#now?.video;
    if (!video) return;
    if (!video.paused) {
      const at = this.playhead()?.media_s ?? null;
      video.pause();
      if (this.#told.recorded && at !== null) this.#want = at;
      // The recording can go on from here; live cannot.
    } else if (this.#want === null) this.goLive();
    else this.seek(this.#want);
    this.#tick(performance.now());
  }

  #sound() {
    this.#muted = !this.#muted;
    for (const one of [...this.#coming, this.#now]) if (one) one.video.muted = this.#muted;
    this.#tick(performance.now());
  }

  // --- four times a second

  #tick(now) {
    for (const one of [...this.#coming, this.#now]) one?.way.tick(now);
    const head = this.#now?.way.playhead() ?? this.#now?.video.currentTime ?? -1;
    if (head !== this.#seen.at) {
      if (this.#seen.at !== -1) this.#jumping = false;
      this.#seen = { at: head, movedMs: now };
    }
    if (this.#now?.kind !== "whep" && this.#want !== null && !this.#jumping && head >= 0) {
      this.#want = head; // what a new start would begin with
    }
    this.#care(now);
    this.#draw();
    this.#say("playhead", this.playhead());
  }

  /** Open what is missing, and leave what stands still. */
  #care(now) {
    const { status } = this.#told.value;
    const frozen = this.#frozen(now);
    if (frozen > STALE_MS) this.#told.ask();
    if (this.#coming.size || now < this.#retryMs) return;
    if (!this.#now) {
      if (this.#ways().length) this.#start();
    } else if (this.#want === null && status === "live") {
      const since = now - Math.max(this.#told.liveSinceMs, this.#seen.movedMs);
      if (since > FROZEN_MS && !this.#now.video.paused) {
        if (this.#now.kind === "whep") this.#failed(this.#now, new Error("The picture stood still."));
        else this.#start();
        this.#later();
      } else if (this.#now.kind !== "whep" && this.#ways()[0] === "whep") this.#start();
    }
  }

  #frozen(now = performance.now()) {
    if (!this.#now) return Infinity;
    return this.#now.video.paused ? 0 : now - this.#seen.movedMs;
  }

  #moves() {
    return this.#now !== null && this.#frozen() < STALE_MS;
  }

  #bar() {
    const { from_s, to_s, gaps } = this.#told.value;
    const head = this.#now?.way.playhead() ?? null;
    const told = this.#told.recorded && from_s !== null
      ? { from_s, to_s: Math.max(to_s ?? from_s, head ?? from_s), gaps } : null;
    return {
      span: this.#now?.way.span ?? told,
      at_s: this.#jumping ? this.#want ?? head : head,
    };
  }

  #draw() {
    const { status } = this.#told.value;
    const { span, at_s } = this.#bar();
    const atEnd = this.#want === null || !span || (at_s ?? 0) > span.to_s - END_S;
    const slate = slateOf({
      status: atEnd ? status : "live",
      at: this.#told.since,
      shown: this.#shownEver,
      frozenMs: this.#frozen(),
      failed: this.#tries > 1,
      recorded: Boolean(span),
    }, wallClock);
    this.#view.slate(slate, status === "ended" && Boolean(span), status === "none" && !this.#shownEver);
    if ((slate?.title ?? null) !== this.#slateTitle) {
      this.#slateTitle = slate?.title ?? null;
      this.#say("slate", { words: this.#slateTitle });
    }
    this.#view.draw({
      span,
      at_s,
      live: this.#want === null,
      running: status === "live" || status === "lost",
      paused: this.#now?.video.paused ?? false,
      muted: this.#muted,
      sound: this.#now?.way.hasSound ?? false,
    });
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const wallClock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
