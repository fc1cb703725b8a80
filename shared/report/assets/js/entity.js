/* The page of one workload, identity or resource. */

const PATHS_OF_AN_ENTITY = 25;
const USES_OF_AN_ENTITY = 200;
const GRANTS_OF_AN_ENTITY = 50;

const showEntity = (id) => {
  const number = tables.entities.find("id", id);
  if (number < 0) return [viewHead("Not found"), emptyNote("Nothing of this id is in this report.", askFor(id, null))];
  const row = entity(number);
  const through = pathsThrough(number);
  return [
    el("div", { class: "crumbs" }, entityBack(row)),
    viewHead(name(row.name, row.name)),
    entityFacts(row),
    ...reachSection(number, through),
    ...reachedBySection(number, through),
    asked(row, through),
    ...entityFindings(number),
    ...entityUses(row),
    entityPaths(row, through),
    ...entityGrants(number),
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
    ["Sensitivity", row.group === "resource" ? [row.sensitivity, row.sensitivity_rule ? el("span", { class: "hint" }, "by ", name(row.sensitivity_rule)) : null] : ""],
    ["Environment", ruled(row.environment, row.environment_rule)],
    ["Data domain", ruled(row.data_domain, row.data_domain_rule)],
    ["Who acts", ruled(row.actor, row.actor_rule)],
    ["Danger", row.danger > 0 ? [el("strong", {}, row.danger.toLocaleString("en")), row.escalates ? el("span", { class: "hint" }, "can raise its authority") : null] : ""],
    ["Exposed", row.exposure ?? ""],
    ["Reaches", row.reaches > 0 ? `${count(row.reaches, "resource")}, ${row.reaches_restricted} restricted` : ""],
    ["Reached by", row.reached_by > 0 ? count(row.reached_by, "workload or identity", "workloads and identities") : ""],
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
  return [el("section", { class: "block" }, el("h2", {}, "What it was seen to do"), tableFrame("What it was seen to do", el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, uses.slice(0, USES_OF_AN_ENTITY).map((use) => line(tables.uses.row(use)))))), uses.length > USES_OF_AN_ENTITY ? el("p", { class: "muted" }, `The first ${USES_OF_AN_ENTITY} of ${uses.length.toLocaleString("en")}.`) : null)];
};

const entityPaths = (row, through) => {
  if (through.length === 0) return emptyNote("It stands on no path in this report.");
  const all = through.length > PATHS_OF_AN_ENTITY ? el("p", {}, el("a", { href: `#/paths?blocked=shown&through=${encodeURIComponent(row.id)}` }, `All ${count(through.length, "path")}`)) : null;
  return el("section", { class: "block" }, el("h2", {}, "Paths through it"), el("ol", { class: "path-list" }, through.slice(0, PATHS_OF_AN_ENTITY).map((path) => pathRow(tables.paths.row(path)))), all);
};

const entityGrants = (number) => {
  const held = tables.grants.numbers().filter((grant) => tables.grants.value("holder", grant) === number).map((grant) => tables.grants.value("statement", grant));
  if (held.length === 0) return [];
  const rest = held.length > GRANTS_OF_AN_ENTITY ? el("p", { class: "muted" }, `The first ${GRANTS_OF_AN_ENTITY} of ${held.length.toLocaleString("en")}.`) : null;
  return [el("section", { class: "block" }, el("h2", {}, "What its policies say"), el("p", { class: "muted" }, "Grants as they are written. Whether a boundary, an SCP or an RCP takes them away is not in them."), el("div", {}, statementList(held.slice(0, GRANTS_OF_AN_ENTITY), false)), rest)];
};
