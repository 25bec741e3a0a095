// The game in step with the picture: nobody sees the score before the shot. No page, no clock.

import { EMPTY, fold } from "./fold.js";

/** Updates that wait for their moment; of a longer queue the server is asked instead. */
const MOST_HELD = 500;
/** So long before its moment a state is asked for that only the server can make. Seconds. */
const LEAD_S = 1.5;
/** A picture trembles; one that goes back further than this was moved back. Seconds. */
const BACK_S = 0.75;
/** The server is asked again this long after it was, and after it did not answer. */
const ASKED_MS = 200;
const FAILED_MS = 1_000;

/**
 * @typedef {{at: string, camera?: string, s?: number}} Moment from when on something may be
 *   shown: wall time, and the media second of a camera
 * @typedef {{camera?: string, s?: number, at?: number}} Playhead what is on the screen: a
 *   camera's media second; or without a picture a server's wall time in milliseconds
 */

/**
 * Holds what the live connection says until the viewer's picture gets there.
 *
 * While the entries whose moment has come are the oldest ones of the log, in order, updates are
 * folded as they came. Otherwise (a basket that was accepted late stands between taps that are
 * not due; the viewer went back; the page was opened behind) the server knows what is to be
 * shown, and until which moment: `ask`.
 */
export class InStep {
  #ask;
  #show;
  #live = EMPTY; // all that is known
  #shown = EMPTY; // what the viewer may see
  #playhead; // undefined: not known yet; null: there is nothing to be in step with
  #held = []; // updates that are not shown, in the order of the log
  #seq = null; // the shown state is the log's first entries up to here, and `held` goes on from it
  #newest = null; // the latest moment that is shown
  #until = null; // the next one, of what the server knew
  #knew = -1; // up to which entry the server knew
  #furthest = -Infinity; // where the picture has been, in its seconds
  #next = null; // {moment, answer}: asked for ahead of its time
  #asking = null;
  #askAgainMs = 0;
  #zeroMs = new Map(); // camera -> server's wall time of its media second 0

  /**
   * @param {{ask: (playhead: Playhead) => Promise<object>,
   *          show: (view: object, changed: string[], entries: object[]) => void}} of
   * `ask` answers as `GET .../moment`; `show` is told the view, which sections of it are new, and
   * the entries that came into it in the order of the log
   */
  constructor({ ask, show }) {
    this.#ask = ask;
    this.#show = show;
  }

  /** What the viewer may see, as fold.js makes it. */
  get view() {
    return this.#shown;
  }

  /** Where the viewer's picture is, null when everything is shown at once. */
  get playhead() {
    return this.#playhead ?? null;
  }

