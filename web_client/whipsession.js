// One WHIP session (RFC 9725): the offer, the answer, the line, the end.

const GATHER_MS = 1_000;
const ANSWER_MS = 8_000;
const CONNECT_MS = 10_000;
/** Answers that will not change by asking again. */
const FINAL = [400, 401, 403, 404, 406, 409, 415, 422];

/** Why there is no session: `final` when trying again cannot help, `todo` what might. */
export class NoSession extends Error {
  constructor(message, { final = false, retryMs = null, todo = null } = {}) {
    super(message);
    this.todo = todo;
    this.final = final;
    this.retryMs = retryMs;
  }
}

/** The header of a token, to be spread into others. */
export function bearer(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * @param {URL|string} url the WHIP endpoint
 * @returns {Promise<{answer: string, session: URL|null}>} @throws {NoSession}
 */
export async function offerTo(url, token, sdp) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", ...bearer(token) },
      body: sdp,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch {
    throw new NoSession("The server cannot be reached.");
  }
  if (response.status === 201) {
    const at = response.headers.get("Location");
    return { answer: await response.text(), session: at ? new URL(at, response.url) : null };
  }
  const problem = await response.json().catch(() => ({}));
  const words = problem.detail || `The server refused the video (${response.status}).`;
  const seconds = Number(response.headers.get("Retry-After"));
  throw new NoSession(words, {
    final: FINAL.includes(response.status),
    retryMs: seconds > 0 ? seconds * 1000 : null,
  });
}

/** Tell the server that a session is over; also while the page is being left. */
export async function endSession(session, token) {
  if (!session) return;
  const init = { method: "DELETE", headers: bearer(token), keepalive: true };
  await fetch(session, { ...init, signal: AbortSignal.timeout(2_000) }).catch(() => {});
}

/**
 * Does video get through to the server? Makes a session without a picture and ends it: one
 * that never shows a picture takes no camera over and nobody is told of it.
 * @returns {Promise<"direct"|"relay">} the way it took @throws {NoSession}
 */
export async function tryLine(url, token) {
  const pc = new RTCPeerConnection({ iceServers: await iceServers(url, token) });
  let session = null;
  try {
    preferH264(pc.addTransceiver("video", { direction: "sendonly" }));
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    const made = await offerTo(url, token, pc.localDescription.sdp);
    session = made.session;
    await pc.setRemoteDescription({ type: "answer", sdp: made.answer });
    await connected(pc);
    const report = await pc.getStats();
    const all = [...report.values()];
    const pair = all.find((one) => one.type === "candidate-pair" && one.nominated);
    const ours = all.find((one) => one.id === pair?.localCandidateId);
    return ours?.candidateType === "relay" ? "relay" : "direct";
  } finally {
    await endSession(session, token);
    pc.close();
  }
}

/** The servers for ICE that a WHIP endpoint names in its Link headers. */
export async function iceServers(url, token) {
  try {
    const response = await fetch(url, {
      method: "OPTIONS",
      headers: bearer(token),
      signal: AbortSignal.timeout(2_000),
    });
    return response.ok ? iceServersFrom(response.headers.get("Link")) : [];
  } catch {
    return []; // the POST that follows tells what is wrong
  }
}

/** H264 first where the browser has it (phones encode it in hardware), then the rest. */
export function preferH264(transceiver) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  if (!codecs.length || !transceiver.setCodecPreferences) return;
  const rank = (codec) => {
    if (codec.mimeType.toLowerCase() !== "video/h264") return 2;
    return /packetization-mode=1.*profile-level-id=42|profile-level-id=42.*packetization-mode=1/
      .test(codec.sdpFmtpLine ?? "") ? 0 : 1;
  };
  transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}

/** Resolves when all candidates are in the offer, or after a while with those that are. */
export function gathered(pc, mostMs = GATHER_MS) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, mostMs);
    const look = () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
    pc.addEventListener("icegatheringstatechange", look);
    look();
  });
}

export function connected(pc) {
  return new Promise((resolve, reject) => {
    const noWay = () => new NoSession(
      "Web pages get through this network, but video (UDP) does not.",
      { todo: "Try another Wi-Fi or the phone's mobile data." },
    );
    const timer = setTimeout(() => reject(noWay()), CONNECT_MS);
    const look = () => {
      if (pc.connectionState === "connected") {
        clearTimeout(timer);
        resolve();
      } else if (["failed", "closed"].includes(pc.connectionState)) {
        clearTimeout(timer);
        reject(noWay());
      }
    };
    pc.addEventListener("connectionstatechange", look);
    look();
  });
}

/**
 * `Link: <turn:host?transport=udp>; rel="ice-server"; username="u"; credential="c"` as the
 * browser's iceServers. @param {string|null} header
 */
export function iceServersFrom(header) {
  const servers = [];
  const link = /<([^>]+)>((?:\s*;\s*[\w-]+(?:=(?:"[^"]*"|[^;,"\s]*))?)*)/g;
  const field = /;\s*([\w-]+)=(?:"([^"]*)"|([^;,"\s]*))/g;
  for (const [, urls, rest] of (header ?? "").matchAll(link)) {
    const fields = Object.fromEntries(
      [...rest.matchAll(field)].map(([, name, quoted, bare]) => [name, quoted ?? bare]),
    );
    if (fields.rel !== "ice-server") continue;
    servers.push({
      urls,
      ...(fields.username && { username: fields.username }),
      ...(fields.credential && { credential: fields.credential }),
    });
  }
  return servers;
}
