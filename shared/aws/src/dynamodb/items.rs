//! Things as items, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sv0_lake::ObjectStore;
use sv0_model::hash::sha256_hex;
use sv0_model::time::Timestamp;
use sv0_state::{Document, Grounds, History, Life, Partition, Sighting, SightingKind, Thing};

use super::TableError;
use super::attributes::{Item, Write, malformed, needed, text, time};
use super::keys::{Key, LISTS, lists};

/// An item takes 400 KB in all. What is longer than this lies in an object instead, whose key stands in an attribute of the same name and `_at`.
const LONGEST_TEXTS: [(&str, usize); 4] = [
    ("document", 200_000),
    ("rows", 300_000),
    ("rests_on", 80_000),
    ("id", 8_000),
];
/// By what things are listed is cut after so many bytes.
const LONGEST_SUMMARY: usize = 512;

/// Attributes that a life is read from.
pub(super) const LIFE: [&str; 16] = [
    "pk",
    "sk",
    "kind",
    "id",
    "id_at",
    "content_sha256",
    "first_seen",
    "last_seen",
    "changed_at",
    "stale_since",
    "gone_at",
    "rests_on",
    "rests_on_at",
    "document_sha256",
    "list1",
    "run",
];

/// What a thing rests on, as it stands in an item.
#[derive(Serialize, Deserialize)]
struct GroundsText {
    partitions: Vec<(String, String, String)>,
    policies_of: BTreeSet<String>,
}

/// Texts that may be too long for an item.
pub(super) struct Texts<'o> {
    pub objects: &'o dyn ObjectStore,
}

impl Texts<'_> {
    /// Sets a text, in the item or beside it. An object is named by what it holds, so older readers and other runs find theirs.
    pub fn set(&self, write: &mut Write, name: &str, value: &str) -> Result<(), TableError> {
        let at = format!("{name}_at");
        if value.len() <= longest(name) {
            write.set(name, value);
            write.remove(&at);
            return Ok(());
        }
        let key = format!("state/long/{}.txt", sha256_hex(value.as_bytes()));
        self.objects.put(&key, value.as_bytes())?;
        write.set(&at, key);
        write.remove(name);
        Ok(())
    }

    /// The text, from the item or from beside it.
    pub fn get(&self, item: &Item, name: &str) -> Result<Option<String>, TableError> {
        if let Some(value) = text(item, name) {
            return Ok(Some(value.to_owned()));
        }
        let Some(key) = text(item, &format!("{name}_at")) else {
            return Ok(None);
        };
        let bytes = self.objects.get(key)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A thing and its life. Things that are there were last seen by the newest capture, so that is not written to every item in every run.
    pub fn life(&self, item: &Item, newest_capture: Option<Timestamp>) -> Result<(Thing, Life), TableError> {
        let kind = needed(item, "kind")?;
        let kind =
            SightingKind::of_name(kind).ok_or_else(|| malformed(item, format!("{kind:?} is no kind of thing")))?;
        let id = self
            .get(item, "id")?
            .ok_or_else(|| malformed(item, "it has no id".to_owned()))?;
        let rests_on = match self.get(item, "rests_on")? {
            Some(text) => grounds_of(&text).map_err(|error| malformed(item, format!("rests_on: {error}")))?,
            None => Grounds::default(),
        };
        let life = Life {
            content_sha256: needed(item, "content_sha256")?.to_owned(),
            history: history(item, newest_capture)?,
            rests_on: Arc::new(rests_on),
            document_sha256: text(item, "document_sha256").map(str::to_owned),
        };
        Ok((Thing { kind, id }, life))
    }
}

/// When a thing was there.
pub(super) fn history(item: &Item, newest_capture: Option<Timestamp>) -> Result<History, TableError> {
    let needed_time = |name: &str| time(item, name)?.ok_or_else(|| malformed(item, format!("it has no {name}")));
    let first_seen = needed_time("first_seen")?;
    let changed_at = needed_time("changed_at")?;
    // Between two writes of a run things may be newer than the newest run.
    let there = newest_capture.map_or(changed_at, |newest| newest.max(changed_at));
    Ok(History {
        first_seen,
        last_seen: time(item, "last_seen")?.unwrap_or(there),
        changed_at,
        stale_since: time(item, "stale_since")?,
        gone_at: time(item, "gone_at")?,
    })
}

fn longest(name: &str) -> usize {
    let known = LONGEST_TEXTS.iter().find(|(known, _)| *known == name);
    known.map_or(LONGEST_SUMMARY, |(_, longest)| *longest)
}

