//! Every relative link leads to a file, and every anchor to a heading.

use std::fs;
use std::path::Path;

use super::{Fault, Page, markdown};

/// The links of `pages` that lead nowhere.
pub fn faults(root: &Path, pages: &[Page]) -> Vec<Fault> {
    pages.iter().flat_map(|page| page_faults(root, page)).collect()
}

fn page_faults(root: &Path, page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    for line in markdown::lines(&page.text).filter(|line| !line.is_code) {
        let prose = markdown::without_code_spans(line.text);
        for target in targets(&prose) {
            faults.extend(problem(root, page, target).map(|message| Fault {
                file: page.path.clone(),
                line: line.number,
                message,
            }));
        }
    }
    faults
}

/// The targets of `[text](target)` and of `[label]: target`.
fn targets(prose: &str) -> Vec<&str> {
    let inline = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    let definition = prose
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline.chain(definition).collect()
}

fn problem(root: &Path, page: &Page, target: &str) -> Option<String> {
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
    if is_elsewhere {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match path.strip_prefix('/') {
        _ if path.is_empty() => root.join(&page.path),
        Some(from_root) => root.join(from_root),
        None => root.join(&page.path).parent()?.join(path),
    };
    if !file.exists() {
        return Some(format!("link to {target}: there is no such file"));
    }
    let leads_to_heading =
        || fs::read_to_string(&file).is_ok_and(|text| markdown::anchors(&text).any(|own| own == anchor));
    (!anchor.is_empty() && is_markdown(&file) && !leads_to_heading())
        .then(|| format!("link to {target}: there is no such heading"))
}

fn is_markdown(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "md")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn finds_links_that_lead_nowhere() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("docs")).unwrap();
        fs::write(root.path().join("README.md"), "# Start here\n").unwrap();
        let text = "[a](../README.md) [b](../README.md#start-here) [web](https://example.org/x) `[not](a-link)`\n\
            [c](missing.md)\n[d](../README.md#nowhere)\n\n[e]: /gone.md\n[f](/README.md) ![g](no.png \"title\")\n";
        fs::write(root.path().join("docs/a.md"), text).unwrap();
        let page = Page {
            path: PathBuf::from("docs/a.md"),
            text: text.to_owned(),
        };
        let got: Vec<_> = faults(root.path(), &[page])
            .into_iter()
            .map(|fault| (fault.line, fault.message))
            .collect();
        let want = [
            (2, "link to missing.md: there is no such file"),
            (3, "link to ../README.md#nowhere: there is no such heading"),
            (5, "link to /gone.md: there is no such file"),
            (6, "link to no.png: there is no such file"),
        ];
        assert_eq!(got, want.map(|(line, message)| (line, message.to_owned())));
    }
}
