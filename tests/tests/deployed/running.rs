//! A deployed hub, ended with the test that started it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake_aws::python;
use crate::live::recording::{EXTERNAL_ID, ROLE, recorded_example, trust};
use crate::support::repository;

/// The packages of the functions.
const PACKAGES: [&str; 4] = [
    "sv0-collect-function",
    "sv0-on-change",
    "sv0-record",
    "sv0-scan-capture",
];
const PATIENCE: Duration = Duration::from_secs(300);
/// A folder with built programs to deploy.
const PROGRAMS: &str = "SV0_TEST_PROGRAMS";

pub struct Deployment {
    process: Child,
    pipes: RefCell<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    ready: Value,
    _capture: Option<TempDir>,
}

impl Drop for Deployment {
    fn drop(&mut self) {
        // Everything that it started ends when its input does.
        drop(self.pipes.take());
        let _ = self.process.wait();
    }
}

impl Deployment {
    /// Deploys the hub over the example, of which these accounts have the role.
    pub fn start(accounts: &[&str]) -> Self {
        Self::with(accounts, &json!({}))
    }

    /// The same with further parameters of the template.
    pub fn with(accounts: &[&str], parameters: &Value) -> Self {
        let capture = recorded_example(&|_| {});
        let mut given = json!({"OrganizationId": "o-acme1example", "Regions": "eu-west-1,eu-central-1"});
        merge(&mut given, parameters);
        let asked = json!({
            "capture": capture.path(), "programs": programs(), "parameters": given,
            "options": {"page_size": 50, "roles": [{"path": ROLE, "trust": trust(), "accounts": accounts}]},
        });
        Self::deploy(&asked, Some(capture))
    }

    /// Deploys it over an organization that answers already, in an account of that.
    pub fn over(endpoint: &str, hub: &str, parameters: &Value) -> Self {
        let asked = json!({"organization": endpoint, "hub": hub, "programs": programs(), "parameters": parameters});
        Self::deploy(&asked, None)
    }

