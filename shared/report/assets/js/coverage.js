/* The coverage ledger: accounts by family of sources, the worst status of each, and every row on demand. */

const ACCOUNTS_A_PAGE = 50;

/* With so few accounts every gap is shown with its reason at once. */
const ACCOUNTS_OPENED = 12;
const ORGANIZATION = "organization";

const family = (source) => source.split(":", 1)[0];

/* What was never asked, because it is excluded or switched off, is no gap. */
const NO_GAP = ["ok", "disabled", "excluded"];

const isGap = ({ label }) => !NO_GAP.includes(label);

const ledgerByAccount = (status) => {
  const accounts = new Map();
  for (const row of tables.coverage.all()) {
    if (status && row.label !== status) continue;
    if (!accounts.has(row.account)) accounts.set(row.account, []);
    accounts.get(row.account).push(row);
  }
  return accounts;
};

const showCoverage = (query) => {
  const body = el("div", { class: "results" });
  let current = query;
  const change = (changes) => {
    current = changedQuery(current, { page: "", ...changes });
    replaceAddress("coverage", current);
    draw();
  };
  const draw = () => redraw(body, ledgerResults(current, change));
  draw();
  return [
    viewHead("Coverage", "How every source answered, account by account. Only where it says ok does absence in this report mean absence in AWS."),
    body,
    ...logReach(),
    ...diagnosticList(),
  ];
};

const ledgerResults = (query, change) => {
  if (tables.coverage.length === 0) return [emptyNote("No coverage ledger came with this data: nothing here proves that something is absent.")];
  const accounts = [...ledgerByAccount(query.get("status"))];
  const families = distinct(tables.coverage.numbers().map((number) => family(tables.coverage.value("source", number))));
  const pages = Math.ceil(accounts.length / ACCOUNTS_A_PAGE);
  const page = Math.min(Number(query.get("page") ?? 0) || 0, Math.max(0, pages - 1));
  return [
    silence(),
    statusTallies(query, change),
    tableFrame("Accounts by source", ledgerTable(accounts.slice(page * ACCOUNTS_A_PAGE, (page + 1) * ACCOUNTS_A_PAGE), families)),
    pager(page, pages, (to) => change({ page: String(to) })) ?? "",
  ];
};

/** What was not seen, in one sentence, before anything else is said. */
const silence = () => {
  const rows = tables.coverage.all();
  const gaps = rows.filter(isGap);
  const accounts = [...ledgerByAccount("")];
  const silent = accounts.filter(([account, all]) => account !== ORGANIZATION && !all.some(({ label }) => label === "ok")).map(([, all]) => shown(accountTitle(all[0])));
  const withGaps = accounts.filter(([, all]) => all.some(isGap)).map(([account]) => account);
  const inAccounts = count(withGaps.filter((account) => account !== ORGANIZATION).length, "account");
  if (gaps.length === 0) return el("p", {}, "Every source that was asked answered completely.");
  return el(
    "div",
    { class: "unseen" },
    el("p", {}, el("strong", {}, `${count(gaps.length, "source")} did not answer completely, in ${inAccounts}${withGaps.includes(ORGANIZATION) ? " and for the organization as a whole" : ""}.`), " What they hold is in no other view of this report."),
    silent.length > 0 ? el("p", {}, el("strong", {}, "Silent altogether: "), prose(silent.slice(0, 20).join(", ")), silent.length > 20 ? ` and ${silent.length - 20} more` : "", ".") : null,
  );
};

const statusTallies = (query, change) => {
  const tallies = new Map();
  for (const { label, rank, meaning } of tables.coverage.all()) {
    const tally = tallies.get(label) ?? { rank, meaning, number: 0 };
    tally.number += 1;
    tallies.set(label, tally);
  }
  const ranked = [...tallies].sort(([, a], [, b]) => a.rank - b.rank);
  const toggle = ([label, { meaning, number }]) => {
    const pressed = query.get("status") === label;
    return el("button", { type: "button", class: "button", title: meaning, "data-keep": label, "aria-pressed": String(pressed), onclick: () => change({ status: pressed ? "" : label }) }, chip(label, "status"), el("span", { class: "number" }, number.toLocaleString("en")));
  };
  return el("div", { class: "tallies", role: "group", "aria-label": "Filter by status" }, ranked.map(toggle));
};

const accountTitle = (row) => (row.account === ORGANIZATION ? "The organization" : row.account_name ?? row.account);

const ledgerTable = (accounts, families) => {
  const body = el("tbody");
  const opened = accounts.length <= ACCOUNTS_OPENED;
  for (const [, rows] of accounts) body.append(...ledgerRows(rows, families, opened && rows.some(isGap)));
  const head = ["Account", "Sources, the worst first"].map((label) => el("th", { scope: "col" }, label));
  return el("table", { class: "ledger", "data-list": "coverage" }, el("thead", {}, el("tr", {}, head)), body);
};

const ledgerRows = (rows, families, opened) => {
  const [first] = rows;
  const details = el("tr", { class: "rows", hidden: !opened }, el("td", { colspan: 2 }));
  if (opened) details.firstChild.append(...sourceRows(rows));
  const toggle = el("button", { type: "button", class: "account-toggle", "aria-expanded": String(opened) }, name(accountTitle(first)), first.account_name ? el("small", {}, first.account) : null);
  toggle.addEventListener("click", () => {
    details.hidden = !details.hidden;
    toggle.setAttribute("aria-expanded", String(!details.hidden));
    if (details.firstChild.childNodes.length === 0) details.firstChild.append(...sourceRows(rows));
  });
  return [el("tr", {}, el("th", { scope: "row" }, toggle), el("td", {}, familyList(rows, families))), details];
};

