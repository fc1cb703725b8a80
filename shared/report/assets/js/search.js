/* Full-text search over paths: which strings match a word is found once, which rows use them follows from the tables. */

const matchingStrings = (word) => {
  const hits = new Uint8Array(island.strings.length);
  island.strings.forEach((text, number) => {
    if (text.toLowerCase().includes(word)) hits[number] = 1;
  });
  return hits;
};

const rowsWithText = (table, names, hits) => {
  const rows = new Uint8Array(table.length);
  for (const column of names) {
    const { kind, cells } = table.columns[column] ?? { kind: "plain", cells: [] };
    cells.forEach((cell, number) => {
      if (cell === null) return;
      if (kind === "text" ? hits[cell] : kind === "texts" && island.lists[cell].some((text) => hits[text])) rows[number] = 1;
    });
  }
  return rows;
};

const rowsThatName = (table, names, hits, rows) => {
  for (const column of names) {
    const { kind, cells } = table.columns[column] ?? { kind: "plain", cells: [] };
    cells.forEach((cell, number) => {
      if (kind === "numbers" ? island.lists[cell].some((item) => hits[item]) : hits[cell]) rows[number] = 1;
    });
  }
  return rows;
};

const ENTITY_TEXT = ["id", "name", "kind", "account", "account_name", "region", "sensitivity", "environment", "data_domain", "actor"];

const entitiesWith = (word) => rowsWithText(tables.entities, ENTITY_TEXT, matchingStrings(word));

const pathsWith = (word) => {
  const strings = matchingStrings(word);
  const entities = rowsWithText(tables.entities, ENTITY_TEXT, strings);
  const policies = rowsWithText(tables.policies, ["id", "name"], strings);
  const statements = rowsThatName(tables.statements, ["policy"], policies, rowsWithText(tables.statements, ["sid", "json"], strings));
  const observations = rowsWithText(tables.observations, ["event_ids"], strings);
  const hops = rowsWithText(tables.hops, ["relation", "verb", "note", "actions", "layers", "condition"], strings);
  rowsThatName(tables.hops, ["from", "to"], entities, hops);
  rowsThatName(tables.hops, ["statements", "granted_by"], statements, hops);
  rowsThatName(tables.hops, ["observation"], observations, hops);
  const paths = rowsWithText(tables.paths, ["id", "kinds", "scope", "class", "actions", "state", "layers", "sensitivity", "environment", "data_domain", "egress"], strings);
  return rowsThatName(tables.paths, ["hops"], hops, paths);
};

const searchCache = new Map();

/** A test of row numbers: every word of `text` has to be found somewhere in the row. */
const searching = (text, find) => {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = words.map((word) => {
    const key = `${find.name} ${word}`;
    if (!searchCache.has(key)) {
      if (searchCache.size > 32) searchCache.clear();
      searchCache.set(key, find(word));
    }
    return searchCache.get(key);
  });
  return (number) => found.every((rows) => rows[number] === 1);
};

