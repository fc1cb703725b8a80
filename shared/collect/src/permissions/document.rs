//! A policy document and its forms.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::PermissionsError;
use super::placeholders::{Home, example, for_template, longest};

/// On what a statement allows its actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Everything.
    Any,
    /// An ARN with placeholders.
    Arn(&'static str),
}

/// A statement of a generated policy. There are no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Allows actions on one form of resource.
    Allow {
        /// Sorted.
        actions: BTreeSet<&'static str>,
        /// On what.
        resource: Resource,
    },
    /// Denies every action but these, on everything.
    DenyAllBut(BTreeSet<&'static str>),
}

/// A policy document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Sorted by resource.
    pub statements: Vec<Statement>,
}

impl Document {
    /// Allows each action on its resource, in as few statements as that takes.
    #[must_use]
    pub fn allowing(grants: impl IntoIterator<Item = (Resource, &'static str)>) -> Self {
        let mut by_resource: BTreeMap<Resource, BTreeSet<&'static str>> = BTreeMap::new();
        for (resource, action) in grants {
            by_resource.entry(resource).or_default().insert(action);
        }
        let statements = by_resource
            .into_iter()
            .map(|(resource, actions)| Statement::Allow { actions, resource });
        Self {
            statements: statements.collect(),
        }
    }

    /// Divides it into documents that are small enough, in order. A statement alone may still be too large.
    #[must_use]
    pub fn divided(self, most: usize) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for statement in self.statements {
            let last = parts.last_mut();
            if let Some(last) = last {
                last.statements.push(statement);
                if last.characters() <= most {
                    continue;
                }
                let Some(statement) = last.statements.pop() else {
                    continue;
                };
                parts.push(Self {
                    statements: vec![statement],
                });
            } else {
                parts.push(Self {
                    statements: vec![statement],
                });
            }
        }
        parts
    }

    /// The most characters that it may come to, white space not counted.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.json(&|scope| Value::from(longest(scope))).to_string().len()
    }

    /// The document as it would be in an account.
    #[must_use]
    pub fn example(&self) -> Value {
        self.json(&|scope| Value::from(example(scope)))
    }

    /// The document as the table has it, placeholders and all.
    pub(super) fn with_placeholders(&self) -> Value {
        self.json(&|scope| Value::from(scope))
    }

    /// The document as a template holds it: what it fills in stands in `Fn::Sub`.
    ///
    /// # Errors
    /// A placeholder that a template of that place cannot fill.
    pub fn for_cloudformation(&self, home: Home) -> Result<Value, PermissionsError> {
        for statement in &self.statements {
            if let Statement::Allow {
                resource: Resource::Arn(scope),
                ..
            } = statement
            {
                for_template(scope, home)?;
            }
        }
        let form = |scope: &str| match for_template(scope, home) {
            Ok(text) if text.contains("${") => json!({"Fn::Sub": text}),
            Ok(text) => Value::from(text),
            Err(_) => Value::Null,
        };
        Ok(self.json(&form))
    }

    fn json(&self, form: &dyn Fn(&str) -> Value) -> Value {
        let mut sids = Sids::default();
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(|statement| match statement {
                Statement::Allow { actions, resource } => {
                    let (sid, resource) = match resource {
                        Resource::Any => (sids.next("AnyResource"), Value::from("*")),
                        Resource::Arn(scope) => (sids.next(&subject(scope)), form(scope)),
                    };
                    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
                }
                Statement::DenyAllBut(actions) => {
                    json!({"Sid": sids.next("DenyEverythingElse"), "Effect": "Deny", "NotAction": actions, "Resource": "*"})
                }
            })
            .collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }
}

/// Names of statements: letters and digits, each once.
#[derive(Default)]
struct Sids(BTreeMap<String, u32>);

impl Sids {
    fn next(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        match *count {
            1 => name.to_owned(),
            count => format!("{name}{count}"),
        }
    }
}

/// What an ARN is about, in letters: `LambdaFunction`.
fn subject(scope: &str) -> String {
    if let Some(name) = scope.strip_prefix("${") {
        return name.trim_end_matches('}').trim_end_matches("Arn").to_owned();
    }
    let fields: Vec<&str> = scope.splitn(6, ':').collect();
    let service = fields.get(2).copied().unwrap_or_default();
    let resource = fields.get(5).copied().unwrap_or_default();
    let first = resource.split([':', '/']).next().unwrap_or_default();
    format!("{}{}", capitalised(service), capitalised(first))
}

/// `config-aggregator` as `ConfigAggregator`.
fn capitalised(text: &str) -> String {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let mut characters = word.chars();
            let first = characters.next()?;
            Some(first.to_ascii_uppercase().to_string() + characters.as_str())
        })
        .collect()
}
