/* Addresses, views and the theme. */

const dynamicView = document.getElementById("view-dynamic");
const staticViews = {
  overview: document.getElementById("view-overview"),
  findings: document.getElementById("view-findings"),
  glossary: document.getElementById("view-glossary"),
};
const findingsBody = document.getElementById("findings-body");

/** `#/paths/<id>?state=blocked` as its parts. */
const address = () => {
  const [path, query = ""] = location.hash.replace(/^#\/?/u, "").split("?", 2);
  const [view, ...rest] = path.split("/");
  let id = rest.join("/");
  try {
    id = decodeURIComponent(id);
  } catch {
    id = "";
  }
  return { view: view || "overview", id, query: new URLSearchParams(query) };
};

const changedQuery = (query, changes) => {
  const changed = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value) changed.set(key, value);
    else changed.delete(key);
  }
  return changed;
};

const lastAddress = new Map();

const listAddress = (view) => lastAddress.get(view) ?? `#/${view}`;

const replaceAddress = (view, query) => {
  const text = query.toString();
  const hash = `#/${view}${text ? `?${text}` : ""}`;
  history.replaceState(null, "", hash);
  lastAddress.set(view, hash);
};

const titles = { overview: "Overview", explore: "Explore", actions: "Action", findings: "Findings", paths: "Paths", identities: "Identities", workloads: "Workloads", resources: "Resources", coverage: "Coverage", glossary: "Glossary", entities: "Entity" };
const pageTitle = document.title;

const dynamicContent = ({ view, id, query }) => {
  if (view === "paths") return id ? showPath(id) : showPaths(query);
  if (view === "entities") return showEntity(id);
  if (view === "coverage") return showCoverage(query);
  if (view === "explore") return showExplore(query);
  if (view === "actions") return showAction(id);
  return showEntities(view, query);
};

const DYNAMIC = ["explore", "actions", "paths", "entities", "coverage"];

const isDynamic = (view) => DYNAMIC.includes(view) || Object.hasOwn(entityViews, view);

const navigationOf = ({ view, id }) => {
  if (view === "actions") return "explore";
  if (view !== "entities") return view;
  const number = tables.entities.find("id", id);
  const group = number < 0 ? null : entity(number).group;
  return Object.keys(entityViews).find((key) => entityViews[key].group === group) ?? "paths";
};

let scrollPositions = new Map();
let shownHash = null;

const route = () => {
  const at = address();
  const view = isDynamic(at.view) || Object.hasOwn(staticViews, at.view) ? at.view : "overview";
  if (shownHash !== null) scrollPositions.set(shownHash, window.scrollY);
  for (const [key, section] of Object.entries(staticViews)) section.hidden = key !== view;
  dynamicView.hidden = !isDynamic(view);
  dynamicView.replaceChildren(...(isDynamic(view) ? dynamicContent(at) : []));
  if (view === "findings") findingsBody.replaceChildren(...showFindings(at.id, at.query));
  if (!at.id && isDynamic(view)) lastAddress.set(view, location.hash);
  markNavigation(navigationOf({ ...at, view }));
  document.title = `${titles[view]}: ${pageTitle}`;
  root.dataset.view = at.id ? `${view}/${at.id}` : view;
  settle(at, view);
};

const settle = (at, view) => {
  const isFirst = shownHash === null;
  shownHash = location.hash;
  const target = view === "findings" && at.id ? document.getElementById(`finding-${at.id}`) : null;
  if (target) target.scrollIntoView({ block: "start" });
  else if (!isFirst) window.scrollTo(0, scrollPositions.get(location.hash) ?? 0);
  if (!isFirst) document.getElementById("main").focus({ preventScroll: true });
};

const markNavigation = (view) => {
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.getAttribute("href") === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};

const navigationCounts = () => {
  const ofGroup = (group) => tables.entities.numbers().filter((number) => tables.entities.value("group", number) === group).length;
  const gaps = tables.coverage.all().filter(isGap).length;
  const counts = {
    findings: tables.findings.length,
    paths: tables.paths.numbers().filter((number) => !isBlocked(number)).length,
    identities: ofGroup("identity"),
    workloads: ofGroup("workload"),
    resources: ofGroup("resource"),
    coverage: gaps,
  };
  for (const [view, number] of Object.entries(counts)) {
    const words = view === "coverage" ? `${count(number, "gap")}` : number.toLocaleString("en");
    document.querySelector(`#nav a[href="#/${view}"]`).append(el("span", { class: "number", title: view === "paths" ? "Not blocked" : null }, words));
  }
};

const THEMES = ["light", "dark"];

const remembered = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* Private windows and pages opened from files may keep nothing; the choice then lasts as long as the page. */
  }
};

const currentTheme = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const labelTheme = () => {
  document.getElementById("theme-label").textContent = currentTheme() === "dark" ? "Light" : "Dark";
};

const startTheme = () => {
  const asked = new URLSearchParams(location.search).get("theme") ?? remembered("sv0-report-theme");
  if (THEMES.includes(asked)) root.dataset.theme = asked;
  labelTheme();
  document.getElementById("theme-toggle").addEventListener("click", () => {
    root.dataset.theme = currentTheme() === "dark" ? "light" : "dark";
    remember("sv0-report-theme", root.dataset.theme);
    labelTheme();
  });
};

const focusSearch = (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName)) return;
  const field = document.querySelector("[data-search]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
};

startTheme();
document.getElementById("tools").hidden = false;
document.getElementById("nav").hidden = false;
document.getElementById("print").addEventListener("click", () => window.print());
document.querySelector(".skip-link").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
document.addEventListener("keydown", focusSearch);
window.addEventListener("hashchange", route);
window.addEventListener("beforeprint", unfold);
window.addEventListener("afterprint", foldAgain);
navigationCounts();
route();
root.dataset.ready = "true";
