"""The hub, deployed on ministack: its template, its programs, its state machines, with the fake AWS before everything that is read."""

import hashlib
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

from . import servers, template
from .clients import HOME, Emulator

HUB = "604915728338"
EXTERNAL_ID = "sv0-3f1c9a7e5b2d4068"
STACK = "securityv0"
CODE = "securityv0-code"
# What the hub keeps of its own; everything else that it asks is about the organization, which the fake is.
KEPT = [
    {"service": "s3", "operations": ["GetObject", "HeadObject", "PutObject", "DeleteObject", "ListObjectsV2", "HeadBucket"], "by": "ministack"},
    {"service": "dynamodb", "operations": ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems"], "by": "ministack"},
    {"service": "events", "operations": ["PutEvents"], "by": "ministack"},
    {"service": "stepfunctions", "operations": ["StartExecution"], "by": "ministack"},
]


_SEVERITIES = ("critical", "high", "medium", "low", "informational")


class Hub:
    """A deployed hub."""

    def __init__(self, asked):
        fake_port, own_port = servers.free_port(), servers.free_port()
        # The organization: the fake over a capture, or whoever answers already.
        self.fake = asked.get("organization", f"http://127.0.0.1:{fake_port}")
        own = f"http://127.0.0.1:{own_port}"
        kept_here = {f"AWS_ENDPOINT_URL_{name}": own for name in ("S3", "DYNAMODB", "EVENTBRIDGE", "SFN")} if "organization" in asked else {}
        self.ministack_process, endpoint = servers.ministack({"AWS_ENDPOINT_URL": self.fake, "LAMBDA_KEEPALIVE_MS": "600000", **kept_here}, own_port)
        self.fake_process = None
        try:
            self.ministack = Emulator(endpoint)
            self.hub = asked.get("hub", HUB)
            known = {"ministack": {"endpoint": endpoint, "keys": {self.hub: self.ministack.key(self.hub)}}}
            if "capture" in asked:
                self.fake_process = _fake(asked["capture"], {**asked["options"], "verify_signatures": False, "emulators": known, "emulated": KEPT}, fake_port)
            self.outputs = self._deploy(asked["programs"], asked.get("parameters", {}))
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Ends everything that was started."""
        for process in (self.ministack_process, self.fake_process):
            if process:
                servers.stop(process)

    def client(self, service):
        """A client of what the hub keeps."""
        return self.ministack.client(service, self.hub)

    def _deploy(self, programs, parameters):
        described = template.load()
        s3 = self.client("s3")
        s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": HOME})
        for name in template.binaries(described):
            s3.put_object(Bucket=CODE, Key=f"{name}.zip", Body=_package(pathlib.Path(programs) / name))
        s3.put_object(Bucket=CODE, Key="template.json", Body=template.rendered(described, CODE).encode())
        given = {"ExternalId": EXTERNAL_ID, "Architecture": "x86_64", "ScheduleState": "DISABLED", **parameters}
        formation = self.client("cloudformation")
        formation.create_stack(
            StackName=STACK,
            TemplateURL=f"{self.ministack.endpoint}/{CODE}/template.json",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            stack = formation.describe_stacks(StackName=STACK)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(0.2)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
            told = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in events if "FAILED" in event["ResourceStatus"]]
            raise RuntimeError(f"{stack['StackStatus']}: {told}")
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    # --- What a test asks for: each is a line of JSON with one key. ---

    def start(self, asked):
        """Starts an execution; gives its ARN, or the error that refuses it."""
        states = self.client("stepfunctions")
        try:
            answer = states.start_execution(stateMachineArn=self.outputs[asked.get("machine", "ScanStateMachineArn")], name=asked["name"], input=json.dumps(asked.get("input", {})))
        except states.exceptions.ClientError as error:
            return {"error": error.response["Error"]["Code"]}
        return {"execution": answer["executionArn"]}

    def wait(self, asked):
        """Waits for the end of an execution."""
        states, end = self.client("stepfunctions"), time.monotonic() + asked.get("seconds", 300)
        while time.monotonic() < end:
            told = states.describe_execution(executionArn=asked["execution"])
            if told["status"] != "RUNNING":
                return {"status": told["status"], **{key: told[key] for key in ("output", "error", "cause") if key in told}}
            time.sleep(0.3)
        return {"status": "RUNNING"}

    def stop_execution(self, asked):
        """Stops an execution, as an operator does."""
        self.client("stepfunctions").stop_execution(executionArn=asked["execution"])
        return {}

    def fire(self, asked):
        """Does what the schedule says, for ministack knows no universal target: the call of its target, with the id of a firing."""
        [schedule] = self.client("scheduler").list_schedules()["Schedules"]
        target = self.client("scheduler").get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])["Target"]
        if target["Arn"] != "arn:aws:scheduler:::aws-sdk:sfn:startExecution":
            raise ValueError(f"it calls {target['Arn']}")
        given = json.loads(target["Input"].replace("<aws.scheduler.execution-id>", asked["firing"]))
        answer = self.client("stepfunctions").start_execution(**{key[0].lower() + key[1:]: value for key, value in given.items()})
        return {"execution": answer["executionArn"], "state": schedule["State"]}

    def forward(self, asked):
        """Has events of the default bus sent on to the bus of changes, as cfn-stacksets/event-forwarder.yaml does in an account."""
        events = self.client("events")
        events.put_rule(Name="forwarder", EventPattern=json.dumps(asked["pattern"]), State="ENABLED")
        answer = events.put_targets(Rule="forwarder", Targets=[{"Id": "hub", "Arn": self.outputs["ChangesBusArn"]}])
        if answer["FailedEntryCount"]:
            raise ValueError(answer["FailedEntries"])
        return {}

    def executions(self, asked):
        """The executions of a state machine, by their names: how each ended, and what it was given and gave."""
        states = self.client("stepfunctions")
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=self.outputs[asked["machine"]])
        told = [states.describe_execution(executionArn=row["executionArn"]) for page in pages for row in page["executions"]]
        return {row["name"]: {key: row.get(key) for key in ("status", "input", "output", "error", "cause")} for row in told}

    def resources(self, _):
        """What the template names without a condition, and what the stack has: logical names and types."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        made = {row["LogicalResourceId"]: row for page in pages for row in page["StackResourceSummaries"]}
        lacking = {name: resource["Type"] for name, resource in template.load()["Resources"].items() if "Condition" not in resource and name not in made}
        unmade = {name: row["ResourceStatus"] for name, row in made.items() if row["ResourceStatus"] != "CREATE_COMPLETE" or not row.get("PhysicalResourceId")}
        return {"made": len(made), "lacking": lacking, "unmade": unmade}

    def payloads(self, asked):
        """How large inputs and outputs of an execution's states are, and of those of its children."""
        states = self.client("stepfunctions")
        children = []
        for page in states.get_paginator("list_map_runs").paginate(executionArn=asked["execution"]):
            for run in page["mapRuns"]:
                for rows in states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
                    children += [row["executionArn"] for row in rows["executions"]]
        own = self._payloads(asked["execution"])
        below = [self._payloads(child) for child in children]
        return {"own": own, "children": len(below), "largest_of_children": max((each["largest"] for each in below), default=0), "events_of_children": sum(each["events"] for each in below)}

    def _payloads(self, execution):
        told = self.client("stepfunctions").describe_execution(executionArn=execution)
        texts = [told["input"], told.get("output", "")]
        pages = self.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution, includeExecutionData=True)
        events = [event for page in pages for event in page["events"]]
        for event in events:
            texts += [text for details in event.values() if isinstance(details, dict) for text in details.values() if isinstance(text, str)]
        return {"events": len(events), "largest": max(len(text.encode()) for text in texts), "status": told["status"]}

    def download(self, asked):
        """Writes the objects below a prefix of the results bucket to a folder."""
        s3, bucket, count = self.client("s3"), self.outputs["ResultsBucketName"], 0
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=asked["prefix"]):
            for row in page.get("Contents", []):
                to = pathlib.Path(asked["folder"]) / row["Key"]
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read())
                count += 1
        return {"objects": count}

    def patterns(self, _):
        """What docs/data-model.md says can be asked of the table, asked with boto3."""
        text = lambda item, key: item.get(key, {}).get("S")
        head, settings, lease = (self._item(*keys) for keys in (("head", "head"), ("configuration", "configuration"), ("lease/scan", "lease")))
        runs = self._query("pk", "runs", None)
        found = [item for severity in _SEVERITIES for digit in "0123456789abcdef" for item in self._query("list1", f"findings/severity/{severity}/{digit}", "list1")]
        ids = sorted(item["sk"]["S"].partition("/")[2] for item in found)
        by_id = [self._item(f"things/{hashlib.sha256(item['sk']['S'].encode()).hexdigest()[:2]}", item["sk"]["S"]) for item in found]
        return {
            "newest_run": text(head, "newest_run"), "pending_run": text(head, "pending_run"), "results_bucket": text(settings, "results_bucket"), "holder": text(lease, "holder"),
            "runs": [item["sk"]["S"] for item in runs], "findings": ids, "found_by_id": sum(1 for item in by_id if item),
        }  # fmt: skip

    def _item(self, partition, sort):
        answer = self.client("dynamodb").get_item(TableName=self.outputs["StateTableName"], Key={"pk": {"S": partition}, "sk": {"S": sort}}, ConsistentRead=True)
        return answer.get("Item", {})

    def _query(self, key, value, index):
        given = {"IndexName": index} if index else {"ScanIndexForward": False}
        pages = self.client("dynamodb").get_paginator("query").paginate(
            TableName=self.outputs["StateTableName"], KeyConditionExpression="#k = :v", ExpressionAttributeNames={"#k": key}, ExpressionAttributeValues={":v": {"S": value}}, **given
        )
        return [item for page in pages for item in page["Items"]]

    def kill_workers(self, _):
        """Kills the programs that are running now: processes of the functions that ministack started."""
        killed = []
        for process in _below(self.ministack_process.pid):
            try:
                program = os.readlink(f"/proc/{process}/exe")
            except OSError:
                continue
            if os.path.basename(program).split(" ")[0] == "bootstrap":
                os.kill(process, signal.SIGKILL)
                killed.append(process)
        return {"killed": len(killed)}


