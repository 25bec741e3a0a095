// The picture of one camera: live, back in time, and why there is none.

/**
 * @typedef {{media_s: number, live: boolean, way: "whep"|"mse"|"native"}} Playhead
 * `media_s`: the camera's media second that is on the screen now. `live`: at the edge, as near
 * as this way comes; false once the viewer has gone back.
 */

/**
 * Shows a camera inside an element.
 *
 * Events: `playhead` (detail: Playhead; four times a second while something plays, and after
 * each jump), `way` (detail: {way}), `slate` (detail: {words}; null when there is a picture).
 */
export class Picture extends EventTarget {
  #element;
  #api;
  #game;
  #camera;
  #token;

  /**
   * @param {HTMLElement} element what it fills
   * @param {{api: import("./api.js").Api, game: string, camera?: string, token: string|null}} of
   */
  constructor(element, { api, game, camera = "main", token }) {
    super();
    this.#element = element;
    this.#api = api;
    this.#game = game;
    this.#camera = camera;
    this.#token = token;
  }

  /** Show the picture, and go on showing it until `close()`. @returns {Picture} this */
  open() {
    return this;
  }

  close() {}

  /** What is on the screen now. @returns {Playhead|null} null: nothing, or nobody knows when it was */
  playhead() {
    return null;
  }

  /** Show the moment of a media second; leaves the live edge. @param {number} media_s */
  seek(media_s) {}

  /** Back to the live edge, by the way with the least delay. */
  goLive() {}

  /** Ask the server anew how the camera is (the page heard that it changed). */
  refresh() {}
}
