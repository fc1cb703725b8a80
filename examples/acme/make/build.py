#!/usr/bin/env python3
"""Writes examples/acme/capture from the descriptions beside this file.

    python3 examples/acme/make/build.py          write the capture
    python3 examples/acme/make/build.py --check  fail if the capture in place differs from what would be written

Python 3.11 or newer and nothing else. The same descriptions give the same bytes.
"""

import gzip
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import data_platform
import data_platform_calls
import delivery
import logs
import names
import organization
import people
import resources
import signals
import workforce
import workloads
from names import DATA, DELIVERY, DEV, IRELAND, PROD, SECURITY, SHARED
from shapes import Group, ManagedPolicy, Role, User, url_encoded

HERE = Path(__file__).resolve().parent
CAPTURE = HERE.parent / "capture"
IAM_TYPES = {"AWS::IAM::User": User, "AWS::IAM::Role": Role, "AWS::IAM::Group": Group, "AWS::IAM::Policy": ManagedPolicy}
# Policy documents as the CLI prints them (objects), or as the API sends them (URL-encoded strings). Readers take both.
ENCODINGS = {SECURITY: dict, SHARED: url_encoded, DEV: url_encoded, PROD: dict, DATA: dict, DELIVERY: url_encoded}


def printed(document):
    """A document as the AWS CLI prints it."""
    return (json.dumps(document, indent=4, ensure_ascii=False) + "\n").encode()


def lines(items):
    """One item a line."""
    return "".join(json.dumps(item, separators=(",", ":"), ensure_ascii=False) + "\n" for item in items).encode()


def authorization_details(account, things):
    """GetAccountAuthorizationDetails of one account."""
    def details(kind):
        return [thing.as_authorization_detail(ENCODINGS[account]) for thing in things if isinstance(thing, kind)]

    return {"UserDetailList": details(User), "GroupDetailList": details(Group), "RoleDetailList": details(Role), "Policies": details(ManagedPolicy)}


def in_pages(answer):
    """The same answer as two pages, as a loop over the API collects them."""
    first = {"UserDetailList": answer["UserDetailList"], "GroupDetailList": answer["GroupDetailList"], "RoleDetailList": [], "Policies": [],
             "IsTruncated": True, "Marker": "AAFxb2Rpbmc"}
    second = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": answer["RoleDetailList"], "Policies": answer["Policies"], "IsTruncated": False}
    return [first, second]


def iam_config(accounts):
    """Config rows of IAM. One role is there twice: global types are recorded in every recording Region."""
    things = [thing for account in accounts.values() for thing in account]
    rows = {kind: [thing.as_config_item() for thing in things if isinstance(thing, python)] for kind, python in IAM_TYPES.items()}
    twice = next(row for row in rows["AWS::IAM::Role"] if row["resourceName"] == "order-summary-lambda")
    rows["AWS::IAM::Role"].append({**twice, "configurationItemCaptureTime": "2026-02-27T04:02:19.650Z", "configurationStateId": "20260227040219650"})
    return rows


def account_files(accounts):
    """What the spokes answered."""
    out = {}
    for account, _, _, _, _ in organization.ACCOUNTS:
        things = accounts[account] if account in ENCODINGS else []
        out[f"accounts/{account}/status.json"] = printed(organization.spoke_status(account, len(things)))
        if things:
            answer = authorization_details(account, things)
            out[f"accounts/{account}/iam/authorization-details.json"] = printed(in_pages(answer) if account == DEV else answer)
    out[f"accounts/{DATA}/iam/credential-report.csv"] = signals.data_credential_report().encode()
    out[f"accounts/{DEV}/iam/credential-report.csv"] = people.dev_credential_report().encode()
    out[f"accounts/{PROD}/{IRELAND}/lambda/functions.ndjson"] = lines(workloads.production_functions())
    return out


def config_rows(*parts):
    """Config rows of several modules, by resource type."""
    rows = {}
    for part in parts:
        for kind, items in part.items():
            rows.setdefault(kind, []).extend(items)
    return rows


def capture():
    """Every file of the capture, by its place."""
    accounts = {**people.everyone(), DATA: data_platform.people(), DELIVERY: delivery.people()}
    header = {"format": "sv0-capture/1", "partition": "aws", "hub_account": SECURITY, "organization_id": names.ORGANIZATION,
              "captured_at": names.CAPTURED_AT, "regions": [names.IRELAND, names.FRANKFURT]}
    config = config_rows(iam_config(accounts), resources.files(), workloads.files(), data_platform.files(), delivery.files())
    by_line = {**signals.files(), **workforce.files(), **data_platform_calls.files()}
    managed = json.loads((HERE / "aws_managed_policies.json").read_text())
    return {
        "capture.json": printed(header),
        "aws-managed-policies.ndjson": lines(managed),
        "cloudtrail/trails.ndjson": lines(logs.trails()),
        "config/recorders.ndjson": lines(resources.recorders()),
        "config/aggregator.json": printed(signals.aggregator()),
        **{place: lines(rows) for place, rows in by_line.items()},
        **{place: printed(document) for place, document in organization.files().items()},
        **{f"config/{kind.replace('::', '-')}.ndjson": lines(rows) for kind, rows in config.items()},
        **account_files(accounts),
        **logs.files(),
    }


def present():
    """The files in place."""
    return {path.relative_to(CAPTURE).as_posix(): path for path in CAPTURE.rglob("*") if path.is_file()}


def write(files):
    """Replaces the capture."""
    for place, path in present().items():
        if place not in files:
            path.unlink()
    for place, content in files.items():
        path = CAPTURE / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes in {CAPTURE}")


def plain(place, content):
    """The content itself: two versions of zlib may compress the same bytes differently."""
    return gzip.decompress(content) if place.endswith(".gz") else content


def check(files):
    """Says which files differ."""
    there = present()
    common = files.keys() & there.keys()
    wrong = sorted((files.keys() ^ there.keys()) | {place for place in common if plain(place, files[place]) != plain(place, there[place].read_bytes())})
    for place in wrong:
        print(f"{place}: differs from what build.py writes", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check(capture()))
    write(capture())
