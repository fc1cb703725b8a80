//! Items of a file turned into records.

mod answers;
mod credential_report;
mod findings;
mod identity_center;
mod last_accessed;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{CaptureHeader, Origin, Record, RecordKind};
use sv0_model::time::Timestamp;

use crate::config_item::{Presence, normalise};
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::FileKind;
use crate::ledger::{Health, Partition, Tally};
use crate::options::Limits;
use crate::pages::{Pages, each_item};
use crate::plan::InputFile;
use crate::redact::redact;
use crate::text::Fault;
use crate::values::{Located, read_table_text, read_values};

/// What a file of items gave.
#[derive(Debug)]
pub(crate) struct Items {
    pub records: Vec<Record>,
    pub diagnostics: Vec<Diagnostic>,
    pub health: Health,
    /// Whether the answer goes on after what was recorded.
    pub is_cut: bool,
    /// Things counted: items, or the users, groups, roles and policies of authorization details.
    pub count: u64,
    /// Config items by resource type, account and Region.
    pub tallies: BTreeMap<(String, Partition), Tally>,
}

/// An item before redaction and hashing.
pub(crate) struct Draft {
    pub kind: RecordKind,
    pub account: Option<String>,
    pub region: Option<String>,
    pub captured_at: Option<Timestamp>,
    pub body: Map<String, Value>,
}

/// Reads the items of `file`.
pub(crate) fn read_items(file: &InputFile, header: &CaptureHeader, limits: &Limits) -> Items {
    let mut reader = ItemReader {
        file,
        header,
        limits,
        records: Vec::new(),
        pages: Pages::default(),
        count: 0,
        tallies: BTreeMap::new(),
        foreign_accounts: BTreeSet::new(),
    };
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut values = 0_u64;
    read_values(file, limits, &mut diagnostics, &mut |located, found| {
        values += 1;
        reader.take(located, found);
    });
    reader.finish(values, diagnostics)
}

struct ItemReader<'a> {
    file: &'a InputFile,
    header: &'a CaptureHeader,
    limits: &'a Limits,
    records: Vec<Record>,
    pages: Pages,
    count: u64,
    tallies: BTreeMap<(String, Partition), Tally>,
    foreign_accounts: BTreeSet<String>,
}

