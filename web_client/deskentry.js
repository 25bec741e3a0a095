// From taps to calls: who and what, one after the other, and what is asked in between.
// No document in here.

import {
  aboutFoul, aboutParent, aboutTimeout, aboutTurnover, afterCall, afterTrip, dueThrow, whoComesIn,
} from "./asks.js";
import { playCall, withoutNulls } from "./calls.js";
import { awarded, newTrip, opponents, throwCall, thrown } from "./trips.js";

/** A foul or turnover that nobody says more about is sent after this long. */
export const PATIENCE_MS = 15_000;

/** What may come between the throws of a trip. */
const BETWEEN_THROWS = ["substitution", "timeout", "starters"];

/**
 * What the entry needs of the desk.
 * @typedef {import("./asks.js").Table & {
 *   board: () => object|null,
 *   context: () => object,
 *   tap: () => object,
 *   send: (call: object, tap?: object) => boolean,
 *   accept: (proposal: object, choice: object, who: object) => object|null,
 *   seqOf: (callId: string) => number|undefined,
 *   asks: () => boolean,
 *   amend: (callId: string, fields: object) => void,
 *   lineup: (team: string) => void,
 *   changed: () => void}} Desk
 */
export class Entry {
  /** {team, player} that waits for an action; player null is the team itself. */
  chosen = null;
  /** An action, or {proposal, choice}, that waits for a player. */
  armed = null;
  /** What is asked now, see asks.js. */
  question = null;
  /** A call that waits for more to be said about it. */
  draft = null;

  #desk;
  #about = null; // the call that the question is about
  #trip = null;
  #last = null; // the last play that was sent
  #tap = null; // when and where the draft was tapped: saying more about it takes seconds
  #timer = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** A tap on a player, or on a team (player null). "#23" is a player whom nobody knows yet. */
  pick(team, player) {
    this.#goOn();
    if (this.armed) return this.finish(this.armed, { team, player });
    const again = this.chosen?.team === team && this.chosen.player === player;
    this.chosen = again ? null : { team, player };
    this.#desk.changed();
  }

  /** A tap on an action. */
  act(action) {
    this.#goOn();
    if (this.chosen) return this.finish(action, this.chosen);
    this.armed = this.armed?.id === action.id ? null : action;
    this.#desk.changed();
  }

  /** A tap on a big button of a team that has no players. */
  quick(action, team) {
    this.#goOn();
    this.finish(action, { team, player: null });
  }

  /** A tap on a proposal's Accept: as the player who is chosen, or who was proposed; else it asks. */
  accept(proposal, choice) {
    this.#goOn();
    const who = this.chosen ?? choice.who;
    if (who) return this.finish({ proposal, choice }, who);
    this.ask(proposal, choice);
  }

