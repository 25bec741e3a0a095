// A small court to tap where a shot was taken: metres from the centre, y upwards as drawn.

import { byId } from "./dom.js";

const HALF = Object.freeze({ x: 14, y: 7.5 });

/** A court in an element; a tap is heard in metres, as the log has it. */
export class Court {
  #svg;
  #mark;

  /**
   * @param {Element} parent @param {(spot: {x_m: number, y_m: number}) => void} onTap
   */
  constructor(parent, onTap) {
    this.#svg = byId("court-template").content.firstElementChild.cloneNode(true);
    this.#mark = this.#svg.querySelector(".spot");
    parent.replaceChildren(this.#svg);
    this.#svg.addEventListener("click", (event) => onTap(this.#spot(event)));
    this.mark(null);
  }

  /** Show a spot, or none. @param {{x_m: number, y_m: number}|null} spot */
  mark(spot) {
    this.#mark.setAttribute("visibility", spot ? "visible" : "hidden");
    if (!spot) return;
    this.#mark.setAttribute("cx", spot.x_m);
    this.#mark.setAttribute("cy", -spot.y_m);
  }

  #spot({ clientX, clientY }) {
    const at = new DOMPoint(clientX, clientY).matrixTransform(this.#svg.getScreenCTM().inverse());
    const within = (value, half) => Math.round(Math.min(half, Math.max(-half, value)) * 100) / 100;
    return { x_m: within(at.x, HALF.x), y_m: within(-at.y, HALF.y) };
  }
}