  /** Is anything known that is not shown? */
  get behind() {
    return Boolean(this.#playhead) && this.#shown.seq !== this.#live.seq;
  }

  /** The server's wall time at the viewer's picture, null when the picture is now. */
  get wallMs() {
    return this.#playhead ? this.#wall(this.#playhead) : null;
  }

  /** A live message came, and the live view after it. */
  hear(message, view) {
    this.#live = view;
    if (message.type === "snapshot") this.#snapshot(message);
    else if (this.#playhead === null) this.#fold(message, message.entries);
    else if (message.type === "update") this.#hold(message);
    // These say nothing of the score; where the picture is, it draws the boxes itself.
    else if (["camera", "tracks"].includes(message.type)) this.#fold(message);
    this.#step(null);
  }

  /**
   * The viewer's picture moved on, or somewhere else.
   * @param {Playhead|null|undefined} playhead null: no picture, everything at once; undefined:
   *   nobody knows yet, nothing is shown
   * @param {number} nowMs this device's time, for asking again
   */
  follow(playhead, nowMs) {
    const before = this.#playhead;
    this.#playhead = playhead;
    if (playhead === null && before !== null) this.#catchUp();
    if (playhead && playhead.camera !== before?.camera) {
      this.#furthest = -Infinity;
      this.#forget();
    }
    this.#step(nowMs);
  }

  #snapshot({ seq }) {
    if (this.#playhead === null) return this.#catchUp();
    // One that skips nothing (names have changed, a new connection) keeps what is held.
    if (seq !== (this.#held.at(-1)?.seq ?? this.#seq)) this.#held = [];
    this.#forget();
  }

  #hold(message) {
    for (const entry of message.entries) entry.moment ??= { at: entry.at }; // of an older server
    this.#held.push(message);
    for (const entry of message.entries) this.#correct(entry);
    if (this.#held.length <= MOST_HELD) return;
    this.#held.shift();
    this.#forget();
  }

  /** A camera saw later what was tapped before, or somebody said where it is in the picture. */
  #correct({ type, links, media, event }) {
    const seen = type === "sighted" ? media : event?.media;
    const entry = seen && this.#held.flatMap(({ entries }) => entries).find(({ seq }) => seq === links);
    if (!entry) return;
    const zeroMs = this.#zeroMs.get(seen.camera);
    const at = zeroMs === undefined ? entry.moment.at : new Date(zeroMs + 1000 * seen.s).toISOString();
    entry.moment = { at, ...seen };
  }

  /** Everything that is known. */
  #catchUp() {
    this.#held = [];
    this.#forget();
    if (this.#live.seq === null) return;
    this.#shown = this.#live;
    this.#show(this.#shown, [...Object.keys(this.#shown.state), "tracks"], []);
  }

  /** What is shown is no base to go on from: the server says what is. */
  #forget() {
    this.#seq = null;
    this.#until = this.#newest = this.#next = null;
    this.#knew = -1;
  }

  #step(nowMs) {
    if (!this.#playhead || this.#live.seq === null) return;
    if (this.#next && this.#ahead(this.#next.moment) <= 0) this.#take(this.#next.answer);
    if (this.#wentBack() && this.#newest && this.#ahead(this.#newest) > 0) this.#forget();
    if (this.#seq !== null) this.#release();
    if (nowMs === null || this.#asking || nowMs < this.#askAgainMs) return;
    const where = this.#wanted();
    if (where) this.#fetch(where, nowMs);
  }

  #wentBack() {
    const { s, at } = this.#playhead;
    const here = s ?? at / 1000;
    const back = here < this.#furthest - BACK_S;
    this.#furthest = back ? here : Math.max(here, this.#furthest);
    return back;
  }

  /** Fold what is due, in the order of the log. */
  #release() {
    while (this.#held.length) {
      const [message] = this.#held;
      if (first(message) > this.#seq + 1) return this.#forget();
      const moments = message.entries.map((entry) => this.#momentOf(entry));
      if (moments.some((moment) => this.#ahead(moment) > 0)) return;
      for (const moment of moments) {
        if (!this.#newest || this.#ahead(moment) > this.#ahead(this.#newest)) this.#newest = moment;
      }
      this.#seq = message.seq;
      this.#held.shift();
      this.#fold(message, message.entries);
    }
  }

  /** Where the server must be asked for now: where the picture is, or a little ahead of it. */
  #wanted() {
    if (this.#knew === -1) return this.#playhead;
    const soonest = this.#seq === null ? this.#nextMoment() : this.#outOfTurn();
    if (!soonest || this.#ahead(soonest) > LEAD_S) return null;
    if (this.#ahead(soonest) <= 0) return this.#playhead;
    const has = this.#next && this.#ahead(this.#next.moment) <= this.#ahead(soonest);
    return has ? null : this.#place(soonest);
  }

  /** The first moment after the picture at which something else is to be shown. */
  #nextMoment() {
    const fresh = this.#held.flatMap(({ entries }) => entries).filter(({ seq }) => seq > this.#knew);
    return this.#soonest([this.#until, ...fresh.map(({ moment }) => moment)]);
  }

  /** The first moment of an entry that comes before its turn: of one before it in the log. */
  #outOfTurn() {
    let latest = -Infinity;
    const early = [];
    for (const { entries } of this.#held) {
      const moments = entries.map((entry) => this.#momentOf(entry));
      latest = Math.max(latest, ...moments.map((moment) => this.#ahead(moment)));
      early.push(...moments.filter((moment) => this.#ahead(moment) < latest));
    }
    return this.#soonest(early);
  }

  async #fetch(where, nowMs) {
    this.#asking = where;
    this.#askAgainMs = nowMs + FAILED_MS;
    let answer;
    try {
      answer = await this.#ask(where);
    } catch {
      return; // asked again by and by
    } finally {
      this.#asking = null;
    }
    if (!this.#playhead || answer.epoch !== this.#live.epoch) return;
    this.#askAgainMs = nowMs + ASKED_MS;
    const moment = { at: answer.at, camera: where.camera, s: where.s };
    for (const one of [moment, answer.from, answer.until]) this.#learn(one);
    const ahead = this.#ahead(moment);
    if (ahead <= 0) this.#take(answer);
    else if (ahead <= LEAD_S) this.#next = { moment, answer };
    this.#step(null);
  }

  /** Show what the server says, and go on from there if what is held reaches back to it. */
  #take(answer) {
    this.#next = null;
    this.#knew = answer.log_seq;
    this.#newest = answer.from;
    this.#until = answer.until;
    this.#seq = null;
    if (answer.seq !== null) {
      const held = this.#held.filter(({ seq }) => seq > answer.seq);
      if (held.length ? first(held[0]) <= answer.seq + 1 : this.#live.seq <= answer.seq) {
        this.#held = held;
        this.#seq = answer.seq;
      }
    }
    const state = { ...answer.state, camera: this.#live.state.camera };
    this.#shown = { ...this.#shown, epoch: answer.epoch, seq: this.#seq, state };
    this.#show(this.#shown, Object.keys(state), []);
  }

  #fold(message, entries = []) {
    let folded = fold(this.#shown, message);
    if (message.type === "update" && this.#playhead) {
      // What a camera proposes by now has no place in a picture that is behind.
      const { proposals, flags, ...state } = message.state;
      // The order was looked at here, by the entries.
      const base = { ...this.#shown, epoch: message.epoch, seq: first(message) - 1 };
      folded = fold(base, { ...message, state });
    }
    this.#shown = folded.view;
    this.#show(folded.view, folded.changed, entries);
  }

  // --- moments and the playhead

  /** When an entry may be shown. Of those that it knew the server said what is next. */
  #momentOf({ seq, moment }) {
    if (seq > this.#knew || !this.#until) return moment;
    return this.#ahead(moment) < this.#ahead(this.#until) ? this.#until : moment;
  }

  #soonest(moments) {
    return moments.filter(Boolean).reduce(
      (best, one) => (best && this.#ahead(best) <= this.#ahead(one) ? best : one), null);
  }

  /** Seconds from the picture to a moment; 0 or less when it has come. */
  #ahead(moment) {
    this.#learn(moment);
    const { camera, s } = this.#playhead;
    if (camera !== undefined && moment.camera === camera) return moment.s - s;
    const wallMs = this.#wall(this.#playhead);
    return wallMs === null ? Infinity : (Date.parse(moment.at) - wallMs) / 1000;
  }

  #wall({ camera, s, at }) {
    if (camera === undefined) return at;
    return this.#zeroMs.has(camera) ? this.#zeroMs.get(camera) + 1000 * s : null;
  }

  #learn(moment) {
    if (moment?.camera === undefined) return;
    this.#zeroMs.set(moment.camera, Date.parse(moment.at) - 1000 * moment.s);
  }

  /** A moment as a place of this viewer's picture. */
  #place(moment) {
    const { camera, s, at } = this.#playhead;
    if (moment.camera === camera && camera !== undefined) return { camera, s: moment.s };
    // Wall times were cut to milliseconds here: rather one too late than one too early.
    const ahead = this.#ahead(moment) + 0.001;
    return camera === undefined ? { at: at + 1000 * ahead } : { camera, s: s + ahead };
  }
}

/** The number of an update's first entry. */
function first({ entries }) {
  return entries[0].seq;
}
