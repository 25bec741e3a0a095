// Which media second a packet's RTP timestamp is. Pure.

const RATE = 90_000;

/** Follows what the server says of the video line: {"rtp": uint32, "media_s": number}. */
export class RtpTime {
  #known = null;

  /** @param {any} message */
  hear(message) {
    const { rtp, media_s } = message ?? {};
    if (Number.isInteger(rtp) && Number.isFinite(media_s)) this.#known = { rtp, media_s };
  }

  /** @param {number|undefined} rtp uint32 @returns {number|null} */
  media(rtp) {
    if (this.#known === null || !Number.isInteger(rtp)) return null;
    // The counter wraps every 13 hours: the difference, as a signed 32 bit number, does not.
    return this.#known.media_s + ((rtp - this.#known.rtp) | 0) / RATE;
  }
}
