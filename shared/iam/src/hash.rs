//! A hash of short texts, the same on every machine: for filters and indexes whose hits are compared in full.

/// FNV-1a (Fowler, Noll, Vo), its bits mixed once more so that the highest tell texts apart too.
pub(crate) fn hash(text: &str) -> u64 {
    let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
}

impl HashIndex {
    /// The index of names, each at its place.
    pub(crate) fn of(hashes: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut places: Vec<(u64, u32)> = hashes.collect();
        places.sort_unstable();
        Self { places }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The places of the names with this hash; another name may have it too.
    pub(crate) fn places(&self, hash: u64) -> impl Iterator<Item = usize> {
        let first = self.places.partition_point(|(own, _)| *own < hash);
        let rest = self.places.get(first..).unwrap_or_default();
        rest.iter()
            .take_while(move |(own, _)| *own == hash)
            .filter_map(|(_, place)| usize::try_from(*place).ok())
    }
}