  /** A proposal that somebody mended and left so: what is being entered meanwhile stays as it is. */
  settle(proposal, choice) {
    const busy = this.chosen || this.armed || this.draft || (this.question && !this.#trip);
    if (busy) this.#desk.accept(proposal, choice, choice.who);
    else this.finish({ proposal, choice }, choice.who);
  }

  /** A tap on a card's field lets go what was asked before. Whether nobody and nothing is chosen. */
  turn() {
    this.#goOn();
    this.#desk.changed();
    return !this.chosen && !this.armed;
  }

  /** The next player who is tapped is the one of a proposal. */
  ask(proposal, choice) {
    this.armed = this.armed?.proposal?.id === proposal.id ? null : { proposal, choice };
    this.#desk.changed();
  }

  /** Both are known: say it, or ask what is missing. */
  finish(what, who) {
    this.release();
    if (what.proposal) {
      const call = this.#desk.accept(what.proposal, what.choice, who);
      if (call) this.#sent(call);
    } else if (what.type === "substitution") {
      this.#substitute(who);
    } else if (this.#trip && what.type === "free_throw" && who.team === this.#trip.team) {
      this.#trip = { ...this.#trip, shooter: who.player ?? this.#trip.shooter };
      this.#throw(what.made);
    } else {
      const call = playCall(what, who, this.#desk.context());
      if (this.#needsMore(call)) this.#begin(call);
      else if (this.#desk.send(call)) this.#sent(call);
    }
    this.#desk.changed();
  }

  /** An answer: one of the question's chips was tapped. */
  answer(chip) {
    if (chip.next) this.question = chip.next;
    else if (chip.begin) this.#begin({ ...chip.begin, ...this.#linked(this.#about) });
    else if (chip.draft) this.#redraft(chip.draft);
    else if (chip.shooter !== undefined) this.#shooter(chip.shooter);
    else if (chip.thrown !== undefined) this.#throw(chip.thrown);
    else if (chip.add) this.#add(chip.add);
    else this.#say(chip);
    this.#desk.changed();
  }

  /** The question's own button: the draft is as it should be. */
  done() {
    this.flush(true);
    this.#desk.changed();
  }

  /** Send a call that waits for more; `ask`: and go on asking about it. */
  flush(ask = false) {
    const { draft } = this;
    if (!draft) return;
    this.#drop();
    this.#trip = null;
    if (!this.#desk.send(bodyOf(draft), this.#tap)) return;
    this.#last = draft;
    if (!ask) return;
    if (draft.type === "foul" && draft.throws) this.#lineUp(newTrip(draft, this.#desk.rules, draft.oneAndOne));
    else if (draft.type !== "turnover") this.#ask(afterCall(draft, this.#desk), draft);
  }

  /** Never mind: nothing is chosen, armed or asked; a draft is thrown away. */
  cancel() {
    this.#drop();
    this.#trip = null;
    this.release();
    this.#desk.changed();
  }

  release() {
    this.chosen = null;
    this.armed = null;
  }

  /** What was asked no longer matters; what waits is sent. */
  leave() {
    this.#goOn();
    this.release();
    this.#desk.changed();
  }

  /** Another tap: what waits is sent; what was asked is let go, but for a trip to the line. */
  #goOn() {
    this.flush();
    if (!this.#trip) this.#ask(null);
  }

  // ---- drafts

  #needsMore(call) {
    if (!this.#desk.asks()) return false;
    if (call.type === "foul" || call.type === "turnover") return true;
    if (call.type === "timeout") return aboutTimeout(call, this.#desk).rows[0].chips.length > 1;
    if (call.type === "steal") return !this.#isLast("turnover", opponents(call.team));
    if (call.type === "block") return !this.#isLast("field_goal", opponents(call.team), false);
    return false;
  }

  /** Whether the last play of this desk is one that a steal or block can belong to. */
  #isLast(type, team, made) {
    const last = this.#last;
    return last?.type === type && last.team === team && (made === undefined || last.made === made);
  }

  #begin(call) {
    this.#tap = this.#desk.tap();
    this.#draft(call.type === "foul" ? { kind: "personal", ...call, ...this.#awarded(call) } : call);
  }

  #redraft(fields) {
    const said = { ...this.draft, ...fields };
    const kindIsNew = said.type === "foul" && fields.kind;
    this.#draft(kindIsNew ? { ...said, ...this.#awarded(said) } : said);
  }

  #draft(draft) {
    this.draft = draft;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.done(), PATIENCE_MS);
    const about = { foul: aboutFoul, turnover: aboutTurnover, timeout: aboutTimeout }[draft.type] ?? aboutParent;
    this.#ask(about(draft, this.#desk), draft);
  }

  #awarded(draft) {
    return awarded(draft, this.#desk.rules, this.#desk.board(), draft.andOne);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.draft = null;
    this.#ask(null);
  }

  /** What a call says that belongs to another: the entry, where it is known already. */
  #linked(parent) {
    const links = parent && this.#desk.seqOf(parent.call_id);
    return { ...this.#desk.context(), ...(links && { links }) };
  }

  // ---- answers

  #say({ say, before, then }) {
    const { draft } = this;
    const about = draft ?? this.#about;
    if (before) {
      const parent = { ...before, ...this.#desk.context() };
      if (this.#desk.send(withoutNulls(parent), this.#tap)) this.#last = parent;
      this.flush();
      return this.#ask(draft.type === "block" ? afterCall({ ...parent, blocked: true }, this.#desk) : null, parent);
    }
    if (draft) this.flush();
    const call = withoutNulls({ ...say, ...this.#linked(about) });
    if (!this.#desk.send(call)) return;
    if (then) return this.#ask(then, about);
    this.#sent(call);
  }

  #sent(call) {
    this.#last = call;
    if (this.#trip && BETWEEN_THROWS.includes(call.type)) return this.#lineUp(this.#trip);
    this.#trip = null;
    // What a proposal brought with it need not be asked for.
    this.#ask(this.#desk.asks() && !call.complete ? afterCall(call, this.#desk) : null, call);
  }

  #add(fields) {
    const call = { ...this.#about, ...fields };
    this.#desk.amend(call.call_id, fields);
    this.#ask(afterCall(call, this.#desk), call);
  }

  #substitute({ team, player }) {
    if (!player || !this.#desk.bench(team).length) return this.#desk.lineup(team);
    this.#ask(whoComesIn(team, player, this.#desk), null);
  }

  // ---- free throws

  #lineUp(trip) {
    this.#trip = trip;
    this.#ask(dueThrow(trip, this.#desk), trip);
  }

  #shooter(player) {
    this.#lineUp({ ...this.#trip, shooter: player });
  }

  #throw(made) {
    const trip = this.#trip;
    const call = withoutNulls({ ...throwCall(trip, made), ...this.#linked({ call_id: trip.foul }) });
    if (!this.#desk.send(call)) return;
    this.#last = call;
    const next = thrown(trip, made);
    if (next) return this.#lineUp(next);
    this.#trip = null;
    this.#ask(afterTrip(trip, call, this.#desk), call);
  }

  #ask(question, about = null) {
    this.question = question;
    this.#about = question ? about : null;
  }
}

/** What of a draft is the call's: how it was asked is not. */
function bodyOf({ oneAndOne, andOne, ...call }) {
  if (call.type === "foul" && !call.throws) delete call.throws;
  return withoutNulls(call);
}
