/* The page of one path: the chain, then what allows, limits and proves every step. */

const showPath = (id) => {
  const number = tables.paths.find("id", id);
  if (number < 0) return [viewHead("Path not found"), emptyNote("No path of this id is in this report.", el("p", {}, el("a", { href: "#/paths" }, "All paths")))];
  const path = tables.paths.row(number);
  return [
    pathCrumbs(path),
    viewHead(prose(pathTitle(path))),
    pathFacts(path),
    chain(path, { large: true }),
    verdict(path),
    el("h2", {}, "Step by step"),
    el("ol", { class: "steps" }, path.hops.map((hop, position) => step(tables.hops.row(hop), position))),
    path.caveats.length === 0 ? "" : el("section", { class: "block" }, el("h2", {}, "Caveats"), caveatList(path.caveats)),
    ...pathFindings(path),
    ...checkYourself(path),
  ];
};

const pathTitle = (path) =>
  path.state === "blocked" ? `${shown(entity(path.workload).name)} cannot ${path.can} ${shown(entity(path.resource).name)}, though policies grant it` : sentence(path);

const pathCrumbs = (path) =>
  el(
    "div",
    { class: "crumbs" },
    el("a", { href: listAddress("paths") }, icon("back"), "All paths"),
    el("span", { class: "list-tools" }, el("span", { class: "muted" }, "Path ", el("code", {}, path.id)), copyButton(path.id, "the path's id")),
  );

/** A word that a rule gave, with the rule. */
const ruled = (word, rule) => (word ? [name(word), rule ? el("span", { class: "hint" }, "by ", name(rule)) : null] : "");

const kindChips = (path) => [...path.kinds].reverse().map((kind) => el("span", { class: "chip kind", title: pathKinds.get(kind)?.meaning }, pathKinds.get(kind)?.label ?? kind));

const pathFacts = (path) => {
  const rule = path.sensitivity_rule || entity(path.resource).sensitivity_rule;
  return facts([
    ["State", [stateMark(path.state), el("span", { class: "hint" }, path.authority === "effective" ? "through every layer collected" : "by grants alone")]],
    ["Kinds", el("span", { class: "chips" }, kindChips(path))],
    ["Can do", [el("span", {}, path.class), el("span", { class: "hint mono" }, prose(path.actions.join(", ")))]],
    ["On", el("code", { title: path.scope }, shown(path.scope))],
    ["Sensitivity", [path.sensitivity, rule ? el("span", { class: "hint" }, "by ", name(rule)) : null]],
    ["Environment", ruled(path.environment, path.environment_rule)],
    ["Data domain", ruled(path.data_domain, path.data_domain_rule)],
    ["Data goes", path.egress ? el("strong", {}, path.egress) : ""],
    ["Chain", [path.depth === 1 ? "one authority" : `${path.depth} authorities`, el("span", { class: "hint" }, path.cross_account ? "across accounts" : "within one account")]],
    ["Last step", seenMark(path.observation)],
  ]);
};

const openWords = (path) =>
  path.authority === "effective" ? "Every step is allowed in every context, by every layer that was collected." : "Every step is granted. Grants alone were looked at; another layer may stop it.";

const verdict = (path) => {
  const hops = path.hops.map((number) => tables.hops.row(number));
  if (path.state === "allowed") {
    return verdictBox("allowed", "Open", [el("p", {}, `${openWords(path)}${path.caveats.length > 0 ? " The caveats below belong to it." : ""}`)]);
  }
  if (path.state === "conditional") {
    const condition = path.condition ? el("p", {}, "Only if ", prose(path.condition), ".") : el("p", {}, "The condition of each step stands with the step.");
    return verdictBox("conditional", "Open under a condition", [condition]);
  }
  const reasons = hops.filter((hop) => hop.state === "blocked").flatMap((hop) => hop.limits);
  return verdictBox("blocked", path.layers.length > 0 ? `Blocked by ${path.layers.join(", ")}` : "Blocked", [
    ...reasons.map((reason) => el("p", {}, prose(reason))),
    el("p", { class: "muted" }, "Policies grant it: whoever removes what blocks it opens it."),
  ]);
};

