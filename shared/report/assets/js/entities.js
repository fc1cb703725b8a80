/* Tables of identities, workloads and resources, and the page of one of them. */

const ENTITIES_A_PAGE = 100;
const PATHS_OF_AN_ENTITY = 25;

const entityViews = {
  identities: { title: "Identities", group: "identity", lead: "Principals that policies speak of, by what they reach over paths that are not blocked." },
  workloads: { title: "Workloads", group: "workload", lead: "What runs code under a role, by what it reaches." },
  resources: { title: "Resources", group: "resource", lead: "What can be reached, by how many workloads reach it." },
};

const numberColumn = (key, label) => ({ key, label, of: (row) => row[key], numeric: true });

const entityColumns = (group) => {
  const shared = [
    { key: "name", label: "Name", of: (row) => row.name.toLowerCase(), cell: (row) => el("th", { scope: "row" }, entityName(row)) },
    { key: "account", label: "Account", of: (row) => place(row).toLowerCase(), cell: (row) => el("td", { class: "account" }, name(row.account_name ?? row.account ?? ""), row.account_name ? el("span", { class: "hint" }, row.account) : null) },
    { key: "kind", label: "Kind", of: (row) => row.kind },
  ];
  const reach =
    group === "resource"
      ? [{ key: "sensitivity", label: "Sensitivity", of: (row) => row.sensitivity, cell: (row) => el("td", {}, row.sensitivity === "unknown" ? el("span", { class: "muted" }, "unknown") : chip(row.sensitivity, "sensitivity")) }, numberColumn("reached_by", "Reached by")]
      : [numberColumn("reaches", "Reaches"), numberColumn("reaches_restricted", "Restricted"), ...(group === "identity" ? [numberColumn("reached_by", "Workloads")] : [])];
  return [...shared, ...reach, numberColumn("allowed", "Allowed"), numberColumn("conditional", "Conditional"), numberColumn("blocked", "Blocked")];
};

const entityName = (row) => el("span", { class: "entity-line" }, icon(row.icon, row.kind), el("a", { href: entityLink(row.number), title: row.id }, name(row.name)));

const firstOrder = { identity: ["reaches_restricted", "reaches"], workload: ["reaches_restricted", "reaches"], resource: ["reached_by", "allowed"] };

const entityNumbers = (group, query) => {
  const found = searching(query.get("q") ?? "", entitiesWith);
  return tables.entities.numbers().filter((number) => tables.entities.value("group", number) === group && found(number));
};

const sortedEntities = (numbers, columns, group, sort) => {
  const descending = !sort.startsWith("-");
  const chosen = columns.find(({ key }) => key === sort.replace(/^-/u, ""));
  const keys = chosen ? [(row) => chosen.of(row)] : firstOrder[group].map((key) => (row) => row[key]);
  const sign = chosen && !chosen.numeric ? (descending ? 1 : -1) : descending ? -1 : 1;
  return numbers
    .map((number) => entity(number))
    .sort((a, b) => keys.reduce((order, key) => order || sign * byText(key(a), key(b)), 0) || byText(a.name, b.name) || a.number - b.number);
};

const showEntities = (view, query) => {
  const { title, group, lead } = entityViews[view];
  const body = el("div", { class: "results" });
  let current = query;
  const change = (changes) => {
    current = changedQuery(current, { page: "", ...changes });
    replaceAddress(view, current);
    draw();
  };
  const draw = () => redraw(body, entityResults(group, current, change));
  draw();
  return [viewHead(title, lead), el("div", { class: "filters", role: "search" }, searchField("Search", "Name, ARN, account, kind …", query.get("q") ?? "", (value) => change({ q: value }))), body];
};

const entityResults = (group, query, change) => {
  const columns = entityColumns(group);
  const sort = query.get("sort") ?? "";
  const rows = sortedEntities(entityNumbers(group, query), columns, group, sort);
  const pages = Math.ceil(rows.length / ENTITIES_A_PAGE);
  const page = Math.min(Number(query.get("page") ?? 0) || 0, Math.max(0, pages - 1));
  say(count(rows.length, "row"));
  if (rows.length === 0) return [emptyNote(query.get("q") ? "Nothing matches." : "Nothing of this kind was collected.")];
  return [
    el("div", { class: "list-head" }, el("p", {}, el("strong", {}, rows.length.toLocaleString("en")), query.get("q") ? " that match" : " in all")),
    el("div", { class: "table-frame" }, el("table", { "data-list": "entities" }, entityHead(columns, group, sort, change), el("tbody", {}, rows.slice(page * ENTITIES_A_PAGE, (page + 1) * ENTITIES_A_PAGE).map((row) => el("tr", {}, columns.map((column) => entityCell(column, row))))))),
    pager(page, pages, (to) => change({ page: String(to) })) ?? "",
  ];
};

