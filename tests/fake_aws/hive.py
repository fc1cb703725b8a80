"""Tables of the Glue Data Catalog over objects: their columns as the SerDe reads them, their partitions as projection finds them."""

import gzip
import json
import re
import tempfile

import sqlglot
from sqlglot import exp

from .errors import AwsError


class Table:
    """A table made by CREATE EXTERNAL TABLE."""

    def __init__(self, statement):
        parsed = sqlglot.parse_one(statement, read="athena")
        if not isinstance(parsed, exp.Create) or not isinstance(parsed.this, exp.Schema):
            raise AwsError("InvalidRequestException", "only CREATE EXTERNAL TABLE makes a table")
        name = parsed.this.this
        self.database, self.name = (name.db or "default").lower(), name.name.lower()
        self.columns = {column.name.lower(): column.kind for column in parsed.this.expressions if isinstance(column, exp.ColumnDef)}
        self.location, self.partitions, self.properties = None, [], {}
        for one in parsed.args["properties"].expressions:
            if isinstance(one, exp.LocationProperty):
                self.location = one.this.name
            elif isinstance(one, exp.PartitionedByProperty):
                self.partitions = [_partition(column) for column in one.this.expressions]
            elif type(one) is exp.Property:
                self.properties[one.name] = one.args["value"].name
        # Partition columns that are declared with a type stand among the columns for sqlglot.
        for partition in self.partitions:
            self.columns.pop(partition, None)
        self.log_files = "CloudTrailInputFormat" in statement

    @property
    def key(self):
        """Database and name."""
        return self.database, self.name

    def create(self, connection, bucket_of, restricted):
        """Makes the table in DuckDB of the objects that a query may read; gives how many bytes that were."""
        columns = {**{name: kind.sql("duckdb") for name, kind in self.columns.items()}, **dict.fromkeys(self.partitions, "TEXT")}
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.database}"')
        connection.execute(f'CREATE TABLE "{self.database}"."{self.name}" ({", ".join(f"{_quoted(name)} {kind}" for name, kind in columns.items())})')
        read = 0
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as lines:
            for data, partition in self._objects(bucket_of, restricted):
                read += len(data)
                for record in self._records(data):
                    row = {name: read_as(kind, _member(record, name)) for name, kind in self.columns.items()} | {name: partition[name] for name in self.partitions}
                    lines.write(json.dumps(row) + "\n")
            lines.flush()
            if read:
                declared = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in columns.items())
                connection.execute(f"""INSERT INTO "{self.database}"."{self.name}" SELECT * FROM read_json('{lines.name}', format = 'newline_delimited', columns = {{{declared}}})""")
        return read

    def _objects(self, bucket_of, restricted):
        bucket, prefix, pattern = self._template()
        for key in bucket_of.keys(bucket):
            matched = pattern.match(key) if key.startswith(prefix) else None
            if matched and all(matched[name] in values for name, values in restricted.items() if name in self.partitions):
                yield bucket_of.get(bucket, key)[0], matched.groupdict()

    def _template(self):
        template = self.properties.get("storage.location.template") or self.location.rstrip("/") + "".join(f"/{name}=${{{name}}}" for name in self.partitions)
        bucket, _, path = template.removeprefix("s3://").partition("/")
        parts = re.split(r"\$\{(\w+)\}", path.rstrip("/"))
        pattern = "".join(f"(?P<{part}>{self._values(part)})" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        return bucket, parts[0], re.compile(pattern + "/[^/]+$")

    def _values(self, partition):
        kind = self.properties.get(f"projection.{partition}.type")
        if kind == "enum":
            return "|".join(map(re.escape, self.properties[f"projection.{partition}.values"].split(",")))
        if kind == "date":
            form = self.properties[f"projection.{partition}.format"]
            return re.sub(r"y+|M+|d+|H+", lambda found: rf"\d{{{len(found[0])}}}", form)
        return "[^/]+"

    def injected(self):
        """The partition columns that a query must name with equality ("Use dynamic ID partitioning")."""
        return [name for name in self.partitions if self.properties.get(f"projection.{name}.type") == "injected"]

    def _records(self, data):
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
        if self.log_files:
            return json.loads(text).get("Records", [])
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _partition(column):
    return (column.name or column.this.name).lower()


def _quoted(name):
    return f'"{name}"'


def _member(record, name):
    """Names are compared without their case, as Hive does."""
    for key, value in record.items():
        if key.lower() == name.lower():
            return value
    return None


def read_as(kind, value):
    """A JSON value as the SerDe reads it for a column's type: what is declared a text and is none becomes its JSON text."""
    if value is None:
        return None
    if kind.this == exp.DataType.Type.STRUCT:
        return {field.name: read_as(field.kind, _member(value, field.name)) for field in kind.expressions} if isinstance(value, dict) else None
    if kind.this in (exp.DataType.Type.ARRAY, exp.DataType.Type.LIST):
        return [read_as(kind.expressions[0], inner) for inner in value] if isinstance(value, list) else None
    if kind.this == exp.DataType.Type.MAP:
        return {key: read_as(kind.expressions[1], inner) for key, inner in value.items()} if isinstance(value, dict) else None
    if kind.this in exp.DataType.TEXT_TYPES:
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return value
