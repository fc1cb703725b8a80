//! A deployed hub, ended with the test that started it.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake_aws::python;
use crate::live::recording::{ROLE, recorded_example, trust};
use crate::support::repository;

/// The packages of the functions.
const PACKAGES: [&str; 4] = [
    "sv0-collect-function",
    "sv0-on-change",
    "sv0-record",
    "sv0-scan-capture",
];
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Deployment {
    process: Child,
    pipes: RefCell<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    ready: Value,
    _capture: TempDir,
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
        let capture = recorded_example(&|_| {});
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
        let asked = json!({
            "capture": capture.path(), "programs": programs(),
            "options": {"page_size": 50, "roles": [{"path": ROLE, "trust": trust(), "accounts": accounts}]},
            "parameters": {"OrganizationId": "o-acme1example", "Regions": "eu-west-1,eu-central-1"},
        });
        let ready = asked_over(&mut input, &mut output, &asked);
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

    pub fn wait(&self, execution: &Value) -> Value {
        self.ask(&json!({"do": "wait", "execution": execution, "seconds": PATIENCE.as_secs()}))
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

    pub fn fake_says(&self, path: &str) -> Value {
        self.control("GET", path, "")
    }

    /// Waits until a fault was met.
    pub fn until_met(&self, operation: &str) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let faults = self.fake_says("faults");
            let met = |row: &Value| row["operation"] == operation && row["met"].as_u64() > Some(0);
            if faults.as_array().unwrap().iter().any(met) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nobody asked {operation}");
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

fn asked_over(input: &mut ChildStdin, output: &mut BufReader<ChildStdout>, asked: &Value) -> Value {
    writeln!(input, "{asked}").unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the hub ended: {line}"))
}

/// The folder with the functions' programs, built once.
fn programs() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--bins", "--message-format", "json"])
        .current_dir(repository())
        .stderr(Stdio::inherit());
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "the functions build");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut found = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    found.next().unwrap().parent().unwrap().to_owned()
}
