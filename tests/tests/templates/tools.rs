//! The public checkers, and what they say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::allowed::{Complaint, unmarked};
use super::load::{Template, entries, templates};
use crate::fake_aws::python;
use crate::support::repository;

/// Where `cargo xtask test --all` installs them, below the repository.
const TOOLS: &str = ".tools";
/// The folder, where it is another.
const VARIABLE: &str = "SV0_TEST_TOOLS";

/// The templates as files for a tool, each twice: as written and transformed.
pub struct Files {
    folder: TempDir,
    /// Each file, and the template that it is of.
    files: Vec<(PathBuf, &'static Template)>,
}

impl Files {
    /// What is deployed, its marks of suppression and all.
    pub fn as_deployed() -> Self {
        Self::write(|template| template.source.clone(), |template| template.body.clone())
    }

    /// The same without the marks.
    pub fn without_marks() -> Self {
        Self::write(
            |template| unmarked(&template.source),
            |template| unmarked(&template.body),
        )
    }

    fn write(source: impl Fn(&Template) -> Value, body: impl Fn(&Template) -> Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (at, template) in templates().iter().enumerate() {
            for (form, value) in [("source", source(template)), ("transformed", body(template))] {
                let path = folder.path().join(format!("{at}-{form}.json"));
                fs::write(&path, serde_json::to_vec_pretty(&value).unwrap()).unwrap();
                files.push((path, template));
            }
        }
        Self { folder, files }
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    fn complaint(&self, tool: &str, rule: &str, file: &str, resource: &str) -> Complaint {
        let name = Path::new(file).file_name();
        let of_file = self.files.iter().find(|(path, _)| path.file_name() == name);
        let (_, template) = of_file.unwrap_or_else(|| panic!("{tool} names {file}"));
        Complaint {
            tool: tool.to_owned(),
            rule: rule.to_owned(),
            template: template.path.clone(),
            resource: in_source(template, resource),
            about: String::new(),
        }
    }
}

/// A resource's name in the source: the transform makes others, whose names begin with it.
fn in_source(template: &Template, resource: &str) -> String {
    let names = entries(&template.source["Resources"]).map(|(name, _)| name);
    let parent = names
        .filter(|name| resource.starts_with(name))
        .max_by_key(|name| name.len());
    parent.unwrap_or(resource).to_owned()
}

/// A tool's program, with an environment that leads nowhere.
fn command(program: &Path) -> Command {
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask test --all` installs it",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(repository())
        .stdin(Stdio::null())
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn tool(place: &str) -> Command {
    let folder = std::env::var_os(VARIABLE).map_or(repository().join(TOOLS), PathBuf::from);
    command(&folder.join(place))
}

fn json(output: &Output, tool: &str) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let words = String::from_utf8_lossy(&output.stderr);
        panic!("{tool}: {error}\n{}\n{words}", String::from_utf8_lossy(&output.stdout))
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Every complaint of cfn-lint, its notes included.
pub fn cfn_lint(files: &Files) -> BTreeSet<Complaint> {
    let output = command(&python().with_file_name("cfn-lint"))
        .args(["--format", "json", "--include-checks", "I", "--"])
        .args(files.paths())
        .output()
        .unwrap();
    let complaint = |found: &Value| {
        let path = list(&found["Location"]["Path"]);
        let resource = match path {
            [section, name, ..] if section == "Resources" => text(name),
            _ => "",
        };
        files.complaint(
            "cfn-lint",
            text(&found["Rule"]["Id"]),
            text(&found["Filename"]),
            resource,
        )
    };
    list(&json(&output, "cfn-lint")).iter().map(complaint).collect()
}

/// Every failed check of checkov.
pub fn checkov(files: &Files) -> BTreeSet<Complaint> {
    let mut command = tool("checkov/bin/checkov");
    command.args([
        "--framework",
        "cloudformation",
        "--output",
        "json",
        "--compact",
        "--skip-download",
    ]);
    command.arg("--directory").arg(files.folder.path());
    let report = json(&command.output().unwrap(), "checkov");
    assert!(list(&report["results"]["parsing_errors"]).is_empty(), "{report}");
    let seen = |name: &str| {
        list(&report["results"][name])
            .iter()
            .map(|check| text(&check["file_path"]))
    };
    let read: BTreeSet<&str> = seen("passed_checks")
        .chain(seen("failed_checks"))
        .chain(seen("skipped_checks"))
        .collect();
    let is_read = |path: &Path| read.iter().any(|file| path.ends_with(file.trim_start_matches('/')));
    for (path, template) in &files.files {
        // It has checks of every role, and no word for a template of which it has none.
        let has_checks = template.of_type("AWS::IAM::Role").next().is_some();
        assert!(!has_checks || is_read(path), "checkov reads {}", template.path);
    }
    let complaint = |found: &Value| {
        let resource = text(&found["resource"]).rsplit('.').next().unwrap_or_default();
        files.complaint("checkov", text(&found["check_id"]), text(&found["file_path"]), resource)
    };
    list(&report["results"]["failed_checks"])
        .iter()
        .map(complaint)
        .collect()
}

/// Every breach of the rules in `tests/guard`.
pub fn guard(files: &Files) -> BTreeSet<Complaint> {
    let mut command = tool("cfn-guard/bin/cfn-guard");
    command.args([
        "validate",
        "--structured",
        "--output-format",
        "json",
        "--show-summary",
        "none",
    ]);
    command.arg("--rules").arg(repository().join("tests/guard"));
    command.arg("--data").arg(files.folder.path());
    let report = json(&command.output().unwrap(), "cfn-guard");
    assert!(!list(&report).is_empty(), "cfn-guard reads the templates");
    let mut found = BTreeSet::new();
    for file in list(&report) {
        for rule in list(&file["not_compliant"]) {
            let rule = &rule["Rule"];
            let mut resources = BTreeSet::new();
            named(rule, &mut resources);
            assert!(!resources.is_empty(), "a rule names resources: {rule}");
            let complaints = resources
                .iter()
                .map(|resource| files.complaint("guard", text(&rule["name"]), text(&file["name"]), resource));
            found.extend(complaints);
        }
    }
    found
}

/// The resources in the paths that a breach names: `/Resources/NAME/…`.
fn named(value: &Value, resources: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix("/Resources/").and_then(|rest| rest.split('/').next());
            resources.extend(name.map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, resources)),
        Value::Object(members) => members.values().for_each(|member| named(member, resources)),
        _ => {}
    }
}

/// The tests of the rules in `tests/guard`: what went wrong, and the rules that are not seen to pass, to fail and to be suppressed.
pub fn guard_tests() -> Result<(), String> {
    let folder = repository().join("tests/guard");
    let output = tool("cfn-guard/bin/cfn-guard")
        .args(["test", "--dir"])
        .arg(&folder)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("{words}\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let untested: Vec<String> = rules_of_guard(&folder)
        .into_iter()
        .flat_map(|rule| ["PASS", "FAIL", "SKIP"].map(|outcome| format!("{rule}: Expected = {outcome}")))
        .filter(|outcome| !words.contains(outcome))
        .collect();
    if untested.is_empty() {
        Ok(())
    } else {
        Err(untested.join("\n"))
    }
}

fn rules_of_guard(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap());
    let rules: Vec<String> = texts
        .flat_map(|text| text.lines().filter_map(rule_name).collect::<Vec<_>>())
        .collect();
    assert!(rules.len() > 20, "{rules:?}");
    rules
}

fn rule_name(line: &str) -> Option<String> {
    line.strip_prefix("rule ")?.split(' ').next().map(str::to_owned)
}

/// `sam validate --lint` of a template that SAM transforms; what it says when it does not like it.
pub fn sam_validate(template: &Template) -> Result<(), String> {
    let output = tool("sam/bin/sam")
        .args(["validate", "--lint", "--template-file"])
        .arg(repository().join(&template.path))
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&words).into_owned())
}
