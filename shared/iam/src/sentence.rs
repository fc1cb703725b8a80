//! Residual conditions as plain English: `the request comes through VPC endpoint vpce-1 and was authenticated with MFA`.
//!
//! A sentence says what the test says, no less and no more: where a test also holds without its key, or for a list without values, the sentence says so.
//! Two conditions with one sentence hold in the same contexts. Only where a condition is cut for its length does that end, and the sentence then says how much it leaves out.

mod keys;
mod literal;
mod pseudo;
mod test;
#[cfg(test)]
mod tests;

use sv0_model::decision::ConditionExpression;

/// Tests that a sentence spells out before it counts the rest.
const MOST_TESTS: usize = 24;

/// How deep conditions are spelled out within one another.
const DEEPEST: usize = 6;

/// `expression` as a clause that can follow "only if". The text is safe to print.
#[must_use]
pub fn sentence(expression: &ConditionExpression) -> String {
    let mut writer = Writer { tests_left: MOST_TESTS };
    writer.clause(expression, 0).whole()
}

/// A clause in its two parts, so that neighbours can share a subject.
struct Clause {
    /// Empty where the predicate is a whole clause.
    subject: String,
    predicate: String,
}

impl Clause {
    fn new(subject: impl Into<String>, predicate: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            predicate: predicate.into(),
        }
    }

    fn complete(text: impl Into<String>) -> Self {
        Self::new("", text)
    }

    fn whole(self) -> String {
        match self.subject.as_str() {
            "" => self.predicate,
            subject => format!("{subject} {}", self.predicate),
        }
    }
}

struct Writer {
    tests_left: usize,
}

impl Writer {
    fn clause(&mut self, expression: &ConditionExpression, depth: usize) -> Clause {
        match expression {
            ConditionExpression::All { all } => match all.as_slice() {
                [] => Clause::complete("nothing more is asked"),
                [only] => self.clause(only, depth),
                several => Clause::complete(self.all(several, depth)),
            },
            ConditionExpression::Any { any } => match any.as_slice() {
                [] => Clause::complete("the impossible holds"),
                [only] => self.clause(only, depth),
                several => Clause::complete(self.any(several, depth)),
            },
            ConditionExpression::Test { key, operator, values } => {
                self.tests_left = self.tests_left.saturating_sub(1);
                pseudo::clause(key, operator, values).unwrap_or_else(|| test::clause(key, operator, values))
            }
        }
    }

    fn all(&mut self, children: &[ConditionExpression], depth: usize) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut subject = String::new();
        for (position, child) in children.iter().enumerate() {
            if self.tests_left == 0 {
                parts.push(rest(
                    children.len() - position,
                    "more condition holds",
                    "more conditions hold",
                ));
                break;
            }
            let clause = self.child(child, depth);
            let is_shared = !clause.subject.is_empty() && clause.subject == subject;
            subject.clone_from(&clause.subject);
            parts.push(if is_shared { clause.predicate } else { clause.whole() });
        }
        parts.join(" and ")
    }

    fn any(&mut self, children: &[ConditionExpression], depth: usize) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (position, child) in children.iter().enumerate() {
            if self.tests_left == 0 {
                let left = children.len() - position;
                parts.push(rest(
                    left,
                    "more alternative holds",
                    "more alternatives, one of which holds",
                ));
                break;
            }
            parts.push(self.child(child, depth).whole());
        }
        format!("either {}", parts.join(" or "))
    }

    /// A part of a condition; in parentheses where it has parts of its own.
    fn child(&mut self, child: &ConditionExpression, depth: usize) -> Clause {
        match tests_in(child) {
            1 => self.clause(child, depth),
            tests if depth >= DEEPEST => {
                self.tests_left = self.tests_left.saturating_sub(1);
                Clause::complete(format!("(a condition of {tests} tests holds)"))
            }
            _ => Clause::complete(format!("({})", self.clause(child, depth + 1).whole())),
        }
    }
}

fn rest(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn tests_in(expression: &ConditionExpression) -> usize {
    match expression {
        ConditionExpression::All { all: children } | ConditionExpression::Any { any: children } => {
            children.iter().map(tests_in).sum()
        }
        ConditionExpression::Test { .. } => 1,
    }
}
