// Who keeps which part of the score sheet, when several desks share it. No document in here.

/** The parts, in the order in which they are shown. */
export const ROLES = ["clock", "home", "away"];
/** The server calls a desk silent after three of these. */
const BEAT_MS = 4_000;
const KEY = "courtside.desk";

/** This browser's name among the desks of a game: made once, kept. */
export function deskId(storage, make) {
  const kept = storage.getItem(KEY);
  if (kept && /^[A-Za-z0-9-]{1,32}$/.test(kept)) return kept;
  const made = make();
  try {
    storage.setItem(KEY, made);
  } catch {
    // Private windows may refuse; the name is good until the page is closed.
  }
  return made;
}

/**
 * The roles of one game's desks, as the server says; keeps this desk's own alive by heartbeats.
 * `roles` is null until the server has been heard.
 */
export class DeskLease {
  roles = null; // {clock: {desk, asked_by, silent} | null, home: ..., away: ...}

  #api;
  #path;
  #onChange;
  #asking = new Set();
  #timer = null;

  /**
   * @param {{get: Function, post: Function, delete: Function}} api
   * @param {string} game @param {string} desk this desk's name
   * @param {(lease: DeskLease) => void} onChange
   */
  constructor(api, game, desk, onChange) {
    this.#api = api;
    this.#path = `/api/v1/games/${game}/desk`;
    this.desk = desk;
    this.#onChange = onChange;
  }

  /** The roles that this desk keeps. */
  get mine() {
    return ROLES.filter((role) => this.roles?.[role]?.desk === this.desk);
  }

  /** The roles that another desk keeps and that this one may not score. */
  get others() {
    return ROLES.filter((role) => {
      const held = this.roles?.[role];
      return held && held.desk !== this.desk && !held.silent;
    });
  }

  /** What another desk asks this one for: {desk: [role, ...]}. */
  get asked() {
    const found = {};
    for (const role of this.mine) {
      const by = this.roles[role].asked_by;
      if (by) (found[by] ??= []).push(role);
    }
    return found;
  }

  /** Ask the server who keeps what; what this desk kept before a reload it goes on keeping. */
  open() {
    return this.#say(() => this.#api.get(this.#path));
  }

  /** A live message `desk`: somebody took, asked for, gave or left a role. */
  heard(roles) {
    // It does not tell who is silent: who is in the news is not.
    this.#know(Object.fromEntries(ROLES.map((role) => [role, roles[role] && { silent: false, ...roles[role] }])));
  }

  /** Take roles; with `ask`, of whoever keeps them. */
  claim(roles, ask = false) {
    if (ask) for (const role of roles) this.#asking.add(role);
    return this.#say(() => this.#api.post(this.#path, { roles, ask }));
  }

  /** Give what another desk asks for, or keep it. */
  answer(roles, give) {
    return this.#say(() => this.#api.post(`${this.#path}/answer`, { roles, give }));
  }

  /** Give up roles, or what was asked for. */
  release(roles) {
    for (const role of roles) this.#asking.delete(role);
    const query = roles.map((role) => `role=${role}`).join("&");
    return this.#say(() => this.#api.delete(`${this.#path}?${query}`));
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #say(request) {
    const { roles } = await request();
    this.#know(roles);
  }

  #know(roles) {
    // Given, refused or left to somebody else: there is nothing to ask for any more.
    for (const role of this.#asking) {
      const held = roles[role];
      if (!held || held.desk === this.desk || held.asked_by !== this.desk) this.#asking.delete(role);
    }
    this.roles = roles;
    this.#beatOn();
    this.#onChange(this);
  }

  /** While this desk keeps something or waits for an answer, the server hears of it. */
  #beatOn() {
    const needed = this.mine.length > 0 || this.#asking.size > 0;
    if (!needed) return this.close();
    this.#timer ??= setTimeout(async () => {
      this.#timer = null;
      try {
        await this.claim([...this.#asking], true);
      } catch {
        this.#beatOn(); // no network: the roles are taken from us, or not, when it is back
      }
    }, BEAT_MS);
  }
}
