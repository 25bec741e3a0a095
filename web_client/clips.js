// Clips of a game: a card for each play, and all of them one after the other.

import { inWords } from "./api.js";
import { el, follow, setText, show } from "./dom.js";
import { verticalButton } from "./vertical.js";

/** A clip that is being cut is looked for again so soon. */
const AGAIN_MS = 2_000;

/**
 * What a viewer may see of the clips: those of a player, and nothing that the picture has not
 * shown yet.
 * @param {object[]} clips as /clips lists them
 * @param {string} player an id, "" for all
 * @param {{camera?: string, s?: number}|null|undefined} playhead where the viewer's picture is
 */
export function seenClips(clips, player, playhead) {
  const told = ({ media }) => playhead?.s === undefined || media.camera !== playhead.camera || media.s <= playhead.s;
  return clips.filter((clip) => told(clip) && (!player || clip.player === player)).toReversed();
}

/** Players who have a clip, as [id, words], in the order of their teams and numbers. */
export function playersOf(clips, roster) {
  const ids = new Set(clips.map((clip) => clip.player).filter(Boolean));
  return ["home", "away"].flatMap((team) => (roster?.[team]?.players ?? [])
    .filter(({ id }) => ids.has(id))
    .map(({ id, number, name }) => [id, `${roster[team].name || team} #${number}${name ? ` ${name}` : ""}`]));
}

/** Why there is nothing to play. */
export function statusWords({ status }) {
  return {
    waiting: "Being cut…",
    no_picture: "Nothing was recorded of this play.",
    failed: "This clip could not be made.",
  }[status] ?? "";
}

/** "0:11" */
export function lengthWords(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export class Clips {
  #page;
  #root;
  #answer = { clips: [], reels: [], may_share: false };
  #player = "";
  #timer = null;
  #select = el("select", { "aria-label": "Whose clips" });
  #reel = el("div", { class: "row reel" });
  #screen = el("div", { class: "screen" });
  #list = el("ol", { class: "clips" });
  #empty = el("p", { class: "soft", text: "A basket, a block or a steal that a camera filmed shows here a few seconds later." });
  #said = el("p", { class: "soft", role: "status" });

  /**
   * @param {Element} root
   * @param {{api: object, path: string, roster: () => object, playhead: () => object|null,
   *   toMoment: ((media: object) => void)|null}} page
   */
  constructor(root, page) {
    this.#root = root;
    this.#page = page;
    this.#select.addEventListener("change", () => {
      this.#player = this.#select.value;
      this.#draw();
    });
    root.replaceChildren(this.#select, this.#reel, this.#screen, this.#said, this.#list, this.#empty);
  }

  /** Ask the server what there is. */
  async load() {
    clearTimeout(this.#timer);
    this.#answer = await this.#page.api.get(`${this.#page.path}/clips`);
    this.#draw();
    const waits = this.#answer.clips.some(({ status }) => status === "waiting");
    if (waits) this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
  }

  async #again() {
    if (!this.#root.checkVisibility()) return; // whoever comes back asks anew
    try {
      await this.load();
    } catch (error) {
      setText(this.#said, inWords(error));
    }
  }

  /** The list, as far as the viewer's picture is. */
  #draw() {
    const { clips } = this.#answer;
    const players = playersOf(clips, this.#page.roster());
    if (!players.some(([id]) => id === this.#player)) this.#player = "";
    this.#select.replaceChildren(
      el("option", { value: "", text: "All players" }),
      ...players.map(([id, words]) => el("option", { value: id, text: words, selected: id === this.#player })));
    show(this.#select, players.length > 0);
    const seen = seenClips(clips, this.#player, this.#page.playhead());
    this.#drawReel(seen);
    follow(this.#list, seen, ({ seq }) => seq, (clip) => this.#card(clip));
    show(this.#empty, seen.length === 0);
  }

  #drawReel(seen) {
    const ready = seen.filter(({ status }) => status === "ready");
    const reel = this.#answer.reels.find(({ player }) => (player ?? "") === this.#player);
    // With a clip that is not shown yet in it, the reel would tell of it.
    const whole = reel && ready.length === reel.clips;
    show(this.#reel, Boolean(whole) && ready.length > 1);
    if (!whole) return;
    const body = this.#player ? { player: this.#player } : {};
    const parts = [
      el("strong", { text: `All ${ready.length} clips` }),
      this.#button("Play", () => this.#play(reel.url, null, reel.chapters)),
      this.#download(reel.url),
      this.#shareButton(body),
    ];
    this.#reel.replaceChildren(...parts.filter(Boolean));
  }

  #card(clip) {
    const ready = clip.status === "ready";
    const still = ready
      ? el("button", { type: "button", class: "still", "aria-label": `Play: ${clip.label}`,
        on: { click: () => this.#play(clip.url, clip.thumbnail) } },
      el("img", { src: clip.thumbnail, alt: "", loading: "lazy", width: clip.width, height: clip.height }),
      el("span", { class: "length", text: lengthWords(clip.duration_s) }))
      : el("p", { class: "still soft", text: statusWords(clip) });
    const gaps = ready && clip.gaps.length ? el("p", { class: "soft small", text: "Parts of the picture are missing." }) : null;
    const there = this.#page.toMoment && ready
      ? this.#button("In the game", () => this.#page.toMoment({ camera: clip.media.camera, s: clip.start_s })) : null;
    return el("li", { data: { team: clip.team ?? "", status: clip.status } }, still,
      el("div", {}, el("p", { class: "words", text: clip.label }), gaps,
        el("div", { class: "row" }, there, ready ? this.#download(clip.url) : null,
          clip.vertical ? verticalButton(clip.vertical, (text) => setText(this.#said, text)) : null,
          ready ? this.#shareButton({ seq: clip.seq }) : null)));
  }

  #button(text, act) {
    return el("button", { type: "button", class: "plain small", text, on: { click: act } });
  }

  #download(url) {
    return el("a", { class: "button plain small", href: `${url}&download=1`, download: "", text: "Save" });
  }

  #shareButton(body) {
    return this.#answer.may_share ? this.#button("Share", () => this.#share(body)) : null;
  }

  #play(url, poster, chapters = null) {
    const video = el("video", { src: url, controls: true, playsinline: true, autoplay: true, poster });
    if (chapters) {
      video.append(el("track", { kind: "chapters", src: chapters, default: true }));
    }
    video.addEventListener("error", () => setText(this.#said, "This browser cannot play the clip. Save it instead."));
    setText(this.#said, "");
    this.#screen.replaceChildren(video, this.#button("Close", () => this.#screen.replaceChildren()));
    this.#screen.scrollIntoView({ block: "nearest" });
  }

  /** A link that shows this to anybody: handed to the device, or copied. */
  async #share(body) {
    try {
      const { link } = await this.#page.api.post(`${this.#page.path}/clips/share`, body);
      if (navigator.share) await navigator.share({ url: link });
      else {
        await navigator.clipboard.writeText(link);
        setText(this.#said, "The link is copied. Whoever has it can see this clip.");
      }
    } catch (error) {
      if (error.name !== "AbortError") setText(this.#said, inWords(error));
    }
  }
}
