// Who is on the court, and players whom nobody knew.

import { answered, byId, el, setText } from "./dom.js";

/**
 * Ask who is on court. @returns {Promise<string[]|null>} the ids, or null when cancelled
 */
export function askLineup(teamName, players) {
  const dialog = byId("lineup-dialog");
  const begun = players.some((player) => player.on_court);
  setText(byId("lineup-title"), `${begun ? "On court" : "Starters"}: ${teamName}`);
  const boxes = players.map(({ id, number, name, on_court }) => {
    const box = el("input", { type: "checkbox", value: id });
    box.checked = Boolean(on_court);
    return el("label", {}, box, el("span", { text: `${number}  ${name ?? ""}`.trim() }));
  });
  byId("lineup-list").replaceChildren(...boxes);
  const chosen = () => [...byId("lineup-list").querySelectorAll(":checked")].map((box) => box.value);
  const count = () => setText(byId("lineup-count"), `${chosen().length} chosen, five play.`);
  byId("lineup-list").onchange = count;
  count();
  return answered(dialog).then((word) => (word === "ok" ? chosen() : null));
}

/**
 * Ask for a shirt number. @param {string} title
 * @returns {Promise<string|null>} the number without "#", or null when cancelled
 */
export async function askNumber(title) {
  const field = byId("player-number");
  field.value = "";
  setText(byId("player-title"), title);
  if ((await answered(byId("player-dialog"))) !== "ok") return null;
  return field.value.trim().replace(/^#/, "") || null;
}
