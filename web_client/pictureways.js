// Which way of getting the picture a browser has, best first. Pure.

/**
 * whep: WebRTC, a quarter of a second late, live only. mse: our own player of the recording,
 * about two seconds late, any moment. native: the browser's own HLS player.
 * @typedef {"whep"|"mse"|"native"} Way
 */
const WAYS = ["whep", "mse", "native"];

/**
 * @param {{whep: string|null, hls: string|null}} picture what the server offers
 * @param {{rtc: boolean, mse: boolean, native: boolean}} can what this browser has
 * @param {{live: boolean, whep: boolean, only?: string|null}} wish
 * `whep`: false soon after WebRTC has failed here; `only`: a way that the page's address demands,
 * anything else demands nothing
 * @returns {Way[]} best first
 */
export function waysFor(picture, can, { live, whep, only = null }) {
  const ways = [];
  if (live && whep && picture.whep && can.rtc) ways.push("whep");
  if (picture.hls && can.mse) ways.push("mse");
  else if (picture.hls && can.native) ways.push("native");
  return WAYS.includes(only) ? ways.filter((way) => way === only) : ways;
}

/**
 * What this browser has for a camera.
 * @param {Window} scope @param {HTMLVideoElement} video
 * @param {string|null} codec of the recording's picture, as RFC 6381 writes it
 */
export function abilities(scope, video, codec) {
  const type = `video/mp4; codecs="${codec ?? "avc1.42c01f"}"`;
  return {
    rtc: typeof scope.RTCPeerConnection === "function",
    mse: Boolean(mediaSource(scope)?.isTypeSupported(type)),
    native: [type, "application/vnd.apple.mpegurl"].every((one) => video.canPlayType(one) !== ""),
    opus: video.canPlayType('audio/mp4; codecs="opus"') !== "",
  };
}

/** ManagedMediaSource is the only one on iPhones, and the thriftier one where both exist. */
export function mediaSource(scope) {
  return scope.ManagedMediaSource ?? scope.MediaSource ?? null;
}
