"""Reads the table by the code of docs/data-model.md, and compares it with the objects of a run.

Arguments: the table's name, the folder of the run. The documentation's code is in the environment variable EXAMPLE.
"""

import collections
import hashlib
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


def parts(folder, key):
    """The rows of each part by its name."""
    all_rows = iter(rows(folder, key))
    index = rows(folder, key.replace(".ndjson.zst", ".parts.ndjson"))
    return {part["name"]: [next(all_rows) for _ in range(part["rows"])] for part in index}


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what} differ: {found!r:.500} is not {expected!r:.500}")


def stable_id(*parts):
    return hashlib.sha256(b"".join(part.encode() + b"\0" for part in parts)).hexdigest()[:16]


def main():
    name, folder = sys.argv[1:]
    # The helpers of the documentation as they stand there, without the questions below them, which name things of no estate.
    code = os.environ["EXAMPLE"].replace('Table("TABLE")', f'Table("{name}")').split("\ncritical = ")[0]
    given = {}
    exec(compile(code, "docs/data-model.md", "exec"), given)
    thing, listed, table = given["thing"], given["listed"], given["table"]

    entities = rows(folder, "graph/entities.ndjson.zst")
    # Lines are those of the part of the same name.
    steps = parts(folder, "authority/steps.ndjson.zst")
    sets = {
        part: [row["accesses"] for row in of_part] for part, of_part in parts(folder, "authority/accesses.ndjson.zst").items()
    }
    accesses = {}
    for part, row in ((part, row) for part, of_part in sets.items() for accesses_of_one in of_part for row in accesses_of_one):
        step = steps[part][row["step"]]
        own = [] if row["is_best"] else [step["state"]]
        id = stable_id("access", step["from"], step["relation"], row["resource"], row["action_class"], row["scope"], *own)
        document = {name: value for name, value in row.items() if name != "step"}
        accesses.setdefault(id, {**document, "id": id, "authority": step["from"], "state": step["state"], "hop": step})
    accesses = list(accesses.values())
    routes = {}
    of_parts = parts(folder, "authority/routes.ndjson.zst")
    for part, row in ((part, row) for part, of_part in of_parts.items() for row in of_part):
        id = stable_id("route", row["workload"], *row["roles"], *row["marks"])
        reached = sets[part][row["accesses"]]
        end = steps[part][reached[0]["step"]]["from"] if reached else ([row["workload"]] + row["roles"])[-1]
        document = {name: value for name, value in row.items() if name not in ("steps", "accesses", "taken", "executions")}
        hops = [steps[part][line] for line in row["steps"]]
        routes.setdefault(id, {**document, "id": id, "authority": end, "hops": hops})
    routes = list(routes.values())
    findings = rows(folder, "findings/findings.ndjson.zst")
    coverage = rows(folder, "coverage.ndjson")
    manifest = json.load(open(os.path.join(folder, "manifest.json")))

    for kind, key, all_rows in [
        ("entity", "native_id", entities), ("route", "id", routes), ("access", "id", accesses), ("finding", "id", findings)
    ]:
        for row in all_rows[:: max(1, len(all_rows) // 25)]:
            item = thing(kind, row[key])
            document = {name: value for name, value in row.items() if name not in ("captured_at", "origins")}
            told = json.loads(item["document"])
            told.pop("takes", None)
            same(row[key], told, document)
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
    compare("routes from", "list1", "routes/from", routes, "workload", "id", divided=False)
    compare("routes to", "list2", "routes/to", routes, "authority", "id", divided=False)
    compare("accesses from", "list1", "accesses/from", accesses, "authority", "id", divided=False)
    compare("accesses to", "list2", "accesses/to", accesses, "resource", "id", divided=False)
    # Who reaches a resource: what reaches it, and what leads there.
    reached = accesses[0]["resource"]
    authorities = {item["name"] for item in listed("list2", f"accesses/to/{reached}", False)}
    workloads = {item["workload"] for authority in authorities for item in listed("list2", f"routes/to/{authority}", False)}
    expected = {access["authority"] for access in accesses if access["resource"] == reached}
    same("who reaches", workloads, {route["workload"] for route in routes if route["authority"] in expected})
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
    print("read everything:", len(entities), len(routes), len(accesses), len(findings), len(coverage))


main()
