"""Amazon Athena: a workgroup, and executions that are queued, run and end as they are asked about."""

import threading
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
        threading.Thread(target=_run, args=(call, made, executions[made]), daemon=True).start()
    return {"QueryExecutionId": made}


def _execution(call):
    with call.fake.lock:
        execution = call.fake.state.get("athena executions", {}).get(call.parameters["QueryExecutionId"])
    if execution is None:
        raise _invalid(f"QueryExecution {call.parameters['QueryExecutionId']} was not found")
    return execution


def _run(call, identifier, execution):
    from ..athena import Failed

    bucket, _, prefix = execution["group"]["output"].removeprefix("s3://").partition("/")
    try:
        result = _engine(call).run(execution["asked"]["QueryString"], execution["asked"].get("ExecutionParameters", []), {"id": identifier, "bucket": bucket, "prefix": prefix})
        if result["read"] > execution["group"]["bytes_scanned_cutoff"]:
            raise Failed("Query exhausted resources: Bytes scanned limit was exceeded")
        execution["result"] = result
    except Failed as failed:
        execution["reason"] = str(failed)
    except Exception as error:
        # A fault of the fake, not of the query: the test must see it.
        execution["reason"] = f"INTERNAL_ERROR: {error!r}"
        call.fake.problems.append({"service": "athena", "operation": "StartQueryExecution", "message": repr(error)})


def _state(call, execution):
    """QUEUED the first time that it is asked about, RUNNING the second and until it has ended, then how it did."""
    if not call.fake.options["athena_ends"]:
        return "RUNNING"
    with call.fake.lock:
        execution["polls"] += 1
        if execution["stopped"]:
            return "CANCELLED"
        if execution["polls"] == 1:
            return "QUEUED"
        if execution["polls"] == 2 or execution["result"] is None and execution["reason"] is None:
            return "RUNNING"
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
    if result.get("manifest") and call.fake.options["athena_manifest"]:
        statistics["DataManifestLocation"] = result["manifest"]
    identifier = call.parameters["QueryExecutionId"]
    made = {"QueryExecutionId": identifier, "Query": asked["QueryString"], "StatementType": result.get("kind", "DML"), "Status": status, "Statistics": statistics, "WorkGroup": execution["group"]["name"]}
    made |= {key: asked[key] for key in ("QueryExecutionContext", "ExecutionParameters") if key in asked}
    return {"QueryExecution": made | {"ResultConfiguration": {"OutputLocation": f"{execution['group']['output']}{identifier}.csv"}}}


@answers("athena", "StopQueryExecution")
def stop_query_execution(call):
    # What does not end is asked for again by the next case of a test.
    _execution(call)["stopped"] = call.fake.options["athena_ends"]
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


@answers("glue", "GetDatabase")
def get_database(call):
    name = call.parameters["Name"].lower()
    if name not in _engine(call).databases:
        raise AwsError("EntityNotFoundException", f"Database {name} not found.")
    return {"Database": {"Name": name}}


@answers("glue", "GetTable")
def get_table(call):
    table = _engine(call).tables.get((call.parameters["DatabaseName"].lower(), call.parameters["Name"].lower()))
    if table is None:
        raise AwsError("EntityNotFoundException", f"Entity Not Found: Table {call.parameters['Name']} not found.")
    columns = [{"Name": name, "Type": kind.sql("hive").lower()} for name, kind in table.columns.items()]
    made = {"Name": table.name, "DatabaseName": table.database, "TableType": "EXTERNAL_TABLE", "Parameters": {"EXTERNAL": "TRUE", **table.properties}}
    return {"Table": made | {"PartitionKeys": [{"Name": name, "Type": "string"} for name in table.partitions], "StorageDescriptor": {"Columns": columns, "Location": table.location}}}
