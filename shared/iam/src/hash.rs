//! A hash of short texts, the same on every machine: for filters and indexes whose hits are compared in full.

/// FNV-1a (Fowler, Noll, Vo), its bits mixed once more so that the highest tell texts apart too.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = Hasher::default();
    text.bytes().for_each(|byte| hasher.add(byte));
    hasher.hash()
}

/// Makes the same hash byte by byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hasher(u64);

impl Default for Hasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher {
    pub(crate) fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    /// The hash of the bytes so far.
    pub(crate) fn hash(self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A hash of a long text, eight bytes at a time. Whoever wants to make texts that share one can: they are compared in full.
pub(crate) fn hash_of_document(text: &str) -> u64 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hashed = words
        .iter()
        .fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(hashed, |hash, byte| mix(hash, u64::from(*byte)))
}

/// Places by the hashes of their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct HashIndex {
    /// Sorted.
    places: Vec<(u64, u32)>,
    /// Where in `places` the hashes begin whose highest bits are 0, 1, 2 and so on; at last, where they end.
    starts: Vec<u32>,
    /// How many bits of a hash are not among those.
    shift: u32,
}

impl HashIndex {
    /// The index of names, each at its place.
    pub(crate) fn of(hashes: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut places: Vec<(u64, u32)> = hashes.collect();
        places.sort_unstable();
        let bits = places.len().next_power_of_two().trailing_zeros().max(1);
        let shift = u64::BITS - bits;
        let start = |number: u64| places.partition_point(|(hash, _)| hash >> shift < number);
        let starts = (0..=1_u64 << bits).map(|number| u32::try_from(start(number)).unwrap_or(u32::MAX));
        Self {
            starts: starts.collect(),
            places,
            shift,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The places of the names with this hash; another name may have it too.
    pub(crate) fn places(&self, hash: u64) -> impl Iterator<Item = usize> {
        let alike = self.alike(hash).unwrap_or_default();
        let first = if alike.len() <= FEW {
            alike.iter().take_while(|(own, _)| *own < hash).count()
        } else {
            alike.partition_point(|(own, _)| *own < hash)
        };
        let rest = alike.get(first..).unwrap_or_default();
        rest.iter()
            .take_while(move |(own, _)| *own == hash)
            .filter_map(|(_, place)| usize::try_from(*place).ok())
    }

    /// The entries whose hashes begin as this one does.
    fn alike(&self, hash: u64) -> Option<&[(u64, u32)]> {
        let number = usize::try_from(hash.checked_shr(self.shift)?).ok()?;
        let at = |number: usize| usize::try_from(*self.starts.get(number)?).ok();
        self.places.get(at(number)?..at(number.checked_add(1)?)?)
    }
}

/// As many hashes are as soon looked through as halved.
const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_each_name_and_no_other() {
        for count in [0_u32, 1, 2, 3, 7, 64, 1_000] {
            // Every third name shares its hash with the one before.
            let hash_of = |number: u32| hash(&format!("name{}", number - u32::from(number % 3 == 2)));
            let index = HashIndex::of((0..count).map(|number| (hash_of(number), number)));
            assert_eq!(index.is_empty(), count == 0);
            for number in 0..count {
                let found: Vec<usize> = index.places(hash_of(number)).collect();
                let want: Vec<usize> = (0..count)
                    .filter(|other| hash_of(*other) == hash_of(number))
                    .map(|other| other as usize)
                    .collect();
                assert_eq!(found, want, "{number} of {count}");
            }
            for other in ["", "name", "another"] {
                assert_eq!(index.places(hash(other)).count(), 0, "{other:?} of {count}");
            }
        }
    }

    #[test]
    fn names_of_one_hash_are_all_found() {
        let index = HashIndex::of((0..100).map(|number| (5, number)).chain([(u64::MAX, 7)]));
        assert_eq!(index.places(5).count(), 100);
        assert_eq!(index.places(u64::MAX).collect::<Vec<_>>(), [7]);
        assert_eq!(index.places(6).count(), 0);
    }
}
