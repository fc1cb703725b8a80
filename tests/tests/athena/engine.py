"""Stands in for Athena: checks a statement and runs it over the log files of a folder.

Reads one JSON object {"sql", "parameters", "logs", "out"} from standard input. The statement must be one that Trino's parser takes without a warning. The SELECT
of an UNLOAD is then translated for DuckDB, which reads the log files under CloudTrail's own paths as the table's definition does, and its rows are written to
`out` as UNLOAD writes JSON: one object a line, compressed. Prints {"rows": number, "bytes": read}.
"""

import gzip
import glob
import json
import os
import re
import sys

import duckdb
import sqlglot
from trino_sql_validator import validate

STRUCT_IDENTITY = (
    "STRUCT(\"type\" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, invokedBy VARCHAR, accessKeyId VARCHAR, userName VARCHAR,"
    " identityProvider VARCHAR, sessionContext STRUCT(attributes STRUCT(mfaAuthenticated VARCHAR, creationDate VARCHAR),"
    " sessionIssuer STRUCT(\"type\" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR), sourceIdentity VARCHAR))"
)
# The columns of the table, as their SerDe gives them: three fields stay JSON text.
RECORD = (
    f"STRUCT(userIdentity {STRUCT_IDENTITY}, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR,"
    " userAgent VARCHAR, errorCode VARCHAR, requestParameters JSON, responseElements JSON, additionalEventData JSON, eventID VARCHAR,"
    " resources STRUCT(ARN VARCHAR, accountId VARCHAR, \"type\" VARCHAR)[], recipientAccountId VARCHAR, sharedEventID VARCHAR)[]"
)
UNLOAD = re.compile(r"UNLOAD \((?P<select>.*)\)\s*TO '(?P<place>[^']*)'\s*WITH \((?P<options>[^()]*)\)\s*", re.DOTALL)


def problems(sql):
    """What Trino's parser has against the statement, warnings too."""
    result = validate(sql)
    if not result.valid:
        return [str(result.error)]
    # Athena's statements that define tables are Hive's, whose type STRING Trino does not have.
    is_definition = sql.startswith("CREATE EXTERNAL TABLE ")
    warnings = [warning for warning in result.warnings if not (is_definition and getattr(warning, "name", None) == "string")]
    return [str(warning) for warning in warnings]


def tables(connection, name, files):
    connection.execute("SET TimeZone='UTC'")
    connection.execute(f"CREATE SCHEMA {name[0]}")
    connection.execute(
        f"""CREATE TABLE {name[0]}.{name[1]} AS
        SELECT record.* EXCLUDE (requestParameters, responseElements, additionalEventData),
          CAST(record.requestParameters AS VARCHAR) AS requestparameters,
          CAST(record.responseElements AS VARCHAR) AS responseelements,
          CAST(record.additionalEventData AS VARCHAR) AS additionaleventdata,
          regexp_extract(path, '/(\\d{{12}})/CloudTrail/', 1) AS account,
          regexp_extract(path, '/CloudTrail/([^/]+)/', 1) AS region,
          regexp_extract(path, '/(\\d{{4}}/\\d\\d/\\d\\d)/[^/]*$', 1) AS "day"
        FROM (SELECT unnest(Records) AS record, filename AS path
              FROM read_json({files!r}, filename = true, format = 'auto', maximum_object_size = 268435456, columns = {{Records: '{RECORD}'}}))"""
    )


def run(job):
    found = problems(job["sql"])
    if found:
        raise SystemExit("the statement is refused: " + "; ".join(found))
    unload = UNLOAD.fullmatch(job["sql"])
    select = sqlglot.transpile(unload["select"], read="athena", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    if len(select) != 1:
        raise SystemExit(f"{len(select)} statements")
    files = sorted(glob.glob(os.path.join(job["logs"], "**", "CloudTrail", "**", "*.json.gz"), recursive=True))
    connection = duckdb.connect()
    name = re.search(r'FROM "(\w+)"\."(\w+)"', unload["select"])
    tables(connection, (name[1], name[2]), files)
    parameters = [value[1:-1] for value in job["parameters"]]
    cursor = connection.execute(select[0], parameters)
    columns = [column[0].lower() for column in cursor.description]
    count = 0
    with gzip.open(job["out"], "wt", encoding="utf-8") as out:
        while rows := cursor.fetchmany(1000):
            for row in rows:
                # A row without a field reads like one where it is null.
                out.write(json.dumps({name: value for name, value in zip(columns, row) if value is not None}) + "\n")
                count += 1
    print(json.dumps({"rows": count, "bytes": sum(os.path.getsize(file) for file in files)}))


if __name__ == "__main__":
    job = json.load(sys.stdin)
    if "check" in job:
        print(json.dumps([problems(sql) for sql in job["check"]]))
    else:
        run(job)
