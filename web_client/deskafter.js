// The strip that asks what comes next: chips to tap, in rows.

import { el, show } from "./dom.js";

/**
 * Draws a question (asks.js); `onAnswer(chip)`, `onDone()` and `onSkip()` hear the taps. A
 * question that is not over with the next tap (a draft, a trip to the line) makes it `busy`.
 */
export class Strip {
  #strip;
  #handlers;
  #drawn = null;

  constructor(strip, handlers) {
    this.#strip = strip;
    this.#handlers = handlers;
  }

  /** @param {object|null} question */
  draw(question) {
    if (question === this.#drawn) return;
    const focused = this.#strip.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#drawn = question;
    show(this.#strip, Boolean(question));
    if (!question) return this.#strip.replaceChildren();
    const { onDone, onSkip } = this.#handlers;
    const skip = el("button", {
      type: "button", class: "plain", text: question.done ? "✕" : "Skip",
      "aria-label": question.done ? "Never mind" : null, on: { click: onSkip },
    });
    const done = question.done && el("button", {
      type: "button", class: "primary", text: question.done, on: { click: onDone },
    });
    this.#strip.dataset.busy = String(Boolean(question.done || question.stays));
    this.#strip.replaceChildren(
      el("div", { class: "ask" },
        el("strong", { text: question.title + (question.done ? "" : "?") }),
        ...(question.head ?? []).map((chip, i) => this.#chip(chip, `head-${i}`)), skip, done || null),
      ...question.rows.map((row, i) => this.#row(row, i)));
    if (focused) this.#strip.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  /** Mark the chips that somebody else would tap. @param {(chip: object) => boolean} likely */
  light(likely) {
    const rows = [this.#drawn?.head ?? [], ...(this.#drawn?.rows ?? []).map(({ chips }) => chips)];
    for (const button of this.#strip.querySelectorAll(".chip")) {
      const [row, i] = button.dataset.key.split("-");
      const chip = rows[row === "head" ? 0 : Number(row) + 1][i];
      button.dataset.seen = String(likely(chip));
      if (likely(chip)) button.title = "The camera thinks so";
    }
  }

  #row({ label, chips }, index) {
    return el("div", { class: "chips", role: "group", "aria-label": label ?? this.#drawn.title },
      label ? el("span", { class: "soft small", text: label }) : null,
      ...chips.map((chip, i) => this.#chip(chip, `${index}-${i}`)));
  }

  #chip(chip, key) {
    return el("button", {
      type: "button", class: "chip", text: chip.text, "aria-label": chip.hint ?? null,
      "aria-pressed": chip.on === undefined ? null : String(chip.on),
      data: { team: chip.team ?? "", big: Boolean(chip.big), key },
      on: { click: () => this.#handlers.onAnswer(chip) },
    });
  }
}
