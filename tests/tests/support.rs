//! What end-to-end tests share: the built program, captures made in a temporary folder, and a scan of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The program, built once for all tests.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("sv0"))
}

/// Builds a program of the workspace.
pub fn built(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--workspace", "--bin", name, "--message-format", "json"])
        .current_dir(repository())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{name} builds");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the executable")
}

/// A call of `sv0` that does not inherit the caller's folder.
pub fn sv0(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(repository()).stdin(Stdio::null());
    command
}

/// Runs `sv0` and expects that exit code.
pub fn run(arguments: &[&str], exit_code: i32) -> Output {
    let output = sv0(arguments).output().expect("sv0 starts");
    assert_eq!(
        output.status.code(),
        Some(exit_code),
        "sv0 {arguments:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs `sv0` with `--json` and reads its one JSON document.
pub fn run_json(arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let output = run(&arguments, 0);
    serde_json::from_slice(&output.stdout).expect("standard output holds one JSON document")
}

/// Feeds lines to a command that answers NDJSON, and reads its answers.
pub fn answer_lines(arguments: &[&str], lines: &str) -> (Vec<Value>, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let requests = folder.path().join("requests.ndjson");
    fs::write(&requests, lines).unwrap();
    let mut command = sv0(arguments);
    let output = command.arg("--requests").arg(&requests).output().expect("sv0 starts");
    let answers = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).expect("every answer is JSON"))
        .collect();
    (answers, output.status.code())
}

/// A capture being written.
pub struct Capture {
    folder: TempDir,
}

impl Capture {
    /// A capture with nothing but its header.
    pub fn new(organization_id: Option<&str>) -> Self {
        let capture = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        capture.write(
            "capture.json",
            json!({
                "format": "sv0-capture/1", "partition": "aws", "hub_account": null, "organization_id": organization_id,
                "captured_at": "2026-03-02T06:00:00Z", "regions": ["eu-west-1"]
            })
            .to_string(),
        );
        capture
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the capture.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes Config items of one type, one a line.
    pub fn config_items(&self, resource_type: &str, items: &[Value]) {
        let lines: Vec<String> = items.iter().map(Value::to_string).collect();
        let file = format!("config/{}.ndjson", resource_type.replace("::", "-"));
        self.write(&file, lines.join("\n"));
    }

    /// Scans it into a folder of its own.
    pub fn scan(&self) -> Store {
        scan(self.path())
    }
}

/// The results of a scan.
pub struct Store {
    folder: TempDir,
    /// The scan's own summary.
    pub summary: Value,
}

/// Scans the capture in `folder`.
pub fn scan(folder: &Path) -> Store {
    scan_with(folder, &[])
}

/// Scans the capture in `folder` with further arguments.
pub fn scan_with(capture: &Path, further: &[&str]) -> Store {
    let folder = tempfile::tempdir().unwrap();
    let (capture, store) = (capture.to_str().unwrap(), folder.path().to_str().unwrap().to_owned());
    let mut arguments = vec!["scan", "--capture", capture, "--store", &store];
    arguments.extend(further);
    let summary = run_json(&arguments);
    Store { folder, summary }
}

impl Store {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Asks a query command with `--json`.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--store", self.folder.path().to_str().unwrap()]);
        run_json(&arguments)
    }

    /// The folder of its newest run.
    pub fn run_folder(&self) -> PathBuf {
        self.path().join("runs").join(self.summary["run_id"].as_str().unwrap())
    }

    /// Every object of its newest run but the manifest, by key, decompressed.
    pub fn objects(&self) -> Vec<(String, Vec<u8>)> {
        let root = self.run_folder();
        let mut objects: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file() && entry.file_name() != "manifest.json")
            .map(|entry| {
                let key = entry.path().strip_prefix(&root).unwrap().display().to_string();
                let bytes = fs::read(entry.path()).unwrap();
                let bytes = if key.ends_with(".zst") {
                    zstd::decode_all(bytes.as_slice()).unwrap()
                } else {
                    bytes
                };
                (key, bytes)
            })
            .collect();
        objects.sort();
        objects
    }
}
