// What a camera proposes, as plays: a shot with its assist, block and rebound is one card. Pure.

import { kindWord } from "./kinds.js";

/** A player who is at least this likely is proposed; below it somebody has to say who. */
const LIKELY = 0.5;
/** From here on it is said without "probably". */
const SURE = 0.85;
/** Between these it is asked whether it counts two or three. */
const THREE_IN_DOUBT = Object.freeze([0.2, 0.8]);
/** So many players who may have done it are offered as chips, and so many in all. */
const CANDIDATES = 4;
const OFFERED = 8;

const SHOTS = ["field_goal", "free_throw"];
/** Of a shot: what belongs to one that went in, and to one that did not. */
const FITS = Object.freeze({ assist: true, block: false, rebound: false });

/**
 * Proposals that are linked, grouped: {id, root, parts}, in the order in which their roots came.
 * What belongs to a proposal that is not there (any more) stands for itself.
 * @param {object[]} proposals waiting ones, oldest first
 */
export function playsOf(proposals) {
  const known = new Map(proposals.map((one) => [one.id, one]));
  const plays = new Map();
  for (const one of proposals) {
    const root = rootOf(one, known);
    if (!plays.has(root.id)) plays.set(root.id, { id: root.id, root, parts: [] });
    if (one !== root) plays.get(root.id).parts.push(one);
  }
  return [...plays.values()];
}

function rootOf(proposal, known) {
  let root = proposal;
  for (let i = 0; i < known.size; i += 1) {
    const parent = (root.links ?? []).map((id) => known.get(id)).find(Boolean);
    if (!parent) break;
    root = parent;
  }
  return root;
}

/**
 * What will be said of a play: as it was seen, or as a person mended it.
 * @param {object} play of `playsOf`
 * @param {{made?: boolean, value?: number, who?: object|null, parts?: object}} mended
 * @returns {{made: boolean|null, value: number|null, who: object|null, parts: object}} `who` is
 *   {team, player}; `parts` has one {who} for each part, null where it is left out
 */
export function choiceOf({ root, parts }, mended = {}) {
  const shot = SHOTS.includes(root.type);
  const seen = {
    made: shot ? root.made ?? true : null,
    value: root.type === "field_goal" ? root.value ?? 2 : null,
    who: likely(root),
    parts: Object.fromEntries(parts.map((part) => [part.id, { who: likely(part) }])),
  };
  return { ...seen, ...mended, parts: { ...seen.parts, ...mended.parts } };
}

/** Whether a part can belong to a shot that ended so. */
export function fits(part, made) {
  return made === null || !(part.type in FITS) || FITS[part.type] === made;
}

/**
 * The answers that say so, in order: {id, verb, body}. One accepts the shot with its parts, as
 * proposed (their ids) or as mended; what a person left out is rejected. What cannot belong to a
 * shot that ended so the server drops itself, and a part of which nobody said who did it stays
 * open.
 */
export function answersOf({ root, parts }, choice, who) {
  const fitting = parts.filter((part) => fits(part, choice.made));
  const named = fitting.filter((part) => choice.parts[part.id]?.who);
  const linked = named.map((part) => {
    const { who: by } = choice.parts[part.id];
    return same(by, part) ? part.id : withoutNull({ id: part.id, ...by });
  });
  // A player who is not said is nobody, not the one who was proposed.
  const body = { ...withoutNull({ made: choice.made, value: choice.value }), team: who.team, player: who.player ?? null };
  return [
    { id: root.id, verb: "accept", body: linked.length ? { ...body, with: linked } : body },
    ...fitting.filter((part) => choice.parts[part.id] === null).map((part) => ({ id: part.id, verb: "reject", body: {} })),
  ];
}

/** The proposals that an answer is about. */
export function answeredBy({ id, body }) {
  return [id, ...(body.with ?? []).map((one) => one.id ?? one)];
}

/** Whether what the desk would ask next is said by the play itself: its assist, its rebound. */
export function complete({ parts }, choice) {
  return parts.some((part) => ["assist", "rebound"].includes(part.type)
    && fits(part, choice.made) && choice.parts[part.id]?.who);
}

/**
 * Whether a play is not worth a card: it is too unsure to ask for a person's time, or belongs to
 * one that is in the book, of which the desk has asked the same. It is there for who looks for
 * it, and meets the scorekeeper's own call if there is one.
 */
export function quiet({ root }) {
  return !SHOTS.includes(root.type) && ((root.score ?? 1) < SURE || (root.parent_seq ?? null) !== null);
}

/** Whether a proposal says what an answer of the desk's own question would. */
export function speaksOf(proposal, say) {
  return Boolean(say?.player) && proposal.type === say.type && same(likely(proposal), say);
}