fn grounds_of(text: &str) -> Result<Grounds, serde_json::Error> {
    let text: GroundsText = serde_json::from_str(text)?;
    let partitions = text.partitions.into_iter();
    Ok(Grounds {
        partitions: partitions
            .map(|(account, region, source)| Partition::new(account, region, source))
            .collect(),
        policies_of: text.policies_of,
    })
}

fn text_of(grounds: &Grounds) -> String {
    let partitions = grounds.partitions.iter();
    let text = GroundsText {
        partitions: partitions
            .map(|place| (place.account.clone(), place.region.clone(), place.source.clone()))
            .collect(),
        policies_of: grounds.policies_of.clone(),
    };
    serde_json::to_string(&text).unwrap_or_default()
}

/// What a run does to a thing.
pub(super) struct ChangedThing<'a> {
    /// The thing.
    pub thing: &'a Thing,
    /// Its life before; `None` when it appeared.
    pub known: Option<&'a Life>,
    /// Its life from now on.
    pub life: &'a Life,
    /// How the run saw it, if it did and counts.
    pub sighting: Option<&'a Sighting>,
    /// The document to keep from now on, if it is another one.
    pub document: Option<&'a Document>,
}

/// The kind of the items in which earlier versions kept single paths.
const SINGLE_PATH: &str = "path";

/// Whether an earlier version kept a single path in the item: nothing is said of it any more.
pub(super) fn is_of_a_single_path(item: &Item) -> bool {
    text(item, "kind") == Some(SINGLE_PATH)
}

/// The write that takes the item of a single path out of the lists, for DynamoDB to delete when it comes to it; `None` where that is done.
pub(super) fn end_of_single_path(item: &Item, now: &Expiry) -> Result<Option<Write>, TableError> {
    if !LISTS.iter().any(|list| item.contains_key(*list)) {
        return Ok(None);
    }
    let key = Key {
        pk: needed(item, "pk")?.to_owned(),
        sk: needed(item, "sk")?.to_owned(),
    };
    let mut write = Write::to(key);
    write.set("expires_at", now.0);
    LISTS.iter().for_each(|list| write.remove(list));
    Ok(Some(write))
}

/// When DynamoDB may delete what is gone, in seconds since 1970.
pub(super) struct Expiry(pub i64);

/// The write that makes the item of a thing what the run made of it.
pub(super) fn write_of(
    changed: &ChangedThing<'_>,
    run_id: &str,
    expiry: &Expiry,
    texts: &Texts<'_>,
) -> Result<Write, TableError> {
    let (thing, life) = (changed.thing, changed.life);
    let mut write = Write::to(Key::thing(thing));
    write.set("run", run_id);
    if changed.known.is_none() {
        write.set("kind", thing.kind.name());
        texts.set(&mut write, "id", &thing.id)?;
    }
    if changed.known.is_none_or(|known| known.rests_on != life.rests_on) {
        texts.set(&mut write, "rests_on", &text_of(&life.rests_on))?;
    }
    write.set("content_sha256", life.content_sha256.as_str());
    if let Some(document) = changed.document {
        write.set("document_sha256", document.sha256());
        // One read answers a question: the steps of a route stand in its item.
        texts.set(&mut write, "document", &document.whole())?;
    }
    if let Some(document) = changed.sighting.and_then(|sighting| sighting.document.as_deref()) {
        summarize(&mut write, thing, document.summary());
    }
    times(&mut write, &life.history, expiry);
    Ok(write)
}

fn summarize(write: &mut Write, thing: &Thing, summary: &BTreeMap<String, String>) {
    for (name, value) in summary {
        // The indexes hold what they were made with.
        write.set(if name == "authority" { "name" } else { name }, cut(value));
    }
    for (name, list) in lists(thing, summary) {
        write.set(name, list);
    }
}

fn cut(value: &str) -> &str {
    let end = (0..=LONGEST_SUMMARY.min(value.len()))
        .rev()
        .find(|end| value.is_char_boundary(*end));
    value.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn times(write: &mut Write, history: &History, expiry: &Expiry) {
    write.set("first_seen", history.first_seen.to_string());
    write.set("changed_at", history.changed_at.to_string());
    write.set_or_remove("stale_since", history.stale_since.map(|time| time.to_string()));
    write.set_or_remove("gone_at", history.gone_at.map(|time| time.to_string()));
    let is_missed = history.stale_since.or(history.gone_at).is_some();
    write.set_or_remove("last_seen", is_missed.then(|| history.last_seen.to_string()));
    write.set_or_remove("expires_at", history.gone_at.map(|_| expiry.0));
    if history.gone_at.is_some() {
        // What is gone is found by its id, and is in no list.
        LISTS.iter().for_each(|list| write.remove(list));
    }
}
