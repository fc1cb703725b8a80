//! Which resource types AWS Config records where, as `config/recorders.ndjson` tells.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sv0_model::arn::is_account_id;

use super::{GLOBAL, Health, Partition};
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::options::Limits;
use crate::pages::{Pages, each_item};
use crate::plan::InputFile;
use crate::values::read_values;

/// The recorders of a capture that are running.
#[derive(Debug, Default, Clone)]
pub(crate) struct Recorders {
    running: BTreeMap<Partition, Vec<Group>>,
}

/// A recording group: which types a recorder takes.
#[derive(Debug, Clone, Default)]
struct Group {
    all_supported: bool,
    includes_global_types: bool,
    named: Vec<String>,
    excluded: Vec<String>,
}

impl Group {
    fn records(&self, resource_type: &str, region: &str) -> bool {
        let names = |types: &[String]| types.iter().any(|name| name == resource_type);
        let is_global = region == GLOBAL || resource_type.starts_with("AWS::IAM::");
        if !self.excluded.is_empty() {
            return !names(&self.excluded) && !is_global;
        }
        names(&self.named) || self.all_supported && (!is_global || self.includes_global_types)
    }
}

impl Recorders {
    /// Takes over what another file tells.
    pub fn absorb(&mut self, other: Self) {
        for (partition, groups) in other.running {
            self.running.entry(partition).or_default().extend(groups);
        }
    }

    /// Whether it is shown that `resource_type` is recorded in `partition`. A global type is recorded where any Region's recorder takes it.
    pub fn prove(&self, resource_type: &str, partition: &Partition) -> bool {
        self.running
            .iter()
            .filter(|(at, _)| at.account == partition.account)
            .filter(|(at, _)| at.region == partition.region || partition.region == GLOBAL)
            .any(|(_, groups)| {
                groups
                    .iter()
                    .any(|group| group.records(resource_type, &partition.region))
            })
    }
}

/// What `config/recorders.ndjson` gave.
pub(crate) fn read_recorders(file: &InputFile, limits: &Limits) -> (Recorders, FileDiagnostics, Health) {
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut recorders = Recorders::default();
    read_values(file, limits, &mut diagnostics, &mut |located, found| {
        let mut items = Vec::new();
        let mut refused = 0_u64;
        let mut pages = Pages::default();
        let mut item = |item| items.push(Some(item));
        each_item(located.value, &[], &mut pages, &mut item, &mut || refused += 1);
        items.extend((0..refused).map(|_| None));
        for item in items {
            match item.as_ref().and_then(parse) {
                Some((partition, groups)) => {
                    recorders.running.entry(partition).or_default().extend(groups);
                }
                None => found.add(located.line, invalid_recorder()),
            }
        }
    });
    let health = match (diagnostics.has_errors(), recorders.running.is_empty()) {
        (false, _) => Health::Whole,
        (true, false) => Health::Partial,
        (true, true) => Health::Failed,
    };
    (recorders, diagnostics, health)
}

/// One line: `{"AccountId", "Region", "ConfigurationRecorders": […], "ConfigurationRecordersStatus": […]}`.
fn parse(line: &Map<String, Value>) -> Option<(Partition, Vec<Group>)> {
    let account = line
        .get("AccountId")?
        .as_str()
        .filter(|account| is_account_id(account))?;
    let region = line.get("Region")?.as_str()?;
    let running: Vec<&str> = list(line, "ConfigurationRecordersStatus")
        .filter_map(name_if_running)
        .collect();
    let groups = list(line, "ConfigurationRecorders").filter(|recorder| {
        recorder
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| running.contains(&name))
    });
    Some((Partition::new(account, Some(region)), groups.map(group).collect()))
}

/// Whether a line of recorders shows that `resource_type` is recorded in the account and Region that it names.
#[must_use]
pub fn is_recorded(line: &Value, resource_type: &str) -> bool {
    let parsed = line.as_object().and_then(parse);
    parsed.is_some_and(|(partition, groups)| {
        let region = &partition.region;
        groups.iter().any(|group| group.records(resource_type, region))
    })
}

/// The fields of a line; what else stands in it is not part of the form.
const FIELDS: [&str; 4] = [
    "AccountId",
    "Region",
    "ConfigurationRecorders",
    "ConfigurationRecordersStatus",
];

/// The line with these fields, redacted; `None` when it is none.
pub(crate) fn kept_of_recorder(mut line: Map<String, Value>) -> Option<Value> {
    parse(&line)?;
    line.retain(|field, _| FIELDS.contains(&field.as_str()));
    let mut line = Value::Object(line);
    crate::redact::redact(&mut line, "");
    Some(line)
}

fn list<'a>(line: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    line.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A recorder whose last delivery failed proves nothing.
fn name_if_running(status: &Value) -> Option<&str> {
    let is_recording = status.get("recording").and_then(Value::as_bool) == Some(true);
    let is_healthy = status
        .get("lastStatus")
        .and_then(Value::as_str)
        .is_none_or(|last| last.eq_ignore_ascii_case("success"));
    if is_recording && is_healthy {
        status.get("name")?.as_str()
    } else {
        None
    }
}

fn group(recorder: &Value) -> Group {
    let group = recorder.get("recordingGroup");
    let flag = |name: &str| group.and_then(|group| group.get(name)?.as_bool()).unwrap_or(false);
    let excluded = group.and_then(|group| group.get("exclusionByResourceTypes"));
    Group {
        all_supported: flag("allSupported"),
        includes_global_types: flag("includeGlobalResourceTypes"),
        named: texts(group.and_then(|group| group.get("resourceTypes"))),
        excluded: texts(excluded.and_then(|excluded| excluded.get("resourceTypes"))),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn invalid_recorder() -> Problem {
    Problem::error(
        "unexpected_item",
        "this is not a recorder's row with AccountId, Region, ConfigurationRecorders and ConfigurationRecordersStatus",
        "see docs/capture.md for the form of config/recorders.ndjson",
    )
}
