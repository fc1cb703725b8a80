//! The page on the coverage of the requirements says nothing that the repository does not bear out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::repository;

const PAGE: &str = "docs/coverage-of-requirements.md";
/// Every group, and how many requirements it has.
const REQUIREMENTS: &[(&str, usize)] = &[
    ("GOAL", 15),
    ("ARCH", 27),
    ("INV", 68),
    ("ENT", 29),
    ("EDGE", 38),
    ("POL", 17),
    ("PATH", 20),
    ("EVD", 26),
    ("PERM", 31),
    ("DENY", 19),
    ("ONB", 26),
    ("SEC", 25),
    ("AUD", 7),
    ("CMP", 5),
    ("GOT", 16),
    ("VEN", 15),
    ("EXC", 12),
    ("PHASE", 4),
    ("C", 30),
];
const STATES: [&str; 5] = ["done", "part", "not yet", "excluded", "note"];
const ROW: [&str; 4] = ["id", "requirement", "state", "by what, or why not yet"];
const COUNTS: [&str; 8] = ["group", "about", "rows", "done", "part", "not yet", "excluded", "note"];

#[test]
fn the_page_keeps_to_its_form_and_names_what_there_is() {
    let page = fs::read_to_string(repository().join(PAGE)).unwrap();
    let faults = faults(&page, REQUIREMENTS, &repository().join("docs"));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// A page without a fault.
const SOUND: &str = "
## Counts
| group | about | rows | done | part | not yet | excluded | note |
|---|---|---|---|---|---|---|---|
| [ONE](#one) | first | 3 | 1 | 1 | 1 | 0 | 0 |
| [TWO](#two) | second | 2 | 0 | 0 | 0 | 1 | 1 |
| all | | 5 | 1 | 1 | 1 | 1 | 1 |

## ONE first
| id | requirement | state | by what, or why not yet |
|---|---|---|---|
| ONE-01 | a | done | [the page](coverage-of-requirements.md); [`it_notices_every_breach`](../tests/tests/requirements.rs). |
| ONE-02 | b | part | [the page](coverage-of-requirements.md#counts). Missing: the rest. |
| ONE-03 | c | not yet | Waits for the rest. |

## TWO second
| id | requirement | state | by what, or why not yet |
|---|---|---|---|
| TWO-01 | d | excluded | Not wanted. |
| TWO-02 | e | note | A number. |
";

/// What is changed, from what, to what, and what must be said of it.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    (
        "a row is missing",
        "| ONE-03 | c | not yet | Waits for the rest. |\n",
        "",
        "ONE: rows is 3, the table has 2",
    ),
    (
        "the last row is missing, and counted as missing",
        "| ONE-03 | c | not yet | Waits for the rest. |\n",
        "",
        "the groups are [(\"ONE\", 2)",
    ),
    ("a hole", "| ONE-02 |", "| ONE-04 |", "ONE-04: ONE-02 comes next"),
    (
        "an id that stands twice",
        "| ONE-02 |",
        "| ONE-01 |",
        "ONE-01: ONE-02 comes next",
    ),
    (
        "a row of another group",
        "| ONE-02 |",
        "| TWO-02 |",
        "TWO-02: ONE-02 comes next",
    ),
    (
        "an unknown state",
        "| b | part |",
        "| b | mostly |",
        "ONE-02: mostly is no state",
    ),
    (
        "a state that nobody counted",
        "| d | excluded |",
        "| d | note |",
        "TWO: excluded is 1, the table has 0",
    ),
    (
        "a wrong sum",
        "| all | | 5 |",
        "| all | | 6 |",
        "all: rows is 6, the table has 5",
    ),
    (
        "a group that is counted and not there",
        "## TWO second",
        "## second",
        "TWO: there is no such section",
    ),
    (
        "a group that nobody counted",
        "| [TWO](#two) | second | 2 | 0 | 0 | 0 | 1 | 1 |\n",
        "",
        "2 rows of counts and 3 sections",
    ),
    (
        "a file that is not there",
        "(coverage-of-requirements.md#",
        "(coverage.md#",
        "ONE-02: there is no coverage.md#counts",
    ),
    (
        "a test that is not there",
        "`it_notices_every_breach`",
        "`it_notices_nothing`",
        "has no test it_notices_nothing",
    ),
    (
        "a function that is no test",
        "`it_notices_every_breach`",
        "`holds_test`",
        "has no test holds_test",
    ),
    (
        "a test of which only the beginning is named",
        "`it_notices_every_breach`",
        "`it_notices`",
        "has no test it_notices",
    ),
    (
        "done without a test",
        "[`it_notices_every_breach`]",
        "[a test]",
        "ONE-01: names no test",
    ),
    (
        "part without a file",
        "[the page](coverage-of-requirements.md#counts)",
        "The page",
        "ONE-02: links no file",
    ),
    (
        "no reason",
        "| note | A number. |",
        "| note | |",
        "TWO-02: says nothing",
    ),
    (
        "a row of another width",
        "| A number. |",
        "| A | number. |",
        "TWO: a row has 5 columns",
    ),
    (
        "another table",
        "| id | requirement | state | by what, or why not yet |\n|---|---|---|---|\n| TWO",
        "| TWO",
        "TWO: the table does not begin with",
    ),
];

#[test]
fn it_notices_every_breach() {
    let folder = repository().join("docs");
    let requirements = [("ONE", 3), ("TWO", 2)];
    assert_eq!(faults(SOUND, &requirements, &folder), Vec::<String>::new());
    for (case, from, to, want) in BROKEN {
        assert!(SOUND.contains(from), "{case}: there is no place to break");
        let found = faults(&SOUND.replacen(from, to, 1), &requirements, &folder);
        assert!(found.iter().any(|fault| fault.contains(want)), "{case}: {found:#?}");
    }
}

/// Everything that is wrong with the page; `folder` is where it lies.
fn faults(page: &str, requirements: &[(&str, usize)], folder: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let sections: BTreeMap<&str, &str> = page
        .split("\n## ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .map(|(title, body)| (title.split(' ').next().unwrap_or_default(), body))
        .collect();
    let counts = table(sections["Counts"], &COUNTS, "Counts", &mut faults);
    let mut sums = [0; 6];
    let mut sizes = Vec::new();
    for count in &counts {
        let group = count[0].trim_start_matches('[').split(']').next().unwrap_or_default();
        if group == "all" {
            compare(group, count, sums, &mut faults);
            continue;
        }
        let Some(section) = sections.get(group) else {
            faults.push(format!("{group}: there is no such section"));
            continue;
        };
        let rows = table(section, &ROW, group, &mut faults);
        sizes.push((group, rows.len()));
        let mut found = [rows.len(), 0, 0, 0, 0, 0];
        for (index, row) in rows.iter().enumerate() {
            let wanted = format!("{group}-{:02}", index + 1);
            if row[0] != wanted {
                faults.push(format!("{}: {wanted} comes next", row[0]));
            }
            match STATES.iter().position(|state| *state == row[2]) {
                Some(state) => found[state + 1] += 1,
                None => faults.push(format!("{}: {} is no state", row[0], row[2])),
            }
            faults.extend(
                faults_of(row, folder)
                    .into_iter()
                    .map(|fault| format!("{}: {fault}", row[0])),
            );
        }
        compare(group, count, found, &mut faults);
        for (sum, number) in sums.iter_mut().zip(found) {
            *sum += number;
        }
    }
    if sizes != requirements {
        faults.push(format!("the groups are {sizes:?}, and ought to be {requirements:?}"));
    }
    if counts.len() != requirements.len() + 1 || sections.len() != requirements.len() + 1 {
        faults.push(format!(
            "{} rows of counts and {} sections are too many or too few",
            counts.len(),
            sections.len()
        ));
    }
    faults
}

/// Whether a row of the counts says what was found: rows, then each state.
fn compare(group: &str, count: &[&str], found: [usize; 6], faults: &mut Vec<String>) {
    for ((name, said), found) in COUNTS.iter().zip(count).skip(2).zip(found) {
        if said.parse() != Ok(found) {
            faults.push(format!("{group}: {name} is {said}, the table has {found}"));
        }
    }
}

/// The rows of the table with this head.
fn table<'p>(section: &'p str, head: &[&str], name: &str, faults: &mut Vec<String>) -> Vec<Vec<&'p str>> {
    let mut lines = section.lines().filter(|line| line.starts_with('|')).map(cells);
    if lines.next().is_none_or(|cells| cells != head) {
        faults.push(format!("{name}: the table does not begin with {head:?}"));
    }
    let rows: Vec<Vec<&str>> = lines.skip(1).collect();
    for row in rows.iter().filter(|row| row.len() != head.len()) {
        faults.push(format!("{name}: a row has {} columns: {row:?}", row.len()));
    }
    rows.into_iter().filter(|row| row.len() == head.len()).collect()
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    // A bar that is escaped stands for itself.
    let mut cells = Vec::new();
    let mut start = 0;
    for (at, _) in inner.match_indices('|') {
        if !inner[..at].ends_with('\\') {
            cells.push(inner[start..at].trim());
            start = at + 1;
        }
    }
    cells.push(inner[start..].trim());
    cells
}

/// What is wrong with what a row says of its state.
fn faults_of(row: &[&str], folder: &Path) -> Vec<String> {
    let (state, text) = (row[2], row[3]);
    let mut faults = Vec::new();
    if row[1].is_empty() || text.is_empty() {
        faults.push("says nothing".to_owned());
    }
    let links = links(text);
    let (mut files, mut tests) = (0, 0);
    for (words, target) in &links {
        let file = folder.join(target.split('#').next().unwrap_or_default());
        if !file.is_file() {
            faults.push(format!("there is no {target}"));
            continue;
        }
        files += 1;
        let Some(test) = words.strip_prefix('`').and_then(|words| words.strip_suffix('`')) else {
            continue;
        };
        if holds_test(&fs::read_to_string(&file).unwrap_or_default(), test) {
            tests += 1;
        } else {
            faults.push(format!("{target} has no test {test}"));
        }
    }
    if matches!(state, "done" | "part") && files == 0 {
        faults.push("links no file".to_owned());
    }
    if state == "done" && tests == 0 {
        faults.push("names no test".to_owned());
    }
    faults
}

/// Words and target of every link.
fn links(text: &str) -> Vec<(&str, &str)> {
    let at = text.match_indices("](");
    at.filter_map(|(at, _)| {
        let words = text[..at].rsplit('[').next()?;
        let target = text[at + 2..].split(')').next()?;
        Some((words, target))
    })
    .collect()
}

/// Whether the source has a function of that name that the test harness runs.
fn holds_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_function = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    };
    lines.iter().enumerate().any(|(at, line)| {
        let mut attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
        is_function(line) && attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    })
}
