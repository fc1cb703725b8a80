//! Draws that are the same for the same seed, on every machine and with every version of every library.

/// A stream of draws: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). A library's generators may change what they give with a
/// version; a capture that benchmarks are compared on may not.
#[derive(Debug, Clone)]
pub struct Dice {
    state: u64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The stream of `seed`, apart from the streams of the same seed with other `stream`s.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self {
            state: seed ^ stream.wrapping_mul(STEP).rotate_left(17),
        };
        dice.next();
        dice
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// Whether something that happens in `per_mille` of a thousand cases happens.
    pub fn happens(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// One of `all`, each as likely as any other.
    ///
    /// `all` must not be empty; of nothing, the default is given.
    pub fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> Option<&'a T> {
        all.get(self.below(all.len())).copied()
    }

    /// A number from 1 to `most`, small ones far more often: every further one in half of the cases, as sizes of policies are spread.
    pub fn long_tail(&mut self, most: usize) -> usize {
        let mut size = 1;
        while size < most && self.happens(500) {
            size += 1 + size / 4;
        }
        size.min(most)
    }

    /// `length` capital letters and digits, as AWS makes unique ids of.
    pub fn letters(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let drawn = (0..length).filter_map(|_| ALPHABET.get(self.below(ALPHABET.len())));
        drawn.map(|letter| char::from(*letter)).collect()
    }

    /// `length` hexadecimal digits.
    pub fn digits(&mut self, length: usize) -> String {
        let mut digits = String::with_capacity(length + 16);
        while digits.len() < length {
            digits.push_str(&format!("{:016x}", self.next()));
        }
        digits.truncate(length);
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws_for_ever() {
        let mut dice = Dice::new(7, 1);
        assert_eq!([dice.below(1000), dice.below(1000), dice.below(1000)], DRAWN);
        assert_ne!(Dice::new(7, 1).next(), Dice::new(7, 2).next());
        assert_ne!(Dice::new(7, 1).next(), Dice::new(8, 1).next());
    }

    /// Of a first run: whoever changes it changes every synthetic organization.
    const DRAWN: [usize; 3] = [167, 978, 714];

    #[test]
    fn sizes_have_a_long_tail() {
        let mut dice = Dice::new(1, 1);
        let sizes: Vec<usize> = (0..10_000).map(|_| dice.long_tail(40)).collect();
        let share = |size: usize| sizes.iter().filter(|drawn| **drawn >= size).count();
        assert!(share(2) > 4_500 && share(2) < 5_500);
        assert!(share(10) > 50 && share(10) < 500);
        assert!(sizes.iter().all(|size| (1..=40).contains(size)));
        assert_eq!((dice.below(0), dice.long_tail(1)), (0, 1));
    }
}
