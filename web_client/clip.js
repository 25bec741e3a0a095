// One clip or reel that somebody shared: for people who hold nothing but this link.

import { Api, inWords } from "./api.js";
import { byId, el, setText, show } from "./dom.js";
import { verticalButton } from "./vertical.js";

const KEY = "courtside.share.";

const url = new URL(location.href);
const game = url.pathname.split("/").filter(Boolean)[1] ?? "";
const given = url.searchParams.get("share");
if (given) {
  // Out of the address bar; kept so that the page can be loaded again.
  sessionStorage.setItem(KEY + game, given);
  history.replaceState(null, "", url.pathname);
}

async function open(share) {
  if (!share) throw new Error("This page needs the whole link that was sent.");
  const path = `/api/v1/games/${encodeURIComponent(decodeURIComponent(game))}/clips`;
  const shown = await new Api(null).get(`${path}/shared?share=${encodeURIComponent(share)}`);
  setText(byId("title"), shown.title);
  setText(byId("label"), shown.label);
  document.title = `${shown.label} · Courtside`;
  if (!shown.url) throw new Error("There is no picture of this play.");
  const video = el("video", { src: shown.url, controls: true, playsinline: true, poster: shown.thumbnail });
  if (shown.chapters) video.append(el("track", { kind: "chapters", src: shown.chapters, default: true }));
  byId("screen").replaceChildren(video);
  byId("save").href = `${shown.url}&download=1`;
  show(byId("save"), true);
  if (shown.vertical) byId("save").after(verticalButton(shown.vertical, notice));
}

function notice(text) {
  setText(byId("notice"), text);
  show(byId("notice"), Boolean(text));
}

open(given ?? sessionStorage.getItem(KEY + game)).catch((error) => notice(inWords(error)));
