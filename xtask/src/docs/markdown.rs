//! As much of Markdown as the checks need: prose, code spans, fenced blocks, headings.

/// One line of a page.
pub struct Line<'a> {
    /// Counted from 1.
    pub number: usize,
    pub text: &'a str,
    /// Whether it stands in a fenced block of code.
    pub is_code: bool,
}

/// The lines of a page, fences left out.
pub fn lines(page: &str) -> impl Iterator<Item = Line<'_>> {
    let mut fence: Option<&str> = None;
    page.lines().enumerate().filter_map(move |(index, text)| {
        let mark = fence_mark(text);
        match (fence, mark) {
            (None, Some(_)) => {
                fence = mark;
                None
            }
            (Some(open), Some(close)) if open == close => {
                fence = None;
                None
            }
            _ => Some(Line {
                number: index + 1,
                text,
                is_code: fence.is_some(),
            }),
        }
    })
}

fn fence_mark(text: &str) -> Option<&'static str> {
    ["```", "~~~"]
        .into_iter()
        .find(|mark| text.trim_start().starts_with(mark))
}

/// The code spans of a line of prose.
pub fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A line of prose without its code spans.
pub fn without_code_spans(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// The anchors of a page's headings, as GitHub makes them.
pub fn anchors(page: &str) -> impl Iterator<Item = String> {
    lines(page).filter(|line| !line.is_code).filter_map(|line| {
        let title = line.text.trim_start_matches('#');
        (title.len() < line.text.len() && title.starts_with(' ')).then(|| anchor(title.trim()))
    })
}

fn anchor(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_from_prose() {
        let page = "a\n```sh\nb\n~~~\n```\nc";
        let got: Vec<_> = lines(page).map(|line| (line.number, line.text, line.is_code)).collect();
        assert_eq!(
            got,
            [(1, "a", false), (3, "b", true), (4, "~~~", true), (6, "c", false)]
        );
        assert_eq!(
            code_spans("run `sv0 scan` or `sv0 demo`").collect::<Vec<_>>(),
            ["sv0 scan", "sv0 demo"]
        );
        assert_eq!(without_code_spans("a `[b](c)` d"), "a ` d");
    }

    #[test]
    fn makes_anchors_as_github_does() {
        let page = "# Who can, and why?\n## `sv0 can` in short\n#no heading\n```\n# not one\n```";
        assert_eq!(
            anchors(page).collect::<Vec<_>>(),
            ["who-can-and-why", "sv0-can-in-short"]
        );
    }
}
