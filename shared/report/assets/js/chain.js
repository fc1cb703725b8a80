/* A path as a chain of nodes and links. */

/* Steps beyond which a chain takes the whole width of its row. */
const LONG_CHAIN = 2;

/* Steps beyond which the chain of a path's page stands one step below the other: side by side its names would break. */
const STACKED_CHAIN = 3;

const linkWord = (hop, short) => {
  if (hop.state === "blocked") return hop.layers.length > 0 ? `blocked by ${hop.layers.join(", ")}` : "blocked";
  if (hop.state === "conditional") return short ? "under a condition" : "only under a condition";
  return short ? null : "allowed";
};

/** The account, with its id only where there is room for it. */
const nodePlace = (row, roomy) => {
  const first = name(row.account_name ?? row.account ?? (roomy ? "no account" : row.kind));
  return roomy && row.account_name ? [first, el("span", { class: "node-account" }, row.account)] : first;
};

const chainNode = (number, { linked, end }) => {
  const row = entity(number);
  const attributes = { class: end ? "node end" : "node", title: row.id, href: linked ? entityLink(number) : null };
  return el(
    linked ? "a" : "span",
    attributes,
    icon(row.icon, linked ? null : row.kind),
    linked ? el("span", { class: "node-kind" }, row.kind) : null,
    el("span", { class: "node-name" }, seamed(row.name)),
    el("span", { class: "node-place", title: place(row) }, nodePlace(row, linked)),
  );
};

const chainLink = (hop, short) => {
  const word = linkWord(hop, short);
  return el(
    "span",
    { class: `link link-${hop.state}`, title: hop.condition ? `Only if ${shown(hop.condition)}` : hop.note ? shown(hop.note) : null },
    el("span", { class: "link-verb" }, hop.verb),
    el("span", { class: "link-line" }, icon(hop.state)),
    el("span", { class: "link-state" }, word),
  );
};

const chainClass = (path, large) => {
  if (!large) return "chain";
  return path.hops.length > STACKED_CHAIN ? "chain large stacked" : "chain large";
};

const chain = (path, { large }) => {
  const parts = [];
  path.hops.forEach((number, position) => {
    const hop = tables.hops.row(number);
    if (position === 0) parts.push(chainNode(hop.from, { linked: large }));
    // A link stays with what it leads to where the chain goes on in the next line.
    parts.push(el("span", { class: "leg" }, chainLink(hop, !large), chainNode(hop.to, { linked: large, end: large && position === path.hops.length - 1 })));
  });
  return el("div", { class: chainClass(path, large) }, parts);
};

/** `orders-api can read data from orders-archive`. */
const sentence = (path) => `${shown(entity(path.workload).name)} can ${path.can} ${shown(entity(path.resource).name)}`;

const pathRow = (path) =>
  el(
    "li",
    {},
    el(
      "a",
      { class: path.hops.length > LONG_CHAIN ? "path-row long" : "path-row", href: `#/paths/${path.id}`, "aria-label": `${sentence(path)}: ${path.state}` },
      chain(path, { large: false }),
      el(
        "span",
        { class: "path-facts" },
        el("span", {}, stateMark(path.state), path.sensitivity === "unknown" ? null : chip(path.sensitivity, "sensitivity")),
        el("span", { class: "kind-words" }, [...path.kinds].reverse().slice(0, 2).map((kind) => pathKinds.get(kind)?.label ?? kind).join(", "), path.egress ? `, ${path.egress}` : ""),
        seenMark(path.observation),
        path.cross_account ? el("span", {}, path.depth > 1 ? `across accounts, ${path.depth} authorities` : "across accounts") : null,
      ),
    ),
  );

