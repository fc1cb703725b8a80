//! Whether a text matches the tokens of a pattern.

use std::collections::BTreeMap;
use std::str::Chars;

use super::Token;

/// Steps per character of text and token of pattern that the greedy matcher may take before the simulation takes over.
const GREEDY_STEPS: usize = 8;

/// Whether `text` as a whole matches `tokens`, among which no two `*` stand side by side.
pub(super) fn matches(tokens: &[Token], text: &str) -> bool {
    if let Some(Token::Char(last)) = tokens.last()
        && !text.ends_with(*last)
    {
        return false;
    }
    let budget = (text.len() + tokens.len() + 1).saturating_mul(GREEDY_STEPS);
    Greedy::new(tokens, text)
        .run(budget)
        .or_else(|| by_stretches(tokens, text))
        .unwrap_or_else(|| Simulation::new(tokens).accepts(text))
}

/// Looks for the texts between the `*`, each behind the one before, in time linear in text and pattern. `None` where the pattern has other wildcards.
fn by_stretches(tokens: &[Token], text: &str) -> Option<bool> {
    const STAR: Token = Token::Many { crosses: true };
    let literal = |stretch: &[Token]| -> Option<String> {
        let characters = stretch.iter().map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::One { .. } | Token::Many { .. } | Token::Never => None,
        });
        characters.collect()
    };
    let stretches: Vec<String> = tokens
        .split(|token| *token == STAR)
        .map(literal)
        .collect::<Option<_>>()?;
    let (first, behind) = stretches.split_first()?;
    let Some((last, between)) = behind.split_last() else {
        return Some(text == first);
    };
    let ends_match = text
        .strip_prefix(first.as_str())
        .and_then(|rest| rest.strip_suffix(last.as_str()));
    let Some(mut rest) = ends_match else {
        return Some(false);
    };
    for stretch in between {
        match rest.split_once(stretch.as_str()) {
            Some((_, behind)) => rest = behind,
            None => return Some(false),
        }
    }
    Some(true)
}

/// Lets every `*` take as little as it can, and tries again only from the last one.
///
/// What comes before a `*` is best matched as early as possible, so that no earlier `*` ever needs another try. For a `*` that keeps within its
/// segment this holds up to the last `*` that may cross a colon: a stretch with a colon in it fits at one place of a segment only.
struct Greedy<'a> {
    tokens: &'a [Token],
    at: usize,
    rest: Chars<'a>,
    crossing: Option<Retry<'a>>,
    within: Option<Retry<'a>>,
}

/// The token after a `*`, and the text that the `*` has not taken yet.
#[derive(Clone)]
struct Retry<'a> {
    at: usize,
    rest: Chars<'a>,
}

impl<'a> Greedy<'a> {
    fn new(tokens: &'a [Token], text: &'a str) -> Self {
        Self {
            tokens,
            at: 0,
            rest: text.chars(),
            crossing: None,
            within: None,
        }
    }

    /// `None` when it takes more than `budget` steps.
    fn run(mut self, budget: usize) -> Option<bool> {
        for _ in 0..budget {
            match self.tokens.get(self.at).copied() {
                None if self.rest.as_str().is_empty() => return Some(true),
                Some(Token::Many { crosses }) => {
                    self.at += 1;
                    if crosses && self.at == self.tokens.len() {
                        return Some(true);
                    }
                    self.remember(crosses);
                    continue;
                }
                Some(token) => match self.rest.clone().next() {
                    // Any later try leaves even less text for the same tokens.
                    None => return Some(false),
                    Some(c) if token.accepts(c) => {
                        self.rest.next();
                        self.at += 1;
                        continue;
                    }
                    Some(_) => {}
                },
                None => {}
            }
            if !self.retry() {
                return Some(false);
            }
        }
        None
    }

    fn remember(&mut self, crosses: bool) {
        let retry = Retry {
            at: self.at,
            rest: self.rest.clone(),
        };
        if crosses {
            self.crossing = Some(retry);
            self.within = None;
        } else {
            self.within = Some(retry);
        }
    }

    /// Lets the last `*` take one character more.
    fn retry(&mut self) -> bool {
        if let Some(within) = &mut self.within {
            if within.rest.next().is_some_and(|c| c != ':') {
                self.at = within.at;
                self.rest = within.rest.clone();
                return true;
            }
            self.within = None;
        }
        let Some(crossing) = &mut self.crossing else {
            return false;
        };
        self.at = crossing.at;
        let is_left = crossing.rest.next().is_some();
        self.rest = crossing.rest.clone();
        is_left
    }
}

/// A set of token positions, 64 to a word.
type Positions = Vec<u64>;

/// Follows all ways through the pattern at once, one bit for each position.
struct Simulation {
    length: usize,
    literals: BTreeMap<char, Positions>,
    one: Scoped,
    many: Scoped,
}

/// Positions of wildcards, by what they accept.
struct Scoped {
    any: Positions,
    but_colon: Positions,
}

