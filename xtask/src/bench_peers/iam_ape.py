"""Asks iam-ape what each principal of an account may do: python -c <this> <authorization details>

Prints the seconds on the processor from the text of the answer to the last principal, and of how many principals it was told.
"""
import json
import logging
import sys
import time
from urllib.parse import unquote

from iam_ape.evaluator import AuthorizationDetails, EffectivePolicyEvaluator
from iam_ape.helper_types import EntityType

logging.disable(logging.CRITICAL)


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
asked = 0
started = time.process_time()
details = json.loads(text)
evaluator = EffectivePolicyEvaluator(AuthorizationDetails(details))
for listed, kind in (("UserDetailList", EntityType.user), ("RoleDetailList", EntityType.role)):
    for principal in details[listed]:
        try:
            evaluator.evaluate(principal["Arn"], kind)
            asked += 1
        except Exception:
            pass
print(json.dumps({"seconds": time.process_time() - started, "principals": asked}))
