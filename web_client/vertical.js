// A clip for a phone's feed: the server makes it when somebody asks for it.

import { Refused, Unreachable, inWords } from "./api.js";
import { el, setText } from "./dom.js";

const AGAIN_S = 2;

/**
 * Ask until the file is there.
 * @param {string} url @param {{fetcher?: typeof fetch, pause?: (seconds: number) => Promise<void>,
 *   wanted?: () => boolean}} way wanted: does anybody still wait for it?
 * @returns {Promise<boolean>} false when nobody waited any more; throws Refused, Unreachable
 */
export async function made(url, {
  fetcher = (...args) => fetch(...args),
  pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1_000); }),
  wanted = () => true,
} = {}) {
  while (wanted()) {
    let response;
    let problem;
    try {
      // A byte says as much as all of it.
      response = await fetcher(url, { headers: { Range: "bytes=0-0" }, signal: AbortSignal.timeout(10_000) });
      if (response.ok) return true;
      problem = await response.json();
    } catch {
      throw new Unreachable();
    }
    const again = response.headers.get("Retry-After");
    if (again === null) throw new Refused(response.status, problem);
    await pause(Number(again) || AGAIN_S);
  }
  return false;
}

/**
 * A button that becomes a link to the file.
 * @param {string} url @param {(text: string) => void} say
 */
export function verticalButton(url, say) {
  const button = el("button", { type: "button", class: "plain small", text: "For social media",
    title: "Upright, with the score, for a phone's feed", on: { click: () => ask() } });
  async function ask() {
    button.disabled = true;
    setText(button, "Being made…");
    say("");
    try {
      if (!await made(url, { wanted: () => button.isConnected })) return;
      const link = el("a", { class: "button plain small", href: `${url}&download=1`, download: "", text: "Save upright clip" });
      button.replaceWith(link);
      link.focus();
    } catch (error) {
      say(inWords(error));
      setText(button, "For social media");
      button.disabled = false;
    }
  }
  return button;
}