impl Simulation {
    fn new(tokens: &[Token]) -> Self {
        let words = tokens.len() / 64 + 1;
        let none = || Scoped {
            any: vec![0; words],
            but_colon: vec![0; words],
        };
        let mut simulation = Self {
            length: tokens.len(),
            literals: BTreeMap::new(),
            one: none(),
            many: none(),
        };
        for (position, token) in tokens.iter().enumerate() {
            let set = match token {
                Token::Char(c) => simulation.literals.entry(*c).or_insert_with(|| vec![0; words]),
                Token::One { crosses } => simulation.one.of(*crosses),
                Token::Many { crosses } => simulation.many.of(*crosses),
                Token::Never => continue,
            };
            insert(set, position);
        }
        simulation
    }

    fn accepts(&self, text: &str) -> bool {
        let mut active: Positions = vec![0; self.length / 64 + 1];
        insert(&mut active, 0);
        self.close(&mut active);
        for c in text.chars() {
            self.step(&mut active, c);
            if active.iter().all(|word| *word == 0) {
                return false;
            }
        }
        contains(&active, self.length)
    }

    fn step(&self, active: &mut Positions, c: char) {
        let literal = self.literals.get(&c);
        let mut carry = 0;
        for (index, word) in active.iter_mut().enumerate() {
            let at = |set: &Positions| set.get(index).copied().unwrap_or(0);
            let moving = *word & (literal.map_or(0, at) | self.one.accepting(c, at));
            let staying = *word & self.many.accepting(c, at);
            *word = moving << 1 | carry | staying;
            carry = moving >> 63;
        }
        self.close(active);
    }

    /// A `*` may stand for nothing.
    fn close(&self, active: &mut Positions) {
        let mut carry = 0;
        for (index, word) in active.iter_mut().enumerate() {
            let at = |set: &Positions| set.get(index).copied().unwrap_or(0);
            *word |= carry;
            let passing = *word & (at(&self.many.any) | at(&self.many.but_colon));
            *word |= passing << 1;
            carry = passing >> 63;
        }
    }
}

impl Scoped {
    fn of(&mut self, crosses: bool) -> &mut Positions {
        if crosses { &mut self.any } else { &mut self.but_colon }
    }

    fn accepting(&self, c: char, at: impl Fn(&Positions) -> u64) -> u64 {
        if c == ':' {
            at(&self.any)
        } else {
            at(&self.any) | at(&self.but_colon)
        }
    }
}

fn insert(set: &mut Positions, position: usize) {
    if let Some(word) = set.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

fn contains(set: &Positions, position: usize) -> bool {
    set.get(position / 64)
        .is_some_and(|word| word >> (position % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;
    use crate::glob::{ActiveStates, Glob, WildcardScope};

    fn by_states(tokens: &[Token], text: &str) -> bool {
        let mut states = ActiveStates::start(tokens);
        text.chars().all(|c| states.step(tokens, c)) && states.accepts(tokens)
    }

    fn scope() -> impl Strategy<Value = WildcardScope> {
        prop_oneof![
            Just(WildcardScope::Anywhere),
            Just(WildcardScope::ResourceSegments),
            Just(WildcardScope::ArnComponents),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn all_matchers_agree(pattern in "[ab:*?]{0,12}", text in "[ab:]{0,14}", scope in scope()) {
            let tokens: Vec<Token> = Glob::new(&pattern, scope).tokens().collect();
            let want = by_states(&tokens, &text);
            prop_assert_eq!(Greedy::new(&tokens, &text).run(usize::MAX), Some(want), "greedy: {} on {}", pattern, text);
            prop_assert_eq!(Simulation::new(&tokens).accepts(&text), want, "simulation: {} on {}", pattern, text);
            let found = by_stretches(&tokens, &text);
            prop_assert!(found.is_none_or(|found| found == want), "stretches: {} on {}", pattern, text);
            let has_only_stars = tokens.iter().all(|token| matches!(token, Token::Char(_) | Token::Many { crosses: true }));
            prop_assert_eq!(found.is_some(), has_only_stars);
        }

        #[test]
        fn the_simulation_carries_over_words(stars in 0_usize..6, run in 50_usize..150, extra in 0_usize..3) {
            let pattern = format!("{}?{}", "*ab".repeat(stars), "b".repeat(run));
            let text = format!("{}x{}", "ab".repeat(stars + extra), "b".repeat(run));
            let tokens: Vec<Token> = Glob::new(&pattern, WildcardScope::Anywhere).tokens().collect();
            prop_assert_eq!(Simulation::new(&tokens).accepts(&text), by_states(&tokens, &text));
        }
    }

    #[test]
    fn contrived_patterns_are_matched_in_no_time() {
        let text = "a".repeat(20_000);
        for pattern in [
            "*a*a*a*a*b".to_owned(),
            "*a*a*a*a*b*".to_owned(),
            format!("{}b*", "*a".repeat(5_000)),
            format!("*{}b*", "a".repeat(10_000)),
            format!("*{}b*", "?".repeat(10_000)),
            format!("{}b*", "*?".repeat(5_000)),
        ] {
            let started = Instant::now();
            assert!(!Glob::new(&pattern, WildcardScope::Anywhere).matches(&text));
            let head: String = pattern.chars().take(12).collect();
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "{head}… took {:?}",
                started.elapsed()
            );
        }
    }
}
