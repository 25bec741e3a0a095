// How this device's desk is set: remembered here, for nobody else.

import { byId, show } from "./dom.js";

const KEYS = {
  clockless: "courtside.clockless.", asking: "courtside.asking", spots: "courtside.spots", shotClock: "courtside.shot-clock",
  settling: "courtside.settling",
};

export class Settings {
  #storage;
  #keys;

  /** @param {Storage} storage @param {string} game @param {() => void} changed */
  constructor(storage, game, changed) {
    this.#storage = storage;
    this.#keys = { ...KEYS, clockless: KEYS.clockless + game };
    for (const name of Object.keys(KEYS)) {
      const box = byId(name);
      box.checked = this[name];
      box.addEventListener("change", () => {
        storage.setItem(this.#keys[name], box.checked ? "1" : "0");
        changed();
      });
    }
  }

  /** This desk says no times, though the rules have a clock. */
  get clockless() {
    return this.#storage.getItem(this.#keys.clockless) === "1";
  }

  /** Ask for assists, rebounds, kinds of fouls. */
  get asking() {
    return this.#storage.getItem(this.#keys.asking) !== "0";
  }

  /** A card that was mended needs no Accept. */
  get settling() {
    return this.#storage.getItem(this.#keys.settling) !== "0";
  }

  /** Show the court, to tap where a shot is taken. */
  get spots() {
    return this.#storage.getItem(this.#keys.spots) === "1";
  }

  /** Offer buttons for the shot clock. */
  get shotClock() {
    return this.#storage.getItem(this.#keys.shotClock) === "1";
  }

  /** What the rules do not have cannot be set. */
  draw(rules) {
    show(byId("clockless").parentElement, rules.clock !== "none");
    show(byId("shotClock").parentElement, rules.shot_clock_ms > 0);
  }
}
