//! A pattern with a variable of unknown value against a known text: for which values of the variable does it match?

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::atom::{Atom, Presence};
use crate::formula::Formula;
use crate::glob::{ActiveStates, Glob, Token, WildcardScope};
use crate::language::LetterCase;
use crate::operator::{ConditionOperator, OperatorName};
use crate::predicate::Predicate;
use crate::variables::{Piece, render};

/// How many stretches of the text are tried as the variable's value.
const MOST_CANDIDATES: usize = 4_096;

/// How many values an answer lists.
const MOST_VALUES: usize = 64;

/// Under which context a pattern with one open variable, however often it stands in it, matches `text`.
pub(super) fn match_pieces(pieces: &[Piece], text: &str) -> Option<Formula> {
    let (key, default) = only_variable(pieces)?;
    let values = matching_values(pieces, text)?;
    let by_value = equals(key, values);
    match default {
        Some(default) if substitute(pieces, default).matches(text) => {
            Some(Formula::any([by_value, Atom::presence(key, Presence::Absent)]))
        }
        _ => Some(by_value),
    }
}

fn equals(key: &str, values: BTreeSet<String>) -> Formula {
    let operator = ConditionOperator::plain(OperatorName::StringEquals);
    let globs = values.iter().map(|value| Glob::literal(value)).collect();
    if values.is_empty() {
        return Formula::False;
    }
    let predicate = Predicate::Text {
        globs,
        case: LetterCase::Sensitive,
    };
    let texts = values.iter().map(|value| literal_text(value)).collect();
    Atom::test(key, operator, texts, Arc::new(predicate))
}

/// A value as an answer prints it: what looks like a variable in it is none.
fn literal_text(value: &str) -> String {
    let tokens = value.chars().map(Token::Char).collect();
    render(&[Piece::Tokens(tokens)], WildcardScope::Literal)
}

/// The one variable of a pattern, with its default. `None` when there are several.
fn only_variable(pieces: &[Piece]) -> Option<(&str, Option<&str>)> {
    let mut variables = pieces.iter().filter_map(|piece| match piece {
        Piece::Variable { key, default } => Some((key.as_str(), default.as_deref())),
        Piece::Tokens(_) => None,
    });
    let first = variables.next()?;
    variables
        .all(|(key, default)| key.eq_ignore_ascii_case(first.0) && default == first.1)
        .then_some(first)
}

fn matching_values(pieces: &[Piece], text: &str) -> Option<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    let mut tried = 0;
    for start in starts(pieces, text) {
        let rest = text.get(start..)?;
        let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        for end in ends {
            tried += 1;
            if tried > MOST_CANDIDATES || values.len() > MOST_VALUES {
                return None;
            }
            let candidate = rest.get(..end)?;
            if !values.contains(candidate) && substitute(pieces, candidate).matches(text) {
                values.insert(candidate.to_owned());
            }
        }
    }
    Some(values)
}

/// Where in the text the first variable may begin.
fn starts(pieces: &[Piece], text: &str) -> Vec<usize> {
    let before: &[Token] = match pieces.first() {
        Some(Piece::Tokens(tokens)) => tokens,
        _ => &[],
    };
    let mut states = ActiveStates::start(before);
    let mut starts = Vec::new();
    for (at, c) in text.char_indices() {
        if states.accepts(before) {
            starts.push(at);
        }
        if !states.step(before, c) {
            return starts;
        }
    }
    if states.accepts(before) {
        starts.push(text.len());
    }
    starts
}

fn substitute(pieces: &[Piece], value: &str) -> Glob {
    Glob::from_tokens(pieces.iter().flat_map(|piece| match piece {
        Piece::Tokens(tokens) => tokens.clone(),
        Piece::Variable { .. } => value.chars().map(Token::Char).collect(),
    }))
}