impl ItemReader<'_> {
    /// Takes a value of the file: items, or a credential report as `GetCredentialReport` prints it.
    fn take(&mut self, located: Located, diagnostics: &mut FileDiagnostics) {
        if matches!(self.file.kind, FileKind::CredentialReport { .. })
            && let Some(table) = credential_report::content_of(&located.value)
        {
            return read_table_text(&table, self.limits, diagnostics, &mut |row, found| {
                self.take_items(row, found)
            });
        }
        self.take_items(located, diagnostics);
    }

    fn take_items(&mut self, located: Located, diagnostics: &mut FileDiagnostics) {
        let line = located.line;
        if self.file.kind == FileKind::OrganizationPolicies && answers::is_empty_list_of_policies(&located.value) {
            return self.keep_empty_list();
        }
        let mut value = located.value;
        if let FileKind::SpokeItems { name, .. } = &self.file.kind {
            name.prepare(&mut value);
        }
        let mut items = Vec::new();
        let mut refused = Refused::default();
        let fields = answers::page_fields(&self.file.kind);
        each_item(
            value,
            fields,
            &mut self.pages,
            &mut |item| items.push(item),
            &mut || refused.unexpected += 1,
        );
        for item in items {
            self.take_item(item, &mut refused);
        }
        for problem in refused.problems(&self.file.kind, self.limits.max_items_per_file) {
            diagnostics.add(line, problem);
        }
    }

    /// An organization without policies is not one whose policies were not recorded: the empty answer is a record of its own.
    fn keep_empty_list(&mut self) {
        let body = Map::from_iter([("Policies".to_owned(), Value::Array(Vec::new()))]);
        self.push(
            Draft {
                kind: RecordKind::OrganizationPolicy,
                account: None,
                region: None,
                captured_at: None,
                body,
            },
            "",
        );
    }

    fn take_item(&mut self, item: Map<String, Value>, refused: &mut Refused) {
        if self.records.len() as u64 >= self.limits.max_items_per_file {
            refused.too_many += 1;
            return;
        }
        let is_taken = match &self.file.kind {
            FileKind::ConfigItems { resource_type } => self.take_config_item(item, resource_type, refused),
            FileKind::AuthorizationDetails { account } => self.take_details(item, account),
            FileKind::CredentialReport { .. } => {
                answers::draft(&self.file.kind, item).map(|draft| self.keep_as_it_is(draft))
            }
            FileKind::AthenaRows { .. } => answers::draft(&self.file.kind, item).map(|draft| {
                // An event was cut down to the fields that are kept of every event; the names of its fields announce no secret there.
                if draft.body.contains_key("event") {
                    self.keep_as_it_is(draft);
                } else {
                    self.keep(draft, "");
                }
            }),
            FileKind::SpokeItems { name, .. } => {
                let draft = answers::draft(&self.file.kind, item);
                draft.map(|draft| self.keep(draft, &name.redaction_type()))
            }
            kind => answers::draft(kind, item).map(|draft| self.keep(draft, "")),
        };
        if is_taken.is_none() {
            refused.unexpected += 1;
        }
    }

    fn take_config_item(&mut self, item: Map<String, Value>, type_of_file: &str, refused: &mut Refused) -> Option<()> {
        let item = normalise(item, type_of_file)?;
        if item.has_unreadable_configuration {
            refused.configurations += 1;
        }
        let partition = Partition::new(&item.account, item.region.as_deref());
        let key = (item.resource_type.clone(), partition);
        let tally = self.tallies.entry(key).or_default();
        match item.presence {
            Presence::Deleted => tally.deleted += 1,
            Presence::NotRecorded => tally.not_recorded += 1,
            Presence::Present => {
                tally.items += 1;
                let resource_type = item.resource_type.clone();
                let draft = Draft {
                    kind: RecordKind::ConfigItem {
                        resource_type: item.resource_type,
                    },
                    account: Some(item.account),
                    region: item.region,
                    captured_at: item.captured_at,
                    body: item.fields,
                };
                self.keep(draft, &resource_type);
            }
        }
        Some(())
    }

    fn take_details(&mut self, mut page: Map<String, Value>, account: &str) -> Option<()> {
        self.count += answers::count_of_details(&page)?;
        self.pages.note(&mut page);
        self.foreign_accounts
            .extend(answers::accounts_in_details(&page).filter(|found| found != account));
        let draft = Draft {
            kind: RecordKind::AuthorizationDetails,
            account: Some(account.to_owned()),
            region: None,
            captured_at: None,
            body: page,
        };
        self.keep(draft, "");
        Some(())
    }

    fn keep(&mut self, draft: Draft, resource_type: &str) {
        if draft.kind != RecordKind::AuthorizationDetails {
            self.count += 1;
        }
        self.push(draft, resource_type);
    }

    fn push(&mut self, mut draft: Draft, resource_type: &str) {
        let mut body = Value::Object(std::mem::take(&mut draft.body));
        redact(&mut body, resource_type);
        self.push_body(draft, body);
    }

    /// Keeps an item of which no more is left than what is known to hold no secret.
    fn keep_as_it_is(&mut self, mut draft: Draft) {
        self.count += 1;
        let body = Value::Object(std::mem::take(&mut draft.body));
        self.push_body(draft, body);
    }

    fn push_body(&mut self, draft: Draft, body: Value) {
        let origin = Origin {
            object: self.file.object().to_owned(),
            sha256: sha256_of_json(&body),
        };
        self.records.push(Record {
            kind: draft.kind,
            account: draft.account,
            region: draft.region,
            origin,
            captured_at: Some(draft.captured_at.unwrap_or(self.header.captured_at)),
            body,
        });
    }

    fn finish(self, values: u64, mut diagnostics: FileDiagnostics) -> Items {
        if !self.foreign_accounts.is_empty() {
            diagnostics.add(None, foreign_accounts());
        }
        let is_cut = self.pages.are_cut();
        if is_cut {
            diagnostics.add(None, cut_answer());
        }
        let health = match (diagnostics.has_errors(), self.records.is_empty()) {
            (false, _) if values > 0 => Health::Whole,
            (_, true) => Health::Failed,
            _ => Health::Partial,
        };
        Items {
            records: self.records,
            diagnostics: diagnostics.finish(),
            health,
            is_cut,
            count: self.count,
            tallies: self.tallies,
        }
    }
}

/// What of one line or document could not be used, by reason.
#[derive(Debug, Default)]
struct Refused {
    unexpected: u64,
    configurations: u64,
    too_many: u64,
}

impl Refused {
    fn problems(&self, kind: &FileKind, limit: u64) -> impl Iterator<Item = Problem> {
        let unexpected = (self.unexpected > 0).then(|| answers::unexpected(kind, self.unexpected));
        let configurations = (self.configurations > 0).then(|| unreadable_configuration(self.configurations));
        let too_many =
            (self.too_many > 0).then(|| Fault::TooManyItems { limit }.problem(&format!("not used: {}", self.too_many)));
        [unexpected, configurations, too_many].into_iter().flatten()
    }
}

fn unreadable_configuration(count: u64) -> Problem {
    Problem::error(
        "unreadable_configuration",
        format!("the configuration of an item is a text that is not JSON, and is left out (items: {count})"),
        "record the item again with aws configservice select-aggregate-resource-config",
    )
}

fn foreign_accounts() -> Problem {
    Problem::warning(
        "account_mismatch",
        "the file holds ARNs of an account other than the one whose folder it lies in",
        "move it to the folder of the account that it was recorded in",
    )
}

fn cut_answer() -> Problem {
    Problem::warning(
        "answer_cut",
        "the answer goes on after what was recorded: no page of it is the last one",
        "record it again without --max-items and without --no-paginate",
    )
}
