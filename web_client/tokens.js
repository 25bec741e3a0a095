// The tokens this browser holds, by game and role. Links bring them; the address bar loses them.

const KEY = "courtside.games";
/** Which tokens may serve a page, best first: the desk's token may also watch. */
const SERVES = {
  camera: ["camera"],
  desk: ["desk"],
  watch: ["watch", "desk"],
  overlay: ["watch", "desk"],
  sheet: ["watch", "desk"],
};

/** Pages whose links carry the watcher's token. */
const AS_WATCH = ["overlay", "sheet"];

export class Tokens {
  #storage;

  /** @param {Storage} storage where they are kept (localStorage) */
  constructor(storage) {
    this.#storage = storage;
  }

  /** {game_id: {title, at, tokens: {role: token}}} */
  all() {
    try {
      return JSON.parse(this.#storage.getItem(KEY) ?? "{}") ?? {};
    } catch {
      return {}; // somebody wrote nonsense there; start again
    }
  }

  /** @returns {string|null} */
  get(game, page) {
    const held = this.all()[game]?.tokens ?? {};
    for (const role of SERVES[page] ?? [page]) if (held[role]) return held[role];
    return null;
  }

  /** Keep tokens of a game, and what is known about it. */
  keep(game, tokens, about = {}) {
    const games = this.all();
    const old = games[game] ?? { tokens: {} };
    games[game] = { ...old, ...about, tokens: { ...old.tokens, ...tokens } };
    this.#write(games);
  }

  forget(game) {
    const games = this.all();
    delete games[game];
    this.#write(games);
  }

  #write(games) {
    try {
      this.#storage.setItem(KEY, JSON.stringify(games));
    } catch {
      // Private windows may refuse; the page still works until it is closed.
    }
  }
}

/**
 * The game and token of this page: a token in the address is kept and taken out of the
 * address bar at once, so that it is not shown, bookmarked or sent on.
 * @param {"camera"|"desk"|"watch"|"overlay"|"sheet"} page
 * @returns {{game: string, token: string|null, tokens: Tokens, query: URLSearchParams}}
 */
export function openPage(page, location, history, storage) {
  const url = new URL(location.href);
  const game = decodeURIComponent(url.pathname.split("/").filter(Boolean)[1] ?? "");
  const tokens = new Tokens(storage);
  const given = url.searchParams.get("token");
  if (given !== null) {
    url.searchParams.delete("token");
    history.replaceState(null, "", url.pathname + url.search + url.hash);
    if (given) tokens.keep(game, { [AS_WATCH.includes(page) ? "watch" : page]: given });
  }
  return { game, token: given || tokens.get(game, page), tokens, query: url.searchParams };
}
