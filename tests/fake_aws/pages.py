"""Pages: every list is cut small, with an empty page that has a token after the first, as AWS may do at any time."""

import copy
import json
import secrets
import threading

from . import models
from .errors import FakeProblem, bad_token

# What botocore's paginators leave out or name otherwise: (service, operation) -> (token of the request, token of the answer, lists, limit).
_EXTRA = {
    ("events", "ListEventBuses"): ("NextToken", "NextToken", ["EventBuses"], "Limit"),
    ("events", "ListConnections"): ("NextToken", "NextToken", ["Connections"], "Limit"),
    ("events", "ListApiDestinations"): ("NextToken", "NextToken", ["ApiDestinations"], "Limit"),
    ("batch", "DescribeJobDefinitions"): ("nextToken", "nextToken", ["jobDefinitions"], "maxResults"),
    ("identitystore", "ListUsers"): ("NextToken", "NextToken", ["Users"], "MaxResults"),
    ("organizations", "ListDelegatedServicesForAccount"): ("NextToken", "NextToken", ["DelegatedServices"], "MaxResults"),
    ("sqs", "ListQueues"): ("NextToken", "NextToken", ["QueueUrls"], "MaxResults"),
}
# Botocore calls them pageable; they answer at once, or their rows are cut by their own handler.
_WHOLE = {("s3", "ListObjectsV2"), ("iam", "GetServiceLastAccessedDetails"), ("config", "DescribeConfigurationRecorders"), ("config", "DescribeConfigurationRecorderStatus"), ("cloudtrail", "DescribeTrails"), ("dynamodb", "Query"), ("dynamodb", "Scan")}


class Pager:
    """Cuts answers, and remembers what its tokens stand for."""

    def __init__(self, size, empty_pages):
        self.size = size
        self.empty_pages = empty_pages
        self._tokens = {}
        self._lock = threading.Lock()

    def cut(self, name, operation, account, region, parameters, answer, fault=None):
        """The page of `answer` that `parameters` ask for. Fault `empty_page` gives nothing but a token that goes on where this page begins, `duplicated_page` the page with such a token."""
        rule = rule_of(name, operation)
        if rule is None or not isinstance(answer, dict):
            return answer
        token_in, token_out, lists, limit_key, more = rule
        lists = [path for path in lists if isinstance(_at(answer, path), list)]
        if not lists:
            return answer
        wanted = {key: value for key, value in parameters.items() if key not in (token_in, limit_key)}
        fingerprint = json.dumps([name, operation.name, account, region, wanted], sort_keys=True, default=str)
        start, empty = 0, False
        if parameters.get(token_in) not in (None, ""):
            with self._lock:
                known = self._tokens.get(parameters[token_in])
            if known is None or known[0] != fingerprint:
                raise bad_token(operation)
            _, start, empty = known
        limit = parameters.get(limit_key) if limit_key else None
        size = 0 if empty else min(self.size, int(limit)) if limit else self.size
        size = 0 if empty or fault == "empty_page" else max(size, 1)
        page, end, total = self._page(answer, lists, start, size)
        if fault == "duplicated_page":
            end = start
        going_on = end < total or fault is not None
        if more:
            page[more] = going_on
        page.pop(token_out, None)
        if going_on:
            # The second page is the empty one: early enough that every list of more than a page meets it.
            page[token_out] = self._token(fingerprint, end, self.empty_pages and fault is None and start == 0 and not empty)
        return page

    @staticmethod
    def _page(answer, lists, start, size):
        page, position = copy.copy(answer), 0
        for path in lists:
            items = _at(answer, path)
            low, high = max(start - position, 0), max(min(start + size - position, len(items)), 0)
            page = _with(page, path, items[low:high] if low < high else [])
            position += len(items)
        return page, start + size, position

    def _token(self, fingerprint, start, empty):
        token = f"T{secrets.token_hex(16)}"
        with self._lock:
            self._tokens[token] = (fingerprint, start, empty)
        return token


def rule_of(name, operation):
    """(token of the request, token of the answer, lists, limit, flag for more) of an operation that is paged, else `None`."""
    if (name, operation.name) in _WHOLE:
        return None
    if (name, operation.name) in _EXTRA:
        return (*_EXTRA[(name, operation.name)], None)
    described = models.paginator(name, operation.name)
    if described is None:
        return _guess(operation)
    first = lambda value: value[0] if isinstance(value, list) else value
    lists = described["result_key"] if isinstance(described["result_key"], list) else [described["result_key"]]
    # GetAccountAuthorizationDetails and others name their flag; a token of the answer may have alternatives (`a || b`).
    token_out = first(described["output_token"]).split("||")[0].strip()
    if any(mark in token_out for mark in "[.]"):
        return None
    return first(described["input_token"]), token_out, lists, described.get("limit_key"), described.get("more_results")


def _guess(operation):
    if operation.input_shape is None or operation.output_shape is None:
        return None
    tokens = [key for key in ("NextToken", "nextToken", "Marker") if key in operation.input_shape.members and key in operation.output_shape.members]
    lists = [key for key, member in operation.output_shape.members.items() if member.type_name == "list"]
    limits = [key for key in ("MaxResults", "maxResults", "Limit", "MaxItems") if key in operation.input_shape.members]
    if not tokens or not lists:
        return None
    if len(lists) > 1:
        raise FakeProblem(f"which list of {operation.name} is paged has to be said")
    return tokens[0], tokens[0], lists, limits[0] if limits else None, None


def _at(value, path):
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _with(value, path, new):
    key, _, rest = path.partition(".")
    return {**value, key: _with(value.get(key, {}), rest, new) if rest else new}
