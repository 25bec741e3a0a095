// Taking back the last thing that this desk did, and doing it again. No document in here.

import { newId } from "./calls.js";

/** Corrections of the past are not what an undo means. */
const NEITHER = ["undo", "redo"];

export class Taken {
  /** The last thing done here, in words. */
  said = "";

  #queue;
  #send;
  #mine = []; // queue items that may be undone, latest last
  #undone = []; // those taken back; `unsent` ones never reached the server

  /**
   * @param {{add: (item: object) => boolean, cancel: (id: string) => boolean}} queue
   * @param {(body: object, label: string, undoes?: string) => void} send
   */
  constructor(queue, send) {
    this.#queue = queue;
    this.#send = send;
  }

  get canUndo() {
    return this.#mine.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Something was said. @param {{id: string, body: object, label: string}} item of the queue */
  did(item) {
    this.said = item.label;
    if (NEITHER.includes(item.body.type)) return;
    this.#mine.push(item);
    this.#undone = [];
  }

  /** The last thing: from the queue if it is still there, else the server's undo. */
  back() {
    const item = this.#mine.pop();
    const label = item ? `Taken back: ${item.label}` : "Undo";
    const unsent = item ? this.#queue.cancel(item.id) : false;
    if (!unsent) this.#send({ type: "undo", call_id: newId() }, label, item?.id);
    if (item) this.#undone.push({ item, unsent });
    this.said = label;
  }

  /** Again what was taken back last. */
  again() {
    const last = this.#undone.pop();
    if (!last) return;
    const { item, unsent } = last;
    if (unsent) this.#queue.add(item);
    else this.#send({ type: "redo", call_id: newId() }, `Again: ${item.label}`);
    this.#mine.push(item);
    this.said = `Again: ${item.label}`;
  }
}
