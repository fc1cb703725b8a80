//! The IAM credential report: what users and root users sign in and sign requests with, and what is known of its life. No secret is in it.
//!
//! Source: IAM User Guide, "Generate credential reports for your AWS account".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, urn};
use sv0_model::record::Record;
use sv0_model::time::Timestamp;

use crate::description::{Description, Identity};
use crate::edges::{Edges, NewEdge};
use crate::facts::{Facts, LastUse};
use crate::freshness::{Fact, Freshness, Newest, Source};
use crate::json::{bool_at, first_arn, text_at, time_at};
use crate::target::Target;

/// What the credential reports say, by the ARN of the user or root user.
#[derive(Debug, Default)]
pub(crate) struct CredentialFacts {
    rows: Newest<Row>,
    /// The rows that were read, by their report and whom they are about.
    seen: BTreeSet<(String, Option<Timestamp>, String)>,
    /// Whom a report has two rows about.
    doubled: BTreeSet<String>,
    /// Reports whose missing columns were told.
    told: BTreeSet<String>,
}

/// A user or root user as the report describes it.
#[derive(Debug, Clone)]
struct Row {
    /// Who has the credentials: the user; of a root user its account.
    holder: Target,
    /// What the holder's entity gains.
    attributes: BTreeMap<&'static str, Value>,
    /// Native ids of the credentials.
    credentials: Vec<String>,
}

/// A credential that a row may tell of, by the columns that do.
struct Columns {
    id: &'static str,
    credential_type: &'static str,
    prefix: &'static str,
}

const CREDENTIALS: [Columns; 4] = [
    Columns {
        id: "access-key-1",
        credential_type: "access_key",
        prefix: "access_key_1",
    },
    Columns {
        id: "access-key-2",
        credential_type: "access_key",
        prefix: "access_key_2",
    },
    Columns {
        id: "certificate-1",
        credential_type: "signing_certificate",
        prefix: "cert_1",
    },
    Columns {
        id: "certificate-2",
        credential_type: "signing_certificate",
        prefix: "cert_2",
    },
];

/// Says that the report does not tell all credentials of a user and their use.
const UNKNOWN: &str = "credentials_unknown";

/// The columns without which a user's credentials and their use are not known.
const NEEDED: [&str; 11] = [
    "password_enabled",
    "password_last_used",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "cert_1_active",
    "cert_2_active",
];

/// Reads one row of a report.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    let Some((arn, holder)) = holder_of(record) else {
        let message = "a row of the credential report names neither a user nor a root user and was left out";
        let help = "record the report again; docs/capture.md has the command";
        facts
            .diagnostics
            .error(&record.origin, "", "credential_row_without_arn", message, help);
        return;
    };
    let report = (record.origin.object.clone(), record.captured_at, arn.clone());
    if !facts.credentials.seen.insert(report) {
        let message = "the credential report has a further row about the same user, which was left out";
        let help = "record the report again; what depends on the credentials of this user is not known";
        facts
            .diagnostics
            .error(&record.origin, "", "credential_row_twice", message, help);
        facts.credentials.doubled.insert(arn);
        return;
    }
    diagnose(record, facts);
    let lacks = diagnose_missing(record, facts);
    let is_root = holder.kind == EntityKind::Account;
    let mut found: Vec<Description> = CREDENTIALS
        .iter()
        .filter_map(|columns| credential(record, &arn, columns))
        .collect();
    found.extend(password(record, &arn));
    let mut attributes = if is_root {
        attributes_of_account(record)
    } else {
        attributes_of(record, &["password_enabled", "mfa_active"], &USER_TIMES)
    };
    if lacks {
        attributes.insert(UNKNOWN, json!(true));
    }
    let row = Row {
        attributes,
        holder,
        credentials: found.iter().map(|found| found.entity.native_id.clone()).collect(),
    };
    if let Some(time) = time_at(&record.body, "password_last_used").filter(|_| !is_root) {
        let last_use = LastUse {
            time,
            region: None,
            origin: record.origin.clone(),
        };
        facts.used(&arn, last_use);
    }
    for description in found {
        facts.describe(Freshness::of(record, Source::Api), description);
    }
    let fact = Fact {
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        value: row,
    };
    facts.credentials.rows.offer(arn, fact);
}

