// The self-check before filming: what this phone and this network allow, in plain words.

import { tryLine } from "./whipsession.js";

const SOCKET_MS = 8_000;
const UPLINK_BYTES = 400_000;
const ENOUGH_KBPS = 2_500;
const POOR_KBPS = 800;

/**
 * One answer: status `ok`, `warn` (works, but) or `bad` (will not work); `text` says what was
 * found, `todo` what to do about it.
 * @typedef {{status: "ok"|"warn"|"bad", text: string, todo?: string}} Answer
 */

/** The checks in the order they are shown: a title and what finds the answer. */
export function checks({ game, token }) {
  return [
    { id: "secure", title: "Safe connection", find: async () => secure() },
    { id: "camera", title: "Camera", find: camera },
    { id: "socket", title: "Score connection", find: () => socket(game, token) },
    { id: "udp", title: "Video connection", find: () => line(game, token) },
    { id: "uplink", title: "Upload speed", find: () => uplink(token) },
  ];
}

/** @returns {Answer} */
function secure() {
  if (isSecureContext && navigator.mediaDevices?.getUserMedia) {
    return { status: "ok", text: "This page may use the camera." };
  }
  return {
    status: "bad",
    text: "Browsers give the camera only to https pages.",
    todo: "Open the https link that the server printed, and accept its certificate once.",
  };
}

/** @returns {Promise<Answer>} */
async function camera() {
  if (!navigator.mediaDevices?.enumerateDevices) {
    return { status: "bad", text: "This page cannot see a camera.", todo: "Mend the first point." };
  }
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "videoinput")) {
    return { status: "bad", text: "No camera was found.", todo: "Use a phone, or plug a camera in." };
  }
  if ((await permission()) === "denied") {
    return {
      status: "bad",
      text: "The camera is blocked for this page.",
      todo: "Allow it in the browser's settings for this site, then load the page again.",
    };
  }
  return { status: "ok", text: "A camera is there." };
}

async function permission() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state;
  } catch {
    return "prompt"; // not every browser tells
  }
}

/**
 * Does a WebSocket reach the server? A camera's token may not watch the game, so the server
 * ends the socket again; that it does so in its own words is the proof.
 * @returns {Promise<Answer>}
 */
function socket(game, token) {
  const at = new URL(`/live/${encodeURIComponent(game)}`, location.href);
  at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
  if (token) at.searchParams.set("token", token);
  return new Promise((resolve) => {
    const line = new WebSocket(at);
    const done = (answer) => {
      clearTimeout(timer);
      line.onmessage = line.onclose = null;
      line.close();
      resolve(answer);
    };
    const fine = { status: "ok", text: "The server answers." };
    const timer = setTimeout(() => done(judgeSocket(0)), SOCKET_MS);
    line.onmessage = () => done(fine);
    line.onclose = ({ code }) => done(judgeSocket(code));
  });
}

/** @param {number} code with which the server closed the socket, 0 for silence @returns {Answer} */
export function judgeSocket(code) {
  if (code === 4401) {
    return { status: "bad", text: "This link is not valid any more.", todo: "Ask for a new camera link." };
  }
  if (code === 4404) {
    return { status: "bad", text: "There is no such game.", todo: "Ask for a new camera link." };
  }
  if (code >= 4000 || code === 1012) return { status: "ok", text: "The server answers." };
  return {
    status: "warn",
    text: "Live messages (WebSocket) do not get through.",
    todo: "Is this phone in the same network as the server? Filming may still work.",
  };
}

/** @returns {Promise<Answer>} */
async function line(game, token) {
  if (!globalThis.RTCPeerConnection) {
    return { status: "bad", text: "This browser has no WebRTC.", todo: "Use Chrome, Safari or Firefox." };
  }
  // A few names, so that phones that check at the same time do not push each other out.
  const name = `check-${Math.floor(Math.random() * 10)}`;
  try {
    const way = await tryLine(`/whip/${encodeURIComponent(game)}/${name}`, token);
    const how = way === "relay" ? " through a relay" : "";
    return { status: "ok", text: `Video (UDP) reaches the server${how}.` };
  } catch (error) {
    const todo = error.todo ?? "If filming does not start, ask who runs the server.";
    return { status: "warn", text: error.message, todo };
  }
}

/** @returns {Promise<Answer>} */
async function uplink(token) {
  const body = new Uint8Array(UPLINK_BYTES);
  for (let at = 0; at < UPLINK_BYTES; at += 65_536) {
    crypto.getRandomValues(body.subarray(at, Math.min(at + 65_536, UPLINK_BYTES)));
  }
  const headers = { "Content-Type": "application/octet-stream" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const begun = performance.now();
  let response = null;
  try {
    response = await fetch("/api/v1/check/uplink", {
      method: "POST", headers, body, signal: AbortSignal.timeout(10_000),
    });
  } catch {
    // too slow or away; said below
  }
  if (!response?.ok) {
    return {
      status: "warn",
      text: "The upload speed could not be measured.",
      todo: "Filming may still work; watch the bit rate.",
    };
  }
  return judgeUplink((UPLINK_BYTES * 8) / (performance.now() - begun));
}

/** @param {number} kbps @returns {Answer} */
export function judgeUplink(kbps) {
  const speed = kbps >= 10_000 ? "over 10 Mbit/s" : `${(kbps / 1000).toFixed(1)} Mbit/s`;
  if (kbps >= ENOUGH_KBPS) return { status: "ok", text: `${speed}: enough for a sharp picture.` };
  const todo = "Go nearer to the Wi-Fi, or use mobile data.";
  if (kbps >= POOR_KBPS) return { status: "warn", text: `${speed}: the picture will be softer.`, todo };
  return { status: "warn", text: `${speed}: too slow for a good picture.`, todo };
}
