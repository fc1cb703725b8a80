//! The fake AWS of `tests/fake_aws` on a free port of this machine, ended with the test that started it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;
use sv0_aws::s3::Client;

use crate::support::repository;

/// Names the Python with the suite's requirements where it is not the one that `cargo xtask test` installs.
const VARIABLE: &str = "SV0_TEST_PYTHON";

/// A running fake AWS.
pub struct FakeAws {
    process: Child,
    /// Where it answers: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The hub's access key.
    pub access_key_id: String,
    /// The hub's secret key.
    pub secret_access_key: String,
    /// The token of the hub's session.
    pub session_token: String,
    /// The Region where the organization's Config aggregator, Security Hub and Identity Center are.
    pub region: String,
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl FakeAws {
    /// Serves a capture folder, with the options of `DEFAULTS` in `tests/fake_aws/fake.py`; gives it back when it answers.
    pub fn start(capture: &Path, options: &Value) -> Self {
        let mut process = Command::new(python())
            .args(["-m", "fake_aws"])
            .arg(capture)
            .args(["--options", &options.to_string()])
            .current_dir(repository().join("tests"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("the fake AWS ended before it answered: {line}"));
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        Self {
            process,
            endpoint: text("endpoint"),
            access_key_id: text("access_key_id"),
            secret_access_key: text("secret_access_key"),
            session_token: text("session_token"),
            region: text("region"),
        }
    }

    /// The environment in which a program of ours takes it for AWS.
    pub fn environment(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.secret_access_key),
            ("AWS_SESSION_TOKEN", &self.session_token),
            ("AWS_REGION", &self.region),
            ("AWS_DEFAULT_REGION", &self.region),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    /// The SDK's client of its S3, with the hub's credentials.
    pub fn s3(&self) -> Client {
        let credentials = Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            Some(self.session_token.clone()),
            None,
            "tests",
        );
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint)
            .force_path_style(true);
        Client::from_conf(config.build())
    }

    /// Orders faults: an object, or a list of them, as `tests/fake_aws/faults.py` describes.
    pub fn fault(&self, rows: &Value) {
        self.post("faults", rows);
    }

    /// Takes every fault away.
    pub fn forget_faults(&self) {
        self.post("forget-faults", &Value::Null);
    }

    /// Moves the fake's clock: `{"advance": seconds}` ends sessions, `{"skew": seconds}` puts it apart from the client's.
    pub fn clock(&self, change: &Value) {
        self.post("clock", change);
    }

    /// Changes options while it runs.
    pub fn set(&self, options: &Value) {
        self.post("options", options);
    }

    /// Forgets everything but the capture.
    pub fn reset(&self) {
        self.post("reset", &Value::Null);
    }

    /// Every call that was made: service, operation, account, region, role, session, outcome.
    pub fn calls(&self) -> Vec<Value> {
        self.get("calls")
    }

    /// What the fake could not answer, or answered against the model: a test that meets one fails.
    pub fn problems(&self) -> Vec<Value> {
        self.get("problems")
    }

    /// The faults that were ordered, with `met`: how many calls met them.
    pub fn faults(&self) -> Vec<Value> {
        self.get("faults")
    }

    fn get(&self, path: &str) -> Vec<Value> {
        let answer = self.control("GET", path, "");
        answer.as_array().unwrap().clone()
    }

    fn post(&self, path: &str, body: &Value) {
        self.control("POST", path, &body.to_string());
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let host = self.endpoint.strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(host).unwrap();
        write!(
            connection,
            "{method} /_fake/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap()
    }
}

/// The Python that has what `tests/requirements.txt` names.
pub fn python() -> PathBuf {
    let installed = repository().join(".tools/venv/bin/python");
    let program = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask test` installs it, or set {VARIABLE} to a Python with tests/requirements.txt",
        program.display()
    );
    program
}
