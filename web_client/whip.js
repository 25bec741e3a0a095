// Publishing a camera by WHIP (RFC 9725), and coming back when the line breaks.

import { backoff } from "./backoff.js";

const GATHER_MS = 1_000;
const ANSWER_MS = 8_000;
const CONNECT_MS = 10_000;
const LOST_MS = 3_000;
const MAX_BITRATE = 2_500_000;

/** Why a session could not be made; `final` when trying again cannot help. */
class NoSession extends Error {
  constructor(message, { final = false, retryMs = null } = {}) {
    super(message);
    this.final = final;
    this.retryMs = retryMs;
  }
}

/**
 * One camera of one game, published until `stop()`.
 *
 * States: `idle`, `connecting`, `live`, `waiting` (broken, tries again), `replaced` (another
 * device publishes this camera now; stops), `refused` (stops), `stopped`. After a break a new
 * session is made; the server carries the stream on as the same camera.
 */
export class WhipPublisher {
  stats = null;

  #url;
  #token;
  #stream = null;
  #onState;
  #onStats;
  #state = "idle";
  #why = "";
  #tries = 0;
  #pc = null;
  #session = null; // the address of our session at the server
  #run = 0; // counts connections; what belongs to an older one is ignored
  #timer = null;
  #ticker = null;
  #lostSince = null;
  #before = null; // the last counters, for the bit rate

  /**
   * @param {string} url the WHIP endpoint
   * @param {string|null} token
   * @param {{onState?: (p: WhipPublisher) => void, onStats?: (p: WhipPublisher) => void}} handlers
   */
  constructor(url, token, { onState = () => {}, onStats = () => {} } = {}) {
    this.#url = new URL(url, location.href);
    this.#token = token;
    this.#onState = onState;
    this.#onStats = onStats;
  }

  get state() {
    return this.#state;
  }

  get why() {
    return this.#why;
  }

