"""From a request to an answer, and everything that lives as long as the server."""

import hashlib
import itertools
import json
import threading
from datetime import datetime, timedelta, timezone

from . import emulators, faults, models, pages, shapes, signature, wire
from .buckets import Buckets
from .errors import AwsError, FakeProblem
from .estate import DEFAULT_REGIONS, Estate
from .handlers import HANDLERS
from .sessions import Sessions

DEFAULTS = {
    # The most items of a page, and whether the second page of a list is empty.
    "page_size": 2,
    "empty_pages": True,
    # The role whose session the hub's keys are.
    "hub_role": "SecurityV0HubCollector",
    # What a person who signed in holds, and the permission set that it gives: with it the hub's keys are handed out.
    "sso_token": "sso-token-of-the-fake",
    "sso_role": "SecurityV0Operator",
    # Roles beside those of the authorization details: {"path", "trust", "accounts"?, "absent_in"?}.
    "roles": [],
    # Where Identity Center and Security Hub's aggregation are; the first Region of the capture where nothing else is said.
    "home_region": None,
    # Types that AWS Config records and its SQL does not know.
    "unqueryable_types": ["AWS::Cognito::UserPool", "AWS::ElasticLoadBalancingV2::Listener", "AWS::IAM::InstanceProfile", "AWS::MediaConnect::FlowEntitlement"],
    # Buckets that may be written to, beside those of the trails, whose objects are the capture's log files.
    "buckets": ["securityv0-hub"],
    # Athena's workgroup, and statements that make tables before anything is asked.
    "athena_workgroup": {"name": "securityv0", "state": "ENABLED", "output": "s3://securityv0-hub/athena/", "bytes_scanned_cutoff": 10 * 1024**3},
    "athena_tables": [],
    # Whether statements come to an end, and whether a manifest names the files that they write.
    "athena_ends": True,
    "athena_manifest": True,
    # The StackSet of the spoke role: {"name"?, "auto_deployment"?, "absent_in"?, "instances"?: account -> fields, "operations"?}; `None` where there is none.
    "stack_set": {"name": "securityv0-readonly"},
    # Emulators that answer in its place, and what each does: see emulators.py.
    "emulators": {},
    "emulated": [],
    # Without a check of signatures the fake can be asked by hand.
    "verify_signatures": True,
}
# Services with one endpoint for all Regions.
_GLOBAL = {"iam", "organizations", "account", "sts"}


class Call:
    """A call to answer."""

    def __init__(self, fake, request, session, name, operation, protocol, parameters):
        self.fake, self.request, self.session = fake, request, session
        self.service, self.operation, self.protocol, self.parameters = name, operation, protocol, parameters
        self.account, self.region, self.estate = session.account, request.scope.region, fake.estate
        self.emulator = None

    @property
    def key(self):
        """Service and operation."""
        return self.service, self.operation.name


