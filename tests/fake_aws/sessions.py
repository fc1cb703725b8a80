"""Who calls: the hub's keys, and the sessions that AssumeRole gives out."""

import fnmatch
import json
import re
import secrets
import threading
from datetime import timedelta

from .errors import AwsError


class Session:
    """Credentials and whose they are."""

    def __init__(self, key, secret, token, account, role, name, expires, caller=None):
        self.key, self.secret, self.token = key, secret, token
        self.account, self.role, self.name, self.expires = account, role, name, expires
        self.caller = caller

    def arn(self, partition):
        """The ARN of the caller."""
        return f"arn:{partition}:sts::{self.account}:assumed-role/{self.role.rsplit('/')[-1]}/{self.name}"


class Sessions:
    """Every session that is known."""

    def __init__(self, estate, options, clock):
        self.estate, self.options, self.clock = estate, options, clock
        self._lock = threading.Lock()
        self._known = {}
        self.hub = Session("ASIAFAKEHUBFAKEHUB00", "hub-secret-of-the-fake/0123456789abcdef", "hub-token-of-the-fake", estate.hub, options["hub_role"], "hub", None)
        self._known[self.hub.key] = self.hub

    def of(self, request):
        """The session that signed a request; refuses unknown keys, wrong tokens and what has expired."""
        with self._lock:
            session = self._known.get(request.scope.key)
        if session is None or request.headers.get("x-amz-security-token") != session.token:
            code = "InvalidAccessKeyId" if request.scope.service == "s3" else "InvalidClientTokenId" if request.scope.service in ("sts", "iam", "sns", "sqs") else "UnrecognizedClientException"
            raise AwsError(code, "The security token included in the request is invalid", 403)
        if session.expires is not None and self.clock() >= session.expires:
            raise AwsError(expired_name(request.scope.service), "The security token included in the request is expired", 403)
        return session

    def assume(self, caller, parameters):
        """AssumeRole's answer."""
        matched = re.fullmatch(r"arn:([\w-]+):iam::(\d{12}):role/([\w+=,.@/-]+)", parameters["RoleArn"])
        if matched is None:
            raise AwsError("ValidationError", f"{parameters['RoleArn']} is not the ARN of a role")
        _, account, path = matched.groups()
        _check_form(parameters)
        role = self._role(account, path, parameters["RoleArn"])
        if role is None or not trusts(role["Trust"], caller, parameters, self.estate, "sts:AssumeRole"):
            self._refuse(caller, parameters["RoleArn"], "sts:AssumeRole")
        if parameters.get("Tags") and not trusts(role["Trust"], caller, parameters, self.estate, "sts:TagSession"):
            self._refuse(caller, parameters["RoleArn"], "sts:TagSession")
        # Every session here was itself taken with a role, and a chained one lasts an hour at most.
        seconds = parameters.get("DurationSeconds", 3600)
        if seconds > 3600:
            raise AwsError("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
        name = parameters["RoleSessionName"]
        session = Session(f"ASIA{secrets.token_hex(8).upper()}", f"spoke-secret-of-the-fake/{secrets.token_urlsafe(30)}", f"spoke-token-of-the-fake/{secrets.token_urlsafe(90)}", account, path, name, self.clock() + timedelta(seconds=seconds), caller)
        with self._lock:
            self._known[session.key] = session
        return {
            "Credentials": {"AccessKeyId": session.key, "SecretAccessKey": session.secret, "SessionToken": session.token, "Expiration": session.expires},
            "AssumedRoleUser": {"AssumedRoleId": f"{role['RoleId']}:{name}", "Arn": session.arn(self.estate.partition)},
            "PackedPolicySize": 6,
        }

    def _refuse(self, caller, arn, action):
        raise AwsError("AccessDenied", f"User: {caller.arn(self.estate.partition)} is not authorized to perform: {action} on resource: {arn}", 403)

    def _role(self, account, path, arn):
        if account not in self.estate.account_ids or self.estate.state(account) != "ACTIVE":
            return None
        role = self.estate.roles(account).get(path.rsplit("/")[-1])
        if role is not None and role["Arn"] == arn:
            return role
        for spoke in self.options["roles"]:
            if spoke["path"] == path and account not in spoke.get("absent_in", ()) and spoke.get("accounts", [account]).count(account):
                return {"Arn": arn, "RoleId": "AROAFAKESPOKEFAKESPOK", "Trust": spoke["trust"]}
        return None

    def role_named(self, account, name):
        """A role of an account by its name alone, as IAM knows it; `None` where it is not there."""
        role = self.estate.roles(account).get(name)
        paths = [spoke["path"] for spoke in self.options["roles"] if spoke["path"].rsplit("/")[-1] == name]
        arns = [role["Arn"]] if role else [f"arn:{self.estate.partition}:iam::{account}:role/{path}" for path in paths]
        found = (self._role(account, arn.split(":role/")[1], arn) for arn in arns)
        return next((one for one in found if one), None)


def expired_name(service):
    """How a service calls expired credentials."""
    return "ExpiredToken" if service in ("s3", "sts", "iam", "sns", "sqs", "ec2", "autoscaling", "rds", "redshift") else "ExpiredTokenException"


def _check_form(parameters):
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", parameters["RoleSessionName"]):
        raise AwsError("ValidationError", f"Value {parameters['RoleSessionName']!r} at 'roleSessionName' failed to satisfy constraint")
    external = parameters.get("ExternalId")
    if external is not None and not re.fullmatch(r"[\w+=,.@:/-]{2,1224}", external):
        raise AwsError("ValidationError", "Value at 'externalId' failed to satisfy constraint")
    if not 900 <= parameters.get("DurationSeconds", 3600) <= 43200:
        raise AwsError("ValidationError", "Value at 'durationSeconds' failed to satisfy constraint")
    if "Policy" in parameters:
        try:
            json.loads(parameters["Policy"])
        except ValueError:
            raise AwsError("MalformedPolicyDocument", "the session policy is no JSON") from None
        if len(parameters["Policy"]) > 2048:
            raise AwsError("PackedPolicyTooLarge", "Packed policy consumes more than 100% of allotted space")
    if len(parameters.get("PolicyArns", ())) > 10 or len(parameters.get("Tags", ())) > 50:
        raise AwsError("ValidationError", "too many session policies or tags")


def trusts(policy, caller, parameters, estate, action):
    """Whether a trust policy lets `caller` do `action` with these parameters. What it cannot decide is refused: a fake that lets nobody in by mistake is noticed."""
    allowed = False
    for statement in policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]:
        actions = statement.get("Action", [])
        if not any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in _list(actions)):
            continue
        if not _is_principal(statement.get("Principal"), caller, estate) or not _holds(statement.get("Condition", {}), caller, parameters, estate):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def _list(value):
    return value if isinstance(value, list) else [value]