def _below(parent):
    """The processes that a process started, and those that they did."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                of = int(pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if of == parent:
                found += [int(entry), *_below(int(entry))]
    return found


def _package(program):
    """The zip of a program, as Lambda takes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, program.read_bytes())
    return packed.getvalue()


def _fake(capture, options, port):
    program = [sys.executable, "-m", "fake_aws", str(capture), "--options", json.dumps(options), "--port", str(port), "--stay"]
    process = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=servers.log(), cwd=template.REPOSITORY / "tests", start_new_session=True)
    if not process.stdout.readline():
        raise RuntimeError("the fake AWS ended before it answered")
    return process


def trust(account=HUB):
    """The trust policy of the spokes' template, for whoever is the hub here."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:role/SecurityV0HubCollector"}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}}]}


def main():
    """`python -m emulators.hub`: one line of JSON on standard input says what to deploy, each further line is a command; each is answered by a line. Everything ends when the input does."""
    asked = json.loads(sys.stdin.readline())
    hub = Hub(asked)
    try:
        print(json.dumps({"outputs": hub.outputs, "fake": hub.fake, "ministack": hub.ministack.endpoint, "keys": hub.ministack.key(hub.hub)}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            name = command.pop("do")
            print(json.dumps(getattr(hub, name)(command), default=str), flush=True)
    except KeyboardInterrupt:
        # Whoever looks around ends it so.
        pass
    finally:
        hub.stop()


if __name__ == "__main__":
    main()
