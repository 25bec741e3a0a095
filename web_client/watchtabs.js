// Tabs: one panel at a time; arrow keys step, as people who listen expect.

/**
 * @param {Element} list with buttons of role "tab", each with `aria-controls`
 * @param {(name: string) => void} onChoose is told the id of the panel that is shown
 * @returns {{choose: (name: string) => void, chosen: () => string}}
 */
export function tabs(list, onChoose) {
  const buttons = [...list.querySelectorAll('[role="tab"]')];
  const panel = (button) => button.getAttribute("aria-controls");
  let now = "";

  function choose(name) {
    if (name === now) return;
    now = name;
    for (const button of buttons) {
      const chosen = panel(button) === name;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      document.getElementById(panel(button)).dataset.chosen = String(chosen);
    }
    onChoose(name);
  }

  for (const button of buttons) button.addEventListener("click", () => choose(panel(button)));
  list.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const seen = buttons.filter((button) => button.checkVisibility());
    const at = seen.findIndex((button) => panel(button) === now);
    const next = seen[(at + step + seen.length) % seen.length];
    next.focus();
    choose(panel(next));
  });
  return { choose, chosen: () => now };
}