/** The players who may have done it, likeliest first: {team, player, probability}. */
export function candidates(proposal) {
  const listed = (proposal.players ?? []).filter(({ player }) => player)
    .map(({ player, probability }) => ({ team: teamOf(player), player, probability }));
  if (proposal.player && !listed.some(({ player }) => player === proposal.player)) {
    listed.unshift({ team: teamOf(proposal.player), player: proposal.player, probability: 1 });
  }
  return listed.slice(0, CANDIDATES);
}

/**
 * The players who are offered for it: who may have done it, then who else of its team plays.
 * @param {(team: string) => {id: string}[]} playing
 */
export function offered(proposal, playing) {
  const seen = candidates(proposal);
  const team = proposal.team ?? seen[0]?.team;
  const others = team ? playing(team).filter(({ id }) => !seen.some(({ player }) => player === id)) : [];
  return [...seen, ...others.map(({ id }) => ({ team, player: id }))].slice(0, OFFERED);
}

/** The next of the likely players, for a key. */
export function nextCandidate(proposal, who) {
  const all = candidates(proposal);
  const at = all.findIndex(({ player }) => player === who?.player);
  const next = all[(at + 1) % Math.max(1, all.length)];
  return next ? { team: next.team, player: next.player } : who;
}

/** Nobody knows whether it counts two or three. */
export function valueInDoubt({ type, three }) {
  const [low, high] = THREE_IN_DOUBT;
  return type === "field_goal" && (three ?? null) !== null && three > low && three < high;
}

/**
 * A play in plain words: {title, more}.
 * @param {(team: string, id: string|null) => string} name
 */
export function wordsOf({ root, parts }, choice, name) {
  const title = root.ask ? "Did it go in?" : titleOf(root, choice);
  const who = whoWords(root, choice.who, name);
  const more = parts
    .filter((part) => choice.parts[part.id] && (root.ask || fits(part, choice.made)))
    .map((part) => `${partWord(part)}: ${whoWords(part, choice.parts[part.id].who, name)}`);
  return root.ask ? { title, more: [who, ...more] } : { title: `${title}, ${who}`, more };
}

/** A part, or what stands for itself, in a word or two. */
export function partWord({ type, kind }) {
  if (type === "rebound" && kind) return `${kindWord("rebound", kind)} rebound`;
  return type.replace("_", " ").replace(/^./, (letter) => letter.toUpperCase());
}

function titleOf(root, { made, value }) {
  if (!SHOTS.includes(root.type)) return partWord(root);
  const what = root.type === "free_throw" ? "Free throw" : value === 3 ? "Three" : "Two";
  const seen = (root.made ?? true) === made;
  const chance = made ? root.probability : 1 - root.probability;
  return `${what}${seen && chance < SURE ? " probably" : ""} ${made ? "made" : "missed"}`;
}

function whoWords(proposal, who, name) {
  if (!who) return "who?";
  if (!who.player) return name(who.team, null);
  const found = candidates(proposal).find(({ player }) => player === who.player);
  const asSeen = same(likely(proposal), who);
  return `${asSeen && found?.probability < SURE ? "probably " : ""}${name(who.team, who.player)}`;
}

/** Who is proposed; nobody where that, or whether it happened at all, is less than likely. */
export function likely(proposal) {
  if ((proposal.score ?? 1) < LIKELY) return null;
  const [best] = candidates(proposal);
  if (proposal.player) return { team: teamOf(proposal.player), player: proposal.player };
  if (best?.probability >= LIKELY) return { team: best.team, player: best.player };
  return null;
}

function same(who, other) {
  return Boolean(who) && (who.player ?? null) === (other?.player ?? null) && who.team === other?.team;
}

function teamOf(player) {
  return player.startsWith("away") ? "away" : "home";
}

function withoutNull(body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => (value ?? null) !== null));
}

/** How long ago, as a person says it. */
export function ageWords(seconds) {
  if (!(seconds >= 5)) return "just now";
  if (seconds < 60) return `${5 * Math.floor(seconds / 5)} s ago`;
  return `${Math.floor(seconds / 60)} min ago`;
}

/**
 * Of the proposals that people answered, how many were all as proposed: {right, of}. What counted
 * by itself and nobody touched is no answer.
 * @param {object[]} proposals all of a game @param {object[]} plays all of it
 */
export function rightSoFar(proposals, plays) {
  const bySeq = new Map(plays.map((play) => [play.seq, play]));
  const alone = ({ status, seq }) => status === "accepted" && bySeq.get(seq)?.by?.startsWith("camera.");
  const byPeople = proposals.filter((one) => ["accepted", "absorbed", "rejected"].includes(one.status) && !alone(one));
  const right = byPeople.filter((one) => one.status !== "rejected" && asSaid(one, bySeq.get(one.seq)));
  return { right: right.length, of: byPeople.length };
}

/** Whether a play stands as it was proposed; what was not proposed does not count. */
function asSaid(proposal, play) {
  if (!play || play.voided) return false;
  const known = (field) => (proposal[field] ?? null) === null || proposal[field] === play[field];
  return !proposal.ask && ["made", "value", "team", "player", "kind"].every(known);
}