  get running() {
    return ["connecting", "live", "waiting"].includes(this.#state);
  }

  /** @param {MediaStream} stream with one video track */
  start(stream) {
    this.#stream = stream;
    this.#tries = 0;
    this.#connect();
  }

  /** Send another camera's picture on the same line. @param {MediaStream} stream */
  async change(stream) {
    this.#stream = stream;
    const sender = this.#pc?.getSenders().find((one) => one.track?.kind !== "audio");
    await sender?.replaceTrack(stream.getVideoTracks()[0]);
  }

  /** End the session here and at the server (also while the page is being left). */
  stop(state = "stopped", why = "") {
    // Told before the line is cut: the server would take that for the end by itself.
    const pc = this.#pc;
    this.#pc = null;
    this.#close();
    this.#delete(this.#session).finally(() => pc?.close());
    this.#session = null;
    this.#become(state, why);
  }

  /** The network came back or changed: do not wait for the timer. */
  hurry() {
    if (this.#state !== "waiting") return;
    this.#tries = 0;
    this.#connect();
  }

  async #connect() {
    this.#close();
    const run = ++this.#run;
    if (this.#state !== "waiting") this.#become("connecting", "");
    try {
      const pc = await this.#negotiate(run);
      if (run !== this.#run) return;
      await connected(pc);
      if (run !== this.#run) return;
      this.#tries = 0;
      this.#watch(run);
      this.#become("live", "");
    } catch (error) {
      if (run !== this.#run) return;
      if (error instanceof NoSession && error.final) return this.stop("refused", error.message);
      this.#again(error.message, error.retryMs);
    }
  }

  async #negotiate(run) {
    const servers = await iceServers(this.#url, this.#token);
    if (run !== this.#run) return null;
    const pc = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle" });
    this.#pc = pc;
    const track = this.#stream.getVideoTracks()[0];
    track.contentHint = "motion";
    const transceiver = pc.addTransceiver(track, {
      direction: "sendonly",
      streams: [this.#stream],
      sendEncodings: [{ maxBitrate: MAX_BITRATE, maxFramerate: 30 }],
    });
    preferH264(transceiver);
    // The server says farewell here when another device takes over.
    const control = pc.createDataChannel("control");
    control.onmessage = ({ data }) => this.#hear(run, data);
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    if (run !== this.#run) return null;
    const { answer, session } = await this.#offer(pc.localDescription.sdp);
    if (run !== this.#run) {
      this.#delete(session); // stopped while the answer was on its way
      return null;
    }
    this.#session = session;
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    return pc;
  }

  async #offer(sdp) {
    let response;
    try {
      response = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers({ "Content-Type": "application/sdp" }),
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
    const final = [400, 401, 403, 404, 406, 409, 415, 422].includes(response.status);
    const seconds = Number(response.headers.get("Retry-After"));
    throw new NoSession(words, { final, retryMs: seconds > 0 ? seconds * 1000 : null });
  }

  #hear(run, data) {
    if (run !== this.#run) return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message.type === "replaced") this.#giveWay(message.why);
  }

  /** Another device publishes this camera. Its session is not ours to end. */
  #giveWay(why) {
    this.#session = null;
    this.stop("replaced", why ? sentence(why) : "Another device films now.");
  }

  #watch(run) {
    this.#lostSince = null;
    this.#before = null;
    this.#ticker = setInterval(async () => {
      const pc = this.#pc;
      if (run !== this.#run || !pc) return;
      const broken = ["failed", "closed"].includes(pc.connectionState);
      const shaky = pc.connectionState === "disconnected";
      if (!broken && !shaky) this.#lostSince = null;
      else this.#lostSince ??= performance.now();
      if (broken || (shaky && performance.now() - this.#lostSince > LOST_MS)) {
        return this.#broken(run);
      }
      const report = await pc.getStats();
      if (run !== this.#run) return;
      const { stats, counters } = readStats(report, this.#before, performance.now());
      this.#before = counters;
      this.stats = stats;
      this.#onStats(this);
    }, 1_000);
  }

  /** The line broke. If the server says that another device took over, give way. */
  async #broken(run) {
    clearInterval(this.#ticker);
    const gone = await this.#sessionGone();
    if (run !== this.#run) return;
    if (gone.type === "replaced") return this.#giveWay(gone.detail);
    this.#again("The video connection was lost.");
  }

  /** What the server says of our session: a problem document when it is gone, else {}. */
  async #sessionGone() {
    if (!this.#session) return {};
    try {
      const response = await fetch(this.#session, {
        headers: this.#headers(),
        signal: AbortSignal.timeout(3_000),
      });
      return response.ok ? {} : await response.json();
    } catch {
      return {};
    }
  }

  #again(why, retryMs = null) {
    this.#close();
    this.#tries += 1;
    this.#become("waiting", why);
    const delay = retryMs ?? backoff(this.#tries, Math.random());
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #close() {
    this.#run += 1;
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    this.#pc?.close();
    this.#pc = null;
    this.stats = null;
  }

  async #delete(session) {
    if (!session) return;
    // keepalive: it is sent although the page is going away.
    const init = { method: "DELETE", headers: this.#headers(), keepalive: true };
    await fetch(session, { ...init, signal: AbortSignal.timeout(2_000) }).catch(() => {});
  }

  #headers(more = {}) {
    return this.#token ? { ...more, Authorization: `Bearer ${this.#token}` } : more;
  }

  #become(state, why) {
    this.#state = state;
    this.#why = why;
    this.#onState(this);
  }
}

/** The servers for ICE that a WHIP endpoint names in its Link headers. */
export async function iceServers(url, token) {
  try {
    const response = await fetch(url, {
      method: "OPTIONS",
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(2_000),
    });
    return response.ok ? iceServersFrom(response.headers.get("Link")) : [];
  } catch {
    return []; // the POST that follows tells what is wrong
  }
}

function sentence(words) {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** H264 first where the browser has it (phones encode it in hardware), then the rest. */
function preferH264(transceiver) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  if (!codecs.length || !transceiver.setCodecPreferences) return;
  const rank = (codec) => {
    if (codec.mimeType.toLowerCase() !== "video/h264") return 2;
    return /packetization-mode=1.*profile-level-id=42|profile-level-id=42.*packetization-mode=1/
      .test(codec.sdpFmtpLine ?? "") ? 0 : 1;
  };
  transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}

/** Resolves when all candidates are in the offer, or after a second with those that are. */
function gathered(pc) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    const look = () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
    pc.addEventListener("icegatheringstatechange", look);
    look();
  });
}

function connected(pc) {
  return new Promise((resolve, reject) => {
    const noWay =
      "Web pages get through this network, but video (UDP) does not. " +
      "Try another Wi-Fi or the phone's mobile data.";
    const timer = setTimeout(() => reject(new NoSession(noWay)), CONNECT_MS);
    const look = () => {
      if (pc.connectionState === "connected") {
        clearTimeout(timer);
        resolve();
      } else if (["failed", "closed"].includes(pc.connectionState)) {
        clearTimeout(timer);
        reject(new NoSession(noWay));
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

/**
 * What a person wants to know of a sender's report.
 * @param {Iterable<[string, object]>} report RTCStatsReport
 * @param {{bytes: number, at: number}|null} before counters of the last look
 * @param {number} now milliseconds of a steady clock
 */
export function readStats(report, before, now) {
  const all = [...report].map(([, one]) => one);
  const out = all.find((one) => one.type === "outbound-rtp" && one.kind === "video");
  const remote = all.find((one) => one.type === "remote-inbound-rtp" && one.kind === "video");
  const pair = all.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const codec = all.find((one) => one.type === "codec" && one.id === out?.codecId);
  const bytes = out?.bytesSent ?? 0;
  const seconds = before ? (now - before.at) / 1000 : 0;
  return {
    counters: { bytes, at: now },
    stats: {
      kbps: seconds > 0 ? Math.round(((bytes - before.bytes) * 8) / 1000 / seconds) : null,
      rttMs: pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
      width: out?.frameWidth ?? null,
      height: out?.frameHeight ?? null,
      fps: out?.framesPerSecond ?? null,
      loss: remote?.fractionLost ?? null,
      codec: codec?.mimeType?.split("/")[1] ?? null,
      limited: out?.qualityLimitationReason === "none" ? null : out?.qualityLimitationReason ?? null,
    },
  };
}
