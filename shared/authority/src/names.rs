//! Names that come near to one that nothing has.

use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, Graph};

/// How many suggestions an error carries.
const MOST_SUGGESTIONS: usize = 5;

/// Longest name that is compared letter by letter.
const LONGEST_NAME: usize = 64;

/// Native ids of the wanted entities whose names come nearest to `text`, the nearest first.
pub fn suggestions(graph: &Graph, text: &str, wanted: impl Fn(&Entity) -> bool) -> Vec<String> {
    let asked = last_part(text).to_ascii_lowercase();
    let mut near: Vec<(usize, &str)> = graph
        .entities
        .values()
        .filter(|entity| wanted(entity))
        .filter_map(|entity| {
            Some((
                distance(&asked, &entity.name.to_ascii_lowercase())?,
                entity.native_id.as_str(),
            ))
        })
        .collect();
    near.sort_unstable();
    // Who gave a name that something has means that, and no name that only comes near it.
    let is_named = near.first().is_some_and(|(distance, _)| *distance == 0);
    near.retain(|(distance, _)| !is_named || *distance == 0);
    near.into_iter()
        .take(MOST_SUGGESTIONS)
        .map(|(_, id)| id.to_owned())
        .collect()
}

/// The one of some words that comes nearest to `text`, if any comes near.
pub fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let asked = text.to_ascii_lowercase();
    let near = words
        .into_iter()
        .filter_map(|word| Some((distance(&asked, &word.to_ascii_lowercase())?, word)));
    near.min().map(|(_, word)| word)
}

/// Whether it is a thing that is acted on, rather than somebody who acts or a policy.
pub(crate) fn is_resource(entity: &Entity) -> bool {
    let kind = serde_json::to_value(entity.kind).unwrap_or_default();
    kind.as_str().is_some_and(|kind| kind.starts_with("resource/"))
}

fn last_part(text: &str) -> &str {
    Arn::parse(text).map_or(text, |arn| arn.name())
}

/// How far two names are apart; `None` when nobody would take one for the other.
fn distance(asked: &str, name: &str) -> Option<usize> {
    if asked == name {
        return Some(0);
    }
    // A part of a name is taken for the name only where it is most of it.
    let is_most = |part: &str, whole: &str| whole.contains(part) && part.len() >= 3 && part.len() * 2 >= whole.len();
    if is_most(asked, name) || is_most(name, asked) || asked.len() >= 5 && name.contains(asked) {
        return Some(1);
    }
    if asked.len() > LONGEST_NAME || name.len() > LONGEST_NAME || asked.len().min(name.len()) < 2 {
        return None;
    }
    let edits = edit_distance(asked, name);
    (edits <= 1 + asked.len() / 4).then_some(1 + edits)
}

/// Levenshtein's distance, over bytes.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, byte) in a.bytes().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        let mut next = vec![left];
        for (other, up) in b.bytes().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(byte != other)).min(up + 1).min(left + 1);
            diagonal = *up;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{edit_distance, nearest};

    #[test]
    fn a_word_is_meant_where_it_comes_near() {
        let words = ["resource/s3_bucket", "resource/sqs_queue"];
        assert_eq!(nearest("resource/s3bucket", words), Some("resource/s3_bucket"));
        assert_eq!(nearest("banana", words), None);
    }

    #[test]
    fn counts_edits() {
        for (a, b, want) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("reader", "raeder", 2),
            ("", "abc", 3),
        ] {
            assert_eq!(edit_distance(a, b), want, "{a} {b}");
        }
    }
}
