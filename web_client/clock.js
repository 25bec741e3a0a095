// The game clock as a viewer sees it. Pure: the time is an argument.

/**
 * Milliseconds left in the period at a wall time.
 * @param {{clock?: string, clock_ms: number|null, clock_running: boolean, clock_at: string|null}} board
 * @param {number} nowMs the server's wall time in milliseconds
 * @returns {number|null} null when this game is played without a clock
 */
export function remaining(board, nowMs) {
  if (board?.clock === "none") return null;
  if (board?.clock_ms === null || board?.clock_ms === undefined) return null;
  if (!board.clock_running || !board.clock_at) return board.clock_ms;
  const since = Math.max(0, nowMs - Date.parse(board.clock_at));
  return Math.max(0, board.clock_ms - since);
}

/**
 * "9:59"; in the last minute "59.9", as gym clocks show it.
 * @param {number|null} ms
 */
export function formatClock(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "";
  if (ms < 60_000) {
    const tenths = Math.floor(ms / 100);
    return `${Math.floor(tenths / 10)}.${tenths % 10}`;
  }
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * What somebody typed as a clock: "9:59", "59.9", "10" (minutes when whole and alone).
 * @param {string} text
 * @returns {number|null} milliseconds, or null when it is no time of a clock
 */
export function parseClock(text) {
  const match = /^\s*(?:(\d{1,2}):)?(\d{1,3})(?:[.,](\d))?\s*$/.exec(text);
  if (!match) return null;
  const [, minutes, whole, tenth] = match;
  if (minutes === undefined) {
    return tenth === undefined ? Number(whole) * 60_000 : Number(whole) * 1000 + Number(tenth) * 100;
  }
  if (whole.length !== 2 || Number(whole) > 59) return null;
  return Number(minutes) * 60_000 + Number(whole) * 1000 + Number(tenth ?? 0) * 100;
}

/**
 * How far this device's clock stands from the server's. A phone may be minutes off, and a
 * running clock is told as "so much at that wall time". Every message that carries the
 * server's time gives (local - server) plus its delay; the smallest has the least delay.
 */
export class Skew {
  #offset = null;
  #rough = 0;

  /** @param {number} serverMs @param {number} localMs */
  observe(serverMs, localMs) {
    if (!Number.isFinite(serverMs)) return;
    const offset = localMs - serverMs;
    if (this.#offset === null || offset < this.#offset) this.#offset = offset;
  }

  /** A time known to half a second only: used when this device is clearly off. */
  rough(serverMs, localMs) {
    const offset = localMs - serverMs;
    if (Math.abs(offset) > 2_000) this.#rough = offset;
  }

  /** The server's wall time at a local time. @param {number} localMs */
  server(localMs) {
    return localMs - (this.#offset ?? this.#rough);
  }
}
