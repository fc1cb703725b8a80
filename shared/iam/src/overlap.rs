//! Whether two patterns can match a common text, and which.

use crate::glob::{Glob, Token, WildcardScope};
use crate::language::{LetterCase, SEARCH_BUDGET, Search, TextDemand, Wanted, find_text};

/// A text that two Resource patterns (without policy variables) both match, as a witness that they overlap; `None` when there is none.
///
/// Where it can, the witness has something in place of every `*`, so that it looks like a resource. Patterns too involved to be searched
/// through count as overlapping, with the first pattern itself as witness.
#[must_use]
pub fn patterns_overlap(a: &str, b: &str) -> Option<String> {
    let [first, second] = [a, b].map(|text| Glob::new(text, WildcardScope::ResourceSegments));
    match find_common(
        &with_something_in_every_star(&first),
        &with_something_in_every_star(&second),
    ) {
        Search::Found(text) => return Some(text),
        Search::TooLarge => return Some(a.to_owned()),
        Search::Impossible => {}
    }
    match find_common(&first, &second) {
        Search::Found(text) => Some(text),
        Search::TooLarge => Some(a.to_owned()),
        Search::Impossible => None,
    }
}

fn find_common(a: &Glob, b: &Glob) -> Search {
    let demand = |glob| TextDemand {
        globs: std::slice::from_ref(glob),
        case: LetterCase::Sensitive,
        wanted: Wanted::Match,
    };
    let mut budget = SEARCH_BUDGET;
    find_text(&[demand(a), demand(b)], &mut budget)
}

fn with_something_in_every_star(glob: &Glob) -> Glob {
    Glob::from_tokens(glob.tokens().flat_map(|token| match token {
        Token::Many { crosses } => vec![Token::One { crosses: false }, Token::Many { crosses }],
        other => vec![other],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_patterns_have_a_witness() {
        for (a, b, want) in [
            (
                "arn:aws:s3:::data/*",
                "arn:aws:s3:::data/*",
                Some("arn:aws:s3:::data/a"),
            ),
            (
                "arn:aws:s3:::data/*",
                "arn:aws:s3:::data/in/*.csv",
                Some("arn:aws:s3:::data/in/a.csv"),
            ),
            (
                "arn:aws:s3:::data-*/*",
                "arn:aws:s3:::*-prod/x",
                Some("arn:aws:s3:::data-prod/x"),
            ),
            ("*", "arn:aws:s3:::data", Some("arn:aws:s3:::data")),
            ("arn:aws:s3:::data/*", "arn:aws:s3:::data", None),
            ("arn:aws:s3:::a*", "arn:aws:s3:::b*", None),
            ("arn:aws:sqs:*:x", "arn:aws:sns:*:x", None),
        ] {
            assert_eq!(patterns_overlap(a, b).as_deref(), want, "{a} and {b}");
        }
    }

    #[test]
    fn the_witness_matches_both() {
        let (a, b) = ("arn:aws:*:eu-*:1111*:t?ble/*", "arn:*:*:*:*:table/orders/*");
        let witness = patterns_overlap(a, b).unwrap();
        assert!(
            crate::resource_matches(a, &witness) && crate::resource_matches(b, &witness),
            "{witness}"
        );
    }
}
