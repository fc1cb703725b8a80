use super::*;
use crate::glob::WildcardScope;

fn find(wanted: &[&str], unwanted: &[&str]) -> Search {
    let compile = |text: &&str| vec![Glob::new(text, WildcardScope::Anywhere)];
    let matching: Vec<Vec<Glob>> = wanted.iter().map(compile).collect();
    let avoiding: Vec<Vec<Glob>> = unwanted.iter().map(compile).collect();
    let demand = |globs, wanted| TextDemand {
        globs,
        case: LetterCase::Sensitive,
        wanted,
    };
    let demands: Vec<TextDemand<'_>> = matching
        .iter()
        .map(|globs| demand(globs.as_slice(), Wanted::Match))
        .chain(avoiding.iter().map(|globs| demand(globs.as_slice(), Wanted::NoMatch)))
        .collect();
    let mut budget = SEARCH_BUDGET;
    find_text(&demands, &mut budget)
}

#[test]
fn finds_a_text_in_the_intersection() {
    assert_eq!(find(&["ab*", "*yz"], &[]), Search::Found("abyz".to_owned()));
    assert_eq!(find(&["a?c", "ab*"], &[]), Search::Found("abc".to_owned()));
    assert_eq!(find(&["a*"], &["ab*", "a"]), Search::Found("aa".to_owned()));
}

#[test]
fn proves_that_there_is_none() {
    assert_eq!(find(&["a*", "b*"], &[]), Search::Impossible);
    assert_eq!(find(&["ab*"], &["a*"]), Search::Impossible);
    assert_eq!(find(&["??"], &["?*"]), Search::Impossible);
}

#[test]
fn gives_up_rather_than_run_on() {
    let hard: Vec<String> = (0..12)
        .map(|n| format!("*{}*{}*", "a".repeat(n + 3), "b".repeat(n + 5)))
        .collect();
    let hard: Vec<&str> = hard.iter().map(String::as_str).collect();
    let unwanted: Vec<String> = (0..12).map(|n| format!("*a{}b*", "?".repeat(n))).collect();
    let unwanted: Vec<&str> = unwanted.iter().map(String::as_str).collect();
    assert!(!matches!(find(&hard, &unwanted), Search::Found(text) if text.is_empty()));
}
