/* One search over everything in the page: principals, workloads, resources, actions, paths and findings. */

const SUGGESTED = 8;

let actionIndex = null;

/** Every action that a path or a log names, with the numbers of the paths that end with it. */
const actions = () => {
  if (actionIndex !== null) return actionIndex;
  actionIndex = new Map();
  const known = (action) => {
    if (!actionIndex.has(action)) actionIndex.set(action, []);
    return actionIndex.get(action);
  };
  for (const path of tables.paths.numbers()) for (const action of tables.paths.value("actions", path)) known(action).push(path);
  for (const use of tables.uses.numbers()) known(tables.uses.value("action", use));
  return actionIndex;
};

const showExplore = (query) => {
  const body = el("div", { class: "results explore" });
  let current = query;
  const draw = () => redraw(body, exploreResults(current.get("q") ?? ""));
  const change = (changes) => {
    current = changedQuery(current, changes);
    replaceAddress("explore", current);
    draw();
  };
  draw();
  return [
    viewHead("Explore", "Find a principal, workload, resource or action, and ask what it can reach or who can reach it."),
    el("div", { class: "filters", role: "search", "aria-label": "Everything" }, searchField("Search everything", "Name, ARN, account, action such as s3:GetObject …", query.get("q") ?? "", (value) => change({ q: value }))),
    body,
  ];
};

const EXPLORED = [
  { view: "identities", group: "identity", title: "Identities" },
  { view: "workloads", group: "workload", title: "Workloads" },
  { view: "resources", group: "resource", title: "Resources" },
];

const exploreResults = (text) => {
  const sections = EXPLORED.map((explored) => entitySection(explored, text));
  const others = text.trim() === "" ? [] : [pathSection(text), findingSection(text)];
  const found = [...sections, actionSection(text), ...others].filter((section) => section !== null);
  const total = found.reduce((sum, { number }) => sum + number, 0);
  say(text.trim() === "" ? "" : `${count(total, "match", "matches")}: ${found.map(({ title, number }) => `${number} ${title.toLowerCase()}`).join(", ")}`);
  if (found.length === 0) return [emptyNote("Nothing in this page matches.", el("p", { class: "muted" }, "The page holds what the scan collected and evaluated; the coverage view says what it did not see."))];
  return found.map(({ node }) => node);
};

const exploreSection = (title, number, lines, all) => ({
  title,
  number,
  node: el("section", { class: "panel" }, el("h2", {}, `${title} `, el("span", { class: "number muted" }, number.toLocaleString("en"))), el("ul", { class: "block", "data-list": title.toLowerCase() }, lines.map((line) => el("li", {}, line))), number > lines.length && all ? el("p", { class: "more" }, el("a", { href: all }, `All ${number.toLocaleString("en")}`)) : null),
});

const entitySection = ({ view, group, title }, text) => {
  const numbers = entityNumbers(group, new URLSearchParams({ q: text }));
  if (numbers.length === 0) return null;
  const rows = sortedEntities(numbers, entityColumns(group), group, "").slice(0, SUGGESTED);
  return exploreSection(title, numbers.length, rows.map((row) => entityHit(row)), `#/${view}?q=${encodeURIComponent(text)}`);
};

const entityHit = (row) => {
  const reach = row.group === "resource" ? (row.reached_by > 0 ? `reached by ${row.reached_by.toLocaleString("en")}` : "") : row.reaches > 0 ? `reaches ${row.reaches.toLocaleString("en")}` : "";
  return el("span", { class: "hit" }, entityLine(row.number), reach ? el("span", { class: "muted number" }, reach) : null);
};

const actionSection = (text) => {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = [...actions()].filter(([action]) => words.every((word) => action.toLowerCase().includes(word)));
  if (found.length === 0) return null;
  found.sort((a, b) => b[1].length - a[1].length || byText(a[0], b[0]));
  const line = ([action, paths]) => el("span", { class: "hit" }, el("a", { href: `#/actions/${encodeURIComponent(action)}` }, el("code", {}, shown(action))), el("span", { class: "muted number" }, count(paths.length, "path")));
  return exploreSection("Actions", found.length, found.slice(0, words.length === 0 ? SUGGESTED : 40).map(line), null);
};

const pathSection = (text) => {
  const { numbers } = matchingPaths(new URLSearchParams({ q: text, blocked: "shown" }));
  if (numbers.length === 0) return null;
  const line = (number) => {
    const path = tables.paths.row(number);
    return el("span", { class: "hit" }, el("a", { href: `#/paths/${path.id}` }, prose(sentence(path))), stateMark(path.state));
  };
  return exploreSection("Paths", numbers.length, numbers.slice(0, SUGGESTED).map(line), `#/paths?blocked=shown&q=${encodeURIComponent(text)}`);
};

const findingSection = (text) => {
  const matching = findingMatches(new URLSearchParams({ q: text }));
  if (matching.length === 0) return null;
  const line = (finding) => el("span", { class: "hit" }, el("a", { href: `#/findings/${finding.id}` }, name(finding.title)), severityMark(finding.severity));
  return exploreSection("Findings", matching.length, matching.slice(0, SUGGESTED).map(line), `#/findings?q=${encodeURIComponent(text)}`);
};
