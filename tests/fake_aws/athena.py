"""Athena's engine: Trino's SQL, checked by its parser, translated by sqlglot and run by DuckDB over the objects of the fake's buckets."""

import gzip
import json
import re
import threading
from datetime import date, datetime

import duckdb
import sqlglot
from sqlglot import exp
from trino_sql_validator import validate

from .hive import Table

_UNLOAD = re.compile(r"\s*UNLOAD\s*\((?P<select>.*)\)\s*TO\s*'s3://(?P<bucket>[^/']+)/(?P<prefix>[^']*)'\s*WITH\s*\((?P<options>[^()]*)\)\s*;?\s*", re.DOTALL | re.IGNORECASE)
# What Trino has and DuckDB calls otherwise, where sqlglot does not bridge it.
_MACROS = ["array_union(a, b) AS list_distinct(list_concat(a, b))", "to_utf8(a) AS encode(a)", "from_utf8(a) AS decode(a)"]
_LOCK = threading.Lock()


class Failed(Exception):
    """A query that ends as FAILED, with the reason that Athena gives."""


class Engine:
    """Runs statements."""

    def __init__(self, buckets):
        self.buckets = buckets
        self.tables = {}
        self.databases = {"default"}

    def run(self, statement, parameters, output):
        """What a statement comes to: {columns, rows, read, manifest?, kind}."""
        head = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", statement)).strip().upper()
        if head.startswith(("CREATE DATABASE", "CREATE SCHEMA")):
            self.databases.add(statement.split()[-1].strip("`\";").lower())
            return _nothing("DDL")
        if head.startswith("CREATE EXTERNAL TABLE"):
            return self._create(statement, "IF NOT EXISTS" in head)
        if head.startswith("DROP TABLE"):
            name = statement.split()[-1].strip("`\";").lower().split(".")
            self.tables.pop((name[0] if len(name) > 1 else "default", name[-1]), None)
            return _nothing("DDL")
        _check(statement)
        unload = _UNLOAD.fullmatch(statement)
        if unload is None:
            return self._select(statement, parameters)
        made = self._select(unload["select"], parameters)
        return {**_nothing("DML"), "read": made["read"], "manifest": self._unload(unload, made, output)}

    def _create(self, statement, if_missing):
        try:
            table = Table(statement)
        except sqlglot.errors.ParseError as error:
            raise Failed(f"FAILED: ParseException {error}") from error
        if table.key in self.tables and not if_missing:
            raise Failed(f"FAILED: Execution Error. AlreadyExistsException(message:Table {table.name} already exists)")
        self.tables.setdefault(table.key, table)
        return _nothing("DDL")

    def _select(self, statement, parameters):
        try:
            parsed = sqlglot.parse_one(statement, read="athena")
            _bind(parsed, parameters)
            tables = {self._table(one).key: self._table(one) for one in parsed.find_all(exp.Table) if not _is_local(one, parsed)}
            restricted = _restrictions(parsed)
            for table in tables.values():
                for column in table.injected():
                    if column not in restricted:
                        raise Failed(f"CONSTRAINT_VIOLATION: For the injected projected partition column {column}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.")
            for cut in list(parsed.find_all(exp.ArraySlice)):
                # Trino's slice takes a length where DuckDB's takes the last position.
                cut.set("end", exp.paren(cut.args["start"].copy() + cut.args["end"].copy() - 1))
            sql = parsed.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
        except (sqlglot.errors.ParseError, sqlglot.errors.UnsupportedError) as error:
            raise Failed(f"SYNTAX_ERROR: {error}") from error
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for macro in _MACROS:
                connection.execute(f"CREATE MACRO {macro}")
            read = sum(table.create(connection, self.buckets, restricted) for table in tables.values())
            try:
                cursor = connection.execute(sql)
                described, rows = cursor.description, cursor.fetchall()
            except duckdb.Error as error:
                raise Failed(f"SYNTAX_ERROR: {error}") from error
        # Trino's names are in lower case.
        return {"columns": [(one[0].lower(), _type(str(one[1]))) for one in described], "rows": rows, "read": read, "kind": "DML", "manifest": None}

    def _table(self, named):
        key = ((named.db or "default").lower(), named.name.lower())
        if key not in self.tables:
            raise Failed(f"TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{key[0]}.{key[1]}' does not exist")
        return self.tables[key]

    def _unload(self, unload, made, output):
        options = dict(re.findall(r"(\w+)\s*=\s*'([^']*)'", unload["options"]))
        if options.get("format", "").upper() != "JSON":
            raise Failed(f"NOT_SUPPORTED: the fake unloads JSON alone, not {options.get('format')}")
        if any(key.startswith(unload["prefix"]) for key in self.buckets.keys(unload["bucket"])):
            raise Failed(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: s3://{unload['bucket']}/{unload['prefix']}")
        names, packed = [name for name, _ in made["columns"]], options.get("compression", "gzip").lower() == "gzip"
        # Two objects of every result of more than a row, since Athena writes as many as it likes; none of an empty one. Null fields are left out.
        rows = made["rows"]
        halves = [half for half in (rows[0::2], rows[1::2]) if half]
        written = []
        for index, half in enumerate(halves):
            lines = "".join(json.dumps({name: _json(value) for name, value in zip(names, row, strict=True) if value is not None}) + "\n" for row in half)
            key = f"{unload['prefix']}{'' if unload['prefix'].endswith('/') else '/'}20260302_060000_{index:05}_{output['id'][:5]}_{output['id']}" + (".gz" if packed else "")
            self.buckets.put(unload["bucket"], key, gzip.compress(lines.encode(), mtime=0) if packed else lines.encode())
            written.append(f"s3://{unload['bucket']}/{key}\n")
        manifest = f"{output['prefix']}{output['id']}-manifest.csv"
        self.buckets.put(output["bucket"], manifest, "".join(written).encode())
        return f"s3://{output['bucket']}/{manifest}"


def _nothing(kind):
    return {"columns": [], "rows": [], "read": 0, "manifest": None, "kind": kind}


def _check(statement):
    """Refuses what Trino's parser refuses or warns of. It wants one thread at a time."""
    with _LOCK:
        result = validate(statement.rstrip().rstrip(";"))
    said = [*([result.error] if result.error else []), *result.warnings]
    if not result.valid or said:
        raise Failed(f"SYNTAX_ERROR: {'; '.join(map(str, said)) or result}")


def _bind(parsed, parameters):
    """Puts the execution parameters in place of `?`. They are SQL, so that a text needs its quotes."""
    places = list(parsed.find_all(exp.Placeholder, bfs=False))
    if len(places) != len(parameters):
        raise Failed(f"INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected {len(places)} but found {len(parameters)}")
    for place, text in zip(places, parameters, strict=True):
        value = sqlglot.parse_one(text, read="athena")
        if not isinstance(value, (exp.Literal, exp.Neg, exp.Boolean, exp.Null)):
            raise Failed(f"COLUMN_NOT_FOUND: {text} is no literal")
        place.replace(value)


def _is_local(named, parsed):
    """Whether a name is one of WITH, not of a table."""
    return not named.db and named.name in {one.alias for one in parsed.find_all(exp.CTE)}


def _restrictions(parsed):
    """Column -> texts that a query allows of it with `=` and IN, of conditions that are joined by AND."""
    found = {}
    for where in parsed.find_all(exp.Where):
        for term in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
            term = term.unnest()
            if isinstance(term, exp.EQ) and isinstance(term.this, exp.Column) and isinstance(term.expression, exp.Literal):
                found.setdefault(term.this.name.lower(), set()).add(term.expression.name)
            if isinstance(term, exp.In) and isinstance(term.this, exp.Column) and all(isinstance(one, exp.Literal) for one in term.expressions):
                found.setdefault(term.this.name.lower(), set()).update(one.name for one in term.expressions)
    return found


_TYPES = {"BIGINT": "bigint", "INTEGER": "integer", "BOOLEAN": "boolean", "DOUBLE": "double", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone"}


def _type(name):
    if name.endswith("]"):
        return "array"
    return _TYPES.get(name, {"S": "row", "M": "map"}.get(name[:1]) if name.startswith(("STRUCT", "MAP")) else "varchar")


def text(value):
    """A value as GetQueryResults prints it; `None` of null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        zone = " UTC" if value.tzinfo else ""
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}{zone}"
    if isinstance(value, list):
        return f"[{', '.join(text(one) or 'null' for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={text(one) or 'null'}" for key, one in value.items()) + "}"
    return str(value)


def _json(value):
    if isinstance(value, (datetime, date)):
        return text(value)
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {key: _json(one) for key, one in value.items()}
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
