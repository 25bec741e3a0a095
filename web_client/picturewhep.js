// Live by WebRTC (WHEP): a quarter of a second late, nothing to go back to.

import { RtpTime } from "./rtptime.js";
import { connected, endSession, gathered, offerTo } from "./whipsession.js";

/** A viewer waits for no STUN server. Milliseconds. */
const GATHER_MS = 400;
/** Connected, and yet nothing to see. */
const FIRST_FRAME_MS = 5_000;
/** A frame that was announced longer ago than this says nothing of now (hidden page). */
const ANNOUNCED_MS = 400;

/** The server ended the session: `over`: with the camera; `slow`: the line does not carry it. */
class Ended extends Error {
  constructor({ reason, why }) {
    super(why);
    this.over = reason === "ended";
    this.slow = reason === "too-slow";
  }
}

export class WhepWay {
  kind = "whep";
  live = true;
  span = null;

  #video;
  #of;
  #on;
  #pc = null;
  #session = null;
  #time = new RtpTime();
  #receiver = null;
  #frame = null; // {rtp, at} of the newest one on the screen
  #shown = false;
  #closed = false;
  #timer = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {{whep: string, token: string|null, servers: Promise<object[]>}} of
   * @param {{onShown: () => void, onFailed: (why: Error) => void}} on
   */
  constructor(video, of, on) {
    this.#video = video;
    this.#of = of;
    this.#on = on;
  }

  async start() {
    try {
      await this.#connect();
    } catch (error) {
      this.#fail(error);
    }
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#video.srcObject = null;
    const pc = this.#pc;
    this.#pc = null;
    // Told before the line is cut: the server would take that for a trouble.
    endSession(this.#session, this.#of.token).finally(() => pc?.close());
    this.#session = null;
  }

  /** @returns {number|null} null until the server has said which media second it sends */
  playhead() {
    const announced = this.#frame && performance.now() - this.#frame.at < ANNOUNCED_MS;
    if (announced && this.#frame.rtp !== undefined) return this.#time.media(this.#frame.rtp);
    // Of the frame that was decoded last: near enough, and it goes on in a hidden page.
    return this.#time.media(this.#receiver?.getSynchronizationSources()[0]?.rtpTimestamp);
  }

  get hasSound() {
    const [track] = this.#video.srcObject?.getAudioTracks() ?? [];
    return Boolean(track && !track.muted);
  }

  tick() {}

  async #connect() {
    const { whep, token, servers } = this.#of;
    const pc = new RTCPeerConnection({ iceServers: await servers, bundlePolicy: "max-bundle" });
    if (this.#closed) return pc.close();
    this.#pc = pc;
    this.#receiver = pc.addTransceiver("video", { direction: "recvonly" }).receiver;
    const sound = pc.addTransceiver("audio", { direction: "recvonly" }).receiver;
    const hear = ({ data }) => this.#hear(data);
    pc.createDataChannel("time").onmessage = hear;
    pc.ondatachannel = ({ channel }) => { channel.onmessage = hear; };
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc, GATHER_MS);
    if (this.#closed) return;
    const { answer, session } = await offerTo(whep, token, pc.localDescription.sdp);
    if (this.#closed) {
      endSession(session, token);
      return;
    }
    this.#session = session;
    this.#time.begin(answer);
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
    this.#video.srcObject = new MediaStream([this.#receiver.track, sound.track]);
    this.#watchFrames();
    await connected(pc);
    if (this.#closed) return;
    if (!this.#shown) {
      this.#timer = setTimeout(() => this.#fail(new Error("No picture came.")), FIRST_FRAME_MS);
    }
    pc.addEventListener("connectionstatechange", () => {
      if (["failed", "closed"].includes(pc.connectionState)) {
        this.#fail(new Error("The connection was lost."));
      }
    });
  }

  #watchFrames() {
    const video = this.#video;
    const shown = () => {
      if (this.#shown || this.#closed) return;
      this.#shown = true;
      clearTimeout(this.#timer);
      this.#on.onShown();
    };
    video.addEventListener("loadeddata", shown, { once: true });
    if (!video.requestVideoFrameCallback) return;
    const each = (_, { rtpTimestamp }) => {
      if (this.#closed) return;
      this.#frame = { rtp: rtpTimestamp, at: performance.now() };
      shown();
      video.requestVideoFrameCallback(each);
    };
    video.requestVideoFrameCallback(each);
  }

  #hear(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message?.type === "ended") {
      this.#session = null; // it is gone already
      this.#fail(new Ended(message));
    } else this.#time.hear(message);
  }

  /** Whoever hears of it closes this; until then the last picture stands. */
  #fail(error) {
    if (!this.#closed) this.#on.onFailed(error);
  }
}
