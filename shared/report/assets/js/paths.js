/* The list of paths, with search, filters and pages. The filters live in the address, so that a link keeps them. */

const PATHS_A_PAGE = 50;

const pathFilters = [
  { key: "state", label: "State", any: "Any state", of: (n) => tables.paths.value("state", n) },
  { key: "account", label: "Account", any: "Any account" },
  { key: "sensitivity", label: "Sensitivity", any: "Any sensitivity", of: (n) => tables.paths.value("sensitivity", n) },
  { key: "kind", label: "Resource", any: "Any kind", of: (n) => tables.entities.value("kind", tables.paths.value("resource", n)) },
  { key: "class", label: "Action", any: "Any action", of: (n) => tables.paths.value("class", n) },
  { key: "seen", label: "Use", any: "Used or not", of: (n) => tables.observations.value("status", tables.paths.value("observation", n)) },
];

/** Accounts of all entities on a path. */
const pathAccounts = (number) => {
  const accounts = new Set();
  for (const hop of tables.paths.value("hops", number)) {
    accounts.add(tables.entities.value("account", tables.hops.value("from", hop)));
    accounts.add(tables.entities.value("account", tables.hops.value("to", hop)));
  }
  return accounts;
};

const pathOrders = {
  danger: { label: "Danger", by: null },
  workload: { label: "Workload", by: (n) => entity(tables.paths.value("workload", n)).name },
  resource: { label: "Resource", by: (n) => entity(tables.paths.value("resource", n)).name },
  used: { label: "Last use", by: (n) => lastUse(n), descending: true },
  depth: { label: "Length of chain", by: (n) => tables.paths.value("depth", n), descending: true },
};

const lastUse = (number) => {
  const { status, last } = tables.observations.row(tables.paths.value("observation", number));
  return status === "observed" ? last : "";
};

const sortedPaths = (numbers, order) => {
  const { by, descending } = pathOrders[order] ?? pathOrders.danger;
  if (by === null) return numbers;
  const keyed = numbers.map((number) => [by(number), number]);
  const sign = descending ? -1 : 1;
  keyed.sort(([a, i], [b, j]) => sign * byText(a, b) || i - j);
  return keyed.map(([, number]) => number);
};

const isBlocked = (number) => tables.paths.value("state", number) === "blocked";

/** Numbers of the paths that match; `blocked` counts those left out only because they are blocked. */
const matchingPaths = (query) => {
  const found = searching(query.get("q") ?? "", pathsWith);
  const entityWanted = query.has("through") ? tables.entities.find("id", query.get("through")) : null;
  const wanted = pathFilters.filter(({ key }) => query.get(key));
  const matches = (number) =>
    found(number) &&
    (entityWanted === null || pathEntities(number).has(entityWanted)) &&
    wanted.every(({ key, of }) => (key === "account" ? pathAccounts(number).has(query.get(key)) : of(number) === query.get(key)));
  const all = tables.paths.numbers().filter(matches);
  if (query.get("state") || query.get("blocked") === "shown") return { numbers: all, blocked: 0 };
  const numbers = all.filter((number) => !isBlocked(number));
  return { numbers, blocked: all.length - numbers.length };
};

const pathEntities = (number) => {
  const on = new Set();
  for (const hop of tables.paths.value("hops", number)) {
    on.add(tables.hops.value("from", hop));
    on.add(tables.hops.value("to", hop));
  }
  return on;
};

const filterOptions = ({ key, any, of }) => {
  const numbers = tables.paths.numbers();
  if (key === "account") {
    const accounts = new Map(tables.entities.all().filter((row) => row.allowed + row.conditional + row.blocked > 0 && row.account).map((row) => [row.account, shown(place(row))]));
    return [["", any], ...[...accounts].sort((a, b) => byText(a[1], b[1]))];
  }
  return [["", any], ...distinct(numbers.map(of)).map((value) => [value, value])];
};

let filterOptionCache = null;

/* The width below which the style sheet folds filters away. */
const isWide = () => matchMedia("(min-width: 52.01rem)").matches;

