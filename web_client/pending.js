// The game as it will be when the calls that wait have arrived. Pure.
// The desk shows this, so that a tap counts at once, also without a network.

import { remaining } from "./clock.js";

/**
 * @param {object} board the section "scoreboard"
 * @param {{body: object, expect?: object, at: number}[]} waiting what was asked, what it will
 *   do where the body does not say so, and the server time of the tap
 */
export function withPending(board, waiting) {
  return standing(waiting).reduce((now, { body, expect, at }) => step(now, expect ?? body, at), board);
}

/** The section "roster" likewise: who is on the court, and players whom a call makes. */
export function rosterWithPending(roster, waiting) {
  return standing(waiting).reduce((now, { body, expect }) => people(now, expect ?? body), roster);
}

/** An undo that waits takes back the call that waits before it. */
function standing(waiting) {
  const kept = [];
  for (const item of waiting) {
    if (item.body.type === "undo") kept.pop();
    else kept.push(item);
  }
  return kept;
}

function step(board, call, at) {
  switch (call.type) {
    case "field_goal":
    case "free_throw":
      return call.made ? side(board, call.team, (one) => ({ score: one.score + (call.value ?? 1) })) : board;
    case "adjust":
      return side(board, call.team, (one) => ({ score: call.score ?? one.score + (call.points ?? 0) }));
    case "foul":
      return side(board, call.team, (one) => ({ fouls: one.fouls + 1 }));
    case "timeout":
      return side(board, call.team, (one) => ({ timeouts: Math.max(0, (one.timeouts ?? 0) - 1) }));
    case "possession":
      return { ...board, possession: call.team };
    case "clock_start":
      return { ...board, clock_running: true, clock_ms: call.clock_ms ?? board.clock_ms, clock_at: iso(at) };
    case "clock_stop":
      return { ...board, clock_running: false, clock_ms: call.clock_ms ?? remaining(board, at) };
    case "clock_set":
      return { ...board, clock_ms: call.clock_ms, clock_at: iso(at) };
    case "period_start":
      return { ...board, status: "live", ...nextPeriod(board, call) };
    case "period_end":
      return { ...board, status: "break", clock_running: false, clock_ms: 0 };
    case "finalize":
      return { ...board, status: "final", clock_running: false };
    default:
      return board;
  }
}

function side(board, team, change) {
  if (!board[team]) return board;
  const now = { score: 0, fouls: 0, ...board[team] };
  return { ...board, [team]: { ...now, ...change(now) } };
}

function nextPeriod(board, call) {
  // An overtime is shorter, as the server will say; until then this is near enough.
  const period = call.period ?? (board.period ?? 0) + 1;
  return { period, period_label: "", clock_running: false, clock_ms: call.clock_ms ?? board.period_ms ?? null };
}

function people(roster, call) {
  const known = roster?.[call.team]?.players;
  if (!known) return roster;
  const onCourt = (ids) => known.map((player) => ({ ...player, on_court: ids(player) }));
  switch (call.type) {
    case "starters":
      return withPlayers(roster, call.team, onCourt(({ id }) => call.players.includes(id)));
    case "substitution":
      return withPlayers(roster, call.team, onCourt(({ id, on_court: now }) =>
        (call.players ? call.players.includes(id) : id === call.player_in || (now && id !== call.player_out))));
    case "roster_add":
      return withPlayers(roster, call.team, withNumber(known, call.team, call.player));
    default:
      return call.player?.startsWith("#")
        ? withPlayers(roster, call.team, withNumber(known, call.team, call.player.slice(1)))
        : roster;
  }
}

function withPlayers(roster, team, players) {
  return { ...roster, [team]: { ...roster[team], players } };
}

function withNumber(players, team, number) {
  if (players.some((player) => player.number === number)) return players;
  return [...players, { id: `${team}-${number}`, number, name: null, on_court: false }];
}

function iso(ms) {
  return new Date(ms).toISOString();
}
