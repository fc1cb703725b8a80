//! Every command that findings and the report offer for copying can be run: what a reader pastes must not end in "unknown".

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{answer_lines, program, repository, run, run_json};

/// The example organization, scanned into `./sv0-out` of a folder of its own, as whoever pastes a command has it.
fn scanned() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let capture = repository().join("examples/acme/capture");
    let store = folder.path().join("sv0-out");
    run(
        &[
            "scan",
            "--capture",
            capture.to_str().unwrap(),
            "--store",
            store.to_str().unwrap(),
        ],
        0,
    );
    folder
}

/// Runs commands as a shell does that they are pasted into, and returns those that fail.
fn failures(folder: &Path, commands: &BTreeSet<String>) -> Vec<String> {
    let mut path = vec![program().parent().unwrap().to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let path = env::join_paths(path).unwrap();
    let left = Mutex::new(commands.iter());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(command) = { left.lock().unwrap().next() } {
                    let output = Command::new("sh")
                        .args(["-c", command])
                        .current_dir(folder)
                        .env("PATH", &path)
                        .stdin(Stdio::null())
                        .output()
                        .expect("a shell starts");
                    if !output.status.success() {
                        let said = String::from_utf8_lossy(&output.stderr).into_owned();
                        failed.lock().unwrap().push(format!("{command}\n{said}"));
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

#[test]
fn every_command_of_a_finding_can_be_run() {
    let folder = scanned();
    let store = folder.path().join("sv0-out");
    let findings = run_json(&["findings", "--store", store.to_str().unwrap()]);
    let checks = findings["findings"].as_array().unwrap().iter();
    let commands: BTreeSet<String> = checks
        .flat_map(|finding| finding["verify"].as_array().unwrap())
        .map(|command| command.as_str().unwrap().to_owned())
        .filter(|command| command.starts_with("sv0 "))
        .collect();
    assert!(commands.len() > 50, "{}", commands.len());
    let failed = failures(folder.path(), &commands);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The tables of a report's page.
struct Island(Value);

impl Island {
    fn of(folder: &Path) -> Self {
        let store = folder.join("sv0-out");
        let report = run_json(&["report", "--store", store.to_str().unwrap()]);
        let html = fs::read_to_string(report["report"].as_str().unwrap()).unwrap();
        let (_, rest) = html.split_once("id=\"report-data\">").expect("the report has data");
        Self(serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap())
    }

    fn length(&self, table: &str) -> usize {
        usize::try_from(self.0["tables"][table]["length"].as_u64().unwrap()).unwrap()
    }

    fn value(&self, table: &str, column: &str, row: usize) -> Value {
        let column = &self.0["tables"][table]["columns"][column];
        let cell = &column["cells"][row];
        let at = |list: &Value, number: &Value| list[usize::try_from(number.as_u64().unwrap()).unwrap()].clone();
        match column["kind"].as_str().unwrap() {
            _ if cell.is_null() => Value::Null,
            "text" => at(&self.0["strings"], cell),
            "numbers" => at(&self.0["lists"], cell),
            "texts" => {
                let numbers = at(&self.0["lists"], cell);
                let texts = numbers.as_array().unwrap().iter();
                texts.map(|number| at(&self.0["strings"], number)).collect()
            }
            _ => cell.clone(),
        }
    }

    fn text(&self, table: &str, column: &str, row: usize) -> String {
        self.value(table, column, row).as_str().unwrap().to_owned()
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What `askFor` of the report's script offers for an entity, but for `sv0 can`.
fn of_entity(island: &Island, row: usize) -> Option<String> {
    let count = |column| island.value("entities", column, row).as_u64().unwrap();
    let id = word(&island.text("entities", "id", row));
    let may_be_on_path = !island.value("entities", "resolution", row).is_null()
        || count("allowed") + count("conditional") + count("blocked") > 0;
    match island.text("entities", "group", row).as_str() {
        _ if !may_be_on_path => None,
        "resource" => Some(format!("sv0 paths --to {id} --limit 1")),
        _ => Some(format!("sv0 paths --from {id} --limit 1")),
    }
}

#[test]
fn every_command_of_the_report_can_be_run() {
    let folder = scanned();
    let island = Island::of(folder.path());
    let commands: BTreeSet<String> = (0..island.length("entities"))
        .filter_map(|row| of_entity(&island, row))
        .collect();
    assert!(commands.len() > 200, "{}", commands.len());
    let failed = failures(folder.path(), &commands);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// `sv0 can`, `who-can` and `explain` know principals and resources by the same rules as questions do, which are asked in one go.
#[test]
fn every_principal_and_resource_of_the_reports_commands_is_known() {
    let folder = scanned();
    let island = Island::of(folder.path());
    let question = |principal: &str, action: &str, resource: &str| {
        json!({"id": [principal, action, resource], "principal": principal, "action": action, "resource": resource})
            .to_string()
    };
    let mut questions = BTreeSet::new();
    for row in 0..island.length("entities") {
        for principal in texts(&island.value("entities", "asks", row)) {
            questions.insert(question(&principal, "s3:ListAllMyBuckets", "*"));
        }
    }
    for row in 0..island.length("paths") {
        let scope = island.text("paths", "scope", row);
        let hops = island.value("paths", "hops", row);
        let last = usize::try_from(hops.as_array().unwrap().last().unwrap().as_u64().unwrap()).unwrap();
        let from = usize::try_from(island.value("hops", "from", last).as_u64().unwrap()).unwrap();
        let actions = texts(&island.value("hops", "actions", last));
        let Some(action) = actions.first() else { continue };
        let principal = island.text("entities", "id", from);
        let asks = texts(&island.value("entities", "asks", from));
        let principal = if asks.contains(&principal) {
            &principal
        } else {
            "anonymous"
        };
        questions.insert(question(principal, action, &scope));
    }
    assert!(questions.len() > 300, "{}", questions.len());
    let lines: Vec<String> = questions.into_iter().collect();
    let store = folder.path().join("sv0-out");
    let (answers, exit_code) = answer_lines(&["can", "--store", store.to_str().unwrap()], &lines.join("\n"));
    let failed: Vec<&Value> = answers.iter().filter(|answer| answer["error"].is_object()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(exit_code, Some(0));
}
