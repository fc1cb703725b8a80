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
]


_SEVERITIES = ("critical", "high", "medium", "low", "informational")


class Hub:
    """A deployed hub."""

    def __init__(self, capture, programs, options, parameters, log):
        self.log = log
        fake_port, own_port = servers.free_port(), servers.free_port()
        fake = f"http://127.0.0.1:{fake_port}"
        self.ministack_process, endpoint = servers.ministack({"AWS_ENDPOINT_URL": fake, "LAMBDA_KEEPALIVE_MS": "600000"}, own_port)
        self.fake_process = None
        try:
            self.ministack = Emulator(endpoint)
            self.ministack.key(HUB)
            known = {"ministack": {"endpoint": endpoint, "keys": {HUB: self.ministack.key(HUB)}}}
            given = {**options, "verify_signatures": False, "emulators": known, "emulated": KEPT}
            self.fake = fake
            self.fake_process = _fake(capture, given, fake_port)
            self.outputs = self._deploy(programs, parameters)
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
        return self.ministack.client(service, HUB)

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

    def history(self, asked):
        """The events of an execution."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=asked["execution"], includeExecutionData=True)
        return {"events": [event for page in pages for event in page["events"]]}

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
    hub = Hub(asked["capture"], asked["programs"], asked["options"], asked.get("parameters", {}), None)
    try:
        print(json.dumps({"outputs": hub.outputs, "fake": hub.fake, "ministack": hub.ministack.endpoint, "keys": hub.ministack.key(HUB)}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            name = command.pop("do")
            print(json.dumps(getattr(hub, name)(command), default=str), flush=True)
    finally:
        hub.stop()


if __name__ == "__main__":
    main()