/// Says once a report which columns it lacks, and whether a row lacks any.
fn diagnose_missing(record: &Record, facts: &mut Facts) -> bool {
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|column| cell_at(record, column).is_none())
        .collect();
    if !missing.is_empty() && facts.credentials.told.insert(record.origin.object.clone()) {
        let message = format!("columns of the credential report are missing: {}", missing.join(", "));
        let help = "record the whole report; what depends on these columns is not known";
        facts
            .diagnostics
            .error(&record.origin, "", "incomplete_credential_report", message, help);
    }
    !missing.is_empty()
}

/// The row's ARN, and the entity that has the credentials.
fn holder_of(record: &Record) -> Option<(String, Target)> {
    let text = first_arn(&record.body, &["arn"])?;
    let arn = Arn::parse(text).filter(|arn| arn.service == "iam")?;
    let account = arn.account_id()?;
    match (arn.resource, arn.resource_type()) {
        ("root", _) => Some((text.to_owned(), Target::account(account))),
        (_, "user") => Some((text.to_owned(), Target::new(text, EntityKind::IamUser))),
        _ => None,
    }
}

/// The last use of a user's password is kept with those that other answers know: the latest counts.
const USER_TIMES: [&str; 2] = ["password_last_changed", "password_next_rotation"];

/// Truths and times of a row; a column that holds no answer (`N/A`, `not_supported`) is left out.
fn attributes_of(record: &Record, truths: &[&'static str], times: &[&'static str]) -> BTreeMap<&'static str, Value> {
    let body = &record.body;
    let truths = truths
        .iter()
        .filter_map(|name| Some((*name, json!(bool_at(body, name)?))));
    let times = times
        .iter()
        .filter_map(|name| Some((*name, json!(time_at(body, name)?.to_string()))));
    truths.chain(times).collect()
}

/// What the row of the root user says, on its account. The last use stands apart, because it is no change of the account.
fn attributes_of_account(record: &Record) -> BTreeMap<&'static str, Value> {
    let root = attributes_of(record, &["password_enabled", "mfa_active"], &["password_last_changed"]);
    let mut attributes = attributes_of(record, &[], &["password_last_used"]);
    attributes.insert("root_user", json!(root));
    attributes
}

/// An access key or certificate. One that was never made has neither a status nor a day on which it was.
fn credential(record: &Record, holder: &str, columns: &Columns) -> Option<Description> {
    let at = |suffix: &str| format!("{}_{suffix}", columns.prefix);
    let is_active = bool_at(&record.body, &at("active"));
    let last_rotated = time_at(&record.body, &at("last_rotated")).map(|time| time.to_string());
    match is_active {
        // A status that cannot be read is not one that says no: the credential is there, and nothing is known of it.
        None if !is_unreadable(record, &at("active"), Cell::Truth) => return None,
        Some(false) if last_rotated.is_none() => return None,
        _ => {}
    }
    let mut found = description(record, holder, columns.id, columns.credential_type);
    found.set("active", is_active);
    found.set("last_rotated", last_rotated);
    set_last_used(record, &at("last_used_date"), &mut found, |time| {
        json!({
            "date": time,
            "region": said(record, &at("last_used_region")),
            "service": said(record, &at("last_used_service")),
        })
    });
    Some(found)
}

/// Sets the last use: null where the report says that there was none, nothing where it cannot be read.
fn set_last_used(record: &Record, column: &str, found: &mut Description, used: impl Fn(String) -> Value) {
    if cell_at(record, column).is_none() || is_unreadable(record, column, Cell::Time) {
        return;
    }
    let time = time_at(&record.body, column).map(|time| time.to_string());
    found.set("last_used", Some(time.map_or(Value::Null, used)));
}

/// What a cell of the report holds.
#[derive(Clone, Copy)]
enum Cell {
    Truth,
    Time,
}

/// Whether a cell is there and says neither what it should nor that there is nothing to say.
fn is_unreadable(record: &Record, column: &str, cell: Cell) -> bool {
    let Some(text) = cell_at(record, column) else {
        return false;
    };
    let is_read = match cell {
        Cell::Truth => bool_at(&record.body, column).is_some(),
        Cell::Time => time_at(&record.body, column).is_some(),
    };
    !is_read && !is_none(text)
}

