// Which media second a packet's RTP timestamp is. Pure.

const RATE = 90_000;

/** Follows what the server says of the video line: {"rtp": uint32, "media_s": number}. */
export class RtpTime {
  #known = null;

  /** The answer to the offer tells the timestamp of media second 0. @param {string} sdp */
  begin(sdp) {
    const zero = /^a=x-media-zero:(\d+)\s*$/m.exec(sdp)?.[1];
    if (zero !== undefined) this.#known = { rtp: Number(zero), media_s: 0 };
  }

  /** @param {any} message */
  hear(message) {
    const { rtp, media_s } = message ?? {};
    if (Number.isInteger(rtp) && Number.isFinite(media_s)) this.#known = { rtp, media_s };
  }

  /** @param {number|undefined} rtp uint32 @returns {number|null} */
  media(rtp) {
    if (this.#known === null || !Number.isInteger(rtp)) return null;
    const { rtp: then, media_s } = this.#known;
    // The counter wraps every 13 hours. From the last message the difference is small and may
    // be negative; from media second 0 on it is not.
    const passed = media_s === 0 ? (rtp - then) >>> 0 : (rtp - then) | 0;
    return media_s + passed / RATE;
  }
}
