//! The example served as if it were live, and recordings of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake_aws::FakeAws;
use crate::permissions::with_specimens;
use crate::support::{repository, sv0};

pub const EXAMPLE: &str = "examples/acme/capture";
pub const EXTERNAL_ID: &str = "sv0-3f1c9a7e5b2d4068";
/// The role's name by default.
pub const ROLE: &str = "SecurityV0ReadOnly";
/// Accounts with the role; the others of the example are the hub, the management account and one that lost it.
pub const SPOKES: [&str; 5] = [
    "271650948133",
    "508416729354",
    "729183640557",
    "845302917764",
    "912746058213",
];

/// The trust policy that the hub's template gives the role of a spoke.
pub fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::604915728338:role/SecurityV0HubCollector"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }]})
}

/// The example, with the role in the accounts that the example read, and with recorders of AWS Config that record what its aggregator holds: in AWS one follows from the other, and
/// what Config records is not asked of the spokes again.
pub fn fake(options: &Value) -> Example {
    fake_where(options, &|_| {})
}

/// The example with recorders of AWS Config that record what its aggregator holds, after a change of the folder.
pub fn recorded_example(change: &dyn Fn(&Path)) -> TempDir {
    let capture = tempfile::tempdir().unwrap();
    copy_folder(&repository().join(EXAMPLE), capture.path());
    change(capture.path());
    let recorded = fs::read_dir(capture.path().join("config")).unwrap();
    let recorded = recorded.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut recorded: Vec<String> = recorded
        .filter_map(|file| Some(file.strip_suffix(".ndjson")?.replace('-', "::")))
        .collect();
    recorded.retain(|kind| kind.starts_with("AWS::"));
    recorded.sort();
    let recorders = capture.path().join("config/recorders.ndjson");
    let lines = fs::read_to_string(&recorders).unwrap();
    let lines = lines.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        for recorder in line["ConfigurationRecorders"].as_array_mut().into_iter().flatten() {
            recorder["recordingGroup"] = json!({
                "allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": recorded,
                "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
            });
        }
        line.to_string()
    });
    let lines: Vec<String> = lines.collect();
    fs::write(&recorders, lines.join("\n")).unwrap();
    capture
}

/// The same after a change of the folder that is served.
pub fn fake_where(options: &Value, change: &dyn Fn(&Path)) -> Example {
    let capture = recorded_example(change);
    let mut all = json!({ "page_size": 50, "roles": [{"path": ROLE, "trust": trust(), "accounts": SPOKES}] });
    for (name, value) in options.as_object().unwrap() {
        all[name] = value.clone();
    }
    Example {
        fake: FakeAws::start(capture.path(), &all),
        _capture: capture,
    }
}

/// The same with another home Region, one that accounts have to enable, say, and with something of every kind in it in an account.
pub fn fake_at_home_in(region: &str, account: &str, options: &Value) -> Example {
    fake_where(options, &|folder| {
        move_home(folder, region);
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&with_specimens(folder, copy.path(), [account, region]), folder);
    })
}

fn move_home(folder: &Path, region: &str) {
    const HOME: &str = "eu-west-1";
    let files: Vec<_> = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).collect();
    for file in files.iter().filter(|entry| entry.file_type().is_file()) {
        let place = file.path().strip_prefix(folder).unwrap().to_str().unwrap();
        let bytes = fs::read(file.path()).unwrap();
        let moved = match std::str::from_utf8(&bytes) {
            Ok(text) => text.replace(HOME, region).into_bytes(),
            Err(_) => bytes,
        };
        let to = folder.join(place.replace(HOME, region));
        fs::remove_file(file.path()).unwrap();
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, moved).unwrap();
    }
}

/// The fake that serves the example, and the folder that it serves.
pub struct Example {
    fake: FakeAws,
    _capture: TempDir,
}

impl std::ops::Deref for Example {
    type Target = FakeAws;

    fn deref(&self) -> &FakeAws {
        &self.fake
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let to = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// `sv0` with the fake for AWS.
pub fn live(fake: &FakeAws, arguments: &[&str]) -> Command {
    let mut command = sv0(arguments);
    command.envs(fake.environment()).env("SV0_EXTERNAL_ID", EXTERNAL_ID);
    command
}

/// A capture that the program made of a live organization.
pub struct Recording {
    folder: TempDir,
    /// What it printed.
    pub summary: Value,
}

impl Recording {
    /// Records all that the fake serves.
    pub fn of(fake: &FakeAws, further: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap().to_owned();
        let mut arguments = vec!["capture", "--out", &out, "--json"];
        arguments.extend(further);
        let output = live(fake, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", words(&output));
        Self {
            summary: serde_json::from_slice(&output.stdout).unwrap(),
            folder,
        }
    }

    /// A recording of nothing.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            summary: Value::Null,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The ledger, as written.
    pub fn coverage(&self) -> Vec<Value> {
        let text = fs::read(self.path().join("coverage.ndjson.zst")).unwrap();
        let text = String::from_utf8(zstd::decode_all(text.as_slice()).unwrap()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The row about a place.
    pub fn row(&self, account: &str, region: &str, source: &str) -> Value {
        let rows = self.coverage();
        let row = rows
            .iter()
            .find(|row| row["account"] == account && row["region"] == region && row["source"] == source);
        row.unwrap_or_else(|| panic!("the ledger has no row {account} {region} {source}"))
            .clone()
    }

    /// Makes it as old as the example, so that what the two say of age can be compared.
    pub fn date_as_the_example(&self) {
        let header = |folder: &Path| -> Value {
            serde_json::from_slice(&fs::read(folder.join("capture.json")).unwrap()).unwrap()
        };
        let mut own = header(self.path());
        own["captured_at"] = header(&repository().join(EXAMPLE))["captured_at"].clone();
        fs::write(self.path().join("capture.json"), own.to_string()).unwrap();
    }

    /// Copies a folder of the example into it.
    pub fn copy(&self, folder: &str) {
        copy_folder(&repository().join(EXAMPLE).join(folder), &self.path().join(folder));
    }
}

/// What a program printed, for messages.
pub fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
