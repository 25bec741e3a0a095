// One rendition of a recording, fetched piece by piece into one SourceBuffer.

import { backoff } from "./backoff.js";
import { typeOf } from "./mp4.js";
import { parseMedia, reloadAddress } from "./playlist.js";
import { after, ahead, holds, listed, pieceAt, placeAt, span } from "./timeline.js";

/** Fetched ahead of the playhead, and kept behind it. Seconds. */
const AHEAD_S = 20;
const BEHIND_S = 30;
/** What is left of it where the browser has no room (QuotaExceededError). Seconds. */
const TIGHT_S = 4;
const IDLE_MS = 200;
/** While there is enough to play, the playlist is read this often: where is the edge by now? */
const LOOK_MS = 5_000;
const ENDED_MS = 5_000;
const PIECE_MS = 15_000;
/** A blocking reload is answered within three target durations; after that the line is dead. */
const RELOAD_MS = 20_000;

/** The server said no. `final`: asking again will not help. */
export class NoMedia extends Error {
  constructor(status) {
    super(`The recording could not be fetched (${status}).`);
    this.status = status;
    this.final = [401, 403].includes(status);
  }
}

export class MseTrack {
  /** What the playlist says. @type {import("./playlist.js").Playlist|null} */
  list = null;

  #address;
  #originMs;
  #token;
  #onEnd;
  #now; // the playhead
  #buffer = null;
  #place = null;
  #inits = new Map(); // address -> data; there are few of them in a game
  #init = null; // the one that the buffer has been given last
  #type = null;
  #ahead_s = AHEAD_S;
  #read = -Infinity; // when the playlist was
  #jump = new AbortController(); // ends what is under way when the viewer jumps
  #closed = new AbortController();

  /**
   * @param {string} address of the media playlist
   * @param {{originMs: number, token: string|null, now: () => number,
   *          onEnd: (why: Error) => void}} of
   * `now`: the media second that plays; `onEnd`: it cannot go on
   */
  constructor(address, { originMs, token, now, onEnd }) {
    this.#address = address;
    this.#originMs = originMs;
    this.#token = token;
    this.#now = now;
    this.#onEnd = onEnd;
  }

  /** From where to where, and what is missing; null before there is anything. */
  get span() {
    return this.list && span(this.list);
  }

  /** What can be played at once. @returns {[number, number][]} media seconds */
  get held() {
    return this.#buffer ? listed(this.#buffer.buffered) : [];
  }

  /** Read the playlist, as far as it has got. */
  async load() {
    await this.#reload();
  }

