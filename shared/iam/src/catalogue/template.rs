//! Texts with variables, as the Service Authorization Reference writes ARNs and condition keys: `arn:${Partition}:s3:::${BucketName}`.

/// How far a variable may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Up to the next `/` or `:`, which is how most names are.
    Segment,
    /// Over `/` and `:` too, as a role's path or an object's key does. Variables that AWS never lets hold one still stop there.
    Anywhere,
}

/// A template, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form<'t>(Vec<Part<'t>>);

impl<'t> Form<'t> {
    pub(super) fn new(template: &'t str) -> Self {
        Self(parts(template).collect())
    }

    /// Whether the whole of `text` has this form.
    pub(super) fn matches(&self, text: &str, reach: Reach) -> bool {
        self.walk(text.as_bytes(), reach)
            .unwrap_or_else(|| self.matches_somehow(text, reach))
    }

    /// [`Self::matches`] where every variable can end at one place only: what follows it begins with what it cannot hold, or nothing follows.
    pub(super) fn walk(&self, text: &[u8], reach: Reach) -> Option<bool> {
        let mut rest = text;
        let mut parts = self.0.iter().peekable();
        while let Some(part) = parts.next() {
            if let Part::Literal(literal) = part {
                let Some(after) = rest.strip_prefix(literal.as_bytes()) else {
                    return Some(false);
                };
                rest = after;
                continue;
            }
            let held = |rest: &[u8]| {
                let end = || rest.iter().position(|byte| matches!(byte, b'/' | b':'));
                let is_stopped = !part.may_hold(b'/', reach);
                is_stopped.then(end).flatten().unwrap_or(rest.len())
            };
            let length = match parts.peek() {
                None => held(rest),
                Some(Part::Literal(next)) if !part.may_hold(*next.as_bytes().first()?, reach) => held(rest),
                Some(_) => return None,
            };
            if length < part.least_length() {
                return Some(false);
            }
            rest = rest.get(length..)?;
        }
        Some(rest.is_empty())
    }

    fn matches_somehow(&self, text: &str, reach: Reach) -> bool {
        let mut ends = vec![0];
        for part in &self.0 {
            ends = part.advance(&ends, text.as_bytes(), reach);
            if ends.is_empty() {
                return false;
            }
        }
        ends.last() == Some(&text.len())
    }

    /// Whether some text that begins with `prefix` has this form.
    pub(super) fn matches_some_extension(&self, prefix: &str, reach: Reach) -> bool {
        let bytes = prefix.as_bytes();
        let mut ends = vec![0];
        for part in &self.0 {
            if ends.iter().any(|start| part.covers_rest(bytes.get(*start..), reach)) {
                return true;
            }
            ends = part.advance(&ends, bytes, reach);
        }
        ends.last() == Some(&bytes.len())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Variable {
        /// Whether AWS never lets it hold a `/` or `:`.
        is_narrow: bool,
        least_length: usize,
    },
    /// A `*` in the template itself.
    Anything,
}

fn variable(name: &str) -> Part<'_> {
    Part::Variable {
        is_narrow: matches!(name, "Partition" | "Region" | "Account" | "BucketName"),
        // Region and account are empty in the ARNs of global services, whatever the reference says.
        least_length: usize::from(!matches!(name, "Region" | "Account")),
    }
}

/// Cuts a template into its parts.
fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (part, after) = next_part(rest)?;
        rest = after;
        Some(part)
    })
}

