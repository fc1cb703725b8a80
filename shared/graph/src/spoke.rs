//! Answers of the services themselves, of what Config does not hold.
//!
//! An answer that describes a thing is read by the row of its type in [`crate::config::table`], as a Config item is. An answer that only says something of a thing
//! (its policy, its targets, its triggers) has a reader.

pub(crate) mod bedrock;
pub(crate) mod identities;
pub(crate) mod resources;
pub(crate) mod workloads;

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::record::{Origin, Record};

use crate::config::{ConfigItem, describe, subject_and_answer, table};
use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Source};

/// One item of an answer.
pub(crate) struct Answer<'a> {
    /// The ARN of what it is about, where it is recorded beside the answer (`{"Arn","Response"}`).
    pub(crate) subject: Option<&'a str>,
    /// What AWS answered.
    pub(crate) body: &'a Value,
    /// The account it was asked in.
    pub(crate) account: Option<&'a str>,
    /// The Region it was asked in; `None` for global services.
    pub(crate) region: Option<&'a str>,
    /// The partition of the capture.
    pub(crate) partition: &'a str,
    /// Its record.
    pub(crate) origin: &'a Origin,
    /// Its rank.
    pub(crate) freshness: Freshness,
}

impl Answer<'_> {
    /// The ARN that an id has in the account and Region of the answer, `{id}` and the rest as in a row's `arn_format`.
    pub(crate) fn arn(&self, format: &str, id: &str) -> Option<String> {
        let (account, region) = (self.account?, self.region?);
        let arn = format
            .replace("{partition}", self.partition)
            .replace("{region}", region);
        Some(arn.replace("{account}", account).replace("{id}", id))
    }
}

/// Reads the answers of one file: service, what, and how.
pub(crate) struct Reader(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) fn(&Answer<'_>, &mut Facts),
);

/// Every reader.
pub(crate) fn readers() -> impl Iterator<Item = &'static Reader> {
    [
        workloads::READERS,
        bedrock::READERS,
        identities::READERS,
        resources::READERS,
    ]
    .into_iter()
    .flatten()
}

/// Every file of answers that has a reader.
#[cfg(test)]
pub(crate) fn files_with_readers() -> impl Iterator<Item = (&'static str, &'static str)> {
    readers().map(|Reader(service, what, _)| (*service, *what))
}

/// Reads one item into the facts. Files that nobody reads are passed over: the ledger says what was recorded.
pub(crate) fn read(record: &Record, service: &str, what: &str, facts: &mut Facts) {
    if let Some(Reader(.., read)) = readers().find(|Reader(of, name, _)| (*of, *name) == (service, what)) {
        let partition = facts.partition.clone();
        return read(&answer(record, &partition), facts);
    }
    if let Some(row) = table::row_of_answer(service, what) {
        read_by_row(record, row, facts);
    }
}

fn answer<'a>(record: &'a Record, partition: &'a str) -> Answer<'a> {
    let (subject, body) = subject_and_answer(&record.body);
    Answer {
        subject,
        body,
        account: record.account.as_deref().filter(|text| is_account_id(text)),
        region: record
            .region
            .as_deref()
            .filter(|region| !matches!(*region, "" | "global")),
        partition,
        origin: &record.origin,
        freshness: Freshness::of(record, Source::Api),
    }
}

fn read_by_row(record: &Record, row: &'static table::TypeRow, facts: &mut Facts) {
    let item = ConfigItem::of_answer(record, row, &facts.partition);
    if let Some(description) = describe(&item, row, &mut facts.diagnostics) {
        let fact = Fact {
            freshness: item.freshness.clone(),
            origin: item.origin.clone(),
            value: description,
        };
        facts.answers.offer(fact.value.entity.native_id.clone(), fact);
    }
}
