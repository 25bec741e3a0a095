// The desk's dialog about the camera: where the court is, who wears what, what counts by itself.

import { rightSoFar } from "./cards.js";
import { answered, byId, el, setText, show } from "./dom.js";
import { Marking } from "./marking.js";
import { Setup } from "./setup.js";

/** Colours that teams wear, for one tap; any other can be picked. */
const COMMON = ["#f2f2f2", "#15171c", "#c0262b", "#1f4fbf", "#f0c419", "#1d8a4c", "#e8731a", "#6b3fa0"];
/** How sure the camera must be of all that it says. */
const THRESHOLDS = [0.9, 0.95, 0.98, 0.99];

export class CameraDialog {
  #api;
  #base;
  #desk;
  #setup = null;
  #marking = null;
  #camera = null;
  #still = null; // the url of the last picture

  /**
   * @param {import("./api.js").Api} api @param {string} game
   * @param {{state: () => object, tracks: () => object, name: (team: string) => string,
   *   trouble: (error: Error) => void}} desk
   */
  constructor(api, game, desk) {
    this.#api = api;
    this.#base = `/api/v1/games/${game}`;
    this.#desk = desk;
    byId("camera-setup").addEventListener("click", () => this.#open(game));
    byId("camera-name").addEventListener("change", ({ target }) => this.#look(game, target.value));
    byId("auto-accept").append(
      el("option", { value: "", text: "Never: I accept each play" }),
      ...THRESHOLDS.map((value) => el("option", { value: String(value), text: `From ${Math.round(value * 100)} % sure` })));
    byId("auto-accept").addEventListener("change", ({ target }) => this.#accept(target.value ? Number(target.value) : null));
  }

  async #open(game) {
    document.querySelector("dialog[open]")?.close("");
    const names = Object.keys(this.#desk.state().camera ?? {});
    const all = names.length ? names : ["main"];
    byId("camera-name").replaceChildren(...all.map((name) => el("option", { value: name, text: name })));
    show(byId("camera-name").parentElement, all.length > 1);
    const closed = answered(byId("camera-dialog"));
    await this.#look(game, all.includes(this.#camera) ? this.#camera : all[0]);
    this.#drawRight();
    await closed;
  }

  async #look(game, camera) {
    this.#camera = camera;
    byId("camera-name").value = camera;
    this.#setup = new Setup(this.#api, game, camera);
    this.#marking = new Marking(byId("marking"), this.#setup, () => this.#picture());
    await this.#marking.load();
    const seen = this.#desk.tracks()[camera]?.size ?? null;
    if (this.#setup.told.floor) this.#marking.draw(seen);
    this.#drawShirts();
  }

  async #picture() {
    const { blob, media_s } = await this.#setup.still();
    const { width, height } = await createImageBitmap(blob);
    if (this.#still) URL.revokeObjectURL(this.#still);
    this.#still = URL.createObjectURL(blob);
    return { url: this.#still, size: [width, height], media_s };
  }

  // ---- shirts

  #drawShirts() {
    byId("shirts").replaceChildren(...["home", "away"].map((team) => this.#shirt(team)));
  }

  #shirt(team) {
    const now = this.#setup.told.shirts[team];
    const name = this.#desk.name(team);
    const swatch = (colour) => {
      const button = el("button", {
        type: "button", class: "swatch", "aria-label": `${name}: ${colour}`, "aria-pressed": String(now === colour),
        on: { click: () => this.#wear(team, now === colour ? null : colour) },
      });
      button.style.backgroundColor = colour;
      return button;
    };
    const known = now && !COMMON.includes(now) ? [now, ...COMMON] : COMMON;
    return el("fieldset", {},
      el("legend", { text: `${name}: ${now ? "chosen" : "not said"}` }),
      el("div", { class: "swatches" }, ...known.map(swatch),
        el("input", {
          type: "color", value: now ?? "#808080", "aria-label": `${name}: another colour`,
          on: { change: ({ target }) => this.#wear(team, target.value) },
        })));
  }

  async #wear(team, colour) {
    try {
      await this.#setup.change({ shirts: { [team]: colour } });
    } catch (error) {
      this.#desk.trouble(error);
    }
    this.#drawShirts();
  }

  // ---- what counts by itself

  async #accept(auto_accept) {
    try {
      await this.#api.patch(this.#base, { auto_accept });
    } catch (error) {
      this.#desk.trouble(error);
    }
    this.draw();
  }

  /** The game's wish, as every desk of it sees it. */
  draw() {
    const threshold = this.#desk.state().settings?.auto_accept ?? null;
    const box = byId("auto-accept");
    const value = threshold === null ? "" : String(threshold);
    if (![...box.options].some((one) => one.value === value)) {
      box.append(el("option", { value, text: `From ${Math.round(threshold * 100)} % sure` }));
    }
    box.value = value;
  }

  /** How right the camera was in this game so far. */
  async #drawRight() {
    this.draw();
    setText(byId("right-so-far"), "");
    try {
      const [{ proposals }, { plays }] = await Promise.all([
        this.#api.get(`${this.#base}/proposals`), this.#api.get(`${this.#base}/plays`),
      ]);
      const { right, of } = rightSoFar(proposals, plays);
      setText(byId("right-so-far"), of
        ? `So far in this game ${right} of ${of} plays were all as the camera had said.`
        : "So far in this game nobody has answered the camera.");
    } catch {
      setText(byId("right-so-far"), "How right the camera was cannot be told without the server.");
    }
  }
}
