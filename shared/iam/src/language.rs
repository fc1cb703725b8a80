//! Texts that match some patterns and not others: a bounded search through the patterns in step.

use std::collections::{BTreeSet, VecDeque};

use crate::glob::{ActiveStates, Glob, Token};

/// A demand on a text: that one of the patterns matches it, or that none does.
#[derive(Debug, Clone)]
pub(crate) struct TextDemand<'a> {
    pub(crate) globs: &'a [Glob],
    pub(crate) case: LetterCase,
    pub(crate) wanted: Wanted,
}

/// Whether letters are compared with their case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LetterCase {
    Sensitive,
    /// The patterns are already in lower case.
    Ignored,
}

impl LetterCase {
    pub(crate) fn fold(self, c: char) -> char {
        match self {
            Self::Sensitive => c,
            Self::Ignored => c.to_lowercase().next().unwrap_or(c),
        }
    }

    pub(crate) fn fold_text(self, text: &str) -> String {
        text.chars().map(|c| self.fold(c)).collect()
    }
}

/// Whether a pattern is to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    Match,
    NoMatch,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    /// A shortest text that meets all demands.
    Found(String),
    /// There is none.
    Impossible,
    /// The search was given up.
    TooLarge,
}

/// How many pattern positions one search may visit before it gives up.
pub(crate) const SEARCH_BUDGET: usize = 400_000;

/// Looks for a text that meets every demand, at the cost of what `budget` has left.
pub(crate) fn find_text(demands: &[TextDemand<'_>], budget: &mut usize) -> Search {
    let machines: Vec<Machine<'_>> = demands.iter().map(Machine::new).collect();
    let start: State = machines.iter().map(Machine::start).collect();
    let mut seen = BTreeSet::from([fingerprint(&start)]);
    let mut queue = VecDeque::from([(start, String::new())]);
    while let Some((state, text)) = queue.pop_front() {
        if machines
            .iter()
            .zip(&state)
            .all(|(machine, states)| machine.is_met(states))
        {
            return Search::Found(text);
        }
        for c in choices(&machines, &state) {
            let next: State = machines
                .iter()
                .zip(&state)
                .map(|(machine, states)| machine.step(states, c))
                .collect();
            let cost = 1 + text.len() / 8 + next.iter().flatten().map(ActiveStates::len).sum::<usize>();
            *budget = budget.saturating_sub(cost);
            if *budget == 0 {
                return Search::TooLarge;
            }
            let alive = machines
                .iter()
                .zip(&next)
                .all(|(machine, states)| machine.can_still_be_met(states));
            if alive && seen.insert(fingerprint(&next)) {
                let mut longer = text.clone();
                longer.push(c);
                queue.push_back((next, longer));
            }
        }
    }
    Search::Impossible
}

/// For each machine, for each of its patterns, the positions reached.
type State = Vec<Vec<ActiveStates>>;

fn fingerprint(state: &State) -> Vec<Vec<Vec<usize>>> {
    state
        .iter()
        .map(|machine| machine.iter().map(|states| states.positions().to_vec()).collect())
        .collect()
}

struct Machine<'a> {
    demand: &'a TextDemand<'a>,
    patterns: Vec<Vec<Token>>,
}

impl<'a> Machine<'a> {
    fn new(demand: &'a TextDemand<'a>) -> Self {
        let patterns = demand.globs.iter().map(|glob| glob.tokens().collect()).collect();
        Self { demand, patterns }
    }

    fn start(&self) -> Vec<ActiveStates> {
        self.patterns.iter().map(|tokens| ActiveStates::start(tokens)).collect()
    }

    fn step(&self, states: &[ActiveStates], c: char) -> Vec<ActiveStates> {
        let c = self.demand.case.fold(c);
        self.patterns
            .iter()
            .zip(states)
            .map(|(tokens, states)| {
                let mut next = states.clone();
                next.step(tokens, c);
                next
            })
            .collect()
    }

    fn matches(&self, states: &[ActiveStates]) -> bool {
        self.patterns
            .iter()
            .zip(states)
            .any(|(tokens, states)| states.accepts(tokens))
    }

    fn is_met(&self, states: &[ActiveStates]) -> bool {
        self.matches(states) == (self.demand.wanted == Wanted::Match)
    }

    /// A pattern that ends in a crossing `*` and was reached there matches everything that follows.
    fn can_still_be_met(&self, states: &[ActiveStates]) -> bool {
        match self.demand.wanted {
            Wanted::Match => states.iter().any(|states| states.len() > 0),
            Wanted::NoMatch => !self.patterns.iter().zip(states).any(|(tokens, states)| {
                tokens.last() == Some(&Token::Many { crosses: true }) && states.accepts(tokens)
            }),
        }
    }

    /// The same letter in the other case, where this pattern does not tell them apart but another one may.
    fn other_case(&self, c: char) -> Option<char> {
        let mut upper = c.to_uppercase();
        let other = upper.next().filter(|other| *other != c && upper.next().is_none())?;
        (self.demand.case == LetterCase::Ignored && self.demand.case.fold(other) == c).then_some(other)
    }

    fn literal_choices(&self, states: &[ActiveStates], choices: &mut BTreeSet<char>) {
        for (tokens, states) in self.patterns.iter().zip(states) {
            for position in states.positions() {
                match tokens.get(*position) {
                    Some(Token::Char(c)) => {
                        choices.insert(*c);
                        choices.extend(self.other_case(*c));
                    }
                    Some(Token::One { crosses: false } | Token::Many { crosses: false }) => {
                        choices.insert(':');
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The characters that any pattern tells apart here, and one that none does.
fn choices(machines: &[Machine<'_>], state: &State) -> BTreeSet<char> {
    let mut choices = BTreeSet::new();
    for (machine, states) in machines.iter().zip(state) {
        machine.literal_choices(states, &mut choices);
    }
    let folded: BTreeSet<char> = choices.iter().map(|c| LetterCase::Ignored.fold(*c)).collect();
    let other = ('a'..='z')
        .chain('0'..='9')
        .chain('\u{100}'..='\u{24f}')
        .find(|c| !folded.contains(c));
    choices.extend(other);
    choices
}

#[cfg(test)]
mod tests;
