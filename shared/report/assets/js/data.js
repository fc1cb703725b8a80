/* The data island: tables by column, whose cells are numbers of shared strings and lists. */
const island = JSON.parse(document.getElementById("report-data").textContent);

const decoders = {
  plain: (cell) => cell,
  text: (cell) => (cell === null ? null : island.strings[cell]),
  numbers: (cell) => island.lists[cell] ?? [],
  texts: (cell) => (island.lists[cell] ?? []).map((number) => island.strings[number]),
};

class Table {
  constructor({ length, columns }) {
    this.length = length;
    this.columns = columns;
    this.rows = new Map();
  }

  /** The row as an object, decoded when it is first asked for. */
  row(number) {
    let row = this.rows.get(number);
    if (row === undefined) {
      row = { number };
      for (const [name, { kind, cells }] of Object.entries(this.columns)) {
        row[name] = decoders[kind](cells[number]);
      }
      this.rows.set(number, row);
    }
    return row;
  }

  /** One value, without decoding its row. */
  value(name, number) {
    const column = this.columns[name];
    return decoders[column.kind](column.cells[number]);
  }

  /** The undecoded cells of a column: numbers of strings or lists. */
  cells(name) {
    return this.columns[name]?.cells ?? [];
  }

  all() {
    return Array.from({ length: this.length }, (_, number) => this.row(number));
  }

  numbers() {
    return Array.from({ length: this.length }, (_, number) => number);
  }

  /** The number of the row whose `name` is `text`; -1 when there is none. */
  find(name, text) {
    const wanted = island.strings.indexOf(text);
    return wanted < 0 ? -1 : this.cells(name).indexOf(wanted);
  }
}

const tables = Object.fromEntries(
  Object.entries(island.tables).map(([name, table]) => [name, new Table(table)]),
);

const entity = (number) => tables.entities.row(number);

const place = (row) => (row.account_name ? `${row.account_name} (${row.account})` : row.account ?? "");

const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const distinct = (values) => [...new Set(values)].filter((value) => value !== null && value !== "").sort(byText);

const count = (number, singular, plural = `${singular}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? singular : plural}`;

const time = (text) => (text === null ? "" : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`);

/** How long before the capture a time lies, in words. */
const age = (text) => {
  if (text === null || island.captured_at === null) return "";
  const hours = (Date.parse(island.captured_at) - Date.parse(text)) / 3_600_000;
  if (Number.isNaN(hours) || hours < 0) return "";
  if (hours < 1) return "less than an hour before the capture";
  if (hours < 48) return `${count(Math.floor(hours), "hour")} before the capture`;
  return `${count(Math.floor(hours / 24), "day")} before the capture`;
};

