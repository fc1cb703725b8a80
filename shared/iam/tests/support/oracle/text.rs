//! Wildcards and policy variables.

use super::trace::Trace;

/// A policy's text, character by character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Exactly this character.
    Literal(char),
    /// `*`
    Many,
    /// `?`
    One,
}

/// The text of a policy with its variables replaced; `None` where one of them has no value.
///
/// Source: IAM User Guide, "IAM policy elements: Variables and tags".
pub fn substitute(
    text: &str,
    has_variables: bool,
    lookup: &dyn Fn(&str) -> Option<String>,
    trace: &mut Trace,
) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // "If your policy does not include the Version element, or … the version is set to an earlier date, then variables are treated as literal strings."
        if let Some((inside, after)) = rest
            .strip_prefix("${")
            .filter(|_| has_variables)
            .and_then(|rest| rest.split_once('}'))
        {
            match inside {
                // "you can use the following predefined policy variables: ${*}, ${?}, ${$}: use where you need an * (asterisk) character, …"
                "*" | "?" | "$" => {
                    trace.hit("variable for a special character");
                    pieces.extend(inside.chars().map(Piece::Literal));
                }
                variable => pieces.extend(value_of(variable, lookup, trace)?.chars().map(Piece::Literal)),
            }
            rest = after;
            continue;
        }
        pieces.push(match first {
            '*' => Piece::Many,
            '?' => Piece::One,
            other => Piece::Literal(other),
        });
        rest = &rest[first.len_utf8()..];
    }
    if !has_variables && text.contains("${") {
        trace.hit("variable in a policy of 2008");
    }
    Some(pieces)
}

/// "To add a default value to a variable, surround the default value with single quotes (' '), and separate the variable text and the default value with a
/// comma and space (, )."
fn value_of(variable: &str, lookup: &dyn Fn(&str) -> Option<String>, trace: &mut Trace) -> Option<String> {
    let (key, default) = match variable.split_once(", ") {
        Some((key, default)) => (key, Some(default.trim_matches('\'').to_owned())),
        None => (variable, None),
    };
    let value = lookup(key);
    trace.hit(match (&value, &default) {
        (Some(_), _) => "variable with a value",
        (None, Some(_)) => "variable with its default",
        (None, None) => "variable without a value",
    });
    value.or(default)
}

/// The text itself, for the operators that know no wildcards.
pub fn verbatim(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(character) => *character,
            Piece::Many => '*',
            Piece::One => '?',
        })
        .collect()
}

/// `StringLike`: "The values can include multi-character match wildcards (*) and single-character match wildcards (?) anywhere in the string."
pub fn is_like(pieces: &[Piece], text: &str) -> bool {
    matches(pieces, &text.chars().collect::<Vec<_>>(), &|_, _| true)
}

/// The Resource element: "a wildcard can't span segments … An asterisk (*) that is the last character of a resource ARN segment can extend to match beyond
/// the colon boundaries". Source: IAM User Guide, "IAM JSON policy elements: Resource".
/// An ARN has six segments, so that a wildcard in the sixth, the resource, takes a colon as any other character.
///
/// A call without a resource is matched only by what matches every ARN (contract, "Resource `*`").
pub fn is_resource(pieces: &[Piece], resource: &str) -> bool {
    if resource == "*" {
        return !pieces.is_empty() && pieces.iter().all(|piece| *piece == Piece::Many);
    }
    matches_segments(pieces, resource) || completed(pieces).is_some_and(|pieces| matches_segments(&pieces, resource))
}

fn matches_segments(pieces: &[Piece], resource: &str) -> bool {
    let colons = |pieces: &[Piece]| pieces.iter().filter(|piece| **piece == Piece::Literal(':')).count();
    matches(pieces, &resource.chars().collect::<Vec<_>>(), &|rest, character| {
        let ends_its_segment = rest[0] == Piece::Many && matches!(rest.get(1), None | Some(Piece::Literal(':')));
        let is_in_the_sixth = colons(pieces) - colons(rest) >= 5;
        character != ':' || ends_its_segment || is_in_the_sixth
    })
}

/// "If you specify an incomplete ARN (one with fewer than the standard six fields) in the Resource element …, AWS automatically completes the ARN by adding
/// wildcard characters (*) to all missing fields. For example, specifying arn:aws:sqs is equivalent to arn:aws:sqs:*:*:*" ("IAM JSON policy elements: Resource").
fn completed(pieces: &[Piece]) -> Option<Vec<Piece>> {
    let colons = pieces.iter().filter(|piece| **piece == Piece::Literal(':')).count();
    let is_arn = pieces.starts_with(&plain("arn:"));
    (is_arn && colons < 5).then(|| [pieces.to_vec(), [Piece::Literal(':'), Piece::Many].repeat(5 - colons)].concat())
}

/// `ArnEquals`, `ArnLike`: "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character match wildcards (*)
/// or single-character match wildcards (?)." Source: IAM User Guide, "Condition operators", ARN condition operators.
///
/// A lone `*` stands for anything.
pub fn is_arn_like(pieces: &[Piece], text: &str) -> bool {
    if pieces == [Piece::Many] {
        return true;
    }
    let wanted: Vec<&[Piece]> = pieces.splitn(6, |piece| *piece == Piece::Literal(':')).collect();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    wanted.len() == 6 && parts.len() == 6 && wanted.iter().zip(parts).all(|(wanted, part)| is_like(wanted, part))
}

/// The textbook's recursion. `may_take(rest of the pattern, beginning with the wildcard, character)`.
fn matches(pieces: &[Piece], text: &[char], may_take: &dyn Fn(&[Piece], char) -> bool) -> bool {
    match (pieces.first(), text.first()) {
        (None, None) => true,
        (Some(Piece::Many), first) => {
            matches(&pieces[1..], text, may_take)
                || first.is_some_and(|character| may_take(pieces, *character) && matches(pieces, &text[1..], may_take))
        }
        (Some(Piece::One), Some(character)) => {
            may_take(pieces, *character) && matches(&pieces[1..], &text[1..], may_take)
        }
        (Some(Piece::Literal(own)), Some(character)) => own == character && matches(&pieces[1..], &text[1..], may_take),
        _ => false,
    }
}

/// A text without variables.
pub fn plain(text: &str) -> Vec<Piece> {
    substitute(text, false, &|_| None, &mut Trace::default()).unwrap_or_default()
}
