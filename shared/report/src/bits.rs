//! Sets of numbers, for many sets that each hold few of many numbers, and mostly numbers near each other.

/// Numbers of a word.
const WIDTH: usize = u64::BITS as usize;

/// A set of numbers: 64 of them a word, words without any left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Bits {
    /// Sorted by place; no word is 0.
    words: Vec<(usize, u64)>,
}

impl Bits {
    /// Puts a number in.
    pub(crate) fn insert(&mut self, number: usize) {
        let (place, bit) = place_of(number);
        // Numbers mostly come in their order.
        if let Some((last, word)) = self.words.last_mut()
            && *last == place
        {
            *word |= bit;
            return;
        }
        match self.words.binary_search_by_key(&place, |(place, _)| *place) {
            Ok(at) => {
                if let Some((_, word)) = self.words.get_mut(at) {
                    *word |= bit;
                }
            }
            Err(at) => self.words.insert(at, (place, bit)),
        }
    }

    /// Takes a number out.
    pub(crate) fn remove(&mut self, number: usize) {
        let (place, bit) = place_of(number);
        if let Ok(at) = self.words.binary_search_by_key(&place, |(place, _)| *place)
            && let Some((_, word)) = self.words.get_mut(at)
        {
            *word &= !bit;
            if *word == 0 {
                self.words.remove(at);
            }
        }
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        let (place, bit) = place_of(number);
        self.word(place) & bit != 0
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|(_, word)| word.count_ones() as usize).sum()
    }

    /// How many of the numbers are in `other` too.
    pub(crate) fn shared_with(&self, other: &Self) -> usize {
        let shared = self.words.iter().map(|(place, word)| word & other.word(*place));
        shared.map(|word| word.count_ones() as usize).sum()
    }

    /// The numbers, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let of_word = |(place, word): &(usize, u64)| {
            let (place, word) = (*place, *word);
            let is_there = move |at: &usize| word & (1 << at) != 0;
            (0..WIDTH).filter(is_there).map(move |at| place * WIDTH + at)
        };
        self.words.iter().flat_map(of_word)
    }

    fn word(&self, place: usize) -> u64 {
        let at = self.words.binary_search_by_key(&place, |(place, _)| *place).ok();
        at.and_then(|at| self.words.get(at)).map_or(0, |(_, word)| *word)
    }
}

fn place_of(number: usize) -> (usize, u64) {
    (number / WIDTH, 1 << (number % WIDTH))
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut bits = Self::default();
        numbers.into_iter().for_each(|number| bits.insert(number));
        bits
    }
}

/// Puts sets together. One is used for many unions: it holds a word for each that any of them had.
#[derive(Debug, Default)]
pub(crate) struct Union {
    words: Vec<u64>,
    /// The places of the words that are not 0.
    touched: Vec<usize>,
}

impl Union {
    /// Adds the numbers of a set.
    pub(crate) fn add(&mut self, bits: &Bits) {
        let length = bits.words.last().map_or(0, |(place, _)| place + 1);
        if self.words.len() < length {
            self.words.resize(length, 0);
        }
        for (place, word) in &bits.words {
            if let Some(mine) = self.words.get_mut(*place) {
                if *mine == 0 {
                    self.touched.push(*place);
                }
                *mine |= word;
            }
        }
    }

    /// What was added since this was last asked.
    pub(crate) fn take(&mut self) -> Bits {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        let words = touched.iter().filter_map(|place| {
            let word = std::mem::take(self.words.get_mut(*place)?);
            Some((*place, word))
        });
        let words = words.collect();
        touched.clear();
        self.touched = touched;
        Bits { words }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = Vec<usize>> {
        proptest::collection::vec(0..400_usize, 0..60)
    }

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in_and_not_taken_out(put in numbers(), taken in numbers(), other in numbers()) {
            let mut bits: Bits = put.iter().copied().collect();
            let mut known: BTreeSet<usize> = put.into_iter().collect();
            for number in taken {
                bits.remove(number);
                known.remove(&number);
            }
            prop_assert_eq!(bits.iter().collect::<BTreeSet<_>>(), known.clone());
            prop_assert_eq!(bits.len(), known.len());
            let other: BTreeSet<usize> = other.into_iter().collect();
            prop_assert_eq!(bits.shared_with(&other.iter().copied().collect()), known.intersection(&other).count());
            prop_assert!((0..400).all(|number| bits.contains(number) == known.contains(&number)));
        }

        #[test]
        fn a_union_holds_all_and_begins_anew(sets in proptest::collection::vec(numbers(), 0..5)) {
            let mut union = Union::default();
            for _ in 0..2 {
                sets.iter().for_each(|set| union.add(&set.iter().copied().collect()));
                prop_assert_eq!(union.take(), sets.iter().flatten().copied().collect());
            }
            prop_assert_eq!(union.take(), Bits::default());
        }
    }
}
