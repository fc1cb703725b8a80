/* The page of one action: who can do it to what, and which statements name it. */

const STATEMENTS_OF_AN_ACTION = 50;
const PATHS_OF_AN_ACTION = 25;

/** Whether a pattern with `*` and `?` matches a text, in time proportional to both lengths: patterns are as hostile as names. */
const patternMatches = (pattern, text) => {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] !== "*" && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (pattern[p] === "*") {
      star = p;
      mark = t;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else {
      return false;
    }
  }
  return [...pattern.slice(p)].every((c) => c === "*");
};

const asList = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((item) => typeof item === "string");

const statementNames = (statement, action) => {
  const wanted = action.toLowerCase();
  const parsed = JSON.parse(statement);
  return parsed !== null && typeof parsed === "object" && asList(parsed.Action).some((pattern) => patternMatches(pattern.toLowerCase(), wanted));
};

const statementsNaming = (action) => {
  const holders = new Map();
  for (const grant of tables.grants.numbers()) {
    const statement = tables.grants.value("statement", grant);
    holders.set(statement, [...(holders.get(statement) ?? []), tables.grants.value("holder", grant)]);
  }
  return [...holders].filter(([statement]) => {
    const json = tables.statements.value("json", statement);
    return json !== null && statementNames(json, action);
  });
};

const showAction = (action) => {
  const paths = actions().get(action) ?? [];
  const open = paths.filter((path) => !isBlocked(path));
  return [
    el("div", { class: "crumbs" }, el("a", { href: listAddress("explore") }, icon("back"), "Explore")),
    viewHead(el("code", {}, shown(action)), `${count(open.length, "path")} not blocked ${open.length === 1 ? "ends" : "end"} with this action, of ${count(paths.length, "path")}.`),
    actionPaths(action, paths),
    actionAsk(action, paths),
    ...actionStatements(action),
    ...actionUses(action),
  ];
};

const actionPaths = (action, paths) => {
  if (paths.length === 0) return emptyNote("No path in this page ends with this action.");
  const all = paths.length > PATHS_OF_AN_ACTION ? el("p", {}, el("a", { href: `#/paths?blocked=shown&action=${encodeURIComponent(action)}` }, `All ${count(paths.length, "path")}`)) : null;
  return el("section", { class: "block" }, el("h2", {}, "Who can do it to what"), el("ol", { class: "path-list" }, paths.slice(0, PATHS_OF_AN_ACTION).map((path) => pathRow(tables.paths.row(path)))), all);
};

const actionAsk = (action, paths) => {
  const scope = paths.length > 0 ? tables.paths.value("scope", paths[0]) : "RESOURCE-ARN";
  const offered = deceives(action) || deceives(scope) ? el("p", { class: "muted" }, "Its name holds characters that could deceive a reader.") : command(`sv0 who-can ${shellWord(action)} ${shellWord(scope)} --via-assume-role`);
  return el("section", { class: "block" }, el("h2", {}, "Ask exactly"), el("p", { class: "muted" }, EMBEDDED), offered);
};

const actionStatements = (action) => {
  const naming = statementsNaming(action);
  if (naming.length === 0) return [];
  const line = ([statement, holders]) => el("li", {}, el("div", { class: "holders" }, holders.slice(0, 5).map(entityLine), holders.length > 5 ? el("span", { class: "muted" }, `and ${holders.length - 5} more`) : null), statementCard(statement, false));
  const rest = naming.length > STATEMENTS_OF_AN_ACTION ? el("p", { class: "muted" }, `The first ${STATEMENTS_OF_AN_ACTION} of ${naming.length.toLocaleString("en")}.`) : null;
  return [el("section", { class: "block" }, el("h2", {}, `Statements whose Action matches it (${naming.length.toLocaleString("en")})`), el("p", { class: "muted" }, "As they are written; NotAction is not looked at, and no other layer is."), el("ul", { class: "block" }, naming.slice(0, STATEMENTS_OF_AN_ACTION).map(line)), rest)];
};

const actionUses = (action) => {
  const uses = tables.uses.numbers().filter((use) => tables.uses.value("action", use) === action).slice(0, STATEMENTS_OF_AN_ACTION).map((use) => tables.uses.row(use));
  if (uses.length === 0) return [];
  const line = (use) => el("tr", {}, el("td", { class: "text" }, principalLink(use.principal)), el("td", { class: "text" }, el("code", { title: use.resource }, shown(use.resource))), el("td", { class: "count" }, use.count.toLocaleString("en")), el("td", { class: use.errors === 0 ? "count zero" : "count" }, use.errors.toLocaleString("en")), el("td", { class: "when" }, time(use.last)));
  const head = ["Principal", "Resource", "Calls", "Failed", "Last"].map((label) => el("th", { scope: "col", class: label === "Calls" || label === "Failed" ? "count" : null }, label));
  return [el("section", { class: "block" }, el("h2", {}, "Who was seen to do it"), tableFrame("Who was seen to do it", el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, uses.map(line)))))];
};

const principalLink = (id) => {
  const number = tables.entities.find("id", id);
  return number < 0 ? el("code", { title: id }, shown(id)) : entityLine(number);
};
