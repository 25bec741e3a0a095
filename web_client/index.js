// The first page: the games whose links this browser holds, and a new one.

import { Api, Refused, inWords } from "./api.js";
import { byId, el, setText, show } from "./dom.js";
import { rulesBody, valuesOf } from "./newgame.js";
import { readRoster } from "./rosters.js";
import { Tokens } from "./tokens.js";

const PAGES = [
  ["camera", "Camera", "camera"],
  ["desk", "Desk", "desk"],
  ["watch", "Watch", "watch"],
  ["overlay", "Overlay", "watch"],
];
const ADMIN = "courtside.admin";

const tokens = new Tokens(localStorage);
const form = byId("create");
let sets = []; // the rule sets that the server knows

function drawGames() {
  const games = Object.entries(tokens.all()).sort(([, a], [, b]) => (b.at ?? 0) - (a.at ?? 0));
  show(byId("none"), games.length === 0);
  byId("games").replaceChildren(...games.map(([id, game]) => gameCard(id, game)));
}

function gameCard(id, { title, links: given = {}, tokens: held }) {
  const links = PAGES.filter(([, , role]) => held[role]).map(([page, word, role]) => {
    // The server knows the address that phones can reach; else the one of this page.
    const path = `/${page}/${encodeURIComponent(id)}`;
    const address = given[page] ?? `${location.origin}${path}?token=${encodeURIComponent(held[role])}`;
    // The browser holds the token already: the plain address opens it.
    return el("div", { class: "link" },
      el("a", { class: "button", href: path, text: word }),
      el("button", {
        type: "button", text: "Share", "aria-label": `Share the ${word.toLowerCase()} link`,
        on: { click: (event) => share(`Courtside: ${word}`, address, event.currentTarget) },
      }));
  });
  const forget = el("button", {
    type: "button", class: "plain small", text: "Forget",
    "aria-label": `Forget ${title || id} on this device`,
    on: { click: () => { tokens.forget(id); drawGames(); } },
  });
  return el("article", { class: "card game", "aria-label": title || id },
    el("div", { class: "row spread" }, el("span", { class: "name", text: title || id }), forget),
    el("div", { class: "links" }, ...links));
}

async function share(title, url, button) {
  try {
    if (navigator.share) await navigator.share({ title, url });
    else await copy(url);
    setText(button, "Done");
  } catch {
    return; // the person closed the sheet
  }
  setTimeout(() => setText(button, "Share"), 2_000);
}

/** The clipboard is for https pages only; a field to copy from works everywhere. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  prompt("Copy this link", text);
}

async function offerRules() {
  try {
    sets = (await new Api(null).get("/api/v1/rules")).rules;
  } catch {
    return; // making the game will say what is wrong
  }
  byId("rules").replaceChildren(...sets.map(({ name, title }) => el("option", { value: name, text: title })));
  showRules();
}

/** The values of the chosen set, to be changed. */
function showRules() {
  const rules = sets.find((one) => one.name === byId("rules").value);
  if (!rules) return;
  for (const [name, value] of Object.entries(valuesOf(rules))) form.elements[name].value = value;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const rules = sets.find((one) => one.name === data.get("rules"));
  const body = { rules: rules ? rulesBody(rules, Object.fromEntries(data)) : String(data.get("rules")) };
  for (const team of ["home", "away"]) {
    const { players, wrong } = readRoster(String(data.get(`${team}-players`)));
    if (wrong.length) {
      return notice(`Not a number and a name, or the same number twice: ${wrong.join("; ")}`);
    }
    const fallback = team === "home" ? "Home" : "Away";
    body[team] = { name: String(data.get(`${team}-name`)).trim() || fallback, players };
  }
  byId("make").disabled = true;
  try {
    const admin = String(data.get("admin")).trim() || sessionStorage.getItem(ADMIN);
    const made = await new Api(admin || null).post("/api/v1/games", body);
    if (admin) sessionStorage.setItem(ADMIN, admin);
    tokens.keep(made.game_id, made.tokens, {
      title: `${body.home.name} – ${body.away.name}`, links: made.links ?? {}, at: Date.now(),
    });
    notice("");
    form.reset();
    showRules();
    byId("rules").addEventListener("change", showRules);
drawGames();
offerRules();
    byId("games").scrollIntoView({ block: "start", behavior: "smooth" });
  } catch (error) {
    const needsAdmin = error instanceof Refused && [401, 403].includes(error.status);
    if (needsAdmin) {
      sessionStorage.removeItem(ADMIN);
      show(byId("admin"), true);
      form.elements.admin.focus();
    }
    notice(needsAdmin
      ? "This server lets only its organiser make games. Write the admin token."
      : inWords(error));
  } finally {
    byId("make").disabled = false;
  }
});

function notice(text) {
  setText(byId("notice"), text);
  show(byId("notice"), Boolean(text));
  if (text) byId("notice").scrollIntoView({ block: "nearest" });
}

byId("rules").addEventListener("change", showRules);
drawGames();
offerRules();
