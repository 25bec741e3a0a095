// Our own player of a recording: HLS segments into Media Source Extensions, live or any moment.

import { MseTrack, NoMedia } from "./msetrack.js";
import { parseMaster } from "./playlist.js";
import { mediaSource } from "./pictureways.js";
import { SEAM_S, ahead, listed, nextStart } from "./timeline.js";

/** How much is held ahead at the live edge, with and without parts; grows after a stall. Seconds. */
const CUSHION_S = 0.8;
const PLAIN_CUSHION_S = 2.5;
const MOST_CUSHION_S = 5;
/** Later than this it jumps to the edge; before that it plays a little faster. Seconds. */
const LATE_S = 5;
const SLACK_S = 0.6;
const FASTER = 1.06;
const STUCK_MS = 400;
const SILENT_MS = 1_200;
/** No game is longer. Seconds. */
const LONGEST_S = 7 * 86_400;

/**
 * The tracks' times in the files are the camera's media time, so the element's currentTime is.
 */
export class MseWay {
  kind = "mse";

  #video;
  #of;
  #on;
  #source = null;
  #address = null; // of the source, to be revoked
  #picture = null; // MseTrack
  #sound = null;
  #buffers = []; // SourceBuffers, of the picture and then of the sound
  #target = null; // where to begin, until there is something to play
  #live;
  #cushion_s = CUSHION_S;
  #least = []; // [time, seconds ahead] of the last moments at the edge
  #stuckAt = null;
  #closed = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {{hls: string, originMs: number, token: string|null, at: number|null}} of
   * `at`: the media second to begin with; null: the live edge
   * @param {{onShown: () => void, onFailed: (why: Error) => void}} on
   */
  constructor(video, of, on) {
    this.#video = video;
    this.#of = of;
    this.#on = on;
    this.#live = of.at === null;
  }

  get live() {
    return this.#live;
  }

  /** From where to where, and what is missing. */
  get span() {
    return this.#picture?.span ?? null;
  }

  get hasSound() {
    return this.#sound !== null;
  }

  playhead() {
    return this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? this.#video.currentTime : null;
  }