/// The text of a cell, an empty one too.
fn cell_at<'a>(record: &'a Record, column: &str) -> Option<&'a str> {
    record.body.get(column).and_then(Value::as_str)
}

/// How the report writes that there is nothing to say.
fn is_none(text: &str) -> bool {
    matches!(text, "N/A" | "no_information" | "not_supported")
}

/// Says which cells of a row cannot be read: what depends on them is not known.
fn diagnose(record: &Record, facts: &mut Facts) {
    let Some(row) = record.body.as_object() else {
        return;
    };
    let cell_of = |column: &str| match column {
        "password_enabled" | "mfa_active" => Some(Cell::Truth),
        _ if column.ends_with("_active") => Some(Cell::Truth),
        _ if column.ends_with("_last_rotated")
            || column.ends_with("last_used_date")
            || column == "password_last_used" =>
        {
            Some(Cell::Time)
        }
        _ => None,
    };
    let unreadable: Vec<&str> = row
        .keys()
        .map(String::as_str)
        .filter(|column| cell_of(column).is_some_and(|cell| is_unreadable(record, column, cell)))
        .collect();
    if !unreadable.is_empty() {
        let message = format!(
            "cells of the credential report cannot be read: {}",
            unreadable.join(", ")
        );
        let help = "record the report again; what depends on these cells is not known";
        facts
            .diagnostics
            .error(&record.origin, "", "unreadable_credential_report", message, help);
    }
}

fn password(record: &Record, holder: &str) -> Option<Description> {
    let body = &record.body;
    bool_at(body, "password_enabled").filter(|is_enabled| *is_enabled)?;
    let mut found = description(record, holder, "password", "password");
    found.set("active", Some(true));
    let time = |name: &str| time_at(body, name).map(|time| time.to_string());
    found.set("last_rotated", time("password_last_changed"));
    found.set("next_rotation", time("password_next_rotation"));
    set_last_used(record, "password_last_used", &mut found, |date| json!({ "date": date }));
    Some(found)
}

fn said<'a>(record: &'a Record, column: &str) -> Option<&'a str> {
    text_at(&record.body, column).filter(|text| !is_none(text))
}

fn description(record: &Record, holder: &str, id: &str, credential_type: &str) -> Description {
    let identity = Identity {
        native_id: urn::credential(holder, id),
        kind: EntityKind::Credential,
        name: id,
        account: Arn::parse(holder).and_then(|arn| arn.account_id()),
        region: None,
    };
    let mut found = Description::new(identity, &Freshness::of(record, Source::Api), &record.origin);
    found.set("credential_type", Some(credential_type));
    found
}

/// Adds who has which credential.
pub(crate) fn link(facts: &CredentialFacts, edges: &mut Edges) {
    for (_, fact) in facts.rows.iter() {
        let captured_at = fact.freshness.captured_at();
        edges.mention(&fact.value.holder, Some(&fact.origin), captured_at);
        for credential in &fact.value.credentials {
            edges.add(NewEdge {
                from: &fact.value.holder.native_id,
                kind: EdgeKind::HasCredential,
                target: Target::new(credential, EntityKind::Credential),
                attributes: BTreeMap::new(),
                origin: Some(&fact.origin),
                captured_at,
            });
        }
    }
}

/// Adds what the reports say of users and root users to their entities.
pub(crate) fn complete(facts: &CredentialFacts, entities: &mut BTreeMap<String, Entity>) {
    for (arn, fact) in facts.rows.iter() {
        let Some(entity) = entities.get_mut(&fact.value.holder.native_id) else {
            continue;
        };
        if facts.doubled.contains(arn) {
            entity.attributes.insert(UNKNOWN.to_owned(), json!(true));
        }
        for (name, value) in &fact.value.attributes {
            entity.attributes.insert((*name).to_owned(), value.clone());
        }
        if let Err(place) = entity.origins.binary_search(&fact.origin) {
            entity.origins.insert(place, fact.origin.clone());
        }
    }
}
