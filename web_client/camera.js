// The camera's page: check, then film until it is stopped.

import { Api } from "./api.js";
import { checks } from "./check.js";
import { byId, el, setText, show } from "./dom.js";
import { Marking } from "./marking.js";
import { Setup } from "./setup.js";
import { openPage } from "./tokens.js";
import { WhipPublisher } from "./whip.js";

/** So long at its limit, and the phone will not recover by itself. */
const HOT_MS = 15_000;
const AWAKE_AGAIN_MS = 3_000;
const MARKS = { ok: "✓", warn: "!", bad: "✕", wait: "" };
const STATES = {
  idle: ["Not filming", ""],
  connecting: ["Connecting", "warn"],
  live: ["Live", "ok"],
  waiting: ["Reconnecting", "warn"],
  replaced: ["Replaced", "bad"],
  refused: ["Refused", "bad"],
  stopped: ["Stopped", ""],
};

const { game, token, query } = openPage("camera", location, history, localStorage);
const name = /^[a-z0-9-]{1,32}$/.test(query.get("camera") ?? "") ? query.get("camera") : "main";
const endpoint = `/whip/${encodeURIComponent(game)}/${name}`;

let stream = null;
let wakeLock = null;
let hotSince = null; // when the phone began to be too slow for the picture
let network = navigator.connection?.type; // "wifi", "cellular"; undefined where nobody tells

const setup = new Setup(new Api(token), game, name);
const marking = new Marking(byId("marking"), setup, picture);
const publisher = new WhipPublisher(endpoint, token, { onState: drawState, onStats: drawStats });

// ---- the check

async function runChecks() {
  show(byId("again"), false);
  const list = checks({ game, token });
  const lines = list.map(({ title }) => checkLine(title));
  byId("checks").replaceChildren(...lines.map((line) => line.node));
  let possible = true;
  for (const [i, { find }] of list.entries()) {
    const answer = await find();
    lines[i].answer(answer);
    // Without these no picture can leave the phone; the rest is good to know.
    if (answer.status === "bad") possible = false;
  }
  byId("start").disabled = !possible;
  show(byId("again"), true);
}

function checkLine(title) {
  const mark = el("span", { class: "mark", "aria-hidden": "true" });
  const said = el("span", { class: "soft", text: "…" });
  const todo = el("span", { class: "todo", hidden: true });
  const node = el("li", { data: { status: "wait" } }, mark,
    el("div", {}, el("strong", { text: title }), el("br"), said, el("br"), todo));
  return {
    node,
    answer(found) {
      node.dataset.status = found.status;
      setText(mark, MARKS[found.status]);
      setText(said, found.text);
      setText(todo, found.todo ?? "");
      show(todo, Boolean(found.todo));
    },
  };
}

// ---- filming

async function start() {
  byId("start").disabled = true;
  try {
    await openCamera(byId("cameras").value || null);
  } catch (error) {
    byId("start").disabled = false;
    return notice(cameraTrouble(error));
  }
  notice("");
  publisher.start(stream);
  holdAwake();
}

