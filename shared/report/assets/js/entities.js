/* Tables of identities, workloads and resources. */

const ENTITIES_A_PAGE = 100;

const entityViews = {
  identities: { title: "Identities", group: "identity", lead: "Principals that policies speak of, by the danger of what they reach over paths that are not blocked. The overview shows the formula." },
  workloads: { title: "Workloads", group: "workload", lead: "What runs code under a role, by the danger of what it reaches." },
  resources: { title: "Resources", group: "resource", lead: "What can be reached, by how many workloads reach it." },
};

const numberColumn = (key, label) => ({ key, label, of: (row) => row[key], numeric: true });

const entityColumns = (group) => {
  const shared = [
    { key: "name", label: "Name", of: (row) => row.name.toLowerCase(), cell: (row) => el("th", { scope: "row" }, entityName(row), el("span", { class: "hint" }, row.kind)) },
    { key: "account", label: "Account", of: (row) => place(row).toLowerCase(), cell: (row) => el("td", { class: "account" }, name(row.account_name ?? row.account ?? ""), row.account_name ? el("span", { class: "hint" }, row.account) : null) },
  ];
  const reach =
    group === "resource"
      ? [{ key: "sensitivity", label: "Sensitivity", of: (row) => row.sensitivity, cell: (row) => el("td", {}, row.sensitivity === "unknown" ? el("span", { class: "muted" }, "unknown") : chip(row.sensitivity, "sensitivity")) }, numberColumn("reached_by", "Reached by")]
      : [numberColumn("danger", "Danger"), numberColumn("reaches", "Reaches"), numberColumn("reaches_restricted", "Restricted"), ...(group === "identity" ? [numberColumn("reached_by", "Workloads")] : [])];
  return [...shared, ...reach, numberColumn("allowed", "Allowed"), numberColumn("conditional", "Conditional"), numberColumn("blocked", "Blocked")];
};

const entityTitle = (group) => Object.values(entityViews).find((view) => view.group === group).title;

const entityName = (row) => el("span", { class: "entity-line" }, icon(row.icon, row.kind), el("a", { href: entityLink(row.number), title: row.id }, seamed(row.name)));

const firstOrder = { identity: ["danger", "reaches"], workload: ["danger", "reaches"], resource: ["reached_by", "allowed"] };

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
    tableFrame(entityTitle(group), el("table", { "data-list": "entities" }, entityHead(columns, group, sort, change), el("tbody", {}, rows.slice(page * ENTITIES_A_PAGE, (page + 1) * ENTITIES_A_PAGE).map((row) => el("tr", {}, columns.map((column) => entityCell(column, row))))))),
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
