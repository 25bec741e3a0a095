// A roster as people type it. Pure.

/**
 * "4 Ann", "#23", "00, Béla Kiss", "Ann 4": a number, and a name if there is one. Pasted
 * from a table it may have tabs.
 * @param {string} text one player a line
 * @returns {{players: {number: string, name?: string}[], wrong: string[]}} lines that are none
 */
export function readRoster(text) {
  const players = [];
  const wrong = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (!line) continue;
    const first = /^#?\s*(\d{1,3})(?:[\s,.;:–-]+(.+))?$/u.exec(line);
    const last = /^(.+?)[\s,.;:–-]+#?(\d{1,3})$/u.exec(line);
    const [, number, name] = first ?? (last ? [line, last[2], last[1]] : []);
    if (!number || players.some((player) => player.number === number)) wrong.push(line);
    else players.push(name ? { number, name: name.trim() } : { number });
  }
  return { players, wrong };
}
