/* Elements. Text from the data reaches the page only as text nodes and attribute values, never as markup. */

/* Control, invisible and direction-changing characters: shown as what they are, so that no name looks like another. */
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

const undisguised = (text) => text.replace(DECEPTIVE, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/* Attributes that are read by people. */
const SPOKEN = ["title", "aria-label"];

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick" || name === "oninput" || name === "onchange" || name === "ontoggle") {
      node.addEventListener(name.slice(2), value);
    } else {
      const text = value === true ? "" : String(value);
      node.setAttribute(name, SPOKEN.includes(name) ? undisguised(text) : text);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
};

const SVG = "http://www.w3.org/2000/svg";

const icon = (name, label) => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
};

/* More than any AWS name, and any sentence about one, holds: only hostile ones are cut on screen. `title` and copies keep all of it. */
const NAME_CHARS = 300;
const PROSE_CHARS = 4000;

const shown = (text, limit = NAME_CHARS) => {
  const visible = undisguised(text);
  return visible.length > limit ? `${[...visible].slice(0, limit).join("")}…` : visible;
};

/** Text of the data, kept apart from the direction of the text around it. */
const name = (text, title) => el("bdi", { title }, shown(text));

/* Where a name may go on in the next line without a word being torn: between words that are joined by case or by a sign. */
const SEAM = /(?<=[a-z0-9])(?=[A-Z])|(?<=[_:.@])/u;

/** A name that breaks at its seams where the room is small. */
const seamed = (text) => el("bdi", {}, shown(text).split(SEAM).flatMap((part, place) => (place === 0 ? [part] : [el("wbr"), part])));

const prose = (text) => el("bdi", {}, shown(text, PROSE_CHARS));

/** Replaces what a container holds; whatever had the focus keeps it, by its `data-keep`. */
const redraw = (container, children) => {
  const kept = container.contains(document.activeElement) ? document.activeElement.dataset.keep : undefined;
  container.replaceChildren(...children);
  if (kept !== undefined) container.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
};

const say = (message) => {
  document.getElementById("status").textContent = message;
};

const copyButton = (text, what, label) => {
  const button = el("button", { type: "button", class: label ? "copy" : "copy bare", title: `Copy ${what}` }, icon("copy"));
  if (label) button.append(label);
  else button.append(el("span", { class: "visually-hidden" }, `Copy ${what}`));
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const copied = await copy(text);
    button.replaceChild(icon(copied ? "check" : "copy"), button.firstChild);
    say(copied ? `Copied ${what}` : `This browser does not let the page copy ${what}`);
    setTimeout(() => button.replaceChild(icon("copy"), button.firstChild), 1500);
  });
  return button;
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
};

/* Pages opened from a file have no clipboard interface in some browsers. */
const copyBySelection = (text) => {
  const field = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
};

const command = (text) => el("div", { class: "command" }, el("pre", {}, text), copyButton(text, "the command"));

const chip = (text, kind) => el("span", { class: `chip ${kind}-${text.replaceAll(" ", "-")}` }, text);

const stateMark = (state) => el("span", { class: `state state-${state}` }, icon(state), state);

const severityMark = (severity) => el("span", { class: `severity severity-${severity}` }, severity);

const emptyNote = (text, ...more) => el("div", { class: "empty" }, el("p", {}, text), ...more);

const viewHead = (title, ...lines) =>
  el("div", { class: "view-head" }, el("h1", {}, title), ...lines.map((line) => el("p", {}, line)));

/** A table in a frame that scrolls sideways where it has to, with the keyboard too. */
const tableFrame = (label, table) => el("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": label }, table);

const entityLink = (number) => `#/entities/${encodeURIComponent(tables.entities.value("id", number))}`;

const entityLine = (number) => {
  const row = entity(number);
  return el(
    "span",
    { class: "entity-line" },
    icon(row.icon, row.kind),
    el("a", { href: entityLink(number), title: row.id }, name(row.name)),
    row.account ? el("span", { class: "muted" }, name(place(row))) : null,
  );
};

const facts = (entries) =>
  el(
    "dl",
    { class: "facts" },
    entries.filter(([, value]) => value !== null && value !== "").map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))),
  );

const caveatList = (caveats) => el("ul", { class: "caveats" }, caveats.map((caveat) => el("li", {}, caveat)));

/* Options are told apart by their place: their values are as hostile as names, and an attribute would hold them as they are. */
const select = (label, known, value, onchange) => {
  // An address may ask for what nothing here has: the field says so rather than nothing.
  const options = known.some(([key]) => key === value) ? known : [...known, [value, `${shown(value)} (nothing here)`]];
  const field = el("select", { class: value ? "active" : null }, options.map(([, text], place) => el("option", { value: String(place) }, text)));
  field.selectedIndex = options.findIndex(([key]) => key === value);
  field.addEventListener("change", () => onchange(options[field.selectedIndex]?.[0] ?? ""));
  return el("label", { class: "field" }, el("span", {}, label), field);
};

const searchField = (label, placeholder, value, oninput) => {
  const field = el("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder, "data-search": true });
  field.value = value;
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => oninput(field.value), 120);
  });
  return el("label", { class: "field grow" }, el("span", {}, label), field);
};

/** Previous and next over pages of a list; nothing when all fits on one. */
const pager = (page, pages, go) => {
  if (pages <= 1) return null;
  const step = (text, to) => el("button", { type: "button", class: "button", "data-keep": text, disabled: to < 0 || to >= pages, onclick: () => go(to) }, text);
  return el(
    "div",
    { class: "pager", role: "group", "aria-label": "Pages" },
    step("Previous", page - 1),
    el("span", { class: "number" }, `Page ${(page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`),
    step("Next", page + 1),
  );
};

