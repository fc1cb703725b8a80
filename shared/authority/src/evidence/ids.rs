//! Numbers that stand for events, each counted once.

use super::seen::Join;

/// As many as are kept before they are put in order for the first time.
const FEW: usize = 16;

/// The least `MOST` of the numbers that were added.
///
/// What is added is put at the end, and all is put in order whenever it has doubled: that costs a fraction of a search for the place of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids<const MOST: usize> {
    /// In order and each once as far as `ordered` goes; then what was added since.
    numbers: Vec<u128>,
    ordered: usize,
}

impl<const MOST: usize> Ids<MOST> {
    pub(super) fn add(&mut self, number: u128) {
        let is_full = self.ordered == MOST;
        let last = self.ordered.checked_sub(1).and_then(|last| self.numbers.get(last));
        if is_full && last.is_some_and(|last| *last <= number) {
            return;
        }
        self.numbers.push(number);
        self.order_if_many();
    }

    /// How many numbers are kept.
    pub(super) fn count(&self) -> usize {
        if self.ordered == self.numbers.len() {
            self.ordered
        } else {
            self.in_order().ordered
        }
    }

    fn order_if_many(&mut self) {
        if self.numbers.len() >= FEW.max(self.ordered.saturating_mul(2)) {
            self.order();
        }
    }

    fn order(&mut self) {
        // A stable sort takes what is in order already as it is.
        self.numbers.sort();
        self.numbers.dedup();
        self.numbers.truncate(MOST);
        self.ordered = self.numbers.len();
    }

    fn in_order(&self) -> Self {
        let mut ordered = self.clone();
        ordered.order();
        ordered
    }
}

impl<const MOST: usize> Join for Ids<MOST> {
    fn join(&mut self, other: Self) {
        if self.numbers.is_empty() {
            *self = other;
        } else {
            self.numbers.extend(other.numbers);
            self.order_if_many();
        }
    }
}

impl<const MOST: usize> PartialEq for Ids<MOST> {
    fn eq(&self, other: &Self) -> bool {
        self.in_order().numbers == other.in_order().numbers
    }
}

impl<const MOST: usize> Eq for Ids<MOST> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of<const MOST: usize>(numbers: &[u128]) -> Ids<MOST> {
        let mut ids = Ids::default();
        numbers.iter().for_each(|number| ids.add(*number));
        ids
    }

    fn check<const MOST: usize>(numbers: &[u128], others: &[u128]) {
        let set: BTreeSet<u128> = numbers.iter().chain(others).copied().collect();
        let mut joined = of::<MOST>(numbers);
        joined.join(of(others));
        let together = of::<MOST>(&[numbers, others].concat());
        for ids in [&joined, &together] {
            assert_eq!(ids.count(), set.len().min(MOST));
            assert!(ids.in_order().numbers.iter().eq(set.iter().take(MOST)));
        }
        assert_eq!(joined, together);
    }

    proptest! {
        #[test]
        fn the_least_are_kept_once(numbers in prop::collection::vec(0..90_u128, 0..200), others in prop::collection::vec(0..90_u128, 0..200)) {
            check::<16>(&numbers, &others);
            check::<{ usize::MAX }>(&numbers, &others);
        }
    }

    #[test]
    fn no_more_is_held_than_twice_what_is_kept() {
        let mut ids = Ids::<16>::default();
        for number in (0..10_000).rev() {
            ids.add(number);
            assert!(ids.numbers.len() <= 32, "{}", ids.numbers.len());
        }
        assert_eq!(ids.count(), 16);
    }
}
