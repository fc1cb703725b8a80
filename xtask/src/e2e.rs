//! The hub on this machine, for someone who wants to look around: its template on an emulator, its programs as they are built here, and a scan of the example by its state machine.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::functions;
use crate::shell;
use crate::suite::python;

const EXAMPLE: &str = "examples/acme/capture";
/// Accounts of the example that have the role.
const SPOKES: [&str; 5] = [
    "271650948133",
    "508416729354",
    "729183640557",
    "845302917764",
    "912746058213",
];
const RUN: &str = "first";

pub fn run() -> Result<()> {
    let root = shell::workspace_root()?;
    let tools = python::prepare()?;
    python::prepare_emulator()?;
    let programs = functions::built(&root, "dev")?;
    println!("==> deploying; Ctrl-C ends everything");
    // It ends what it started when its input does, however this program goes.
    let mut hub = Command::new(tools.join("python"))
        .args(["-m", "emulators.hub"])
        .current_dir(root.join("tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting the hub")?;
    let mut input = hub.stdin.take().context("the hub takes commands")?;
    let mut output = BufReader::new(hub.stdout.take().context("the hub answers")?);
    let mut ask = |asked: &Value| -> Result<Value> {
        writeln!(input, "{asked}")?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("the hub ended: {line}"))
    };
    let ready = ask(&deployment(&root, &programs))?;
    describe(&ready);
    let started = ask(&json!({"do": "start", "name": RUN}))?;
    let execution = started.get("execution").context("the hub names no execution")?;
    println!("==> scanning: {execution}");
    let told = ask(&json!({"do": "wait", "execution": execution, "seconds": 900}))?;
    if told.get("status").and_then(Value::as_str) != Some("SUCCEEDED") {
        bail!("the scan did not succeed: {told}");
    }
    println!(
        "<== {}\nCtrl-C ends everything.",
        told.get("output").unwrap_or(&Value::Null)
    );
    hub.wait().context("waiting for the hub")?;
    Ok(())
}

fn deployment(root: &Path, programs: &Path) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::604915728338:role/SecurityV0HubCollector"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
    }]});
    json!({
        "capture": root.join(EXAMPLE), "programs": programs,
        "options": {"page_size": 50, "roles": [{"path": "SecurityV0ReadOnly", "trust": trust, "accounts": SPOKES}]},
        "parameters": {"OrganizationId": "o-acme1example", "Regions": "eu-west-1,eu-central-1"},
    })
}

fn describe(ready: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (outputs, keys) = (&ready["outputs"], &ready["keys"]);
    println!(
        "the hub answers at {}, the organization at {}",
        text(&ready["ministack"]),
        text(&ready["fake"])
    );
    println!(
        "  export AWS_ENDPOINT_URL={} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_SESSION_TOKEN={}",
        text(&ready["ministack"]),
        text(&keys["AccessKeyId"]),
        text(&keys["SecretAccessKey"]),
        text(&keys["SessionToken"])
    );
    println!("then, when the scan is done:");
    println!(
        "  aws stepfunctions list-executions --state-machine-arn {}",
        text(&outputs["ScanStateMachineArn"])
    );
    println!(
        "  aws s3 sync s3://{}/runs/{RUN} ./run          # ./run/report/index.html is the report",
        text(&outputs["ResultsBucketName"])
    );
    println!("  sv0 findings --store dynamodb://{}", text(&outputs["StateTableName"]));
}
