// Elements made without markup: every text is a text node, whatever it holds.

/** An element: its attributes, `on…` listeners and children. A child that is no node becomes text; null and false are left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else if (key === "checked") element.checked = value;
    else if (key === "key") element.dataset.key = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts other children into an element; what had the focus has it again if it is there still. */
export function fill(element, ...children) {
  const active = document.activeElement;
  const key = element.contains(active) ? active.dataset.key : undefined;
  const range = key && active.selectionStart !== undefined && active.type !== "checkbox" && active.type !== "radio" ? [active.selectionStart, active.selectionEnd] : null;
  element.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  if (!key) return;
  const again = element.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (range && again.setSelectionRange) again.setSelectionRange(...range);
}

export const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);

const said = () => document.getElementById("said");

/** Says something for a while; with `lasting` until it is closed. */
export function say(text, { lasting = false, close = "", actions = [], kind = "note" } = {}) {
  const toast = h("div", { class: `toast ${kind}` }, h("p", { dir: "auto" }, text), ...actions.map(([label, act]) => button(label, () => { toast.remove(); act(); })));
  if (lasting) toast.append(button("×", () => toast.remove(), { "aria-label": close, class: "plain" }));
  else setTimeout(() => toast.remove(), 6000);
  said().append(toast);
  while (said().children.length > 4) said().firstElementChild.remove();
  return toast;
}

/** Calls a function when nothing has come for a while. */
export function later(wait, act) {
  let timer;
  return (...values) => { clearTimeout(timer); timer = setTimeout(() => act(...values), wait); };
}
