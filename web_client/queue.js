// Calls on their way: kept in this browser until the server has answered, sent in order.

import { Refused, Unreachable, inWords } from "./api.js";
import { backoff } from "./backoff.js";

/** More than this is no network trouble any more; the desk says so and takes no further call. */
export const LIMIT = 500;
const LIST = 50;
/** A call that is older than this when it goes out says itself when it was. */
const FRESH_MS = 2_000;
const AGAIN = [408, 425, 429, 500, 502, 503, 504];

/**
 * A queue in storage. Every item has a key of its own, so that two tabs of one desk do not
 * overwrite each other; both may send an item, the server counts a call_id once.
 *
 * States: `idle`, `sending`, `waiting` (no answer; tries again), `blocked` (link not valid).
 */
export class CallQueue {
  #api;
  #storage;
  #prefix;
  #onChange;
  #items = []; // {key, path, body, label, at, seq}; seq once the server has answered
  #problems = [];
  #state = "idle";
  #tries = 0;
  #timer = null;
  #count = 0;

  /**
   * @param {{post: (path: string, body: any) => Promise<any>}} api
   * @param {Storage} storage
   * @param {string} game
   * @param {(queue: CallQueue) => void} onChange
   */
  constructor(api, storage, game, onChange) {
    this.#api = api;
    this.#storage = storage;
    this.#prefix = `courtside.queue.${game}.`;
    this.#onChange = onChange;
    this.#items = this.#load();
  }

  get state() {
    return this.#state;
  }

  /** Everything the live state does not show yet, oldest first. */
  get items() {
    return this.#items;
  }

  /** How many have no answer yet. */
  get unanswered() {
    return this.#items.filter((item) => item.seq === undefined).length;
  }

  /** Calls that were refused: {label, detail}, newest first, until dismissed. */
  get problems() {
    return this.#problems;
  }

  /**
   * @param {{path: string, id: string, body: object, late?: object, expect?: object,
   *          label: string, at: number}} call `id` is its call_id; `late` is added to the body
   *   when it could not be sent at once (the place in the game, which the server knows itself
   *   for a call that comes in time); `expect` is what it will do, where the body does not say
   * @returns {boolean} whether it is kept
   */
  add(call) {
    if (this.#items.length >= LIMIT) {
      this.#fail(call, `${LIMIT} calls wait already. Find a network before you go on.`);
      return false;
    }
    this.#count += 1;
    const order = `${String(Date.now()).padStart(15, "0")}-${String(this.#count).padStart(6, "0")}`;
    const item = { ...call, key: `${this.#prefix}${order}`, added: Date.now() };
    this.#items.push(item);
    try {
      this.#storage.setItem(item.key, JSON.stringify(item));
    } catch {
      // Full or forbidden: it still goes out from memory while the page is open.
    }
    this.pump();
    this.#onChange(this);
    return true;
  }

  /** Take back a call that has not been sent. @returns {boolean} whether it could be */
  cancel(callId) {
    const item = this.#items.find((one) => one.id === callId);
    if (!item || item.seq !== undefined || item.sent) return false;
    this.#remove(item);
    this.#onChange(this);
    return true;
  }

  /** The live state shows these entries: their calls need not be shown as waiting. */
  settle(entries, seq) {
    const ids = new Set(entries.map((entry) => entry.call_id));
    const done = this.#items.filter((item) => ids.has(item.id) || item.seq <= seq);
    for (const item of done) this.#remove(item);
    if (done.length) this.#onChange(this);
  }

  dismiss(problem) {
    this.#problems = this.#problems.filter((one) => one !== problem);
    this.#onChange(this);
  }

  /** Try now (the network is back). */
  hurry() {
    if (this.#state !== "waiting" && this.#state !== "blocked") return;
    clearTimeout(this.#timer);
    this.#state = "idle";
    this.pump();
  }

  /** Send what waits, in order, until it is done or the network is. */
  async pump() {
    if (this.#state !== "idle") return;
    this.#state = "sending";
    for (;;) {
      const next = this.#items.filter((item) => item.seq === undefined);
      if (!next.length) return this.#become("idle");
      const batch = next.slice(0, sameCalls(next));
      for (const item of batch) item.sent = true;
      try {
        const sending = this.#send(batch);
        this.#onChange(this); // drawn while the request is on its way
        await sending;
        this.#tries = 0;
      } catch (error) {
        return this.#halt(error);
      }
    }
  }

  async #send(batch) {
    const [first] = batch;
    if (batch.length > 1) {
      let answers;
      try {
        answers = await this.#api.post(first.path, batch.map(bodyOf));
      } catch (error) {
        if (!refusal(error)) throw error;
        // The list as a whole was refused; alone each call tells what is wrong with it.
        for (const item of batch) await this.#send([item]);
        return;
      }
      batch.forEach((item, i) => this.#answered(item, answers[i]));
      return;
    }
    try {
      this.#answered(first, { status: 200, ...(await this.#api.post(first.path, bodyOf(first))) });
    } catch (error) {
      if (!refusal(error)) throw error;
      this.#answered(first, { status: error.status, problem: { type: error.type, detail: inWords(error) } });
    }
  }

  #answered(item, answer) {
    const seq = answer?.entries?.at(-1)?.seq;
    // The id is a random one of this page: in use means that an earlier try arrived.
    if (answer?.problem && answer.problem.type !== "call-id-reused") {
      this.#remove(item);
      this.#fail(item, answer.problem.detail || `Refused (${answer.status}).`);
    } else if (seq === undefined || !this.#items.includes(item)) {
      this.#remove(item);
    } else {
      item.seq = seq; // shown as waiting until the live state has it, but never sent again
      this.#storage.removeItem(item.key);
    }
    this.#onChange(this);
  }

  #halt(error) {
    if (noAccess(error)) {
      this.#fail({ label: "Not sent" }, inWords(error));
      return this.#become("blocked");
    }
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    this.#tries += 1;
    this.#become("waiting");
    this.#timer = setTimeout(() => {
      this.#state = "idle";
      this.pump();
    }, backoff(this.#tries, Math.random()));
  }

  #fail({ label }, detail) {
    const others = this.#problems.filter((one) => one.label !== label || one.detail !== detail);
    this.#problems = [{ label, detail }, ...others].slice(0, 20);
    this.#onChange(this);
  }

  #remove(item) {
    this.#items = this.#items.filter((one) => one !== item);
    this.#storage.removeItem(item.key);
  }

  #load() {
    const keys = [];
    for (let i = 0; i < this.#storage.length; i += 1) keys.push(this.#storage.key(i));
    return keys
      .filter((key) => key.startsWith(this.#prefix))
      .sort()
      .map((key) => readItem(this.#storage.getItem(key)))
      .filter(Boolean);
  }

  #become(state) {
    this.#state = state;
    this.#onChange(this);
  }
}

function bodyOf({ body, late, added }) {
  return late && Date.now() - added > FRESH_MS ? { ...body, ...late } : body;
}

/** How many of the first items may go as one list: calls of the same game. */
function sameCalls(items) {
  if (!items[0].path.endsWith("/calls")) return 1;
  const end = items.findIndex((item) => item.path !== items[0].path);
  return Math.min(LIST, end === -1 ? items.length : end);
}

/** The server said no to this call, and will again. */
function refusal(error) {
  return error instanceof Refused && !AGAIN.includes(error.status) && !noAccess(error);
}

function noAccess(error) {
  return error instanceof Refused && [401, 403].includes(error.status);
}

function readItem(text) {
  try {
    const item = JSON.parse(text);
    return item.path && item.body ? item : null;
  } catch {
    return null;
  }
}
