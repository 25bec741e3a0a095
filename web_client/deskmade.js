// What this page's calls became: an addition goes into the call while it waits, else into its entry.
// No document in here.

import { newId } from "./calls.js";

export class Made {
  #queue;
  #send;
  #seqs = new Map(); // call_id -> the last entry it made
  #additions = new Map(); // call_id -> what is to be changed once its entry is known

  /**
   * @param {{items: object[], add: (item: object) => boolean, cancel: (id: string) => boolean}} queue
   * @param {(body: object) => void} send
   */
  constructor(queue, send) {
    this.#queue = queue;
    this.#send = send;
  }

  /** The entry that a call made, as far as it is known. @returns {number | undefined} */
  seqOf(callId) {
    return this.#item(callId)?.seq ?? this.#seqs.get(callId);
  }

  /** Add to a call: before it goes out, or as a change of what it made. */
  amend(callId, fields) {
    const item = this.#item(callId);
    const seq = this.seqOf(callId);
    if (item && this.#queue.cancel(callId)) this.#queue.add({ ...item, body: { ...item.body, ...fields } });
    else if (seq === undefined) this.#additions.set(callId, { ...this.#additions.get(callId), ...fields });
    else this.#change(seq, fields);
  }

  /** The server has told what a call made. */
  known(callId, seq) {
    this.#seqs.set(callId, seq);
    const fields = this.#additions.get(callId);
    this.#additions.delete(callId);
    if (fields) this.#change(seq, fields);
  }

  /** A call is made anew under its old name: what it made before was taken back. */
  forget(callId) {
    this.#seqs.delete(callId);
  }

  #item(callId) {
    return this.#queue.items.find((one) => one.id === callId);
  }

  #change(seq, fields) {
    this.#send({ type: "amend", links: seq, ...fields, call_id: newId() });
  }
}
