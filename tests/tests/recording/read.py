"""Reads the table by the code of docs/data-model.md, and compares it with the objects of a run.

Arguments: the table's name, the folder of the run. The documentation's code is in the environment variable EXAMPLE.
"""

import collections
import json
import os
import subprocess
import sys

import boto3


def rows(folder, key):
    path = os.path.join(folder, key)
    data = open(path, "rb").read()
    if key.endswith(".zst"):
        try:
            import zstandard

            data = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
        except ImportError:
            from compression import zstd  # Python 3.14

            data = zstd.decompress(data)
    return [json.loads(line) for line in data.decode().splitlines()]


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what} differ: {found!r:.500} is not {expected!r:.500}")


def main():
    name, folder = sys.argv[1:]
    # The helpers of the documentation as they stand there, without the questions below them, which name things of no estate.
    code = os.environ["EXAMPLE"].replace('Table("TABLE")', f'Table("{name}")').split("\ncritical = ")[0]
    given = {}
    exec(compile(code, "docs/data-model.md", "exec"), given)
    thing, listed, table = given["thing"], given["listed"], given["table"]

    entities = rows(folder, "graph/entities.ndjson.zst")
    steps = rows(folder, "authority/steps.ndjson.zst")
    paths = [
        {**row["path"], "hops": [steps[line] for line in row["steps"]]} for row in rows(folder, "authority/paths.ndjson.zst")
    ]
    findings = rows(folder, "findings/findings.ndjson.zst")
    coverage = rows(folder, "coverage.ndjson")
    manifest = json.load(open(os.path.join(folder, "manifest.json")))

    for kind, key, all_rows in [("entity", "native_id", entities), ("path", "id", paths), ("finding", "id", findings)]:
        for row in all_rows[:: max(1, len(all_rows) // 25)]:
            item = thing(kind, row[key])
            document = {name: value for name, value in row.items() if name not in ("captured_at", "origins")}
            same(row[key], json.loads(item["document"]), document)
            same("first sightings", item["first_seen"], manifest["captured_at"])

    def compare(what, index, prefix, all_rows, key, id, divided=True):
        by_value = collections.defaultdict(set)
        for row in all_rows:
            by_value[row.get(key) or "none"].add(row[id])
        for value in sorted(by_value)[:40]:
            found = [item["id"] for item in listed(index, f"{prefix}/{value}", divided)]
            same(f"{what} {value}", sorted(found), sorted(by_value[value]))

    compare("findings of severity", "list1", "findings/severity", findings, "severity", "id")
    compare("findings of account", "list2", "findings/account", findings, "account", "id")
    compare("findings of kind", "list3", "findings/kind", findings, "kind", "id")
    compare("paths from", "list1", "paths/from", paths, "workload", "id", divided=False)
    compare("paths to", "list2", "paths/to", paths, "resource", "id", divided=False)
    compare("entities of", "list1", "entities/account", entities, "account", "native_id")

    of_account = collections.defaultdict(list)
    for row in coverage:
        of_account[row["account"]].append(row)
    for account, expected in of_account.items():
        item = table.get_item(Key={"pk": f"coverage/{account}", "sk": "coverage"})["Item"]
        order = lambda row: json.dumps(row, sort_keys=True)
        same(f"coverage of {account}", sorted(json.loads(item["rows"]), key=order), sorted(expected, key=order))

    page = table.query(KeyConditionExpression="pk = :runs", ExpressionAttributeValues={":runs": "runs"}, ScanIndexForward=False, Limit=1)
    same("the newest run", page["Items"][0]["run_id"], manifest["run_id"])
    same("its counts", {name: int(count) for name, count in page["Items"][0]["counts"].items()}, manifest["counts"])
    same("the run", table.get_item(Key={"pk": f"run/{manifest['run_id']}", "sk": "run"})["Item"]["captured_at"], manifest["captured_at"])
    head = table.get_item(Key={"pk": "head", "sk": "head"})["Item"]
    same("the head", (head["newest_run"], head["newest_capture"], "pending_run" in head), (manifest["run_id"], manifest["captured_at"], False))
    lease = table.get_item(Key={"pk": "lease/scan", "sk": "lease"})["Item"]
    same("the lease", "holder" in lease, False)
    configuration = table.get_item(Key={"pk": "configuration", "sk": "configuration"})["Item"]
    same("the bucket", (configuration["results_bucket"], configuration["results_prefix"]), ("sv0-results", "hub/"))
    print("read everything:", len(entities), len(paths), len(findings), len(coverage))


main()
