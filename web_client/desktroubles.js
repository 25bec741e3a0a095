// What went wrong, in plain words, until somebody has seen it.

import { inWords } from "./api.js";
import { byId, el, follow } from "./dom.js";

export class Troubles {
  #list = byId("troubles");
  #queue;
  #live;
  #own = []; // what could not be done, besides the calls of the queue

  /**
   * @param {() => object} queue whose refused calls are told
   * @param {() => object} live whose refusal is told
   */
  constructor(queue, live) {
    this.#queue = queue;
    this.#live = live;
  }

  /** @param {Error} error what just failed */
  tell(error) {
    this.#own.unshift({ label: "Not done", detail: inWords(error) });
    this.draw();
  }

  draw() {
    const live = this.#live();
    const all = [...this.#queue().problems, ...this.#own].map((problem) => ({ ...problem, problem }));
    if (live.state === "refused") all.unshift({ label: "No access", detail: live.why });
    follow(this.#list, all, (one) => `${one.label}${one.detail}`, ({ label, detail, problem }) =>
      el("div", { class: "notice trouble", data: { mood: "bad" } },
        el("span", {}, el("strong", { text: `${label}: ` }), detail),
        problem ? el("button", {
          type: "button", class: "plain", "aria-label": "Dismiss", text: "✕",
          on: { click: () => this.#dismiss(problem) },
        }) : null));
  }

  #dismiss(problem) {
    this.#own = this.#own.filter((one) => one !== problem);
    this.#queue().dismiss(problem);
    this.draw();
  }
}
