/* What a principal can reach and who can reach a resource, read off the paths that are in the page. */

const REACHED_A_PAGE = 50;

const STATES = ["allowed", "conditional", "blocked"];

/** The worst of the states of the steps from the first one that `number` takes: what lies before it does not bind whoever holds it. */
const stateFrom = (path, number) => {
  const hops = tables.paths.value("hops", path);
  const first = hops.findIndex((hop) => tables.hops.value("from", hop) === number);
  const states = hops.slice(Math.max(0, first)).map((hop) => STATES.indexOf(tables.hops.value("state", hop)));
  return STATES[Math.max(0, ...states)];
};

const USE_ORDER = ["observed", "not observable", "not observed"];

/** Paths that lead to, or come from, the same entity as one row: the most open state counts. */
const grouped = (paths, keyOf, stateOf, seenOf) => {
  const rows = new Map();
  for (const path of paths) {
    const key = keyOf(path);
    const row = rows.get(key) ?? { key, paths: [], classes: new Set(), kinds: new Set(), state: "blocked", use: "not observed" };
    const state = stateOf(path);
    const use = tables.observations.value("status", seenOf(path));
    if (row.paths.length === 0 || STATES.indexOf(state) < STATES.indexOf(row.state)) row.state = state;
    if (row.paths.length === 0 || USE_ORDER.indexOf(use) < USE_ORDER.indexOf(row.use)) row.use = use;
    row.paths.push(path);
    row.classes.add(tables.paths.value("class", path));
    for (const kind of tables.paths.value("kinds", path)) row.kinds.add(pathKinds.get(kind)?.label ?? kind);
    rows.set(key, row);
  }
  const rank = (row) => [STATES.indexOf(row.state), -SENSITIVITIES.indexOf(entity(row.key).sensitivity)];
  return [...rows.values()].sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1] || byText(entity(a.key).name, entity(b.key).name) || a.key - b.key);
};

const SENSITIVITIES = ["unknown", "public", "internal", "confidential", "restricted"];

const reachRow = (row) => {
  const target = entity(row.key);
  const [first] = row.paths;
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, entityLine(row.key), el("span", { class: "hint" }, target.group === "resource" && target.sensitivity !== "unknown" ? chip(target.sensitivity, "sensitivity") : target.kind)),
    el("td", {}, stateMark(row.state)),
    el("td", {}, [...row.classes].join(", ")),
    el("td", {}, [...row.kinds].join(", ")),
    el("td", {}, el("span", { class: "seen" }, icon(observationIcons[row.use]), row.use)),
    el("td", {}, el("a", { href: `#/paths/${tables.paths.value("id", first)}` }, row.paths.length === 1 ? "the path" : `the first of ${row.paths.length.toLocaleString("en")} paths`)),
  );
};

const reachTable = (rows, label, head) => {
  const body = el("div", { class: "results" });
  const draw = (page) => {
    const pages = Math.ceil(rows.length / REACHED_A_PAGE);
    const cells = head.map((text) => el("th", { scope: "col" }, text));
    redraw(body, [
      tableFrame(label, el("table", { class: "reached", "data-list": "reach" }, el("thead", {}, el("tr", {}, cells)), el("tbody", {}, rows.slice(page * REACHED_A_PAGE, (page + 1) * REACHED_A_PAGE).map(reachRow)))),
      pager(page, pages, draw) ?? "",
    ]);
  };
  draw(0);
  return body;
};

const reachSection = (number, through) => {
  const starts = (path) => tables.paths.value("resource", path) !== number && tables.paths.value("hops", path).some((hop) => tables.hops.value("from", hop) === number);
  const rows = grouped(through.filter(starts), (path) => tables.paths.value("resource", path), (path) => stateFrom(path, number), (path) => tables.paths.value("observation", path));
  if (rows.length === 0) return [];
  return [el("section", { class: "block" }, el("h2", {}, `What it can reach (${rows.filter((row) => row.state !== "blocked").length.toLocaleString("en")})`), reachTable(rows, "What it can reach", ["Resource", "State", "Can do", "Kinds of path", "Last step", "Proof"]))];
};

const reachedBySection = (number, through) => {
  const ends = (path) => tables.paths.value("workload", path) !== number && tables.paths.value("hops", path).some((hop) => tables.hops.value("to", hop) === number);
  const hopsTo = (path) => {
    const hops = tables.paths.value("hops", path);
    return hops.slice(0, hops.findLastIndex((hop) => tables.hops.value("to", hop) === number) + 1);
  };
  const stateTo = (path) => STATES[Math.max(0, ...hopsTo(path).map((hop) => STATES.indexOf(tables.hops.value("state", hop))))];
  const rows = grouped(through.filter(ends), (path) => tables.paths.value("workload", path), stateTo, (path) => tables.hops.value("observation", hopsTo(path).at(-1)));
  const isEnd = entity(number).group === "resource";
  if (rows.length === 0) return [];
  return [el("section", { class: "block" }, el("h2", {}, `Who can reach it (${rows.filter((row) => row.state !== "blocked").length.toLocaleString("en")})`), reachTable(rows, "Who can reach it", ["From", "State", isEnd ? "Can do" : "And then", "Kinds of path", "Step to it", "Proof"]))];
};

const EMBEDDED = "These answers are read off the paths in this page: chains that were evaluated through every layer collected, to the resources and kinds of actions that paths end with. That nothing stands here does not mean that nobody can.";

/** What the embedded answers are and are not, and the command that answers exactly. */
const asked = (row, through) => {
  const isResource = row.group === "resource";
  const to = through.find((path) => tables.paths.value("resource", path) === row.number);
  const question = isResource && to !== undefined ? { action: tables.paths.value("actions", to)[0], scope: tables.paths.value("scope", to) } : null;
  return el("section", { class: "block" }, el("h2", {}, "Ask exactly"), el("p", { class: "muted" }, EMBEDDED, row.asks.some((principal) => principal !== row.id && principal.includes(":role/")) ? " What it may do it does as the roles named here." : null), askFor(row.id, row, question));
};

/** The commands that answer about an entity, its row where there is one; `sv0 can` takes principals alone, so that for a workload its roles are asked about. */
const askFor = (id, row, question = null) => {
  if (deceives(id)) return el("p", { class: "muted" }, "Its id holds characters that could deceive a reader, so no command is offered for copying.");
  const words = (row?.asks ?? []).filter((principal) => !deceives(principal)).map((principal) => `sv0 can ${shellWord(principal)}`);
  // What a finding alone speaks of, such as a source that did not answer, is at no end of a path.
  const mayBeOnPath = row === null || row.resolution !== null || row.allowed + row.conditional + row.blocked > 0;
  if (mayBeOnPath && row?.group !== "resource") words.push(`sv0 paths --from ${shellWord(id)}`);
  if (mayBeOnPath && (row === null || row.group === "resource")) words.push(`sv0 paths --to ${shellWord(id)}`);
  if (!mayBeOnPath && id.startsWith("urn:sv0:source:")) words.push("sv0 coverage --gaps");
  if (question?.action && !deceives(question.action) && !deceives(question.scope)) words.push(`sv0 who-can ${shellWord(question.action)} ${shellWord(question.scope)} --via-assume-role`);
  return el("div", {}, words.map(command));
};
