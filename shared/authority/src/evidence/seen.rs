//! Sets that grow the same whatever the order: what the fold is made of.

use std::collections::BTreeMap;

use sv0_model::observation::SeenValue;
use sv0_model::time::Timestamp;

use super::ids::Ids;

/// How many event ids are kept of what was seen.
const KEPT_EVENT_IDS: usize = 3;

/// The first and the last time.
pub(super) type Span = (Timestamp, Timestamp);

/// Joins what two folds know of the same thing: commutative, associative, idempotent.
pub(super) trait Join {
    fn join(&mut self, other: Self);
}

/// When something was seen, by which events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'s> {
    /// Stands for the event, or for the row that stands for several.
    pub identity: u128,
    /// How many events a row stands for; `None` for one event.
    pub row: Option<u64>,
    pub span: Span,
    /// The newest events, at most three.
    pub newest: &'s [(Timestamp, &'s str)],
}

/// What was seen how often, when, and in which events. Of the identities at most `MOST` are kept, so the count of `Seen<16>` stops at 16.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen<const MOST: usize> {
    /// 128 bits of each event's identity: enough to count it once, and a fraction of its text.
    ids: Ids<MOST>,
    /// Rows, and for how many events each stands.
    rows: BTreeMap<u128, u64>,
    span: Option<Span>,
    /// Oldest first, without duplicates.
    newest: Vec<(Timestamp, Box<str>)>,
}

impl<const MOST: usize> Seen<MOST> {
    pub(super) fn add(&mut self, sight: &Sight<'_>) {
        match sight.row {
            None => self.ids.add(sight.identity),
            Some(count) => {
                raise(&mut self.rows, sight.identity, count);
                self.cut();
            }
        }
        widen(self.span.get_or_insert(sight.span), sight.span);
        for (time, id) in sight.newest {
            self.keep_if_new(*time, id);
        }
    }

    fn cut(&mut self) {
        while self.rows.len() > MOST {
            self.rows.pop_last();
        }
    }

    /// Most events of a log are older than the newest three: they cost a comparison and no copy.
    fn keep_if_new(&mut self, time: Timestamp, id: &str) {
        let place = self
            .newest
            .binary_search_by(|(own, held)| (*own, &**held).cmp(&(time, id)));
        let Err(place) = place else { return };
        if self.newest.len() < KEPT_EVENT_IDS {
            self.newest.insert(place, (time, id.into()));
        } else if place > 0 {
            self.newest.insert(place, (time, id.into()));
            self.newest.remove(0);
        }
    }

    /// How many events. Logs and rows of the same calls tell the same twice: the larger count stands, never the sum.
    pub(super) fn count(&self) -> u64 {
        let events = u64::try_from(self.ids.count()).unwrap_or(u64::MAX);
        let rows = self.rows.values().fold(0, |sum: u64, count| sum.saturating_add(*count));
        let most = u64::try_from(MOST).unwrap_or(u64::MAX);
        events.max(rows).min(most)
    }

    pub(super) fn span(&self) -> Option<Span> {
        self.span
    }

    /// Ids of the newest events, newest first.
    pub(super) fn event_ids(&self) -> Vec<String> {
        self.newest.iter().rev().map(|(_, id)| id.to_string()).collect()
    }

    pub(super) fn value(&self, value: &str) -> Option<SeenValue> {
        let (first_seen, last_seen) = self.span?;
        Some(SeenValue {
            value: value.to_owned(),
            count: self.count(),
            first_seen,
            last_seen,
            event_ids: self.event_ids(),
        })
    }
}

impl<const MOST: usize> Join for Seen<MOST> {
    fn join(&mut self, other: Self) {
        self.ids.join(other.ids);
        for (row, count) in other.rows {
            raise(&mut self.rows, row, count);
        }
        self.cut();
        self.span = join_spans(self.span, other.span);
        for (time, id) in &other.newest {
            self.keep_if_new(*time, id);
        }
    }
}

fn raise(rows: &mut BTreeMap<u128, u64>, row: u128, count: u64) {
    let own = rows.entry(row).or_default();
    *own = (*own).max(count);
}

/// A map that keeps the `MOST` entries with the least keys. What it holds depends on what was added alone, never on the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Least<K: Ord, V, const MOST: usize> {
    entries: BTreeMap<K, V>,
    is_cut: bool,
}

impl<K: Ord, V, const MOST: usize> Default for Least<K, V, MOST> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            is_cut: false,
        }
    }
}