fn next_part(text: &str) -> Option<(Part<'_>, &str)> {
    if text.is_empty() {
        return None;
    }
    if let Some(after) = text.strip_prefix('*') {
        return Some((Part::Anything, after));
    }
    if let Some((name, after)) = text.strip_prefix("${").and_then(|inner| inner.split_once('}')) {
        return Some((variable(name), after));
    }
    let special = |at: &usize| *at > 0;
    let end = [text.find("${"), text.find('*')]
        .into_iter()
        .flatten()
        .filter(special)
        .min();
    let (literal, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
    Some((Part::Literal(literal), after))
}

impl Part<'_> {
    /// Where this part can end when it begins at one of `starts`; both sorted.
    fn advance(self, starts: &[usize], text: &[u8], reach: Reach) -> Vec<usize> {
        match self {
            Self::Literal(literal) => starts
                .iter()
                .filter(|start| {
                    text.get(**start..)
                        .is_some_and(|rest| rest.starts_with(literal.as_bytes()))
                })
                .map(|start| start + literal.len())
                .collect(),
            Self::Variable { .. } | Self::Anything => self.spread(starts, text, reach),
        }
    }

    fn spread(self, starts: &[usize], text: &[u8], reach: Reach) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut covered = None;
        for start in starts {
            // An earlier start reaches everything that a later one inside its stretch does.
            if covered.is_some_and(|stop| *start <= stop) {
                continue;
            }
            let stretch = text
                .iter()
                .skip(*start)
                .take_while(|byte| self.may_hold(**byte, reach))
                .count();
            ends.extend(start + self.least_length()..=start + stretch);
            covered = Some(start + stretch);
        }
        ends
    }

    /// Whether this part can begin with, or go beyond, all that is left of a text.
    fn covers_rest(self, rest: Option<&[u8]>, reach: Reach) -> bool {
        rest.is_some_and(|rest| match self {
            Self::Literal(literal) => literal.as_bytes().starts_with(rest),
            Self::Variable { .. } | Self::Anything => rest.iter().all(|byte| self.may_hold(*byte, reach)),
        })
    }

    fn least_length(self) -> usize {
        match self {
            Self::Variable { least_length, .. } => least_length,
            Self::Anything | Self::Literal(_) => 0,
        }
    }

    fn may_hold(self, byte: u8, reach: Reach) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Anything => true,
            Self::Variable { is_narrow, .. } => {
                (reach == Reach::Anywhere && !is_narrow) || !matches!(byte, b'/' | b':')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "arn:${Partition}:s3:::${BucketName}";
    const OBJECT: &str = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
    const ROLE: &str = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}";

    #[test]
    fn a_variable_reaches_as_far_as_told() {
        for (template, text, segment, anywhere) in [
            (BUCKET, "arn:aws:s3:::orders", true, true),
            (BUCKET, "arn:aws:s3:::orders/2026", false, false),
            (BUCKET, "arn:aws:s3:::", false, false),
            (OBJECT, "arn:aws:s3:::orders/2026", true, true),
            (OBJECT, "arn:aws:s3:::orders/2026/01", false, true),
            (OBJECT, "arn:aws:s3:::orders", false, false),
            (ROLE, "arn:aws:iam::111122223333:role/reader", true, true),
            (ROLE, "arn:aws-cn:iam::111122223333:role/app/reader", false, true),
            (ROLE, "arn:aws:iam::111122223333:user/reader", false, false),
            ("dms:${Account}:rep:*", "dms:1:rep:", true, true),
            ("a${X}", "aé", true, true),
        ] {
            assert_eq!(
                Form::new(template).matches(text, Reach::Segment),
                segment,
                "{template} on {text}, segment"
            );
            assert_eq!(
                Form::new(template).matches(text, Reach::Anywhere),
                anywhere,
                "{template} on {text}, anywhere"
            );
        }
    }

    #[test]
    fn a_prefix_matches_what_it_can_become() {
        for (template, prefix, want) in [
            (BUCKET, "arn:aws:s3:::ord", true),
            (BUCKET, "arn:aws:s3:::orders/", false),
            (OBJECT, "arn:aws:s3:::ord", true),
            (OBJECT, "arn:aws:s3:::orders/", true),
            (ROLE, "arn:aws:s3:::", false),
            (ROLE, "", true),
            (ROLE, "arn:", true),
        ] {
            let got = Form::new(template).matches_some_extension(prefix, Reach::Anywhere);
            assert_eq!(got, want, "{template} from {prefix}");
        }
    }

    #[test]
    fn work_grows_with_the_text_not_with_its_square() {
        let template = "${A}-${B}-${C}-${D}-x";
        let text = "-".repeat(100_000);
        assert!(!Form::new(template).matches(&text, Reach::Anywhere));
    }

    #[test]
    fn the_short_way_agrees_with_the_long_one() {
        let templates = [
            BUCKET,
            OBJECT,
            ROLE,
            "dms:${Account}:rep:*",
            "a${X}",
            "${A}-${B}",
            "${A}${B}/x",
            "x/${A}b",
            "*:y",
            "",
            "arn:${Partition}:lambda:${Region}:${Account}:function:${Name}:${Version}",
        ];
        let texts = [
            "",
            "arn:aws:s3:::orders",
            "arn:aws:s3:::orders/",
            "arn:aws:s3:::orders/a/b",
            "arn:aws:s3:::",
            "a",
            "ab",
            "a-b",
            "-",
            "a--b",
            "ab/x",
            "/x",
            "x/b",
            "x/ab",
            "x/abb",
            "x/bb",
            "x/a/b",
            ":y",
            "x:y:y",
            "arn:aws:lambda:eu-west-1:1:function:f:live",
            "arn:aws:lambda:::function:f:1:2",
            "arn:aws:iam::1:role/a/b",
            "dms::rep:",
            "dms:1:rep:x",
        ];
        let mut short = 0;
        for template in templates {
            let form = Form::new(template);
            for text in texts {
                for reach in [Reach::Segment, Reach::Anywhere] {
                    let walked = form.walk(text.as_bytes(), reach);
                    short += usize::from(walked.is_some());
                    assert!(
                        walked.is_none_or(|fits| fits == form.matches_somehow(text, reach)),
                        "{template} on {text}, {reach:?}"
                    );
                }
            }
        }
        assert!(short > 300, "{short} of {}", templates.len() * texts.len() * 2);
    }
}