def _is_principal(principal, caller, estate):
    if principal == "*":
        return True
    role_arn = f"arn:{estate.partition}:iam::{caller.account}:role/{caller.role}"
    accepted = {"*", caller.account, f"arn:{estate.partition}:iam::{caller.account}:root", role_arn, caller.arn(estate.partition)}
    return any(given in accepted for given in _list((principal or {}).get("AWS", [])))


def _holds(conditions, caller, parameters, estate):
    tags = [tag["Key"] for tag in parameters.get("Tags", [])]
    known = {
        "sts:externalid": [parameters["ExternalId"]] if "ExternalId" in parameters else [],
        "sts:rolesessionname": [parameters["RoleSessionName"]],
        "aws:principalorgid": [estate.organization["Id"]] if estate.organization else [],
        "aws:principalaccount": [caller.account],
        "aws:principalarn": [f"arn:{estate.partition}:iam::{caller.account}:role/{caller.role}"],
        "aws:tagkeys": tags,
    } | {f"aws:requesttag/{tag['Key'].lower()}": [tag["Value"]] for tag in parameters.get("Tags", [])}
    return all(_compare(operator, known.get(key.lower(), []), _list(wanted)) for operator, pairs in conditions.items() for key, wanted in pairs.items())


def _compare(operator, given, wanted):
    quantifier, _, plain = operator.rpartition(":")
    if_exists, plain = plain.endswith("IfExists"), plain.removesuffix("IfExists")
    tests = {
        "StringEquals": lambda value: value in wanted,
        "StringNotEquals": lambda value: value not in wanted,
        "StringLike": lambda value: any(fnmatch.fnmatchcase(value, pattern) for pattern in wanted),
        "ArnEquals": lambda value: any(fnmatch.fnmatchcase(value, pattern) for pattern in wanted),
        "ArnLike": lambda value: any(fnmatch.fnmatchcase(value, pattern) for pattern in wanted),
    }
    if plain == "Null":
        return (not given) == (str(wanted[0]).lower() == "true")
    if plain not in tests:
        return False
    if quantifier == "ForAllValues":
        return all(map(tests[plain], given))
    if not given:
        return if_exists or plain == "StringNotEquals"
    return any(map(tests[plain], given))
