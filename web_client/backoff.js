// How long to wait before the next try. Pure: chance is an argument.

/**
 * Doubles from `first` up to `most`, less up to half of it by chance, so that a hundred
 * viewers of one gym do not come back in the same moment.
 * @param {number} tries how many have failed so far (1, 2, ...)
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function backoff(tries, chance, first = 500, most = 10_000) {
  const full = Math.min(most, first * 2 ** Math.min(20, Math.max(0, tries - 1)));
  return Math.round(full * (1 - chance / 2));
}
