// Calls on their way: kept in this browser until the server has answered, sent in order.

import { Refused, Unreachable, inWords } from "./api.js";
import { backoff } from "./backoff.js";

/** More than this is no network trouble any more; the desk says so and takes no further call. */
export const LIMIT = 500;
const LIST = 50;
/** A call that is older than this when it goes out says itself when it was. */
const FRESH_MS = 2_000;
const AGAIN = [408, 425, 429, 500, 502, 503, 504];
/** Refusals that a person decides about: what others said meanwhile, a part that another keeps. */
const DECIDE = ["conflict", "desk-held"];
/** Calls after which the clock of an earlier one does not run any more. */
const STOPS = ["clock_start", "clock_stop", "clock_set", "period_end", "period_start", "finalize"];

/**
 * A queue in storage. Every item has a key of its own, so that two tabs of one desk do not
 * overwrite each other; both may send an item, the server counts a call_id once. What was
 * refused stays, too, until a person has decided or seen it: a reload forgets nothing.
 *
 * States: `idle`, `sending`, `waiting` (no answer; tries again), `blocked` (link not valid).
 */
export class CallQueue {
  #api;
  #storage;
  #prefix;
  #onChange;
  #all = []; // {key, path, body, label, at, seq, trouble}; seq or trouble once it was answered
  #problems = []; // {label, detail, key}; key where it is kept
  #state = "idle";
  #tries = 0;
  #timer = null;
  #last = 0; // the newest key's number: keys sort as the taps came
  #shown = 0; // the newest entry that the live state has
  #idle = new Set(); // ids of calls that wrote nothing: refused, or said by another desk already

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
    this.#all = this.#load();
    this.#last = parseInt(this.#all.at(-1)?.key.slice(this.#prefix.length) ?? "0", 10);
    for (const item of this.#all.filter(({ trouble }) => trouble)) {
      this.#idle.add(item.id);
      if (!this.decisions.includes(item)) this.#tell(item);
    }
  }

  get state() {
    return this.#state;
  }

  /** Everything the live state does not show yet, oldest first. */
  get items() {
    return this.#all.filter((item) => !item.trouble);
  }

  /** Calls about which a person decides, oldest first; `trouble` is the problem document. */
  get decisions() {
    return this.#all.filter((item) => DECIDE.includes(item.trouble?.type));
  }

  /** How many have no answer yet. */
  get unanswered() {
    return this.items.filter((item) => item.seq === undefined).length;
  }

  /** Calls that were refused: {label, detail}, newest first, until dismissed. */
  get problems() {
    return this.#problems;
  }

  /**
   * @param {{path: string, id: string, body: object, late?: object, expect?: object,
   *          label: string, at: number, added?: number, runs?: boolean}} call `id` is its
   *   call_id; `added` is this device's time of the tap, when that was earlier; `late` is added
   *   to the body when it could not be sent at once (the place in the game, which the server
   *   knows itself for a call that comes in time); `expect` is what it will do, where the body
   *   does not say; `runs`: the clock runs from its clock_ms on; `undoes`: the id of the call
   *   that it takes back
   * @returns {boolean} whether it is kept
   */
  add(call) {
    if (this.#all.length >= LIMIT) {
      this.#fail(call, `${LIMIT} calls wait already. Find a network before you go on.`);
      return false;
    }
    this.#last = Math.max(Date.now(), this.#last + 1);
    const tab = Math.random().toString(16).slice(2, 8); // two of them may tap at once
    const key = `${this.#prefix}${String(this.#last).padStart(15, "0")}-${tab}`;
    const item = { added: Date.now(), ...call, key };
    this.#all.push(item);
    this.#store(item);
    this.pump();
    this.#onChange(this);
    return true;
  }

  /** Take back a call that has written nothing. @returns {boolean} whether it could be */
  cancel(callId) {
    const item = this.#all.find((one) => one.id === callId);
    if (!item) return this.#idle.has(callId);
    if (!item.trouble && (item.seq !== undefined || item.sent)) return this.#idle.has(callId);
    this.#problems = this.#problems.filter((one) => one.key !== item.key);
    this.#remove(item);
    this.#onChange(this);
    return true;
  }

  /** The live state shows these entries: their calls need not be shown as waiting. */
  settle(entries, seq) {
    this.#shown = seq;
    const ids = new Set(entries.map((entry) => entry.call_id));
    const done = this.items.filter((item) => ids.has(item.id) || item.seq <= seq);
    for (const item of done) this.#remove(item);
    if (done.length) this.#onChange(this);
  }

  dismiss(problem) {
    this.#problems = this.#problems.filter((one) => one !== problem);
    const item = problem.key && this.#all.find((one) => one.key === problem.key);
    if (item) this.#remove(item);
    this.#onChange(this);
  }

  /**
   * A person has decided about a call: `keep` it beside what others said, `drop` it, or send it
   * `again` as it is.
   * @param {object} item one of `decisions` @param {"keep"|"drop"|"again"} choice
   */
  decide(item, choice) {
    if (!this.#all.includes(item)) return;
    if (choice === "drop") {
      this.#remove(item);
    } else {
      if (choice === "keep") item.body = { ...item.body, resolve: "keep" };
      delete item.trouble;
      this.#idle.delete(item.id);
      this.#store(item);
      this.pump();
    }
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
      const next = this.items.filter((item) => item.seq === undefined);
      if (!next.length) return this.#become("idle");
      const [{ undoes }] = next;
      if (undoes && this.#idle.has(undoes)) {
        // There is nothing to take back; the server would take the call before it.
        this.cancel(undoes);
        this.#remove(next[0]);
        continue;
      }
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
        answers = await this.#api.post(first.path, batch.map((item) => this.#bodyOf(item)));
      } catch (error) {
        if (!refusal(error)) throw error;
        // The list as a whole was refused; alone each call tells what is wrong with it.
        for (const item of batch) await this.#send([item]);
        return;
      }
      for (const [i, item] of batch.entries()) {
        const answer = answers[i];
        // Not tried: this one and all that follow are sent again, in the same order.
        if (AGAIN.includes(answer?.status)) throw new Refused(answer.status, answer.problem ?? {});
        this.#answered(item, answer);
      }
      return;
    }
    try {
      this.#answered(first, { status: 200, ...(await this.#api.post(first.path, this.#bodyOf(first))) });
    } catch (error) {
      if (!refusal(error)) throw error;
      const problem = { ...error.problem, type: error.type, detail: inWords(error) };
      this.#answered(first, { status: error.status, problem });
    }
  }

  #answered(item, answer) {
    const seq = answer?.entries?.at(-1)?.seq;
    if (answer?.merged) this.#idle.add(item.id);
    // The id is a random one of this page: in use means that an earlier try arrived.
    if (answer?.problem && answer.problem.type !== "call-id-reused") {
      this.#refused(item, { ...answer.problem, detail: answer.problem.detail || `Refused (${answer.status}).` });
    } else if (seq === undefined || seq <= this.#shown || !this.#all.includes(item)) {
      // The live state may be faster than the answer, under an id that only the server knows (a
      // proposal accepted again): counted there already, it must not be added to it.
      this.#remove(item);
    } else {
      item.seq = seq; // shown as waiting until the live state has it, but never sent again
      this.#storage.removeItem(item.key);
    }
    this.#onChange(this);
  }

  /** It stays until somebody decides, or has seen why it was refused. */
  #refused(item, trouble) {
    if (!this.#all.includes(item)) return;
    item.trouble = trouble;
    this.#idle.add(item.id);
    this.#store(item);
    if (!DECIDE.includes(trouble.type)) this.#tell(item);
  }

  #tell({ label, trouble, key }) {
    this.#problems = [{ label, detail: trouble.detail, key }, ...this.#problems];
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

  #bodyOf({ path, body: said, late, at, added, runs, key }) {
    const since = Date.now() - added;
    if (since <= FRESH_MS) return said;
    const body = tapped(path, said, at);
    if (late) return { ...body, ...late };
    const stopped = this.items.some((one) => one.key > key && STOPS.includes(one.body.type));
    if (!runs || stopped || body.clock_ms === undefined) return body;
    // Still running: the server starts it when it hears of it, so it says what is left by then.
    return { ...body, clock_ms: Math.max(0, Math.round(body.clock_ms - since)) };
  }

  #store(item) {
    try {
      this.#storage.setItem(item.key, JSON.stringify(item));
    } catch {
      // Full or forbidden: it still goes out from memory while the page is open.
    }
  }

  #remove(item) {
    this.#all = this.#all.filter((one) => one !== item);
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

/**
 * A late call with the time of its tap: what the camera filmed then, not what it films now. What
 * is put into the past has no such time.
 */
function tapped(path, body, at) {
  const put = body.after !== undefined || body.period !== undefined;
  return put || !at || !path.endsWith("/calls") ? body : { ...body, tapped_at: new Date(at).toISOString() };
}

/** How many of the first items may go as one list: calls of the same game, up to an undo. */
function sameCalls(items) {
  if (!items[0].path.endsWith("/calls")) return 1;
  const end = items.findIndex((item, i) => item.path !== items[0].path || (i > 0 && item.undoes));
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