    fn deploy(asked: &Value, capture: Option<TempDir>) -> Self {
        let mut process = Command::new(python())
            .args(["-m", "emulators.hub"])
            .current_dir(repository().join("tests"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let ready = asked_over(&mut input, &mut output, asked);
        Self {
            process,
            pipes: RefCell::new(Some((input, output))),
            ready,
            _capture: capture,
        }
    }

    fn ask(&self, asked: &Value) -> Value {
        let mut pipes = self.pipes.borrow_mut();
        let (input, output) = pipes.as_mut().unwrap();
        asked_over(input, output, asked)
    }

    /// Starts an execution of the state machine; its ARN or the error.
    pub fn begin(&self, asked: &Value) -> Value {
        let mut asked = asked.clone();
        asked["do"] = json!("start");
        self.ask(&asked)
    }

    pub fn start_scan(&self, name: &str) -> Value {
        let answer = self.begin(&json!({ "name": name }));
        assert!(answer["execution"].is_string(), "{answer}");
        answer["execution"].clone()
    }

    /// Waits for the end of an execution.
    pub fn wait(&self, execution: &Value) -> Value {
        self.wait_for(execution, PATIENCE)
    }

    pub fn wait_for(&self, execution: &Value, patience: Duration) -> Value {
        self.ask(&json!({"do": "wait", "execution": execution, "seconds": patience.as_secs()}))
    }

    pub fn stop(&self, execution: &Value) {
        self.ask(&json!({"do": "stop_execution", "execution": execution}));
    }

    /// Has the schedule fire; the execution that it starts.
    pub fn fire(&self, firing: &str) -> Value {
        let fired = self.ask(&json!({"do": "fire", "firing": firing}));
        assert_eq!(fired["state"], "ENABLED", "{fired}");
        fired["execution"].clone()
    }

    /// Sends events of the account on to the bus of changes.
    pub fn forward(&self, pattern: &Value) {
        self.ask(&json!({"do": "forward", "pattern": pattern}));
    }

    /// The executions of the machine that the stack has under this output, by their names.
    pub fn executions(&self, machine: &str) -> BTreeMap<String, Value> {
        serde_json::from_value(self.ask(&json!({"do": "executions", "machine": machine}))).unwrap()
    }

    /// What became of the template's resources.
    pub fn resources(&self) -> Value {
        self.ask(&json!({"do": "resources"}))
    }

    /// How large inputs and outputs of states are.
    pub fn payloads(&self, execution: &Value) -> Value {
        self.ask(&json!({"do": "payloads", "execution": execution}))
    }

    pub fn download(&self, prefix: &str, folder: &Path) {
        self.ask(&json!({"do": "download", "prefix": prefix, "folder": folder}));
    }

    /// What can be asked of the table.
    pub fn patterns(&self) -> Value {
        self.ask(&json!({"do": "patterns"}))
    }

    /// Kills the functions' processes, and says how many.
    pub fn kill_workers(&self) -> u64 {
        self.ask(&json!({"do": "kill_workers"}))["killed"].as_u64().unwrap()
    }

    /// Orders faults of the fake.
    pub fn fault(&self, rows: &Value) {
        self.control("POST", "faults", &rows.to_string());
    }

    /// Takes every fault away.
    pub fn forget_faults(&self) {
        self.control("POST", "forget-faults", "");
    }

    /// The environment in which a program of ours takes the organization for AWS, and itself for the hub.
    pub fn environment(&self) -> [(&str, &str); 7] {
        [
            ("AWS_ENDPOINT_URL", self.ready["fake"].as_str().unwrap()),
            ("AWS_ACCESS_KEY_ID", "604915728338"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("SV0_EXTERNAL_ID", EXTERNAL_ID),
        ]
    }

    pub fn fake_says(&self, path: &str) -> Value {
        self.control("GET", path, "")
    }

    /// Waits until a fault was met.
    pub fn until_met(&self, operation: &str) {
        let met = |row: &Value| row["operation"] == operation && row["met"].as_u64() > Some(0);
        until(&format!("somebody asks {operation}"), || {
            let faults = self.fake_says("faults");
            faults.as_array().unwrap().iter().any(met).then_some(())
        });
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let host = self.ready["fake"].as_str().unwrap().strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(host).unwrap();
        let length = body.len();
        write!(connection, "{method} /_fake/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap()
    }
}

/// Looks again and again until there is what is looked for.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("in vain was waited until {what}");
}

fn merge(into: &mut Value, further: &Value) {
    for (name, value) in further.as_object().unwrap() {
        into[name] = value.clone();
    }
}

fn asked_over(input: &mut ChildStdin, output: &mut BufReader<ChildStdout>, asked: &Value) -> Value {
    writeln!(input, "{asked}").unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the hub ended: {line}"))
}

/// The folder with the functions' programs, built once; or one with others, such as those that are released.
fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os(PROGRAMS) {
        return folder.into();
    }
    let mut build = vec!["--bins"];
    for package in PACKAGES {
        build.extend(["--package", package]);
    }
    let executables = built_with(&build);
    executables[0].1.parent().unwrap().to_owned()
}

/// The organization that is made up for measurements (`cargo xtask bench-collect`), of any size: it ends with this.
pub struct Organization {
    process: Child,
    pub endpoint: String,
}

impl Drop for Organization {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Organization {
    /// The account that asks.
    pub const HUB: &str = "100000000000";

    pub fn of(accounts: u64) -> Self {
        let built = built_with(&["--package", "sv0-collect-function", "--bench", "organization"]);
        let (_, program) = built.iter().find(|(name, _)| name == "organization").unwrap();
        let estate = json!({"accounts": accounts, "regions": 1, "roles": 5, "roles_of_largest": 5, "assignments": 0, "latency_ms": 0});
        let mut process = Command::new(program)
            .args(["serve", &estate.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            process,
            endpoint: line.trim().to_owned(),
        }
    }
}

/// Builds, and gives names and places of what can be started.
fn built_with(arguments: &[&str]) -> Vec<(String, PathBuf)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--message-format", "json"])
        .args(arguments)
        .current_dir(repository())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?} builds");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let programs = messages.filter_map(|message| {
        let name = message.pointer("/target/name")?.as_str()?.to_owned();
        Some((name, PathBuf::from(message["executable"].as_str()?)))
    });
    programs.collect()
}
