"""What happened on 1 March 2026 beside the shop: the tracker, the settlements, an etl that somebody imitated, and people at the console."""

import names
from logs import assumed_by_service, key_id, session, typed
from names import DATA, DEV, PROD, SECURITY, function, role

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
COMMAND_LINE = "aws-cli/2.22.12 md/awscrt#0.23.4 ua/2.0 os/macos#24.6.0 md/arch#arm64 lang/python#3.12.6 md/prompt#off md/command#sts.assume-role"


def assumed(log, account, time, caller, role_arn, name, *, ip="10.40.2.17", agent=None):
    """AssumeRole inside one account."""
    more = {"agent": agent} if agent else {}
    answer = {"credentials": {"accessKeyId": key_id("ASIA", role_arn + name + time), "sessionToken": "CANARY-acme-cloudtrail-session-token-platform",
                              "expiration": "Mar 2, 2026, 12:00:00 AM"},
              "assumedRoleUser": {"assumedRoleId": f"{names.unique_id('AROA', role_arn)}:{name}",
                                  "arn": f"arn:aws:sts::{account}:assumed-role/{role_arn.rsplit('/', 1)[1]}/{name}"}}
    log.put(account, time, "sts", "AssumeRole", caller, {"roleArn": role_arn, "roleSessionName": name, "durationSeconds": 3600},
            response=answer, resources=[typed("AWS::IAM::Role", role_arn)], ip=ip, **more)


def tracking(log):
    """The tracker invokes customer-lookup, which reads a customer: nothing records items of the table."""
    tracker, lookup = role(DATA, "parcel-tracker-lambda"), function(DATA, "customer-lookup")
    assumed_by_service(log, "21:40:12", "lambda.amazonaws.com", tracker, "parcel-tracker")
    assumed_by_service(log, "21:40:13", "lambda.amazonaws.com", role(DATA, "customer-lookup-lambda"), "customer-lookup")
    log.put(DATA, "21:40:13", "lambda", "Invoke", session(tracker, "parcel-tracker", "21:40:12"), {"functionName": lookup, "invocationType": "RequestResponse"},
            category="Data", read_only=False, resources=[typed("AWS::Lambda::Function", lookup)], extra={"functionVersion": f"{lookup}:$LATEST"})


def settlement(log):
    """The rule starts the state machine, which runs the export."""
    assumed_by_service(log, "01:00:02", "events.amazonaws.com", role(DATA, "events-start-settlement"), "settlement")
    assumed_by_service(log, "01:00:03", "states.amazonaws.com", role(DATA, "nightly-settlement-states"), "nightly")
    assumed_by_service(log, "01:00:05", "lambda.amazonaws.com", role(DATA, "settlement-export-lambda"), "settlement-export")


def etl(log):
    """The etl takes lake-sync three times an hour; once somebody else took it, from a laptop."""
    runner, sync = role(DATA, "etl-runner"), role(DATA, "lake-sync")
    for hour in range(24):
        task = names.uuid(f"etl task {hour}").replace("-", "")
        assumed_by_service(log, f"{hour:02}:04:58", "ecs-tasks.amazonaws.com", runner, task)
        for minute in (5, 25, 45):
            assumed(log, DATA, f"{hour:02}:{minute:02}:00", session(runner, task, f"{hour:02}:04:58"), sync, "lake-sync")
    stolen = session(runner, names.uuid("etl task 2").replace("-", ""), "02:04:58")
    assumed(log, DATA, "03:11:27", stolen, sync, "hans-test", ip="203.0.113.9", agent=COMMAND_LINE)
    # And looked around with it: nothing lets it.
    taken = session(sync, "hans-test", "03:11:27")
    for second, source, call in [(41, "iam", "ListRoles"), (48, "iam", "ListUsers"), (55, "secretsmanager", "ListSecrets")]:
        told = f"User: {taken['arn']} is not authorized to perform: {source}:{call}"
        log.put(DATA, f"03:11:{second}", source, call, taken, None, error=("AccessDenied", told), ip="203.0.113.9", agent=COMMAND_LINE)


def people(log):
    """The root user signs in, an engineer switches roles in the console, an administrator hands out a policy."""
    root = {"type": "Root", "principalId": DATA, "arn": names.account_root(DATA), "accountId": DATA, "accessKeyId": ""}
    log.put(DATA, "05:31:09", "signin", "ConsoleLogin", root, None, response={"ConsoleLogin": "Success"}, read_only=False, ip="198.51.100.23", agent=BROWSER,
            extra={"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"})
    # The console's event names the session of the role that was switched to, and the person beside it.
    switched = role(PROD, "prod-admin")
    name = "ben.osei@acme-parcel.example"
    target = {"type": "AssumedRole", "principalId": f"{names.unique_id('AROA', switched)}:{name}", "accountId": PROD,
              "arn": f"arn:aws:sts::{PROD}:assumed-role/prod-admin/{name}"}
    log.put(PROD, "09:12:44", "signin", "SwitchRole", target, None, response={"SwitchRole": "Success"}, read_only=False, ip="198.51.100.40", agent=BROWSER,
            extra={"SwitchFrom": f"arn:aws:sts::{DEV}:assumed-role/dev-engineer/{name}", "RedirectTo": "https://eu-west-1.console.aws.amazon.com/s3/home"})
    admin = session(role(SECURITY, "security-admin"), "chris.wolf@acme-parcel.example", "14:08:00")
    log.put(SECURITY, "14:09:21", "iam", "AttachRolePolicy", admin, {"roleName": "auditor", "policyArn": "arn:aws:iam::aws:policy/SecurityAudit"}, read_only=False,
            ip="198.51.100.51", agent=BROWSER)
    log.put(DATA, "10:20:05", "iam", "PutRolePolicy", session(role(DATA, "OrganizationAccountAccessRole"), "lena.fischer@acme-parcel.example", "10:15:00"),
            {"roleName": "shipwright-integration", "policyName": "integration", "policyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[]}"}, read_only=False,
            ip="198.51.100.62", agent=BROWSER)


STORIES = (tracking, settlement, etl, people)
