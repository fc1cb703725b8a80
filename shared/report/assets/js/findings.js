/* Findings by severity, each with what stands behind it. */

const SEVERITIES = ["critical", "high", "medium", "low", "informational"];
const FINDINGS_A_PAGE = 50;
const PATHS_OF_A_FINDING = 10;

const showFindings = (id, query) => {
  const body = el("div", { class: "results" });
  let current = query;
  const change = (changes) => {
    current = changedQuery(current, { page: "", ...changes });
    replaceAddress("findings", current);
    draw();
  };
  const draw = () => redraw(body, findingResults(current, change, id));
  draw();
  const kinds = new Map(tables.findings.numbers().map((number) => [tables.findings.value("kind_name", number), tables.findings.value("kind", number)]));
  const accounts = new Map(tables.findings.all().filter(({ account }) => account).map((finding) => [finding.account, shown(place(finding))]));
  const options = (any, values) => [["", any], ...[...values].sort((a, b) => byText(a[1], b[1]))];
  const controls = el(
    "div",
    { class: "filters with-kind", role: "search", "aria-label": "Findings" },
    searchField("Search", "Title, name, ARN, account …", query.get("q") ?? "", (value) => change({ q: value })),
    select("Kind", options("Any kind", kinds), query.get("kind") ?? "", (value) => change({ kind: value })),
    select("Account", options("Any account", accounts), query.get("account") ?? "", (value) => change({ account: value })),
  );
  return tables.findings.length === 0 ? [body] : [controls, body];
};