const entityHead = (columns, group, sort, change) => {
  const current = sort.replace(/^-/u, "") || firstOrder[group][0];
  const head = ({ key, label, numeric }) => {
    const isCurrent = key === current;
    const isReversed = sort === `-${key}`;
    const direction = Boolean(numeric) !== isReversed ? "descending" : "ascending";
    return el("th", { scope: "col", class: numeric ? "count" : null, "aria-sort": isCurrent ? direction : null }, el("button", { type: "button", class: "sort", "data-keep": key, onclick: () => change({ sort: isCurrent && !isReversed ? `-${key}` : key }) }, label));
  };
  return el("thead", {}, el("tr", {}, columns.map(head)));
};

const entityCell = ({ key, cell, numeric }, row) => {
  if (cell) return cell(row);
  return numeric ? el("td", { class: row[key] === 0 ? "count zero" : "count" }, row[key].toLocaleString("en")) : el("td", {}, row[key]);
};

const showEntity = (id) => {
  const number = tables.entities.find("id", id);
  if (number < 0) return [viewHead("Not found"), emptyNote("Nothing of this id is in this report.")];
  const row = entity(number);
  const through = tables.paths.numbers().filter((path) => pathEntities(path).has(number));
  return [
    el("div", { class: "crumbs" }, entityBack(row)),
    viewHead(name(row.name, row.name)),
    entityFacts(row),
    ...entityFindings(number),
    ...entityUses(row),
    entityPaths(row, through),
  ];
};

const entityBack = (row) => {
  const view = Object.keys(entityViews).find((key) => entityViews[key].group === row.group) ?? "paths";
  return el("a", { href: listAddress(view) }, icon("back"), `All ${entityViews[view]?.title.toLowerCase() ?? "paths"}`);
};

const RESOLUTIONS = { collected: "described by AWS in this capture", referenced: "only named by others; nothing describes it", external: "outside the organization" };

const entityFacts = (row) =>
  facts([
    ["Kind", el("span", { class: "entity-line" }, icon(row.icon), row.kind)],
    ["Account", row.account ? name(place(row)) : ""],
    ["Region", row.region ?? ""],
    ["Id", [el("code", { title: row.id }, shown(row.id)), copyButton(row.id, "the id")]],
    ["Sensitivity", row.group === "resource" ? [row.sensitivity, row.sensitivity_rule ? el("span", { class: "hint" }, name(row.sensitivity_rule)) : null] : ""],
    ["Reaches", row.reaches > 0 ? `${count(row.reaches, "resource")}, ${row.reaches_restricted} restricted` : ""],
    ["Reached by", row.reached_by > 0 ? count(row.reached_by, "workload") : ""],
    ["Known as", row.resolution === null ? "named on a path; not in the graph" : RESOLUTIONS[row.resolution]],
  ]);

const entityFindings = (number) => {
  const about = tables.findings.numbers().filter((finding) => tables.findings.value("subjects", finding).includes(number));
  if (about.length === 0) return [];
  return [el("section", { class: "block" }, el("h2", {}, "Findings about it"), el("ol", { class: "finding-list" }, about.map((finding) => el("li", {}, findingCard(tables.findings.row(finding), false)))))];
};

const entityUses = (row) => {
  const uses = tables.uses.numbers().filter((use) => tables.uses.value("principal", use) === row.id);
  if (uses.length === 0) return [];
  const line = (use) =>
    el("tr", {}, el("td", { class: "text" }, el("code", {}, shown(use.action))), el("td", { class: "text" }, el("code", { title: use.resource }, shown(use.resource))), el("td", { class: "count" }, use.count.toLocaleString("en")), el("td", { class: use.errors === 0 ? "count zero" : "count" }, use.errors.toLocaleString("en")), el("td", { class: "when" }, time(use.first)), el("td", { class: "when" }, time(use.last)));
  const head = ["Action", "Resource", "Calls", "Failed", "First", "Last"].map((label) => el("th", { scope: "col", class: label === "Calls" || label === "Failed" ? "count" : null }, label));
  return [el("section", { class: "block" }, el("h2", {}, "What it was seen to do"), el("div", { class: "table-frame" }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, uses.slice(0, 200).map((use) => line(tables.uses.row(use)))))))];
};

const entityPaths = (row, through) => {
  if (through.length === 0) return emptyNote("It stands on no path in this report.");
  const all = through.length > PATHS_OF_AN_ENTITY ? el("p", {}, el("a", { href: `#/paths?blocked=shown&through=${encodeURIComponent(row.id)}` }, `All ${count(through.length, "path")}`)) : null;
  return el("section", { class: "block" }, el("h2", {}, "Paths through it"), el("ol", { class: "path-list" }, through.slice(0, PATHS_OF_AN_ENTITY).map((path) => pathRow(tables.paths.row(path)))), all);
};