const pathControls = (query, change) => {
  filterOptionCache ??= new Map(pathFilters.map((filter) => [filter.key, filterOptions(filter)]));
  const selects = pathFilters.map(({ key, label }) => select(label, filterOptionCache.get(key), query.get(key) ?? "", (value) => change({ [key]: value })));
  const orders = Object.entries(pathOrders).map(([key, { label }]) => [key === "danger" ? "" : key, label]);
  return el(
    "div",
    { class: "filters", role: "search", "aria-label": "Paths" },
    searchField("Search", "Name, ARN, account, action, Sid, event id …", query.get("q") ?? "", (value) => change({ q: value })),
    el(
      "details",
      { class: "more-filters", open: isWide() || pathFilters.some(({ key }) => query.get(key)) },
      el("summary", {}, "Filters and order"),
      el("div", { class: "selects" }, selects, select("Sort by", orders, query.get("sort") ?? "", (value) => change({ sort: value }))),
    ),
  );
};

const showPaths = (query) => {
  const results = el("div", { class: "results" });
  let current = query;
  const draw = () => redraw(results, pathResults(current, change));
  const change = (changes) => {
    current = changedQuery(current, { page: "", ...changes });
    replaceAddress("paths", current);
    draw();
    results.closest("section")?.querySelectorAll("select").forEach((field) => field.classList.toggle("active", field.value !== ""));
  };
  draw();
  return [
    viewHead("Authority paths", "Each line is a chain from a workload over its roles to a resource. Open one to see what allows, limits and proves every step."),
    pathControls(query, change),
    results,
  ];
};

const pathResults = (query, change) => {
  const { numbers: matching, blocked } = matchingPaths(query);
  const numbers = sortedPaths(matching, query.get("sort") ?? "danger");
  const pages = Math.ceil(numbers.length / PATHS_A_PAGE);
  const page = Math.min(Math.max(0, Number(query.get("page") ?? 0) || 0), Math.max(0, pages - 1));
  const onPage = numbers.slice(page * PATHS_A_PAGE, (page + 1) * PATHS_A_PAGE);
  const filtered = [...query.keys()].some((key) => !["page", "sort", "blocked"].includes(key));
  say(`${count(numbers.length, "path")}`);
  const go = (to) => {
    change({ page: String(to) });
    window.scrollTo({ top: 0 });
  };
  return [
    listHead(query, change, numbers.length, blocked, filtered),
    throughNote(query, change),
    numbers.length === 0 ? emptyPaths(change, filtered, blocked) : el("ol", { class: "path-list", "data-list": "paths" }, onPage.map((number) => pathRow(tables.paths.row(number)))),
    pager(page, pages, go) ?? "",
  ];
};

const CLEARED = { q: "", state: "", account: "", sensitivity: "", kind: "", class: "", seen: "", through: "" };

const clearFilters = (change) =>
  el("button", { type: "button", class: "button", onclick: () => { change(CLEARED); route(); } }, "Clear search and filters");

const listHead = (query, change, number, blocked, filtered) => {
  const areShown = query.get("blocked") === "shown";
  const toggle = query.get("state")
    ? null
    : el(
        "button",
        { type: "button", class: "button", "aria-pressed": String(areShown), "data-keep": "blocked", onclick: () => change({ blocked: areShown ? "" : "shown" }) },
        icon("blocked"),
        areShown ? "Hide blocked paths" : `Show ${count(blocked, "blocked path")}`,
      );
  return el(
    "div",
    { class: "list-head" },
    el("p", {}, el("strong", {}, count(number, "path")), filtered ? ` of ${tables.paths.length.toLocaleString("en")}` : "", blocked > 0 ? `; ${count(blocked, "blocked one")} hidden` : ""),
    el("div", { class: "list-tools" }, filtered ? clearFilters(change) : null, areShown || blocked > 0 ? toggle : null),
  );
};

const throughNote = (query, change) => {
  if (!query.has("through")) return "";
  const number = tables.entities.find("id", query.get("through"));
  return el(
    "p",
    { class: "list-tools" },
    "Only paths through ",
    number < 0 ? name(query.get("through")) : entityLine(number),
    el("button", { type: "button", class: "button quiet", onclick: () => change({ through: "" }) }, "Show all"),
  );
};

const emptyPaths = (change, filtered, blocked) => {
  if (filtered) return emptyNote("No path matches all of this.", clearFilters(change));
  return emptyNote(blocked > 0 ? "Every path found is blocked." : "No path was found in what was collected. The coverage ledger says what was not.");
};