class Fake:
    """The whole of it."""

    def __init__(self, capture, options=None):
        unknown = set(options or {}) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"no such options: {sorted(unknown)}")
        self.options = {**DEFAULTS, **(options or {})}
        self.estate = Estate(capture)
        self.options["home_region"] = self.options["home_region"] or self.estate.regions[0]
        self.faults = faults.Faults()
        self.emulators = emulators.Emulators(self.options["emulators"], self.options["emulated"])
        self.lock = threading.RLock()
        self.reset()

    def reset(self):
        """Forgets everything but the capture."""
        with self.lock:
            self.skew, self.advanced = timedelta(), timedelta()
            self.calls, self.problems, self.notes = [], [], set()
            self.state = {}
            self.buckets = Buckets(self.estate, self.options["buckets"])
            self.numbers = itertools.count(1)
            self.sessions = Sessions(self.estate, self.options, self.now)
            self.pager = pages.Pager(self.options["page_size"], self.options["empty_pages"])
            self.faults.clear()

    def now(self):
        """The time, as far as the fake's clock was moved on: sessions end and jobs finish by it."""
        return self.server_time() + self.advanced

    def server_time(self):
        """The time that signatures are compared with and answers are dated by."""
        return datetime.now(timezone.utc) + self.skew

    def remember(self, key, make):
        """What `make` made of a key the first time that it was asked for."""
        with self.lock:
            if key not in self.state:
                self.state[key] = make()
            return self.state[key]

    def answer(self, request):
        """(status, headers, body, fault) of a request."""
        if request.path == "/federation/credentials":
            return self._signed_in(request)
        record = {"service": None, "operation": None, "account": None, "region": None, "role": None, "session": None, "outcome": None}
        name, operation, protocol, fault = "", None, "json", None
        try:
            request.scope = signature.Scope(request.headers.get("authorization"))
            record["region"] = request.scope.region
            name, operation_name, protocol, labels = models.find(request)
            operation = models.operation(name, operation_name)
            record |= {"service": name, "operation": operation_name}
            session = self._identify(request, record)
            fault = self.faults.of(record, request.target)
            if fault:
                record["fault"] = fault["kind"]
                faults.refuse(fault, name, operation)
            self._check_region(name, request.scope.region)
            parameters = wire.parse(request, operation, protocol, labels)
            record["parameters"] = digest(parameters)
            if operation_name == "AssumeRole":
                record["assumed"] = {key: value for key, value in parameters.items() if key != "ExternalId"}
            call = Call(self, request, session, name, operation, protocol, parameters)
            row = self.emulators.of(call)
            if row:
                status, headers, body = self._emulated(call, row, record)
            else:
                made = self._made(call, fault)
                status, headers, body = wire.serialise(name, operation, protocol, made)
                record["outcome"] = "ok"
        except AwsError as problem:
            record["outcome"] = problem.code
            status, headers, body = wire.error(name, operation, protocol, problem)
        except NotImplementedError as problem:
            record["outcome"] = "NotImplemented"
            status, headers, body = self._own_fault(name, operation, protocol, f"no handler for {problem}", 501)
        except FakeProblem as problem:
            record["outcome"] = "FakeProblem"
            status, headers, body = self._own_fault(name, operation, protocol, str(problem), 501)
        with self.lock:
            self.calls.append(record)
        return status, headers, body, fault

    def _signed_in(self, request):
        """`sso:GetRoleCredentials`, which nobody signs: the token of who signed in is enough."""
        asked, hub = dict(request.query), self.sessions.hub
        record = {"service": "sso", "operation": "GetRoleCredentials", "account": asked.get("account_id"), "region": None, "role": asked.get("role_name"), "session": None, "outcome": "ok"}
        operation = models.operation("sso", "GetRoleCredentials")
        try:
            if request.headers.get("x-amz-sso_bearer_token") != self.options["sso_token"]:
                raise AwsError("UnauthorizedException", "Session token not found or invalid", 401)
            if (asked.get("account_id"), asked.get("role_name")) != (hub.account, self.options["sso_role"]):
                raise AwsError("ForbiddenException", "No access", 403)
            expiration = int((self.now() + timedelta(hours=1)).timestamp() * 1000)
            made = {"roleCredentials": {"accessKeyId": hub.key, "secretAccessKey": hub.secret, "sessionToken": hub.token, "expiration": expiration}}
            answer = wire.serialise("sso", operation, "rest-json", made)
        except AwsError as problem:
            record["outcome"] = problem.code
            answer = wire.error("sso", operation, "rest-json", problem)
        with self.lock:
            self.calls.append(record)
        return *answer, None

    def _identify(self, request, record):
        if not self.options["verify_signatures"] and request.scope.key not in self.sessions._known:
            session = self.sessions.hub
        else:
            session = self.sessions.of(request)
            signature.verify(request, session.secret, self.server_time())
        record |= {"account": session.account, "role": session.role, "session": session.name}
        return session

    def _check_region(self, name, region):
        if name not in _GLOBAL and region not in DEFAULT_REGIONS and region not in self.estate.regions:
            raise faults.unrecognised(name)

    def _emulated(self, call, row, record):
        call.emulator = record["emulator"] = row["by"]
        if "of" in row:
            # Whom a service answers of another account's is what the fake decides.
            self._may(call)
        notes = set()
        answer = self.emulators.answer(call, row, notes)
        with self.lock:
            self.notes |= notes
        record["outcome"] = "ok" if answer[0] < 300 else f"refused by {row['by']}"
        return answer

    def _may(self, call):
        try:
            HANDLERS[call.key](call)
        except AwsError as problem:
            if problem.code.startswith("AccessDenied"):
                raise

    def _made(self, call, fault):
        handler = HANDLERS.get(call.key)
        if handler is None:
            raise NotImplementedError(f"{call.service}:{call.operation.name}")
        whole = handler(call)
        kind = fault["kind"] if fault and fault["kind"] in ("empty_page", "duplicated_page") else None
        page = self.pager.cut(call.service, call.operation, call.account, call.region, call.parameters, whole, kind)
        notes = set()
        made = shapes.answer(call.operation, page, notes)
        with self.lock:
            self.notes |= notes
        if fault and fault["kind"] == "oversized_item":
            _blow_up(made, fault.get("bytes", 4 * 1024 * 1024))
        return made

    def _own_fault(self, name, operation, protocol, message, status):
        with self.lock:
            self.problems.append({"service": name, "operation": getattr(operation, "name", None), "message": message})
        return wire.error(name, operation, protocol, AwsError("FakeAwsProblem", message, status))


def digest(parameters):
    """A hash of parameters: calls can be compared without keeping external ids and the like."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, default=repr).encode()).hexdigest()[:16]


def _blow_up(value, size):
    """Makes the first text of a list's first item as large as asked."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(inner, list) and inner and isinstance(inner[0], str):
            inner[0] += "x" * size
            return True
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for key, text in inner[0].items():
                if isinstance(text, str):
                    inner[0][key] = text + "x" * size
                    return True
        if isinstance(inner, dict) and _blow_up(inner, size):
            return True
    return False
