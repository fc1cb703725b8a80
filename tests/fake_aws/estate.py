"""The capture that is served: its files as Python values."""

import csv
import functools
import gzip
import io
import json
import pathlib

from urllib.parse import unquote

# Regions that an account has without asking, and those that it has to enable. AWS Account Management, "Specify which AWS Regions your account can use".
DEFAULT_REGIONS = """ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3
sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2""".split()
OPT_IN_REGIONS = "af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1".split()


class Estate:
    """A capture folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.header = json.loads((self.folder / "capture.json").read_text())
        self.partition = self.header.get("partition", "aws")
        self.hub = self.header["hub_account"]
        self.regions = self.header.get("regions") or ["us-east-1"]
        self.captured_at = self.header["captured_at"]

    @functools.lru_cache(maxsize=None)
    def documents(self, path):
        """Every JSON document of a file, named without its ending. `None` where there is no file; what the CLI prints around items stays."""
        for ending in (".json", ".ndjson"):
            for packed in ("", ".gz"):
                file = self.folder / f"{path}{ending}{packed}"
                if file.is_file():
                    data = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
                    return list(_values(data.decode("utf-8-sig")))
        return None

    def items(self, path, wrapper=None):
        """The items of a file, unwrapped from the list that the CLI prints around them. Empty where there is no file."""
        found = []
        for document in self.documents(path) or []:
            if isinstance(document, list):
                found.extend(document)
            elif wrapper and isinstance(document, dict) and isinstance(document.get(wrapper), list):
                found.extend(document[wrapper])
            else:
                found.append(document)
        return found

    def text(self, path):
        """A file as text; `None` where it is not there."""
        file = self.folder / path
        return file.read_text() if file.is_file() else None

    @functools.cached_property
    def accounts(self):
        """ListAccounts' items; the hub alone where there is no organization."""
        return self.items("organizations/accounts", "Accounts") or [{"Id": self.hub}]

    @functools.cached_property
    def account_ids(self):
        """Every account that has an id here."""
        below = self.folder / "accounts"
        folders = [entry.name for entry in below.iterdir() if entry.is_dir()] if below.is_dir() else []
        return sorted({account["Id"] for account in self.accounts} | set(folders) | {self.hub})

    def state(self, account):
        """The state of an account."""
        for row in self.accounts:
            if row["Id"] == account:
                return row.get("State") or row.get("Status") or "ACTIVE"
        return "ACTIVE"

    @functools.cached_property
    def organization(self):
        """DescribeOrganization's answer; `None` for an account of no organization."""
        documents = self.documents("organizations/organization")
        return documents[0].get("Organization", documents[0]) if documents else None

    @functools.cached_property
    def management_account(self):
        """The management account; `None` where there is no organization."""
        return (self.organization or {}).get("MasterAccountId")

    @functools.cached_property
    def delegated_administrators(self):
        """ListDelegatedAdministrators' items, each with `Services`."""
        return self.items("organizations/delegated-administrators", "DelegatedAdministrators")

    @functools.lru_cache(maxsize=None)
    def authorization_details(self, account):
        """The lists of GetAccountAuthorizationDetails, all pages together; `None` where the account was not read."""
        documents = self.documents(f"accounts/{account}/iam/authorization-details")
        if documents is None:
            return None
        made = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        for document in documents:
            for page in document if isinstance(document, list) else [document]:
                for key in made:
                    made[key].extend(page.get(key, []))
        return made

    @functools.lru_cache(maxsize=None)
    def roles(self, account):
        """Role name -> {Arn, RoleId, trust} of an account, of its authorization details or else of AWS Config."""
        details = self.authorization_details(account)
        if details is not None:
            return {role["RoleName"]: {"Arn": role["Arn"], "RoleId": role["RoleId"], "Trust": document(role["AssumeRolePolicyDocument"])} for role in details["RoleDetailList"]}
        return {}

    @functools.cached_property
    def config_types(self):
        """The types that have a file in `config`."""
        below = self.folder / "config"
        names = {entry.name.split(".")[0] for entry in below.iterdir()} if below.is_dir() else set()
        return sorted(name.replace("-", "::") for name in names if name.startswith("AWS-"))

    @functools.lru_cache(maxsize=None)
    def config_items(self, kind):
        """The rows of a type, each an object."""
        rows = []
        for item in self.items(f"config/{kind.replace('::', '-')}", "Results"):
            rows.append(json.loads(item) if isinstance(item, str) else item)
        return rows

    @functools.cached_property
    def all_config_items(self):
        """The rows of every type."""
        return [row for kind in self.config_types for row in self.config_items(kind)]

    def config_of(self, kind, account, region):
        """The rows of a type in an account and Region."""
        return [row for row in self.config_items(kind) if row.get("accountId") == account and row.get("awsRegion") in (region, "global")]

    @functools.lru_cache(maxsize=None)
    def spoke_items(self, account, region, path):
        """The lines of `accounts/<account>/<region>/<path>`, of a global service those below `global` too; `None` where there is no file."""
        for place in (region, "global"):
            documents = self.documents(f"accounts/{account}/{place}/{path}")
            if documents is not None:
                return documents
        return None

    def credential_report(self, account):
        """The credential report's CSV; `None` where there is none."""
        return self.text(f"accounts/{account}/iam/credential-report.csv")

    def credential_rows(self, account):
        """The credential report's rows."""
        text = self.credential_report(account)
        return list(csv.DictReader(io.StringIO(text))) if text else []

    @functools.cached_property
    def managed_policies(self):
        """AWS managed policies of `aws-managed-policies`: ARN -> (version, document)."""
        made = {}
        for row in self.items("aws-managed-policies"):
            version = row.get("Response", {}).get("PolicyVersion", row)
            made[row["Arn"]] = (version.get("VersionId", "v1"), document(version["Document"]))
        return made


def document(value):
    """A policy document in whatever form a capture has it."""
    if isinstance(value, str):
        text = unquote(value) if value.lstrip().startswith("%") else value
        return json.loads(text)
    return value


def _values(text):
    decoder, position = json.JSONDecoder(), 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position == len(text):
            return
        value, position = decoder.raw_decode(text, position)
        yield value