/** @param {string|null} deviceId null: the camera at the back */
async function openCamera(deviceId) {
  closeCamera();
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
  const video = { ...which, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  stream = await withSound(video);
  byId("preview").srcObject = stream;
  show(byId("stage"), true);
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", cameraTaken);
  await listCameras(track.getSettings().deviceId);
  drawSound();
}

/** A game is filmed without sound where the microphone is not allowed. */
async function withSound(video) {
  // A gym, not a voice: what calls take out of the sound belongs to it.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: true };
  try {
    const made = await navigator.mediaDevices.getUserMedia({ video, audio });
    for (const track of made.getAudioTracks()) track.enabled = byId("sound").getAttribute("aria-pressed") === "true";
    return made;
  } catch (error) {
    if (!["NotAllowedError", "NotFoundError", "NotReadableError"].includes(error.name)) throw error;
    return navigator.mediaDevices.getUserMedia({ video, audio: false });
  }
}

/** Silence keeps the line of sound as it is: recordings stay in step. */
function turnSound() {
  const on = byId("sound").getAttribute("aria-pressed") !== "true";
  byId("sound").setAttribute("aria-pressed", String(on));
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = on;
  drawSound();
}

function drawSound() {
  const there = Boolean(stream?.getAudioTracks().length);
  show(byId("sound"), there);
  setText(byId("sound"), byId("sound").getAttribute("aria-pressed") === "true" ? "Sound on" : "Sound off");
}

function closeCamera() {
  for (const track of stream?.getTracks() ?? []) {
    track.removeEventListener("ended", cameraTaken);
    track.stop();
  }
  stream = null;
  byId("preview").srcObject = null;
}

/** A call came in, or another app took the camera: take it again when the page is in front. */
async function cameraTaken() {
  if (!publisher.running) return;
  notice("Another app took the camera. Come back to this page to go on.");
  if (document.visibilityState === "visible") await takeAgain();
}

async function takeAgain() {
  const ended = stream?.getVideoTracks()[0]?.readyState === "ended";
  if (!publisher.running || !ended) return;
  try {
    await openCamera(byId("cameras").value || null);
    await publisher.change(stream);
    notice("");
  } catch (error) {
    notice(cameraTrouble(error));
  }
}

async function listCameras(current) {
  const all = await navigator.mediaDevices.enumerateDevices();
  const devices = all.filter((one) => one.kind === "videoinput");
  byId("cameras").replaceChildren(...devices.map((device, i) =>
    el("option", {
      value: device.deviceId,
      text: device.label || `Camera ${i + 1}`,
      selected: device.deviceId === current,
    })));
  show(byId("choice"), devices.length > 1);
}

function stop() {
  publisher.stop();
}

async function holdAwake() {
  if (!publisher.running || document.visibilityState !== "visible" || !navigator.wakeLock) return;
  try {
    wakeLock = await navigator.wakeLock.request("screen");
    // The system takes it back when it likes; ask again while the page is in front.
    wakeLock.addEventListener("release", () => setTimeout(holdAwake, AWAKE_AGAIN_MS), { once: true });
  } catch {
    wakeLock = null; // low battery; the tip on the page says what to do
  }
}

// ---- where the court is

/** What the server has just seen, which knows when that was; else what is filmed now. */
async function picture() {
  try {
    const { blob, media_s } = await setup.still();
    const { width, height } = await createImageBitmap(blob);
    return { url: URL.createObjectURL(blob), size: [width, height], media_s };
  } catch {
    const video = byId("preview");
    const canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    return { url: canvas.toDataURL("image/jpeg"), size: [canvas.width, canvas.height] };
  }
}

/** Marks are good in pictures of one shape; the phone may have been turned. */
async function drawMarking() {
  const { videoWidth, videoHeight } = byId("preview");
  if (!videoWidth) return;
  if (!setup.told.floor) await marking.load();
  if (setup.told.floor) marking.draw([videoWidth, videoHeight]);
}

// ---- drawing

function drawState(now) {
  const [word, mood] = STATES[now.state];
  setText(byId("state"), word);
  byId("state").dataset.mood = mood;
  const filming = now.running;
  document.querySelector("main").classList.toggle("filming", filming);
  show(byId("start"), !filming);
  show(byId("stop"), filming);
  show(byId("seeing"), filming);
  byId("start").disabled = false;
  setText(byId("start"), now.state === "replaced" ? "Take over again" : "Start filming");
  if (now.state !== "live") show(byId("stats"), false);
  if (now.state === "waiting") notice(`${now.why} Trying again.`);
  else if (now.state === "replaced") notice(`${now.why} This phone has stopped filming.`, "bad");
  else if (now.state === "refused") notice(now.why, "bad");
  else notice("");
  if (filming) return;
  closeCamera();
  hotSince = null;
  show(byId("stage"), false);
  show(byId("sound"), false);
  wakeLock?.release();
  wakeLock = null;
}

function drawStats(now) {
  const { kbps, rttMs, width, height, fps, loss, codec, limited } = now.stats;
  const parts = [
    width ? [`${width}×${height}`, ` ${Math.round(fps ?? 0)} fps`] : null,
    kbps === null ? null : [`${(kbps / 1000).toFixed(1)}`, " Mbit/s"],
    rttMs === null ? null : [`${rttMs}`, " ms"],
    loss ? [`${Math.round(loss * 100)} %`, " lost"] : null,
    codec ? ["", codec] : null,
    limited ? ["", limited === "cpu" ? "phone at its limit" : "network at its limit"] : null,
  ].filter(Boolean);
  byId("stats").replaceChildren(
    ...parts.map(([bold, rest]) => el("span", {}, el("b", { text: bold }), rest)));
  show(byId("stats"), true);
  show(byId("turn"), Boolean(width && height > width));
  hotSince = limited === "cpu" ? hotSince ?? performance.now() : null;
  show(byId("hot"), hotSince !== null && performance.now() - hotSince > HOT_MS);
}

function notice(text, mood = "warn") {
  setText(byId("notice"), text);
  byId("notice").dataset.mood = mood;
  show(byId("notice"), Boolean(text));
}

function cameraTrouble(error) {
  const words = {
    NotAllowedError: "The camera is blocked. Allow it in the browser's settings for this site.",
    NotFoundError: "No camera was found.",
    NotReadableError: "Another app is using the camera. Close it and try again.",
  };
  return words[error.name] ?? `The camera could not be opened (${error.message}).`;
}

// ---- wiring

byId("start").addEventListener("click", start);
byId("stop").addEventListener("click", stop);
byId("sound").addEventListener("click", turnSound);
byId("again").addEventListener("click", runChecks);
byId("preview").addEventListener("resize", drawMarking);
byId("cameras").addEventListener("change", async ({ target }) => {
  if (!publisher.running) return;
  try {
    await openCamera(target.value);
    await publisher.change(stream);
  } catch (error) {
    notice(cameraTrouble(error));
  }
});
document.addEventListener("visibilitychange", async () => {
  if (!publisher.running) return;
  if (document.visibilityState !== "visible") return;
  await takeAgain();
  await holdAwake();
  publisher.hurry();
});
addEventListener("online", () => publisher.moved());
navigator.connection?.addEventListener("change", () => {
  const { type } = navigator.connection;
  if (type === network || type === "none") return;
  network = type;
  publisher.moved();
});
addEventListener("pagehide", () => {
  if (publisher.running) publisher.stop("stopped", "");
});
runChecks();