const findingMatches = (query) => {
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/u).filter(Boolean);
  return tables.findings.all().filter((finding) => {
    if (query.get("severity") && finding.severity !== query.get("severity")) return false;
    if (query.get("kind") && finding.kind_name !== query.get("kind")) return false;
    if (query.get("account") && finding.account !== query.get("account")) return false;
    const text = [finding.title, finding.description, finding.kind, finding.id, place(finding), ...finding.subjects.map((number) => entity(number).id)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
};

const findingResults = (query, change, id) => {
  const matching = findingMatches(query);
  const at = matching.findIndex((finding) => finding.id === id);
  const asked = query.get("page");
  const page = asked ? Number(asked) || 0 : Math.max(0, Math.floor(at / FINDINGS_A_PAGE));
  const onPage = matching.slice(page * FINDINGS_A_PAGE, (page + 1) * FINDINGS_A_PAGE);
  const cards = onPage.map((finding) => findingCard(finding, finding.id === id));
  const unknown = id && at < 0 ? el("p", { class: "notice" }, "The finding of this link is not in this report, or the filters hide it.") : "";
  say(count(matching.length, "finding"));
  const kind = query.get("kind") && matching.length > 0 ? el("p", { class: "muted" }, el("strong", {}, `${matching[0].kind}: `), matching[0].kind_meaning) : "";
  return [
    severityTallies(query, change),
    el("p", { class: "muted" }, el("strong", {}, count(matching.length, "finding")), matching.length < tables.findings.length ? ` of ${tables.findings.length.toLocaleString("en")}` : ""),
    kind,
    unknown,
    cards.length === 0 ? emptyNote(tables.findings.length === 0 ? "No rule found anything in what was collected." : "No finding matches.") : el("ol", { class: "finding-list", "data-list": "findings" }, cards.map((card) => el("li", {}, card))),
    pager(page, Math.ceil(matching.length / FINDINGS_A_PAGE), (to) => change({ page: String(to) })) ?? "",
  ];
};

const severityTallies = (query, change) => {
  const counts = new Map(SEVERITIES.map((severity) => [severity, 0]));
  for (const finding of tables.findings.all()) counts.set(finding.severity, counts.get(finding.severity) + 1);
  const toggle = ([severity, number]) => {
    const pressed = query.get("severity") === severity;
    return el("button", { type: "button", class: "button", "data-keep": severity, "aria-pressed": String(pressed), onclick: () => change({ severity: pressed ? "" : severity }) }, severityMark(severity), el("span", { class: "number" }, String(number)));
  };
  return el("div", { class: "tallies", role: "group", "aria-label": "Filter by severity" }, [...counts].filter(([, number]) => number > 0).map(toggle));
};

const findingCard = (finding, open) => {
  const body = el("div", { class: "finding-body" });
  const fill = () => {
    if (body.childNodes.length === 0) body.append(...findingBody(finding));
  };
  const card = el(
    "details",
    { class: "finding-card", open, id: `finding-${finding.id}`, ontoggle: fill },
    el(
      "summary",
      {},
      severityMark(finding.severity),
      el("span", { class: "finding-title" }, name(finding.title)),
      el("span", { class: "finding-gist" }, prose(finding.description)),
      el("span", { class: "finding-meta" }, finding.kind, finding.account ? [" · ", name(place(finding))] : null, finding.paths.length > 0 ? ` · ${count(finding.paths.length + finding.other_paths.length, "path")}` : null),
    ),
    body,
  );
  if (open) fill();
  return card;
};

/* What this page unfolded for paper, to be folded again. */
let unfolded = [];

/** Paper cannot be clicked: every finding in sight is printed with all that stands behind it. */
const unfold = () => {
  const open = (details) => {
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
    unfolded.push(details);
  };
  for (const card of document.querySelectorAll(".finding-card:not([open])")) open(card);
  for (const statement of document.querySelectorAll(".finding-card .statement:not([open])")) open(statement);
};

const foldAgain = () => {
  for (const details of unfolded) details.open = false;
  unfolded = [];
};

const block = (title, ...content) => el("section", { class: "block" }, el("h3", {}, title), content);

const findingBody = (finding) => {
  const parts = [
    el("div", { class: "finding-text" }, el("p", { class: "muted" }, finding.kind_meaning), el("p", { class: "clip" }, prose(finding.description)), finding.severity_reason ? el("p", { class: "muted clip" }, el("strong", {}, `Why ${finding.severity}: `), prose(finding.severity_reason)) : null),
    block("About", el("ul", { class: "block" }, finding.subjects.map((number) => el("li", {}, entityLine(number))))),
  ];
  if (finding.paths.length > 0) parts.push(findingPaths(finding));
  if (finding.statements.length > 0) parts.push(block("Statements behind it", el("div", {}, statementList(finding.statements, finding.paths.length === 0))));
  parts.push(...findingEvidence(finding));
  if (finding.verify.length > 0) parts.push(full(block("Check it yourself", el("div", {}, finding.verify.map(command)))));
  if (finding.caveats.length > 0) parts.push(full(block("Caveats", caveatList(finding.caveats))));
  parts.push(full(el("p", { class: "muted" }, "Finding ", el("code", {}, finding.id), copyButton(finding.id, "the finding's id"), " ", el("a", { href: `#/findings/${finding.id}` }, "Link to this finding"))));
  return parts;
};

const full = (node) => {
  node.classList.add("full");
  return node;
};

const findingPaths = (finding) => {
  const rows = finding.paths.slice(0, PATHS_OF_A_FINDING).map((number) => pathRow(tables.paths.row(number)));
  const rest = finding.paths.length + finding.other_paths.length - rows.length;
  const subject = finding.subjects.length > 0 ? entity(finding.subjects[0]).id : null;
  const more = rest > 0 && subject !== null ? el("p", {}, el("a", { href: `#/paths?through=${encodeURIComponent(subject)}` }, `${count(rest, "more path")}`)) : null;
  return full(block(finding.paths.length === 1 ? "The path behind it" : "Paths behind it", el("ol", { class: "path-list" }, rows), more));
};

const findingEvidence = (finding) => {
  const parts = [];
  if (finding.event_ids.length > 0) parts.push(block("CloudTrail events behind it", eventIds(finding.event_ids)));
  if (finding.objects.length > 0) {
    const item = (object, position) =>
      el("li", {}, el("code", { title: `${object} sha256 ${finding.hashes[position]}` }, `${shown(object)} · ${finding.hashes[position].slice(0, 12)}`), copyButton(finding.hashes[position], "the SHA-256"));
    parts.push(block("Records it was computed from", el("ul", { class: "id-list" }, finding.objects.map(item))));
  }
  return parts;
};