  /**
   * Be ready to begin at a moment.
   * @returns {Promise<string|null>} the type for the SourceBuffer; null: nothing there to play
   */
  async prepare(media_s) {
    this.#place = placeAt(this.list, media_s);
    const piece = this.#place && pieceAt(this.list, this.#place);
    if (!piece?.init) return null;
    return typeOf(await this.#initial(piece.init));
  }

  /** @param {SourceBuffer} buffer of the type that `prepare` told */
  run(buffer, type) {
    this.#buffer = buffer;
    this.#type = type;
    this.#loop();
  }

  /** Go on from another moment. */
  seek(media_s) {
    if (holds(this.held, media_s)) return;
    this.#place = placeAt(this.list, media_s);
    this.#jump.abort();
  }

  close() {
    this.#closed.abort();
    this.#jump.abort();
  }

  async #loop() {
    let tries = 0;
    while (!this.#closed.signal.aborted) {
      try {
        if (this.#jump.signal.aborted) await this.#forget();
        await this.#step();
        tries = 0;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        if (this.#jump.signal.aborted) continue;
        if (error.final || error.name === "InvalidStateError") return this.#onEnd(error);
        if (error.status === 404 && this.#place) this.#place = after(this.list, this.#place);
        tries += 1;
        await pause(backoff(tries, Math.random(), 250, 4_000), this.#jump.signal);
      }
    }
  }

  async #step() {
    const piece = this.#place && pieceAt(this.list, this.#place);
    if (!piece) return this.#more();
    if (ahead(this.held, this.#now()) > this.#ahead_s) {
      const old = performance.now() - this.#read > LOOK_MS && !this.list.ended;
      return old ? this.#reload() : pause(IDLE_MS, this.#jump.signal);
    }
    const { signal } = this.#jump;
    const [initial, data] = await Promise.all([
      piece.init === this.#init ? null : this.#initial(piece.init),
      this.#fetch(piece.uri, PIECE_MS, signal).then((answer) => answer.arrayBuffer()),
    ]);
    if (signal.aborted) return;
    if (initial) await this.#enter(piece.init, initial);
    await this.#append(data);
    if (!signal.aborted) this.#place = after(this.list, piece.place);
    await this.#trim();
  }

  /** Wait for what comes next. */
  async #more() {
    const { list } = this;
    const before = list.segments.at(-1);
    if (list.ended) await pause(ENDED_MS, this.#jump.signal);
    await this.#reload();
    const first = this.list.segments[0];
    // What was next is deleted by now, or nothing was there before.
    if (first && (!this.#place || this.#place.number < first.number)) {
      this.#place = placeAt(this.list, this.#now());
    }
    const last = this.list.segments.at(-1);
    const same = last?.number === before?.number && last?.parts.length === before?.parts.length
      && last?.whole === before?.whole;
    if (same) await pause(this.list.blocks ? IDLE_MS : this.list.target_s * 250, this.#jump.signal);
  }

  async #reload() {
    const address = reloadAddress(this.#address, this.list);
    const answer = await this.#fetch(address, RELOAD_MS, this.#jump.signal, true);
    const text = await answer.text();
    this.#read = performance.now();
    const list = parseMedia(text, answer.url, this.#originMs, this.list);
    if (list) this.list = list;
    else this.list = { ...this.list, skips: false }; // the next one is asked for in full
  }

  async #initial(address) {
    if (!this.#inits.has(address)) {
      const answer = await this.#fetch(address, PIECE_MS, this.#closed.signal);
      this.#inits.set(address, await answer.arrayBuffer());
    }
    return this.#inits.get(address);
  }

  /** Another size, another codec, or another phone. */
  async #enter(address, data) {
    const type = typeOf(data);
    if (type && type !== this.#type) {
      this.#buffer.changeType(type);
      this.#type = type;
    }
    await this.#append(data);
    this.#init = address;
  }

  async #append(data) {
    for (const room of [AHEAD_S, TIGHT_S, null]) {
      try {
        this.#buffer.appendBuffer(data);
        return await this.#settled();
      } catch (error) {
        if (error.name !== "QuotaExceededError" || room === null) throw error;
        // No room: keep less, and fetch less far ahead from now on.
        this.#ahead_s = room === AHEAD_S ? AHEAD_S / 2 : TIGHT_S;
        await this.#remove(0, this.#now() - TIGHT_S);
        await this.#remove(this.#now() + this.#ahead_s * 2, Infinity);
      }
    }
  }

  /** Long games must not fill the memory of a phone. */
  async #trim() {
    const first = this.held[0]?.[0] ?? Infinity;
    const oldest = this.#now() - BEHIND_S;
    if (first < oldest - BEHIND_S) await this.#remove(0, oldest);
  }

  async #forget() {
    this.#jump = new AbortController();
    await this.#remove(0, Infinity);
  }

  async #remove(from, to) {
    if (!(to > from)) return;
    this.#buffer.remove(from, to);
    await this.#settled();
  }

  #settled() {
    const buffer = this.#buffer;
    return new Promise((resolve, reject) => {
      if (!buffer.updating) return resolve();
      const ends = { once: true };
      buffer.addEventListener("updateend", resolve, ends);
      buffer.addEventListener("error", () => reject(new DOMException("", "InvalidStateError")), ends);
    });
  }

  /** Playlists want the token; what they name is signed. */
  async #fetch(address, mostMs, signal, asViewer = false) {
    const headers = asViewer && this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const signals = AbortSignal.any([signal, this.#closed.signal, AbortSignal.timeout(mostMs)]);
    const answer = await fetch(address, { headers, signal: signals });
    if (!answer.ok) throw new NoMedia(answer.status);
    return answer;
  }
}

/** Resolves after a while, or at once when the signal is given. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
