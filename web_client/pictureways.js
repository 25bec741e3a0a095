// Which way of getting the picture a browser has, best first. Pure.

/**
 * whep: WebRTC, a quarter of a second late, live only. mse: our own player of the recording,
 * about two seconds late, any moment. native: the browser's own HLS player.
 * @typedef {"whep"|"mse"|"native"} Way
 */

/**
 * @param {{whep: string|null, hls: string|null}} picture what the server offers
 * @param {{rtc: boolean, mse: boolean, native: boolean}} can what this browser has
 * @param {{live: boolean, whep: boolean, only?: Way|null}} wish
 * `whep`: false soon after WebRTC has failed here; `only`: a way that the page demands
 * @returns {Way[]} best first
 */
export function waysFor(picture, can, { live, whep, only = null }) {
  const ways = [];
  if (live && whep && picture.whep && can.rtc) ways.push("whep");
  if (picture.hls && can.mse) ways.push("mse");
  else if (picture.hls && can.native) ways.push("native");
  return only ? ways.filter((way) => way === only) : ways;
}

/** What this browser has. @param {Window} scope @param {HTMLVideoElement} video */
export function abilities(scope, video) {
  const Source = mediaSource(scope);
  return {
    rtc: typeof scope.RTCPeerConnection === "function",
    mse: Boolean(Source?.isTypeSupported('video/mp4; codecs="avc1.42e01f"')),
    native: video.canPlayType("application/vnd.apple.mpegurl") !== "",
  };
}

/** ManagedMediaSource is the only one on iPhones, and the thriftier one where both exist. */
export function mediaSource(scope) {
  return scope.ManagedMediaSource ?? scope.MediaSource ?? null;
}
