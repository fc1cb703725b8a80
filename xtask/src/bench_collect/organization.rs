//! The processes: the organization that answers, and the workers that collect it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shell;

/// An organization that answers on loopback; it ends with this.
pub struct Organization {
    program: PathBuf,
    child: Child,
    pub endpoint: String,
}

/// What a worker took, by its own word.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub wall: f64,
    peak_kib: u64,
    pub cpu: f64,
    answer: Value,
}

impl Outcome {
    /// A field of its answer, in JSON.
    pub fn says(&self, field: &str) -> String {
        self.answer.get(field).map(Value::to_string).unwrap_or_default()
    }

    pub fn peak_mib(&self) -> u64 {
        self.peak_kib.div_ceil(1024)
    }
}

/// What the server took.
#[derive(Debug, Deserialize)]
pub struct Usage {
    pub cpu: f64,
}

/// The calls of one operation; times are those of budgets that are not multiplied.
#[derive(Debug, Deserialize)]
pub struct Row {
    pub call: String,
    pub calls: u64,
    pub buckets: u64,
    pub most: u64,
    pub rate: f64,
    pub seconds: f64,
    pub seconds_before: f64,
    pub seconds_after: f64,
}

/// Builds the benchmark as it would be released, and asks cargo where it lies.
pub fn built(root: &Path) -> Result<PathBuf> {
    let mut build = shell::cargo();
    build.current_dir(root).args([
        "build",
        "--release",
        "--package",
        "sv0-collect-function",
        "--bench",
        "organization",
    ]);
    let messages = shell::output(build.args(["--message-format", "json-render-diagnostics"]))?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_ours = message.pointer("/target/name")?.as_str()? == "organization";
        is_ours.then(|| message.get("executable")?.as_str().map(PathBuf::from))?
    });
    executables.next().context("cargo names no benchmark that it built")
}

impl Organization {
    pub fn start(program: &Path, estate: &Value) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("serve")
            .arg(estate.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut line = String::new();
        let output = child.stdout.take().context("the server has no output")?;
        BufReader::new(output)
            .read_line(&mut line)
            .context("the server says nothing")?;
        Ok(Self {
            program: program.to_path_buf(),
            child,
            endpoint: line.trim().to_owned(),
        })
    }

    /// Runs a worker to its end.
    pub fn run(&self, mode: &str, run: &Value) -> Result<Outcome> {
        let output = shell::output(Command::new(&self.program).arg(mode).arg(run.to_string()))?;
        let last = output.lines().last().context("the worker said nothing")?;
        serde_json::from_str(last).context("the worker said something else")
    }

    /// The calls since this was asked last.
    pub fn take(&self) -> Result<Vec<Row>> {
        self.get("take")
    }

    pub fn usage(&self) -> Result<Usage> {
        self.get("usage")
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let host = self.endpoint.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).context("the server is gone")?;
        write!(stream, "GET /bench/{name} HTTP/1.1\r\nhost: {host}\r\n\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some(("content-length", value)) => length = value.parse()?,
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        serde_json::from_slice(&body).context("the server said something else")
    }
}

impl Drop for Organization {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Does it for each of `all`, `at_a_time` of them at once; gives what came of it in no order.
pub fn in_parallel<T: Copy + Sync, R: Send>(
    all: &[T],
    at_a_time: usize,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = work(*item);
                    if let Ok(mut results) = results.lock() {
                        results.push(result);
                    }
                }
            });
        }
    });
    match results.into_inner() {
        Ok(results) => results.into_iter().collect(),
        Err(_) => bail!("a worker was lost"),
    }
}
