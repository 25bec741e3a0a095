// The live connection of a game: a snapshot, then updates, for as long as the page is open.

import { backoff } from "./backoff.js";
import { Skew } from "./clock.js";
import { EMPTY, fold, since } from "./fold.js";

/** The server says `ping` more often than this; silence means that the line is dead. */
const SILENCE_MS = 25_000;
const OPEN_MS = 6_000;
/** The codes with which the server closes a socket that may not be, and their HTTP status. */
const REFUSED = { 4401: 401, 4403: 403, 4404: 404 };
const WORDS = {
  401: "This link is not valid any more. Ask for a new one.",
  403: "This link does not allow watching this game.",
  404: "There is no such game here.",
};

/**
 * Follows one game by WebSocket, or by a streamed GET where a WebSocket is refused.
 *
 * States: `connecting`, `live`, `waiting` (lost, tries again), `refused` (the server says no;
 * stops), `closed`. `view` is what fold.js made of the messages; it stays while the line is lost.
 */
export class LiveGame {
  view = EMPTY;
  skew = new Skew();

  #game;
  #token;
  #onChange;
  #onState;
  #state = "connecting";
  #why = "";
  #tries = 0;
  #gaps = 0;
  #byStream = false;
  #link = null; // what closes the connection of now
  #timer = null;
  #silence = null;
  #wake = () => this.#hurry();

  /**
   * @param {string} game
   * @param {string|null} token
   * @param {{onChange?: (live: LiveGame, changed: string[], message: object) => void,
   *          onState?: (live: LiveGame) => void}} handlers
   */
  constructor(game, token, { onChange = () => {}, onState = () => {} } = {}) {
    this.#game = game;
    this.#token = token;
    this.#onChange = onChange;
    this.#onState = onState;
  }

  /** Connect, and stay connected until `close()`. @returns {LiveGame} this */
  open() {
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#askTime();
    this.#connect();
    return this;
  }

  get state() {
    return this.#state;
  }

  /** Why it is not live, in plain words. */
  get why() {
    return this.#why;
  }

  /** The server's wall time now, in milliseconds. */
  now() {
    return this.skew.server(Date.now());
  }

  close() {
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#drop();
    clearTimeout(this.#timer);
    this.#become("closed", "");
  }

  #connect() {
    this.#drop();
    if (this.#state !== "waiting") this.#become("connecting", "");
    const at = new URL(`/live/${encodeURIComponent(this.#game)}`, location.href);
    const from = since(this.view);
    if (from) at.searchParams.set("since", from);
    this.#byStream ? this.#openStream(at) : this.#openSocket(at);
  }

  #openSocket(at) {
    at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
    if (this.#token) at.searchParams.set("token", this.#token);
    let opened = false;
    const socket = new WebSocket(at);
    const slow = setTimeout(() => socket.close(), OPEN_MS);
    const link = {
      close: () => {
        clearTimeout(slow);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
      },
    };
    this.#link = link;
    socket.onopen = () => {
      opened = true;
      clearTimeout(slow);
      this.#opened();
    };
    socket.onmessage = (event) => this.#hear(event.data);
    socket.onclose = ({ code }) => {
      clearTimeout(slow);
      if (this.#link !== link) return;
      if (REFUSED[code]) return this.#refuse(REFUSED[code]);
      // A proxy may refuse WebSockets; the streamed GET works through it.
      if (!opened) this.#byStream = true;
      this.#lost("The connection was lost.", opened ? undefined : 0);
    };
  }

  async #openStream(at) {
    const cut = new AbortController();
    const slow = setTimeout(() => cut.abort(), OPEN_MS);
    const link = { close: () => cut.abort() };
    this.#link = link;
    const headers = { Accept: "text/event-stream" };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    try {
      const response = await fetch(at, { headers, signal: cut.signal, cache: "no-store" });
      clearTimeout(slow);
      if (this.#link !== link) return;
      if ([401, 403, 404].includes(response.status)) {
        this.#refuse(response.status);
        return;
      }
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.#opened();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done || this.#link !== link) break;
        const [messages, left] = cutEvents(rest + value);
        rest = left;
        for (const message of messages) if (this.#link === link) this.#hear(message);
      }
    } catch {
      // the same door as an end of the stream
    }
    clearTimeout(slow);
    if (this.#link !== link) return;
    this.#byStream = false; // next time the better way first
    this.#lost("The connection was lost.");
  }

  /** The line stands. A resumed view is current already; a new one waits for its snapshot. */
  #opened() {
    this.#watchSilence();
    if (this.view.seq !== null) this.#become("live", "");
  }

  #hear(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return this.#lost("The server said something unreadable.");
    }
    this.#tries = 0;
    this.#watchSilence();
    this.#observeTime(message);
    const { view, gap, changed } = fold(this.view, message);
    if (gap) {
      // The first time resume from where we are; when that did not help, take a snapshot.
      if (this.#gaps > 0) this.view = { ...this.view, seq: null };
      this.#gaps += 1;
      return this.#lost("Some updates were missed.", 50);
    }
    if (message.type === "snapshot" || message.type === "update") this.#gaps = 0;
    this.view = view;
    if (this.#state !== "live") this.#become("live", "");
    this.#onChange(this, changed, message);
  }

  #observeTime(message) {
    const now = Date.now();
    if (message.at) this.skew.observe(Date.parse(message.at), now);
    if (message.type !== "update") return;
    const last = message.entries?.at(-1);
    if (last?.at) this.skew.observe(Date.parse(last.at), now);
  }

  #watchSilence() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost("The server went silent."), SILENCE_MS);
  }

  #lost(why, wait) {
    this.#drop();
    this.#tries += 1;
    this.#become("waiting", navigator.onLine === false ? "This device is offline." : why);
    const delay = wait ?? backoff(this.#tries, Math.random());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #refuse(status) {
    this.#drop();
    this.#become("refused", WORDS[status]);
  }

  /**
   * Is this device's clock far off? The Date of an answer tells to half a second; messages
   * with a time tell better, but a game may be quiet for minutes.
   */
  async #askTime() {
    try {
      const before = Date.now();
      const answer = await fetch("/web/icon.svg", { method: "HEAD", cache: "no-store" });
      const after = Date.now();
      this.skew.rough(Date.parse(answer.headers.get("Date")) + 500, (before + after) / 2);
    } catch {
      // the connection says itself when the server is away
    }
  }

  #drop() {
    clearTimeout(this.#silence);
    const link = this.#link;
    this.#link = null;
    link?.close();
  }

  #hurry() {
    if (this.#state !== "waiting" || document.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), 100);
  }

  #become(state, why) {
    this.#state = state;
    this.#why = why;
    this.#onState(this);
  }
}

/**
 * The `data` of the complete events in a piece of an event stream, and the rest.
 * @returns {[string[], string]}
 */
export function cutEvents(text) {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop();
  const messages = [];
  for (const block of blocks) {
    const lines = block.split("\n").filter((line) => line.startsWith("data:"));
    if (lines.length) messages.push(lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n"));
  }
  return [messages, rest];
}
