//! Which step of a task comes next: the first that waits for no other. Looked up, not searched for: an account in many Regions has more than a thousand steps.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::CoverageRow;

use crate::step::{Place, Step};
use crate::work::Progress;

/// The steps of a task that are not done.
pub(crate) struct Schedule<'a> {
    entries: Vec<Entry<'a>>,
    /// Steps that wait for none that is left, in their order.
    ready: BTreeSet<usize>,
}

struct Entry<'a> {
    step: &'a dyn Step,
    /// Steps of the task that come before it.
    after: Vec<usize>,
    /// Those of them that have not come to an end.
    left: usize,
    /// Steps that wait for it.
    followers: Vec<usize>,
    /// How it was answered, where others wait for that.
    rows: Vec<CoverageRow>,
}

impl<'a> Schedule<'a> {
    pub fn new(steps: &'a [Box<dyn Step>], progress: &Progress) -> Self {
        let keys: Vec<String> = steps.iter().map(|step| step.place().key()).collect();
        let indices: BTreeMap<&str, usize> = keys.iter().map(String::as_str).zip(0..).collect();
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(steps.len());
        for step in steps {
            let after = step.after();
            let after = after.iter().filter_map(|place| indices.get(place.key().as_str()));
            let after: Vec<usize> = after.copied().collect();
            entries.push(Entry {
                step: step.as_ref(),
                left: after.len(),
                after,
                followers: Vec::new(),
                rows: Vec::new(),
            });
        }
        for index in 0..entries.len() {
            let before = entries.get(index).map(|entry| entry.after.clone()).unwrap_or_default();
            for before in before {
                if let Some(before) = entries.get_mut(before) {
                    before.followers.push(index);
                }
            }
        }
        let mut schedule = Self {
            entries,
            ready: BTreeSet::new(),
        };
        let is_done = |key: &String| progress.done.contains(key);
        for (index, entry) in schedule.entries.iter().enumerate() {
            if entry.left == 0 && !keys.get(index).is_some_and(is_done) {
                schedule.ready.insert(index);
            }
        }
        for (index, key) in keys.iter().enumerate() {
            if is_done(key) {
                schedule.end(index, progress);
            }
        }
        // What an earlier worker was done with may wait for a step that is not, where that is new in this version.
        for (index, key) in keys.iter().enumerate() {
            if is_done(key) {
                schedule.ready.remove(&index);
            }
        }
        schedule
    }

    /// The next step, and how those before it were answered.
    pub fn begin(&mut self) -> Option<(usize, &'a dyn Step, Vec<CoverageRow>)> {
        let index = self.ready.pop_first()?;
        let entry = self.entries.get(index)?;
        let before = entry.after.iter().filter_map(|before| self.entries.get(*before));
        let rows = before.flat_map(|before| before.rows.iter().cloned()).collect();
        Some((index, entry.step, rows))
    }

    /// A step came to its end: those that waited for it alone may begin.
    pub fn end(&mut self, index: usize, progress: &Progress) {
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let followers = std::mem::take(&mut entry.followers);
        if followers.is_empty() {
            return;
        }
        let place = entry.step.place();
        entry.rows = progress.rows.iter().filter(|row| is_of(row, &place)).cloned().collect();
        for follower in followers {
            let Some(entry) = self.entries.get_mut(follower) else {
                continue;
            };
            entry.left = entry.left.saturating_sub(1);
            if entry.left == 0 {
                self.ready.insert(follower);
            }
        }
    }
}

fn is_of(row: &CoverageRow, place: &Place) -> bool {
    row.source == place.source && row.region == place.region && row.account == place.account
}
