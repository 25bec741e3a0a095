// The scoreboard as it will be when the calls that wait have arrived. Pure.
// The desk shows this, so that a tap counts at once, also without a network.

import { remaining } from "./clock.js";

/**
 * @param {object} board the section "scoreboard"
 * @param {{body: object, expect?: object, at: number}[]} waiting what was asked, what it will
 *   do where the body does not say so, and the server time of the tap
 */
export function withPending(board, waiting) {
  return waiting.reduce((now, { body, expect, at }) => step(now, expect ?? body, at), board);
}

function step(board, call, at) {
  switch (call.type) {
    case "field_goal":
    case "free_throw":
      return call.made ? side(board, call.team, (one) => ({ score: one.score + (call.value ?? 1) })) : board;
    case "foul":
      return side(board, call.team, (one) => ({ fouls: one.fouls + 1 }));
    case "clock_start":
      return { ...board, clock_running: true, clock_ms: call.clock_ms ?? board.clock_ms, clock_at: iso(at) };
    case "clock_stop":
      return { ...board, clock_running: false, clock_ms: call.clock_ms ?? remaining(board, at) };
    case "clock_set":
      return { ...board, clock_ms: call.clock_ms, clock_at: iso(at) };
    case "period_start":
      return { ...board, status: "live", ...nextPeriod(board) };
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

function nextPeriod(board) {
  // An overtime is shorter, as the server will say; until then this is near enough.
  const period = (board.period ?? 0) + 1;
  return { period, period_label: "", clock_running: false, clock_ms: board.period_ms ?? null };
}

function iso(ms) {
  return new Date(ms).toISOString();
}