/** Every family of sources that was asked, the one with the worst status first, and by name those that nobody asked. */
const familyList = (rows, families) => {
  const asked = families.map((label) => [label, rows.filter((row) => family(row.source) === label)]);
  const worst = (own) => Math.min(...own.map(({ rank }) => rank));
  const answered = asked.filter(([, own]) => own.length > 0).sort((a, b) => worst(a[1]) - worst(b[1]));
  const silent = asked.filter(([, own]) => own.length === 0).map(([label]) => label);
  return [
    el("ul", { class: "families" }, answered.map(([label, own]) => el("li", {}, el("span", {}, shown(label)), familyCell(own)))),
    silent.length > 0 ? el("p", { class: "no-row", title: "The ledger has no row of them here" }, "not asked: ", prose(silent.join(", "))) : null,
  ];
};

/** The statuses of one family in one account, each with its number where it holds more than once. */
const familyCell = (rows) => {
  const numbers = new Map();
  for (const { label } of rows) numbers.set(label, (numbers.get(label) ?? 0) + 1);
  return el("span", { class: "cell" }, [...numbers].map(([label, number]) => {
    const mark = chip(label, "status");
    if (number > 1) mark.append(` ${number}`);
    return mark;
  }));
};

/** Rows that failed alike as one, with all their sources and Regions. */
const alike = (rows) => {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.label, row.reason, row.operation, row.error_code, row.todo]);
    const group = groups.get(key) ?? { ...row, sources: [], regions: [], items: 0 };
    group.sources.push(row.source);
    group.regions.push(row.region);
    group.items += row.items;
    groups.set(key, group);
  }
  return [...groups.values()];
};

/** Gaps in sight, what answered completely one click away. */
const sourceRows = (rows) => {
  const complete = rows.filter(({ label }) => label === "ok").map((row) => ({ ...row, sources: [row.source], regions: [row.region] }));
  const others = alike(rows.filter(({ label }) => label !== "ok"));
  if (others.length === 0) return [sourceTable(complete)];
  if (complete.length === 0) return [sourceTable(others)];
  const more = el("details", {}, el("summary", {}, `${count(complete.length, "source")} answered completely`));
  more.addEventListener("toggle", () => more.append(sourceTable(complete)), { once: true });
  return [sourceTable(others), more];
};

const sourceTable = (rows) => {
  const head = ["Source", "Region", "Status", "Items", "Why, and what to do"].map((label) => el("th", { scope: "col", class: label === "Items" ? "count" : null }, label));
  const line = (row) =>
    el(
      "tr",
      {},
      el("td", {}, distinct(row.sources).map((source) => el("code", { class: "source" }, shown(source)))),
      el("td", {}, distinct(row.regions).map((region) => el("div", {}, shown(region)))),
      el("td", {}, chip(row.label, "status")),
      el("td", { class: "count" }, row.items.toLocaleString("en")),
      el("td", { class: "text" }, prose(row.reason || (row.label === "ok" ? "" : row.meaning)), [row.operation, row.error_code].filter(Boolean).length > 0 ? el("span", { class: "muted mono" }, ` ${shown([row.operation, row.error_code].filter(Boolean).join(" "))}`) : null, row.todo ? el("div", { class: "todo" }, row.todo) : null),
    );
  return el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map(line)));
};

const logReach = () => {
  const [from, to] = island.window ?? [null, null];
  const read = from === null ? "No log file was read: nothing here speaks of use." : `The logs that were read run from ${time(from)} to ${time(to)}.`;
  const trails = tables.trails.all().map((trail) =>
    el("tr", {}, el("th", { scope: "row" }, el("code", { title: trail.id }, shown(trail.id))), el("td", {}, shown(trail.scope)), el("td", {}, trail.logging), el("td", {}, shown(trail.management_events)), el("td", { class: "text" }, trail.data_events.length === 0 ? "none" : trail.data_events.map((text) => el("div", {}, shown(text))))),
  );
  const head = ["Trail", "Reach", "Status", "Management events", "Data events"].map((label) => el("th", { scope: "col" }, label));
  return [el("section", { class: "block" }, el("h2", {}, "What the logs could show"), el("p", {}, read), trails.length === 0 ? el("p", { class: "muted" }, "No trail was described.") : tableFrame("What the logs could show", el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, trails))))];
};

const diagnosticList = () => {
  if (tables.diagnostics.length === 0) return [];
  const line = (row) =>
    el(
      "tr",
      {},
      el("td", {}, el("span", { class: row.severity === "error" ? "chip status-failed" : "chip status-stale" }, row.severity)),
      el("td", { class: "text" }, el("code", {}, shown(row.file), row.line === null ? "" : `:${row.line}`), row.at ? el("div", { class: "muted mono" }, shown(row.at)) : null),
      el("td", { class: "text" }, prose(row.message), row.help ? el("div", { class: "muted" }, prose(row.help)) : null, el("div", { class: "muted mono" }, shown(row.code))),
    );
  const head = ["", "Place", "What"].map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Severity")));
  return [el("section", { class: "block", id: "diagnostics" }, el("h2", {}, `What was wrong with the input (${tables.diagnostics.length.toLocaleString("en")})`), tableFrame("What was wrong with the input", el("table", { "data-list": "diagnostics" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, tables.diagnostics.all().map(line)))))];
};

