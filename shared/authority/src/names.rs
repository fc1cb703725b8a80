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
    near.into_iter()
        .take(MOST_SUGGESTIONS)
        .map(|(_, id)| id.to_owned())
        .collect()
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
    use super::edit_distance;

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
