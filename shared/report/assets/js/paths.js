/* The list of paths, with search, filters and pages. The filters live in the address, so that a link keeps them. */

const PATHS_A_PAGE = 50;

const pathKinds = new Map(tables.path_kinds.all().map((row) => [row.name, row]));

const pathValue = (column) => (n) => tables.paths.value(column, n);

/* `of` gives the one value of a path that a filter compares, `in` whether a wanted value is among several. */
const pathFilters = [
  { key: "kind", label: "Kind of path", any: "Any kind", in: (n, wanted) => tables.paths.value("kinds", n).includes(wanted) },
  { key: "state", label: "State", any: "Any state", of: pathValue("state") },
  { key: "account", label: "Account", any: "Any account", in: (n, wanted) => pathAccounts(n).has(wanted) },
  { key: "environment", label: "Environment", any: "Any environment", of: pathValue("environment") },
  { key: "domain", label: "Data domain", any: "Any domain", of: pathValue("data_domain") },
  { key: "sensitivity", label: "Sensitivity", any: "Any sensitivity", of: pathValue("sensitivity") },
  { key: "seen", label: "Use", any: "Used or not", of: (n) => tables.observations.value("status", tables.paths.value("observation", n)) },
  { key: "class", label: "Can do", any: "Anything", of: pathValue("class") },
  { key: "resource", label: "Resource", any: "Any kind", of: (n) => tables.entities.value("kind", tables.paths.value("resource", n)) },
  { key: "egress", label: "Data goes", any: "Anywhere", of: pathValue("egress") },
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

/** Numbers of the paths that an entity stands on, by its number. */
let pathsByEntity = null;

const pathsThrough = (number) => {
  pathsByEntity ??= indexPaths();
  return pathsByEntity.get(number) ?? [];
};

const indexPaths = () => {
  const index = new Map();
  for (const path of tables.paths.numbers()) {
    for (const on of pathEntities(path)) {
      const known = index.get(on);
      if (known === undefined) index.set(on, [path]);
      else known.push(path);
    }
  }
  return index;
};

const pathEntities = (number) => {
  const on = new Set();
  for (const hop of tables.paths.value("hops", number)) {
    on.add(tables.hops.value("from", hop));
    on.add(tables.hops.value("to", hop));
  }
  return on;
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
  const through = query.has("through") ? new Set(pathsThrough(tables.entities.find("id", query.get("through")))) : null;
  const action = query.get("action");
  const wanted = pathFilters.filter(({ key }) => query.get(key));
  const matches = (number) =>
    found(number) &&
    (through === null || through.has(number)) &&
    (!action || tables.paths.value("actions", number).includes(action)) &&
    wanted.every((filter) => (filter.in ? filter.in(number, query.get(filter.key)) : filter.of(number) === query.get(filter.key)));
  const all = tables.paths.numbers().filter(matches);
  if (query.get("state") || query.get("blocked") === "shown") return { numbers: all, blocked: 0 };
  const numbers = all.filter((number) => !isBlocked(number));
  return { numbers, blocked: all.length - numbers.length };
};

const filterOptions = ({ key, any, of }) => {
  const numbers = tables.paths.numbers();
  if (key === "account") {
    const accounts = new Map(tables.entities.all().filter((row) => row.allowed + row.conditional + row.blocked > 0 && row.account).map((row) => [row.account, shown(place(row))]));
    return [["", any], ...[...accounts].sort((a, b) => byText(a[1], b[1]))];
  }
  if (key === "kind") {
    const here = new Set(numbers.flatMap((number) => tables.paths.value("kinds", number)));
    return [["", any], ...[...pathKinds.values()].filter(({ name }) => here.has(name)).map(({ name, label }) => [name, label])];
  }
  return [["", any], ...distinct(numbers.map(of)).map((value) => [value, shown(value)])];
};

let filterOptionCache = null;

/* The width below which the style sheet folds filters away. */
const isWide = () => matchMedia("(min-width: 52.01rem)").matches;

const pathControls = (query, change) => {
  filterOptionCache ??= new Map(pathFilters.map((filter) => [filter.key, filterOptions(filter)]));
  // A filter that nothing can be told apart by is no filter; one that is set stays, so that it can be taken off.
  const useful = pathFilters.filter(({ key }) => filterOptionCache.get(key).length > 2 || query.get(key));
  const selects = useful.map(({ key, label }) => select(label, filterOptionCache.get(key), query.get(key) ?? "", (value) => change({ [key]: value })));
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
    results.closest("section")?.querySelectorAll("select").forEach((field) => field.classList.toggle("active", field.selectedIndex > 0));
  };
  draw();
  return [
    viewHead("Authority paths", "Each line is a chain from a workload or identity over roles, and whatever else it takes over, to a resource. Open one to see what allows, limits and proves every step."),
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
    kindNote(query),
    throughNote(query, change),
    numbers.length === 0 ? emptyPaths(change, filtered, blocked) : el("ol", { class: "path-list", "data-list": "paths" }, onPage.map((number) => pathRow(tables.paths.row(number)))),
    pager(page, pages, go) ?? "",
  ];
};

const CLEARED = { q: "", through: "", action: "", ...Object.fromEntries(pathFilters.map(({ key }) => [key, ""])) };

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

const kindNote = (query) => {
  const kind = pathKinds.get(query.get("kind"));
  return kind ? el("p", { class: "muted" }, el("strong", {}, `${kind.label}: `), kind.meaning) : "";
};

const throughNote = (query, change) => {
  if (query.get("action")) {
    const clear = el("button", { type: "button", class: "button quiet", onclick: () => change({ action: "" }) }, "Show all");
    return el("p", { class: "list-tools" }, "Only paths that end with ", el("code", {}, shown(query.get("action"))), clear);
  }
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

