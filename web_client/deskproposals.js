// What the camera saw, waiting for the scorekeeper: which cards are shown, and the answers.

import { ageWords, answeredBy, answersOf, choiceOf, complete, playsOf, quiet, speaksOf, wordsOf } from "./cards.js";
import { describe, newId } from "./calls.js";
import { cardOf, ghostOf } from "./deskcard.js";
import { Settling } from "./desksettling.js";
import { byId, el, follow, setText, show } from "./dom.js";

/** A card that something else has answered is seen to go for so long. */
const FADE_MS = 2_000;
/** A card that has just taken another's place does not take the tap that was meant for that. */
const INERT_MS = 450;
/** One card fits between the scoreboard and the players of a phone. */
const ROOMY = matchMedia("(min-width: 900px) and (min-height: 521px)");

/** What was answered and still waits after this long was refused: it is shown again. */
const KNOWN_MS = 5_000;

const GONE = {
  absorbed: "You had it already", accepted: "In the book", rejected: "Dropped", expired: "Too long ago",
};

/**
 * Draws the plays that wait: a few cards, the rest counted. A card keeps its place until it is
 * answered; new ones come after it. A game without a camera has nothing here.
 */
export class Proposals {
  #parent;
  #desk;
  #hands;
  #mended = new Map(); // id -> what a person said otherwise
  #settling = new Settling(
    (play) => !play.root.ask && Boolean(this.choice(play).who),
    (play) => this.#desk.settle(play, this.choice(play)),
  );
  #answered = new Map(); // id -> until when the state may not know what was answered here
  #open = new Set(); // ids of parts that nobody named a player for: the desk asks for them itself
  #slots = []; // {id, ghost?: {title, word}}: what is shown, in place
  #later = []; // ids that somebody stepped over
  #asked = new Set(); // ids of quiet plays that somebody looks for
  #plays = [];
  #waitingAll = [];
  #armed = null;
  #reserved = false;

  /**
   * @param {Element} parent
   * @param {{name: (team: string, id: string|null) => string, when: (proposal: object) => string, anyone: (team: string) => boolean,
   *   playing: (team: string) => {id: string}[], settles: () => boolean, turn: () => boolean,
   *   accept: (play: object, choice: object) => void, settle: (play: object, choice: object) => void,
   *   cancel: () => void, ask: (play: object, choice: object) => void,
   *   queue: object, base: string, now: () => number, took: (item: object) => void}} desk
   * @param {import("./deskstill.js").Stills} stills
   */
  constructor(parent, desk, stills) {
    this.#parent = parent;
    this.#desk = desk;
    this.#hands = {
      name: desk.name,
      playing: desk.playing,
      when: desk.when,
      stills,
      onAccept: (play, change) => this.choose(play, change),
      onReject: (play) => this.reject(play),
      onMend: (play, change) => this.mend(play, change),
      onAsk: (play) => desk.ask(play, this.choice(play)),
    };
    ROOMY.addEventListener("change", () => this.#fill());
    setInterval(() => this.#tick(), 1_000);
  }

  /** The play on the first card, for the keys. */
  get first() {
    return this.#plays.find((play) => play.id === this.#slots.find((slot) => !slot.ghost)?.id);
  }

  /** Whether the camera says so, too. @param {object|undefined} say a chip's call */
  speaksOf(say) {
    return this.#waitingAll.some((one) => speaksOf(one, say));
  }

  /**
   * @param {object[]} waiting proposals, oldest first @param {string|null} armed the id of the
   *   one that waits for a player @param {boolean} camera whether there is one
   */
  draw(waiting, armed, camera) {
    this.#waitingAll = waiting;
    const known = new Set(waiting.map(({ id }) => id));
    this.#open = new Set([...this.#open].filter((id) => known.has(id)));
    // Gone is known at the server; what an undo brings back is shown again.
    for (const id of this.#answered.keys()) if (!known.has(id)) this.#answered.delete(id);
    this.#plays = playsOf(waiting.filter(({ id }) => !this.#said(id)));
    this.#settling.follow(this.#plays);
    this.#armed = armed;
    this.#reserved ||= camera || waiting.length > 0;
    this.#fill();
  }

  /** The server says what became of a proposal. */
  heard({ id, status }) {
    const slot = this.#slots.find((one) => one.id === id && one.ghost);
    if (!slot) return;
    slot.ghost = { ...slot.ghost, word: GONE[status] ?? GONE.accepted };
    this.#fill();
  }

  /** Whether somebody here has answered this. */
  #said(id) {
    const sent = this.#desk.queue.items.some(({ path, body }) => answeredBy({ id: path.split("/").at(-2), body }).includes(id));
    return sent || this.#open.has(id) || this.#answered.get(id) > performance.now();
  }

  /** What will be said of a play: as it was seen, or as somebody mended it. */
  choice(play) {
    const choice = choiceOf(play, this.#mended.get(play.id));
    const team = play.root.team;
    // Of a team whose players nobody knows only the team can be meant.
    if (!choice.who && team && !this.#desk.anyone(team)) choice.who = { team, player: null };
    return choice;
  }

  /** A person says a field of it. The card is then accepted in a moment, where nothing is open. */
  mend(play, change) {
    this.#say(play, change);
    // A player who is chosen is meant for this card, or for something else: only Accept tells.
    if (this.#desk.turn() && this.#desk.settles()) this.#settling.start(play);
    else this.#settling.stop(play.id);
    this.#fill();
  }

  /** Accept with one more thing said (whether it went in); somebody else says who, if need be. */
  choose(play, change) {
    this.#say(play, change);
    this.#desk.accept(play, this.choice(play));
  }

  #say(play, change) {
    this.#mended.set(play.id, { ...this.#mended.get(play.id), ...change });
  }

  /**
   * Say that it happened.
   * @returns {object|null} the call that it makes; `complete` where nothing is left to be asked.
   *   Nothing yet where it is still asked whether it went in
   */
  accept(play, choice, who) {
    const { root } = play;
    if (root.ask && this.#mended.get(root.id)?.made === undefined) {
      this.#say(play, { who });
      this.#fill();
      return null;
    }
    const made = choice.made === null ? {} : { made: choice.made };
    const value = choice.value === null ? {} : { value: choice.value };
    const expect = { type: root.type, ...made, ...value, ...(root.kind && { kind: root.kind }), ...who, call_id: callId(root) };
    const label = describe(expect, this.#desk.name);
    const answers = answersOf(play, choice, who);
    this.#answeredNow(play);
    const told = answers.flatMap(answeredBy);
    for (const { id } of play.parts) if (!told.includes(id)) this.#open.add(id);
    for (const answer of answers) {
      const item = this.#send(answer, answer.id === root.id ? { expect, label } : { label });
      if (answer.id === root.id) this.#desk.took(item);
    }
    return { ...expect, complete: Boolean(complete(play, choice)) };
  }

  /** Say that it did not happen; what belongs to it goes with it. */
  reject(play) {
    this.#desk.cancel();
    this.#answeredNow(play);
    this.#send({ id: play.id, verb: "reject", body: {} }, { label: "It did not happen" });
  }

  #answeredNow({ root, parts }) {
    this.#settling.stop(root.id);
    for (const { id } of [root, ...parts]) this.#answered.set(id, performance.now() + KNOWN_MS);
    setTimeout(() => this.draw(this.#waitingAll, this.#armed, false), KNOWN_MS + 1);
  }

  /** Look at the next one; this one waits. */
  step() {
    const [next] = this.#waiting();
    if (!next) return;
    this.#asked.add(next.id);
    const gone = this.#slots.length === this.#most ? this.#slots.pop() : null;
    if (gone && !gone.ghost) {
      this.#settling.stop(gone.id);
      this.#later = [...this.#later.filter((id) => id !== gone.id), gone.id];
    }
    this.#fill();
  }

  #send({ id, verb, body }, more) {
    // The proposal's own id makes a repeated answer count once.
    const item = {
      path: `${this.#desk.base}/proposals/${id}/${verb}`, id: verb === "accept" ? callId({ id }) : newId(),
      body, at: this.#desk.now(), ...more,
    };
    this.#desk.queue.add(item);
    return item;
  }

  // ---- what is shown

  get #most() {
    return ROOMY.matches ? 2 : 1;
  }

  #fill() {
    const before = this.#slots.map(({ id }) => id);
    const known = new Map(this.#plays.map((play) => [play.id, play]));
    this.#slots = this.#slots.map((slot) => this.#still(slot, known)).filter(Boolean);
    const most = this.#most;
    for (const play of this.#waiting()) {
      if (this.#slots.length >= most) break;
      if (!quiet(play) || this.#asked.has(play.id)) this.#slots.push({ id: play.id });
    }
    this.#slots = this.#slots.slice(0, Math.max(most, this.#slots.filter(({ ghost }) => ghost).length));
    this.#draw(known);
    this.#rest(before);
  }

  /** A slot as it stays: with its play, as a ghost for a moment, or not at all. */
  #still(slot, known) {
    if (slot.ghost || known.has(slot.id)) return slot;
    if (this.#answered.has(slot.id)) return null;
    setTimeout(() => {
      this.#slots = this.#slots.filter((one) => one.id !== slot.id);
      this.#fill();
    }, FADE_MS);
    return { ...slot, ghost: { title: slot.title ?? "", word: GONE.accepted } };
  }

  /** Those that have no card, in the order in which they get one. */
  #waiting() {
    const free = this.#plays.filter(({ id }) => !this.#slots.some((slot) => slot.id === id));
    // What is sure comes first, what was stepped over last.
    const place = (play) => 4 * (this.#later.indexOf(play.id) + 1) + (quiet(play) ? 2 : 0) + (play.root.ask ? 1 : 0);
    return free.toSorted((a, b) => place(a) - place(b));
  }

  #draw(known) {
    const rolled = new Map([...this.#parent.children].map((card) => [card.dataset.key, card.querySelector(".fields")?.scrollLeft]));
    const items = this.#slots.map((slot) => {
      const play = known.get(slot.id);
      if (slot.ghost || !play) return { id: slot.id, ghost: slot.ghost };
      const choice = this.choice(play);
      slot.title = wordsOf(play, choice, this.#desk.name).title;
      return { id: slot.id, play, choice, armed: slot.id === this.#armed, settling: this.#settling.has(slot.id) };
    });
    const rest = this.#waiting().length;
    if (!items.length) items.push({ id: "none" });
    items.push({ id: "more", rest });
    show(this.#parent, this.#reserved);
    follow(this.#parent, items, ({ id }) => id, (item) => this.#make(item));
    for (const card of this.#parent.children) {
      const row = card.querySelector(".fields");
      if (row) row.scrollLeft = rolled.get(card.dataset.key) ?? 0;
    }
    const words = items.find(({ play }) => play);
    setText(byId("seen-words"), words ? this.#slots[0].title ?? "" : "");
    this.#tick();
  }

  #make(item) {
    if (item.id === "none") return el("p", { class: "nothing soft small", text: "The camera has nothing new." });
    if (item.id === "more") {
      return el("button", {
        type: "button", class: "more", hidden: item.rest === 0, text: `+${item.rest} ›`,
        "aria-label": `${item.rest} more: look at the next`, on: { click: () => this.step() },
      });
    }
    return item.ghost ? ghostOf(item.ghost) : cardOf(item, this.#hands);
  }

  /** Cards that took another's place rest a moment. */
  #rest(before) {
    for (const [i, { id }] of this.#slots.entries()) {
      const card = this.#parent.querySelector(`[data-key="${CSS.escape(id)}"]`);
      if (!card || !before.length || before[i] === id || before[i] === undefined) continue;
      card.inert = true;
      setTimeout(() => { card.inert = false; }, INERT_MS);
    }
  }

  #tick() {
    for (const age of this.#parent.querySelectorAll(".age")) {
      setText(age, ageWords((this.#desk.now() - Number(age.dataset.at)) / 1000));
    }
  }
}

function callId({ id }) {
  return `proposal-${id}`;
}
