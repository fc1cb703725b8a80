//! Items of a file turned into records.

mod answers;
mod credential_report;
mod findings;
mod identity_center;
mod intake;
mod last_accessed;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{CaptureHeader, Origin, Record, RecordKind};
use sv0_model::time::Timestamp;

use crate::config_item::Presence;
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::FileKind;
use crate::ledger::{Health, Partition, Tally};
use crate::options::Limits;
use crate::pages::Pages;
use crate::plan::InputFile;
use crate::text::Fault;
use crate::values::{Located, read_table_text, read_values};
pub(crate) use answers::page_fields;
pub(crate) use credential_report::{COLUMNS, content_of};
pub(crate) use intake::{Item, empty_list_of_policies, item_of, items_in};

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
            && let Some(table) = content_of(&located.value)
        {
            return read_table_text(&table, self.limits, diagnostics, &mut |row, found| {
                self.take_items(row, found)
            });
        }
        self.take_items(located, diagnostics);
    }

    fn take_items(&mut self, located: Located, diagnostics: &mut FileDiagnostics) {
        let line = located.line;
        let kind = &self.file.kind;
        if let Some(empty) = empty_list_of_policies(kind, &located.value) {
            return self.keep(empty);
        }
        let (items, unexpected) = items_in(kind, located.value, &mut self.pages);
        let mut refused = Refused {
            unexpected,
            ..Refused::default()
        };
        for item in items {
            self.take_item(item, &mut refused);
        }
        for problem in refused.problems(&self.file.kind, self.limits.max_items_per_file) {
            diagnostics.add(line, problem);
        }
    }

    fn take_item(&mut self, item: Map<String, Value>, refused: &mut Refused) {
        if self.records.len() as u64 >= self.limits.max_items_per_file {
            refused.too_many += 1;
            return;
        }
        match item_of(&self.file.kind, item, &mut self.pages) {
            Some(item) => self.take_known_item(item, refused),
            None => refused.unexpected += 1,
        }
    }

    fn take_known_item(&mut self, item: Item, refused: &mut Refused) {
        if item.has_unreadable_configuration {
            refused.configurations += 1;
        }
        match (&self.file.kind, &item.kind) {
            (FileKind::ConfigItems { .. }, RecordKind::ConfigItem { resource_type }) => {
                let partition = Partition::new(item.account.as_deref().unwrap_or_default(), item.region.as_deref());
                let tally = self.tallies.entry((resource_type.clone(), partition)).or_default();
                match item.presence {
                    Presence::Deleted => return tally.deleted += 1,
                    Presence::NotRecorded => return tally.not_recorded += 1,
                    Presence::Present => tally.items += 1,
                }
            }
            (FileKind::AuthorizationDetails { account }, _) => {
                let found = answers::accounts_in_details(&item.body);
                self.foreign_accounts.extend(found.filter(|found| found != account));
            }
            _ => {}
        }
        self.keep(item);
    }

    fn keep(&mut self, item: Item) {
        self.count += item.count;
        let origin = Origin {
            object: self.file.object().to_owned(),
            sha256: sha256_of_json(&item.body),
        };
        self.records.push(Record {
            kind: item.kind,
            account: item.account,
            region: item.region,
            origin,
            captured_at: Some(item.captured_at.unwrap_or(self.header.captured_at)),
            body: item.body,
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
