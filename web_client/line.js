// How the live connection is, as a word and a colour.

import { setText } from "./dom.js";

const WORDS = {
  connecting: ["Connecting", "warn"],
  live: ["Live", "ok"],
  waiting: ["Reconnecting", "warn"],
  refused: ["No access", "bad"],
  closed: ["Closed", "bad"],
};

const CAMERA_WORDS = {
  live: ["Camera live", "ok"],
  lost: ["Camera lost", "warn"],
  replaced: ["Camera changed", "warn"],
  ended: ["Camera off", ""],
};

/** Say the state of a LiveGame in a pill, and why in its title. */
export function drawLine(pill, live) {
  const [word, mood] = WORDS[live.state];
  setText(pill, word);
  pill.dataset.mood = mood;
  pill.title = live.why;
}

/** @param {object|undefined} cameras the section "camera" */
export function drawCamera(pill, cameras) {
  const states = Object.values(cameras ?? {});
  const best = states.find((one) => one.status === "live") ?? states[0];
  const [word, mood] = CAMERA_WORDS[best?.status] ?? ["No camera", ""];
  setText(pill, word);
  pill.dataset.mood = mood;
  pill.title = best?.why ?? "";
}