const verdictBox = (state, title, lines) => el("section", { class: `verdict verdict-${state}` }, el("h2", {}, icon(state), title), lines);

const step = (hop, position) =>
  el(
    "li",
    { class: "step" },
    el(
      "div",
      { class: "step-head" },
      el("h3", {}, el("span", { class: "step-number" }, `${position + 1}`), name(entity(hop.from).name), el("span", { class: "verb" }, ` ${hop.says} `), name(entity(hop.to).name)),
      stateMark(hop.state),
      hop.meaning ? el("p", { class: "step-meaning" }, hop.meaning) : null,
    ),
    el(
      "div",
      { class: hop.statements.length + hop.granted_by.length > 0 ? "step-body" : "step-body plain" },
      hop.note ? el("section", { class: "step-note" }, el("h4", {}, "What this step is"), el("p", {}, prose(hop.note))) : null,
      el("section", { class: "step-allows" }, el("h4", {}, hop.state === "blocked" ? "What grants it" : "What allows it"), allows(hop)),
      el("section", {}, el("h4", {}, hop.state === "blocked" ? "What stops it" : "What limits it"), limits(hop)),
      el("section", { class: "step-proves" }, el("h4", {}, "What proves it"), observation(hop.observation)),
    ),
  );

const allows = (hop) => {
  const numbers = hop.state === "blocked" ? hop.granted_by : withEffect(hop.statements, "Allow");
  if (numbers.length > 0) return [actionLine(hop), el("div", {}, statementList(numbers, true))];
  const why = hop.actions.length === 0 ? "It rests on configuration, not on a statement of a policy." : "No statement is recorded for this step.";
  return [actionLine(hop), el("p", { class: "muted" }, why)];
};

const actionLine = (hop) => (hop.actions.length === 0 ? null : el("p", { class: "mono" }, prose(hop.actions.join(", "))));

const limits = (hop) => {
  const parts = [];
  if (hop.condition) parts.push(el("p", {}, el("strong", {}, "Only if "), prose(hop.condition), "."));
  parts.push(...hop.limits.map((limit) => el("p", {}, prose(limit))));
  const denies = hop.state === "blocked" ? hop.statements : withEffect(hop.statements, "Deny");
  if (denies.length > 0) parts.push(el("div", {}, statementList(denies, true)));
  if (hop.exact) {
    parts.push(el("details", { class: "statement" }, el("summary", {}, el("span", { class: "statement-policy" }, "The exact condition")), el("div", { class: "statement-body" }, prettyJson(JSON.parse(hop.exact)))));
  }
  return parts.length > 0 ? parts : el("p", { class: "muted" }, "Nothing that was collected limits this step.");
};

const pathFindings = (path) => {
  const behind = tables.findings.numbers().filter((number) => tables.findings.value("paths", number).includes(path.number));
  if (behind.length === 0) return [];
  const line = (finding) => el("li", { class: "entity-line" }, severityMark(finding.severity), el("a", { href: `#/findings/${finding.id}` }, name(finding.title)));
  return [el("section", { class: "block" }, el("h2", {}, "Findings that rest on this path"), el("ul", { class: "block" }, behind.map((number) => line(tables.findings.row(number)))))];
};

/* A single-quoted word of a POSIX shell. Names with characters that could deceive a reader are not offered for copying. */
const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/* What no command is offered for: a reader could not see what would run. */
const deceives = (text) => text.length > 2048 || text.search(DECEPTIVE) >= 0;

const checkYourself = (path) => {
  const hop = tables.hops.row(path.hops[path.hops.length - 1]);
  const { id: principal, asks } = entity(hop.from);
  const action = hop.actions[0];
  const words = [principal, action ?? "", path.scope];
  if (action === undefined || !asks.includes(principal) || words.some((word) => deceives(word) || word.includes("*"))) {
    return [];
  }
  return [el("section", { class: "block" }, el("h2", {}, "Check it yourself"), command(`sv0 explain ${words.map(shellWord).join(" ")}`))];
};

