// What is said about the picture: why there is none, and which moment it shows. Pure.

/** A picture older than this is not live any more. Milliseconds. */
export const STALE_MS = 1_500;

/**
 * @param {{status: "live"|"lost"|"replaced"|"ended"|"none", at: string|null, shown: boolean,
 *          frozenMs: number, failed: boolean, recorded: boolean}} of
 * `at`: since when; `shown`: was there a picture on this page; `frozenMs`: age of the newest one;
 * `failed`: no way to the picture worked; `recorded`: there is something to go back to
 * @param {(iso: string) => string} clock a wall time in the viewer's own words
 * @returns {{title: string, words: string}|null} null while the picture moves
 */
export function slateOf({ status, at, shown, frozenMs, failed, recorded }, clock) {
  if (frozenMs < STALE_MS) return null;
  const since = at ? ` ${clock(at)}` : "";
  switch (status) {
    case "none":
      return { title: "No camera yet", words: "The picture starts here by itself." };
    case "ended":
      return {
        title: since ? `The camera stopped at${since}` : "The camera has stopped",
        words: recorded ? "You can watch all of it again." : "",
      };
    case "lost":
      return {
        title: since ? `Camera lost since${since}` : "Camera lost",
        words: "The picture comes back by itself. The score goes on.",
      };
    default:
      if (failed) {
        return {
          title: "The picture does not get through",
          words: "Trying again. The score goes on.",
        };
      }
      return { title: shown ? "Waiting for the picture" : "Opening the picture", words: "" };
  }
}

/** "0:42", "12:03", "1:02:03". @param {number} seconds */
export function lengthText(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * The moment on the screen, short for the eye and in full for the ear.
 * @param {{at_s: number, from_s: number, to_s: number, live: boolean, running: boolean}} of
 * `running`: the camera films, so the end is the edge of now
 */
export function momentText({ at_s, from_s, to_s, live, running }) {
  if (live) return { short: "", long: "Live" };
  if (running) {
    const behind = lengthText(to_s - at_s);
    return { short: `−${behind}`, long: `${behind} behind live` };
  }
  const [at, all] = [lengthText(at_s - from_s), lengthText(to_s - from_s)];
  return { short: `${at} / ${all}`, long: `${at} of ${all}` };
}
