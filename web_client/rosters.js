// A roster as people type it. Pure.

/**
 * "4 Ann", "#23", "00, Béla Kiss": a number, then a name if there is one.
 * @param {string} text one player a line
 * @returns {{players: {number: string, name?: string}[], wrong: string[]}} lines that are none
 */
export function readRoster(text) {
  const players = [];
  const wrong = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (!line) continue;
    const match = /^#?\s*(\d{1,3})(?:[\s,.;:–-]+(.+))?$/u.exec(line);
    const number = match?.[1];
    if (!number || players.some((player) => player.number === number)) wrong.push(line);
    else players.push(match[2] ? { number, name: match[2].trim() } : { number });
  }
  return { players, wrong };
}
