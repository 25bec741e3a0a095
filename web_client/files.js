// The game as files: fetched with the token and handed to the browser, so that no address that
// could be passed on carries it.

import { el } from "./dom.js";

/**
 * Fill a list with a button for each format.
 * @param {Element} list
 * @param {object[]} formats as /exports lists them
 * @param {string|null} token
 * @param {(words: string) => void} trouble is told why a file did not come
 */
export function listFiles(list, formats, token, trouble) {
  list.replaceChildren(...formats.map((format) =>
    el("li", {}, el("button", {
      type: "button", class: "plain", text: format.about, data: { format: format.name },
      on: { click: () => download(format, token).catch((error) => trouble(error.message)) },
    }))));
}

async function download(format, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(format.url, { headers, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail || `The server answered ${response.status}.`);
  }
  const url = URL.createObjectURL(await response.blob());
  const link = el("a", { href: url, download: format.file });
  link.click();
  // The browser has taken it up by then; a revoked address would come to nothing before.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
