// The picture of the moment that a proposal is about, small on its card and large on a tap.

import { answered, byId, el, setText, svg } from "./dom.js";

/** So many pictures are kept; a card shows its own again without asking. */
const KEPT = 12;

export class Stills {
  #load;
  #urls = new Map(); // address -> promise of a blob's url, null where there is none

  /** @param {(address: string) => Promise<Blob>} load */
  constructor(load) {
    this.#load = load;
  }

  /** A button with the picture and its boxes; null where nobody kept one. */
  thumbnail(proposal, title) {
    if (!proposal.still) return null;
    const button = el("button", {
      type: "button", class: "still", "aria-label": "Show the picture", data: { focus: "still" },
      on: { click: () => this.#enlarge(proposal, title) },
    });
    this.#fill(button, proposal, "slice");
    return button;
  }

  async #enlarge(proposal, title) {
    setText(byId("still-title"), title);
    await this.#fill(byId("still-picture"), proposal, "meet");
    answered(byId("still-dialog"));
  }

  async #fill(parent, proposal, fit) {
    const url = await this.#url(proposal.still);
    if (!url) return;
    const picture = el("img", { src: url, alt: "" });
    parent.replaceChildren(picture, boxesOver(proposal, fit));
  }

  #url(address) {
    if (!this.#urls.has(address)) {
      // Without a network there is no picture; the card does without, and asks again next time.
      const url = this.#load(address).then((blob) => URL.createObjectURL(blob), () => {
        this.#urls.delete(address);
        return null;
      });
      this.#urls.set(address, url);
      this.#forget();
    }
    return this.#urls.get(address);
  }

  #forget() {
    for (const address of [...this.#urls.keys()].slice(0, -KEPT)) {
      this.#urls.get(address).then((url) => url && URL.revokeObjectURL(url));
      this.#urls.delete(address);
    }
  }
}

/** The boxes of a proposal as a drawing to lay over its picture. */
function boxesOver({ boxes = [], size = [1, 1] }, fit) {
  const [width, height] = size;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: `xMidYMid ${fit}`, "aria-hidden": "true" });
  for (const { label, xyxy: [x0, y0, x1, y1] } of boxes) {
    drawing.append(svg("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: `box ${label}` }));
  }
  return drawing;
}
