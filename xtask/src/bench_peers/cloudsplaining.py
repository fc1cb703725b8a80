"""Scans an account with cloudsplaining: python -c <this> <authorization details>

Prints the seconds on the processor from the text of the answer to its results, and of how many principals it was told.
"""
import json
import sys
import time
from urllib.parse import unquote

from cloudsplaining.scan.authorization_details import AuthorizationDetails


def decoded(value):
    """IAM encodes documents; the AWS CLI, whose answers are read here, decodes them."""
    if isinstance(value, list):
        return [decoded(one) for one in value]
    if isinstance(value, dict):
        return {name: document(one) if "Document" in name else decoded(one) for name, one in value.items()}
    return value


def document(value):
    return json.loads(unquote(value)) if isinstance(value, str) else decoded(value)


with open(sys.argv[1], encoding="utf-8") as file:
    text = json.dumps(decoded(json.load(file)))
started = time.process_time()
results = AuthorizationDetails(json.loads(text)).results
seconds = time.process_time() - started
print(json.dumps({"seconds": seconds, "principals": len(results["roles"]) + len(results["users"])}))
