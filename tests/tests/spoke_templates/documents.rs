//! What the documents for auditors cite is there.

use std::fs;

use crate::support::repository;

const PAGES: [&str; 2] = ["docs/compliance.md", "docs/threat-model.md"];

/// Names of tests in a cell or line, each with the file that is linked next.
fn cited(text: &str) -> Vec<(String, String)> {
    let mut cited = Vec::new();
    for cell in text.split(['|', '\n']).filter(|cell| cell.contains(".rs)")) {
        let mut names: Vec<String> = Vec::new();
        let mut rest = cell;
        while let Some(place) = rest.find(['`', '(']) {
            let (is_code, after) = (rest.as_bytes()[place] == b'`', &rest[place + 1..]);
            let Some(end) = after.find(if is_code { '`' } else { ')' }) else {
                break;
            };
            let word = &after[..end];
            if is_code
                && word.matches('_').count() >= 3
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            {
                names.push(word.to_owned());
            } else if !is_code && word.ends_with(".rs") {
                cited.extend(names.drain(..).map(|name| (name, word.to_owned())));
            }
            rest = &after[end + 1..];
        }
    }
    cited
}

#[test]
fn every_test_that_is_cited_exists_where_its_link_points() {
    let mut count = 0;
    for page in PAGES {
        let text = fs::read_to_string(repository().join(page)).unwrap();
        for (name, link) in cited(&text) {
            let file = repository().join("docs").join(&link);
            let code = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{page}: {link}: {error}"));
            assert!(code.contains(&format!("fn {name}(")), "{page}: no {name} in {link}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn each_claim_of_a_framework_is_one_that_is_explained() {
    let text = fs::read_to_string(repository().join("docs/compliance.md")).unwrap();
    let (frameworks, claims) = text.split_once("\n## Claims").unwrap();
    let mut named = 0;
    for word in frameworks.split(|character: char| !character.is_ascii_alphanumeric()) {
        let is_claim = word.len() <= 3
            && word
                .strip_prefix('C')
                .is_some_and(|number| number.parse::<u8>().is_ok());
        if is_claim {
            assert!(claims.contains(&format!("| **{word}** ")), "{word}");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}

#[test]
fn a_citation_is_a_name_and_the_link_behind_it() {
    let text =
        "| `a_test_of_it`, `another_test_of_it` in [x](../x.rs) and `not_one` in [y](../y.rs) | `a_third_test_here` |";
    let pair = |name: &str| (name.to_owned(), "../x.rs".to_owned());
    assert_eq!(cited(text), [pair("a_test_of_it"), pair("another_test_of_it")]);
}
