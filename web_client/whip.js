// Publishing a camera by WHIP (RFC 9725), and coming back when the line breaks.

import { backoff } from "./backoff.js";
import {
  NoSession, bearer, connected, endSession, gathered, iceServers, offerTo, preferH264,
} from "./whipsession.js";
import { readStats } from "./whipstats.js";

const LOOK_MS = 500;
/** The server says something every second and a half at the latest (RTCP). Looks, not time: a
 * phone that stood still itself for a moment has not listened. */
const SILENT_LOOKS = 4;
const MAX_BITRATE = 2_500_000;
/** Chromium films with sound at half the size until it trusts the line, for some ten seconds. */
const FULL_SIZE_MS = 6_000;

/**
 * One camera of one game, published until `stop()`.
 *
 * States: `idle`, `connecting`, `live`, `waiting` (broken, tries again), `replaced` (another
 * device publishes this camera now; stops), `refused` (stops), `stopped`. When the line breaks,
 * or the phone changes to another network, a new session is made at once; the server carries the
 * stream on as the same camera. The old one goes on until the new one stands.
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
  #heard = { bytes: -1, silent: 0 }; // what came from the server, and looks without more of it
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

  /** @param {MediaStream} stream with one video track, and one of sound if there is to be any */
  start(stream) {
    this.#stream = stream;
    this.#tries = 0;
    this.#connect();
  }

  /** Send another camera's picture on the same line. @param {MediaStream} stream */
  async change(stream) {
    this.#stream = stream;
    for (const { sender, receiver } of this.#pc?.getTransceivers() ?? []) {
      const track = stream.getTracks().find(({ kind }) => kind === receiver.track.kind);
      if (track) await sender.replaceTrack(track);
    }
  }

  /** End the session here and at the server (also while the page is being left). */
  stop(state = "stopped", why = "") {
    // Told before the line is cut: the server would take that for the end by itself.
    const pc = this.#pc;
    this.#pc = null;
    this.#close();
    endSession(this.#session, this.#token).finally(() => pc?.close());
    this.#session = null;
    this.#become(state, why);
  }

  /** The network came back, or the phone woke up: do not wait for a timer. */
  async hurry() {
    const run = this.#run;
    if (this.#state === "live" && (await this.#sessionGone()).type) return this.#renew(run);
    if (this.#state !== "waiting" || run !== this.#run) return;
    this.#tries = 0;
    this.#connect();
  }

  /** The phone is on another network: the line of before is dead, or soon will be. */
  moved() {
    if (this.#state === "live") this.#renew(this.#run);
    else this.hurry();
  }

  async #connect() {
    const old = this.#pc;
    this.#pc = null;
    this.#close();
    const run = this.#run;
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
      this.#again([error.message, error.todo].filter(Boolean).join(" "), error.retryMs);
    } finally {
      old?.close();
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
    await prefer(transceiver.sender, "maintain-resolution");
    setTimeout(() => prefer(transceiver.sender, "maintain-framerate"), FULL_SIZE_MS);
    const [sound] = this.#stream.getAudioTracks();
    if (sound) pc.addTransceiver(sound, { direction: "sendonly", streams: [this.#stream] });
    // The server says farewell here when another device takes over.
    const control = pc.createDataChannel("control");
    control.onmessage = ({ data }) => this.#hear(run, data);
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    if (run !== this.#run) return null;
    const { answer, session } = await offerTo(this.#url, this.#token, pc.localDescription.sdp);
    if (run !== this.#run) {
      endSession(session, this.#token); // stopped while the answer was on its way
      return null;
    }
    this.#session = session;
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    return pc;
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
    this.#heard = { bytes: -1, silent: 0 };
    this.#before = null;
    let looks = 0;
    this.#ticker = setInterval(async () => {
      const pc = this.#pc;
      if (run !== this.#run || !pc) return;
      const report = await pc.getStats();
      if (run !== this.#run) return;
      const { stats, counters } = readStats(report, this.#before, performance.now());
      const silent = counters.heard === this.#heard.bytes ? this.#heard.silent + 1 : 0;
      this.#heard = { bytes: counters.heard, silent };
      const broken = ["failed", "closed"].includes(pc.connectionState);
      if (broken || silent >= SILENT_LOOKS) return this.#renew(run);
      looks += 1;
      if (looks % 2) return;
      this.#before = counters;
      this.stats = stats;
      this.#onStats(this);
    }, LOOK_MS);
  }

  /** The line broke, or may have. If the server says that another device took over, give way. */
  async #renew(run) {
    if (run !== this.#run) return;
    clearInterval(this.#ticker);
    const gone = await this.#sessionGone();
    if (run !== this.#run) return;
    if (gone.type === "replaced") return this.#giveWay(gone.detail);
    this.#become("waiting", "The video connection was lost.");
    this.#connect();
  }

  /** What the server says of our session: a problem document when it is gone, else {}. */
  async #sessionGone() {
    if (!this.#session) return {};
    try {
      const response = await fetch(this.#session, {
        headers: bearer(this.#token),
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

  #become(state, why) {
    this.#state = state;
    this.#why = why;
    this.#onState(this);
  }
}

function sentence(words) {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** What to give up where the line is too narrow; a browser that does not know this decides. */
async function prefer(sender, preference) {
  try {
    await sender.setParameters({ ...sender.getParameters(), degradationPreference: preference });
  } catch {
    // stopped meanwhile, or an older browser
  }
}