  async start() {
    try {
      await this.#start();
    } catch (error) {
      if (!this.#closed) this.#on.onFailed(error);
    }
  }

  /** @param {number} media_s */
  seek(media_s) {
    this.#live = false;
    this.#of = { ...this.#of, at: media_s };
    if (this.#video.readyState === HTMLMediaElement.HAVE_NOTHING) return; // see #open
    const { from_s, to_s } = this.span;
    this.#go(Math.min(Math.max(media_s, from_s), to_s - 0.1));
  }

  async goLive() {
    this.#live = true;
    this.#least = [];
    if (this.#video.readyState === HTMLMediaElement.HAVE_NOTHING) return; // see #open
    // The playlist may be seconds old: nobody needed its end.
    await Promise.all([this.#picture.load(), this.#sound?.load()]).catch(() => {});
    if (this.#live && !this.#closed) this.#go(this.#edge());
  }

  close() {
    this.#closed = true;
    this.#picture?.close();
    this.#sound?.close();
    this.#video.removeAttribute("src");
    this.#video.load();
    if (this.#address) URL.revokeObjectURL(this.#address);
  }

  /** Keep up with the edge and get over gaps. @param {number} now milliseconds of a steady clock */
  tick(now) {
    const video = this.#video;
    if (!this.#source || video.paused) return;
    const held = listed(video.buffered);
    const stuck = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.#stuckAt = stuck ? this.#stuckAt ?? now : null;
    if (stuck && now - this.#stuckAt > STUCK_MS) this.#unstick(held, now);
    if (this.#target !== null) return; // nothing is shown yet
    if (this.#live) this.#keepUp(ahead(held, video.currentTime), stuck, now);
    else video.playbackRate = 1;
  }

  async #start() {
    const { hls, token, originMs } = this.#of;
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const answer = await fetch(hls, { headers, signal: AbortSignal.timeout(8_000) });
    if (!answer.ok) throw new NoMedia(answer.status);
    const { video, audio } = parseMaster(await answer.text(), answer.url);
    if (!video) throw new NoMedia(404);
    const now = () => this.#target ?? this.#video.currentTime;
    const track = (address, onEnd) => new MseTrack(address, { originMs, token, now, onEnd });
    this.#picture = track(video, (why) => this.#on.onFailed(why));
    const sound = audio && track(audio, () => this.#mute());
    await Promise.all([this.#picture.load(), sound?.load().catch(() => {})]);
    if (this.#closed) return;
    if (!this.#picture.list.part_s) this.#cushion_s = PLAIN_CUSHION_S;
    if (!this.span) throw new NoMedia(404);
    const { at } = this.#of;
    const begin = at === null ? this.#edge() : Math.max(at, this.span.from_s);
    this.#target = begin;
    const [type, heard] = await Promise.all([
      this.#picture.prepare(begin),
      sound?.list ? sound.prepare(begin).catch(() => null) : null,
    ]);
    if (this.#closed) return;
    await this.#open(begin, at, type, heard ? sound : null, heard);
  }

  /** @param {number} begin a media second @param {number|null} at where it was to begin */
  async #open(begin, at, type, sound, soundType) {
    const Source = mediaSource(window);
    if (!type || !Source.isTypeSupported(type)) throw new Error("This browser cannot play it.");
    const source = new Source();
    const video = this.#video;
    video.disableRemotePlayback = true; // a condition of ManagedMediaSource
    this.#address = URL.createObjectURL(source);
    const opened = new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
    video.src = this.#address;
    await opened;
    if (this.#closed) return;
    const tracks = [[this.#picture, type]];
    if (sound && Source.isTypeSupported(soundType)) {
      tracks.push([sound, soundType]);
      this.#sound = sound;
    }
    // All buffers before the first data: a browser may refuse one that comes later.
    const buffers = tracks.map(([, what]) => source.addSourceBuffer(what));
    this.#buffers = buffers;
    source.duration = Infinity;
    // Without it a jump to what is not fetched yet is ignored.
    source.setLiveSeekableRange(0, LONGEST_S);
    this.#source = source;
    video.addEventListener("loadedmetadata", () => {
      video.currentTime = begin;
      // The viewer went elsewhere while it was being opened.
      if (this.#live && at !== null) this.goLive();
      else if (!this.#live && this.#of.at !== at) this.seek(this.#of.at);
    }, { once: true });
    video.addEventListener("loadeddata", () => this.#shown(), { once: true });
    video.addEventListener("error", () => this.#broken());
    tracks.forEach(([track, what], i) => track.run(buffers[i], what));
  }

  #shown() {
    this.#target = null;
    if (!this.#closed) this.#on.onShown();
  }

  #broken() {
    if (!this.#closed) this.#on.onFailed(this.#video.error ?? new Error("It cannot be played."));
  }

  /** The sound is missing where there is a picture: go on without it. */
  #mute() {
    const sound = this.#sound;
    if (!sound || this.#closed) return;
    this.#sound = null;
    sound.close();
    try {
      this.#source.removeSourceBuffer(this.#buffers[1]);
    } catch {
      // the source is closed already
    }
  }

  #go(media_s) {
    this.#stuckAt = null;
    if (this.#target !== null) this.#target = media_s;
    this.#picture.seek(media_s);
    this.#sound?.seek(media_s);
    this.#video.currentTime = media_s;
  }

  /** Where live begins. */
  #edge() {
    const { from_s, to_s } = this.span;
    const { part_s, target_s } = this.#picture.list;
    return Math.max(from_s, to_s - (part_s ? Math.max(this.#cushion_s, 2 * part_s) : 1.5 * target_s));
  }

  /** The picture stands: over a gap, or on without sound. */
  #unstick(held, now) {
    const video = this.#video;
    const at = video.currentTime;
    const next = nextStart(held, at + 0.02);
    const here = held.find(([start, end]) => start <= at + 0.02 && at < end);
    if (next !== null && (!here || here[1] - at < SEAM_S)) {
      video.currentTime = next + 0.01;
      if (this.#target !== null) this.#target = video.currentTime;
      this.#stuckAt = now;
      return;
    }
    const pictureAhead = ahead(this.#picture.held, at);
    const soundAhead = this.#sound ? ahead(this.#sound.held, at) : Infinity;
    if (now - this.#stuckAt > SILENT_MS && pictureAhead > 1 && soundAhead < 0.1) this.#mute();
  }

  #keepUp(left, stuck, now) {
    const video = this.#video;
    if (stuck && this.#stuckAt === now) {
      this.#cushion_s = Math.min(MOST_CUSHION_S, this.#cushion_s + 0.4);
    }
    this.#least = [...this.#least.filter(([at]) => now - at < 2_500), [now, left]];
    const least = Math.min(...this.#least.map(([, seconds]) => seconds));
    if (least > this.#cushion_s + LATE_S) {
      this.#least = [];
      const end = listed(video.buffered).at(-1)[1];
      video.currentTime = end - this.#cushion_s;
    }
    video.playbackRate = least > this.#cushion_s + SLACK_S ? FASTER : 1;
  }
}
