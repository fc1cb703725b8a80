//! moto and ministack with the example in them, ended with the test that started them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::served;
use crate::fake_aws::{FakeAws, python};
use crate::live::recording::{ROLE, SPOKES, recorded_example, trust};
use crate::support::repository;

const HUB: &str = "604915728338";

pub struct Emulators {
    process: Child,
    folder: TempDir,
    known: Value,
    /// What the example calls something, and what it is called in the emulators.
    pub names: BTreeMap<String, String>,
}

impl Drop for Emulators {
    fn drop(&mut self) {
        // The emulators end when the input does; killing what started them would leave them running.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Emulators {
    /// Starts them, and puts the example into them.
    pub fn start() -> Self {
        let (example, folder) = (recorded_example(&|_| {}), tempfile::tempdir().unwrap());
        let mut process = Command::new(python())
            .args(["-m", "emulators"])
            .args([example.path(), folder.path()])
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
        let mut ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the emulators ended before they were ready: {line}"));
        Self {
            process,
            folder,
            names: serde_json::from_value(ready["names"].take()).unwrap(),
            known: ready["emulators"].take(),
        }
    }

    /// The fake that serves the example by their names, and hands on to them what the table says.
    pub fn fake(&self) -> FakeAws {
        let trust = trust().to_string().replace(HUB, self.called(HUB));
        let trust: Value = serde_json::from_str(&trust).unwrap();
        let accounts: Vec<&str> = SPOKES.iter().map(|account| self.called(account)).collect();
        let options = json!({
            "page_size": 50, "roles": [{"path": ROLE, "trust": trust, "accounts": accounts}],
            "emulators": self.known, "emulated": served::by_emulators(),
        });
        FakeAws::start(&self.capture(), &options)
    }

    fn capture(&self) -> PathBuf {
        self.folder.path().join("capture")
    }

    fn called<'a>(&'a self, own: &'a str) -> &'a str {
        self.names.get(own).map_or(own, String::as_str)
    }
}
