"""Asks principalmapper-0ca the requests of a file: python -c <this> <requests>

Prints the seconds on the processor that the asking took and, for each request, whether it was allowed (null where it was not answered).
Its policies are dictionaries, read before the clock starts.
"""
import collections
import collections.abc
import json
import sys
import time

# It names two classes where Python had them before 3.10.
collections.Mapping = collections.abc.Mapping
collections.MutableMapping = collections.abc.MutableMapping

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.querying.query_interface import local_check_authorization_full  # noqa: E402

known = {}


def node_of(row):
    key = row["principal"]
    if key not in known:
        policies = [Policy(f"arn:aws:iam::000000000000:policy/p{n}", f"p{n}", text) for n, text in enumerate(row["identity_policies"])]
        boundaries = row.get("permission_boundaries")
        boundary = Policy("arn:aws:iam::000000000000:policy/boundary", "boundary", boundaries[0]) if boundaries else None
        trust = {"Version": "2012-10-17", "Statement": []}
        known[key] = Node(key, "AROAEXAMPLE", policies, None, trust, None, 0, False, False, boundary, False, {})
    return known[key]


rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
asked = [(node_of(row), row["action"], row["resource"], row["context"]) for row in rows]
decisions = []
started = time.process_time()
for one in asked:
    try:
        decisions.append(bool(local_check_authorization_full(*one)))
    except Exception:
        decisions.append(None)
print(json.dumps({"seconds": time.process_time() - started, "decisions": decisions}))
