"""Amazon Athena: a workgroup, and executions that are queued, run and end as they are asked about."""

import uuid

from ..errors import AwsError
from .registry import answers


def _invalid(message):
    return AwsError("InvalidRequestException", message)


def _engine(call):
    def make():
        # Only who runs SQL needs what runs it.
        from ..athena import Engine

        engine = Engine(call.fake.buckets)
        for statement in call.fake.options["athena_tables"]:
            engine.run(statement, [], None)
        return engine

    return call.fake.remember("athena engine", make)


def _workgroup(call, name):
    group = call.fake.options["athena_workgroup"]
    if name != group["name"]:
        raise _invalid(f"WorkGroup {name} is not found.")
    return group


@answers("athena", "GetWorkGroup")
def get_work_group(call):
    group = _workgroup(call, call.parameters["WorkGroup"])
    configuration = {"EnforceWorkGroupConfiguration": True, "PublishCloudWatchMetricsEnabled": True, "BytesScannedCutoffPerQuery": group["bytes_scanned_cutoff"], "ResultConfiguration": {"OutputLocation": group["output"]}}
    configuration |= {"EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}, "RequesterPaysEnabled": False}
    return {"WorkGroup": {"Name": group["name"], "State": group["state"], "Configuration": configuration, "CreationTime": call.estate.captured_at}}


@answers("athena", "StartQueryExecution")
def start_query_execution(call):
    parameters = call.parameters
    group = _workgroup(call, parameters.get("WorkGroup", "primary"))
    if group["state"] != "ENABLED":
        raise _invalid("WorkGroup is disabled.")
    if len(parameters["QueryString"].encode()) > 262144:
        raise _invalid("the query has more than 262,144 bytes")
    token = parameters.get("ClientRequestToken")
    if token is not None and not 32 <= len(token) <= 128:
        raise _invalid("ClientRequestToken has 32 to 128 characters")
    asked = {key: value for key, value in parameters.items() if key != "ClientRequestToken"}
    with call.fake.lock:
        executions = call.fake.state.setdefault("athena executions", {})
        for known, execution in executions.items():
            if token is not None and execution["token"] == token:
                if execution["asked"] != asked:
                    raise _invalid("Idempotent parameters do not match")
                return {"QueryExecutionId": known}
        made = str(uuid.uuid4())
        executions[made] = {"token": token, "asked": asked, "polls": 0, "result": None, "reason": None, "submitted": call.fake.now(), "group": group, "stopped": False}
    return {"QueryExecutionId": made}


def _execution(call):
    with call.fake.lock:
        execution = call.fake.state.get("athena executions", {}).get(call.parameters["QueryExecutionId"])
    if execution is None:
        raise _invalid(f"QueryExecution {call.parameters['QueryExecutionId']} was not found")
    return execution


def _run(call, execution):
    from ..athena import Failed

    identifier = call.parameters["QueryExecutionId"]
    bucket, _, prefix = execution["group"]["output"].removeprefix("s3://").partition("/")
    try:
        result = _engine(call).run(execution["asked"]["QueryString"], execution["asked"].get("ExecutionParameters", []), {"id": identifier, "bucket": bucket, "prefix": prefix})
        if result["read"] > execution["group"]["bytes_scanned_cutoff"]:
            raise Failed("Query exhausted resources: Bytes scanned limit was exceeded")
        execution["result"] = result
    except Failed as failed:
        execution["reason"] = str(failed)


def _state(call, execution):
    """QUEUED, RUNNING, then how it ended: one further each time that it is asked about."""
    with call.fake.lock:
        execution["polls"] += 1
        if execution["stopped"]:
            return "CANCELLED"
        if execution["polls"] <= 2:
            return ("QUEUED", "RUNNING")[execution["polls"] - 1]
        if execution["result"] is None and execution["reason"] is None:
            _run(call, execution)
    return "SUCCEEDED" if execution["result"] else "FAILED"


@answers("athena", "GetQueryExecution")
def get_query_execution(call):
    execution = _execution(call)
    state, asked, result = _state(call, execution), execution["asked"], execution["result"] or {}
    status = {"State": state, "SubmissionDateTime": execution["submitted"]}
    statistics = {"QueryQueueTimeInMillis": 100}
    if state == "FAILED":
        status |= {"StateChangeReason": execution["reason"], "AthenaError": {"ErrorCategory": 2, "ErrorType": 1006, "Retryable": False, "ErrorMessage": execution["reason"]}}
    if state in ("SUCCEEDED", "FAILED", "CANCELLED"):
        status["CompletionDateTime"] = execution["submitted"]
        statistics |= {"DataScannedInBytes": result.get("read", 0), "EngineExecutionTimeInMillis": 1000, "TotalExecutionTimeInMillis": 1100}
    if result.get("manifest"):
        statistics["DataManifestLocation"] = result["manifest"]
    identifier = call.parameters["QueryExecutionId"]
    made = {"QueryExecutionId": identifier, "Query": asked["QueryString"], "StatementType": result.get("kind", "DML"), "Status": status, "Statistics": statistics, "WorkGroup": execution["group"]["name"]}
    made |= {key: asked[key] for key in ("QueryExecutionContext", "ExecutionParameters") if key in asked}
    return {"QueryExecution": made | {"ResultConfiguration": {"OutputLocation": f"{execution['group']['output']}{identifier}.csv"}}}


@answers("athena", "StopQueryExecution")
def stop_query_execution(call):
    _execution(call)["stopped"] = True
    return {}


@answers("athena", "GetQueryResults")
def get_query_results(call):
    from ..athena import text

    execution = _execution(call)
    result = execution["result"]
    if result is None:
        raise _invalid("Query has not yet finished" if execution["reason"] is None else "Query did not finish successfully. Final query state: FAILED")
    columns = [{"Name": name, "Type": kind, "Label": name, "CatalogName": "hive", "SchemaName": "", "TableName": "", "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": False} for name, kind in result["columns"]]
    header = [{"Data": [{"VarCharValue": name} for name, _ in result["columns"]]}] if columns else []
    rows = header + [{"Data": [{} if value is None else {"VarCharValue": text(value)} for value in row]} for row in result["rows"]]
    return {"UpdateCount": 0, "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}}}