impl<K: Ord, V: Join, const MOST: usize> Least<K, V, MOST> {
    /// Adds an entry, or joins it to the one that is there.
    pub(super) fn add(&mut self, key: K, value: V) {
        if !self.has_place_for(&key) {
            return;
        }
        match self.entries.entry(key) {
            std::collections::btree_map::Entry::Occupied(own) => own.into_mut().join(value),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(value);
            }
        }
        if self.entries.len() > MOST {
            self.entries.pop_last();
            self.is_cut = true;
        }
    }

    /// Whether an entry of that key would be kept. What is asked first need not be made: of a full map most are not.
    pub(super) fn has_place_for<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: std::borrow::Borrow<Q>,
    {
        let last = self.entries.last_key_value().map(|(last, _)| last.borrow());
        let is_beyond = self.entries.len() == MOST && last.is_some_and(|last| last < key);
        self.is_cut |= is_beyond;
        !is_beyond
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(super) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.entries.get_mut(key)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl<K: Ord, V: Join, const MOST: usize> Join for Least<K, V, MOST> {
    fn join(&mut self, other: Self) {
        self.is_cut |= other.is_cut;
        for (key, value) in other.entries {
            self.add(key, value);
        }
    }
}

/// Values that calls had: networks, families of user agents.
pub(super) type Values = Least<String, Seen<16>, 64>;

pub(super) fn add_value(values: &mut Values, value: &str, sight: &Sight<'_>) {
    if let Some(seen) = values.get_mut(value) {
        seen.add(sight);
    } else if values.has_place_for(value) {
        let mut seen = Seen::default();
        seen.add(sight);
        values.add(value.to_owned(), seen);
    }
}

pub(super) fn shown(values: &Values) -> Vec<sv0_model::observation::SeenValue> {
    values.iter().filter_map(|(value, seen)| seen.value(value)).collect()
}

/// Adds a text, of which no copy is made where it is known or has no place.
pub(super) fn add_text<const MOST: usize>(sample: &mut Sample<MOST>, text: &str) {
    if sample.get_mut(text).is_none() && sample.has_place_for(text) {
        sample.add(text.to_owned(), ());
    }
}

/// Texts of which a few are kept.
pub(super) type Sample<const MOST: usize> = Least<String, (), MOST>;

impl Join for () {
    fn join(&mut self, (): Self) {}
}

pub(super) fn texts<const MOST: usize>(sample: &Sample<MOST>) -> Vec<String> {
    sample.iter().map(|(text, ())| text.clone()).collect()
}

pub(super) fn join_spans(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    match (a, b) {
        (Some(mut span), Some(other)) => {
            widen(&mut span, other);
            Some(span)
        }
        (span, None) | (None, span) => span,
    }
}

pub(super) fn widen(span: &mut Span, by: Span) {
    span.0 = span.0.min(by.0);
    span.1 = span.1.max(by.1);
}

/// 128 bits that stand for texts, each of which ends with its length.
pub(super) fn digest(parts: &[&str]) -> u128 {
    finished(parts.iter().fold(BEGIN, |hash, part| feed(hash, part.as_bytes())))
}

/// 128 bits that stand for an event: its id and time. AWS's own ids are random, so equal bits mean the same event.
pub(super) fn identity(event_id: &str, time: Timestamp) -> u128 {
    let hash = feed(BEGIN, event_id.as_bytes());
    let seconds = step(hash, time.as_second().cast_unsigned());
    finished(step(seconds, u64::from(time.subsec_nanosecond().cast_unsigned())))
}

/// Two hashes side by side, of which each takes in eight bytes with one multiplication, as FNV-1a takes in one.
type Hash = (u64, u64);

const BEGIN: Hash = (0x6c62_272e_07bb_0142, 0x62b8_2175_6295_c58d);
/// Odd numbers without a pattern: the first bits of the fractions of the golden ratio and of the square root of two.
const FACTORS: Hash = (0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c909);

fn feed(hash: Hash, bytes: &[u8]) -> Hash {
    let (words, rest) = bytes.as_chunks();
    let hash = words
        .iter()
        .fold(hash, |hash, word| step(hash, u64::from_le_bytes(*word)));
    let rest = rest.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte));
    step(step(hash, rest), bytes.len() as u64)
}

fn step((one, other): Hash, word: u64) -> Hash {
    (
        mixed(one ^ word, FACTORS.0),
        mixed(other ^ word.rotate_left(32), FACTORS.1),
    )
}

/// Both halves of the product, so that every bit of the number counts in every bit of the result.
fn mixed(number: u64, factor: u64) -> u64 {
    let product = u128::from(number) * u128::from(factor);
    #[expect(clippy::cast_possible_truncation, reason = "the halves are taken apart")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

fn finished(hash: Hash) -> u128 {
    let (one, other) = step(hash, 0);
    (u128::from(one) << 64) | u128::from(other)
}
