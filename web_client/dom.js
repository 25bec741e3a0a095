// Small helpers for the document. Text only ever goes in as text.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * Make an element. `class`, `text`, `on: {event: handler}`, `data: {...}` are special, null and
 * false leave an attribute out, everything else is an attribute.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** The namespace of drawings, as the browser's own parser has it. */
const drawings = () => new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;

/** Make an element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(drawings(), tag);
  for (const [name, value] of Object.entries(attributes)) {
    if ((value ?? null) !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Set a node's text only when it differs (keeps screen readers and layout quiet). */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/**
 * Make a node's children follow a list. A child is kept while its item stays the same, so
 * focus and presses survive an update of their neighbours; one that is made anew gives the focus
 * to what has the same `data-focus`.
 * @param {Element} parent
 * @param {any[]} items
 * @param {(item: any) => string} key
 * @param {(item: any) => Element} make
 */
export function follow(parent, items, key, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const nodes = items.map((item) => {
    const name = String(key(item));
    const mark = JSON.stringify(item);
    const kept = old.get(name);
    if (kept && kept.courtsideMark === mark) return kept;
    const node = make(item);
    node.dataset.key = name;
    node.courtsideMark = mark;
    if (kept?.contains(document.activeElement)) {
      const { focus } = document.activeElement.dataset;
      queueMicrotask(() => focusInside(node, focus));
    }
    return node;
  });
  // Moving a node would take the focus from it: only step, insert and remove.
  let cursor = parent.firstElementChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  while (cursor) {
    const gone = cursor;
    cursor = cursor.nextElementSibling;
    gone.remove();
  }
}

/** @param {string|undefined} name the `data-focus` of what had the focus before */
function focusInside(node, name) {
  const wanted = "button, a, input, select";
  const again = name && node.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  const target = again || (node.matches(wanted) ? node : node.querySelector(wanted));
  target?.focus({ preventScroll: true });
}

/** Show or hide without losing the node. */
export function show(node, visible) {
  if (node) node.hidden = !visible;
}

/** Show a dialog and wait for the word of the button that closed it ("" when cancelled). */
export function answered(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
