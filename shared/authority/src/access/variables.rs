//! Policy variables in the patterns that single out parts of a resource: `home/${aws:username}/*`.

use std::collections::BTreeSet;

use sv0_iam::{Context, Evaluation, PrincipalKind, Template};
use sv0_model::decision::{ConditionExpression, Decision, Layer};

use crate::estate::{Subject, conjunction};

/// Stands for the value of a variable that nobody knows.
const ASSUMED_VALUE: &str = "sv0-assumed";

/// What is known of the values of variables.
pub(crate) struct Variables {
    context: Context,
}

/// A pattern whose variables are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    /// For matching: with an assumed value where none is known.
    pub text: String,
    /// For people: with the variable itself where no value is known.
    pub shown: String,
    /// Keys of the variables whose values are not known.
    pub assumed: BTreeSet<String>,
}

impl Variables {
    /// The values that a principal's requests carry, over what is known of their surroundings.
    pub(crate) fn new(mut context: Context, subject: &Subject<'_>) -> Self {
        if let PrincipalKind::User { name } = subject.principal.kind()
            && context.get("aws:username").is_none()
        {
            context.insert("aws:username", vec![name.clone()]);
        }
        if let Some(account) = subject.account()
            && context.get("aws:PrincipalAccount").is_none()
        {
            context.insert("aws:PrincipalAccount", vec![account.to_owned()]);
        }
        Self { context }
    }

    /// Replaces the variables of a pattern that has some; none where a value could not stand in a pattern as it is.
    pub(crate) fn fill(&self, pattern: &Template) -> Option<Filled> {
        let mut filled = Filled {
            text: String::new(),
            shown: String::new(),
            assumed: BTreeSet::new(),
        };
        let mut rest = pattern.text();
        while let Some((before, variable)) = rest.split_once("${") {
            let (inner, after) = variable.split_once('}')?;
            let key = inner.split(',').next()?.trim();
            filled.push(before, before);
            self.replace(key, &mut filled)?;
            rest = after;
        }
        filled.push(rest, rest);
        Some(filled)
    }

    fn replace(&self, key: &str, filled: &mut Filled) -> Option<()> {
        match self.context.get(key) {
            Some([value]) if !value.contains(['*', '?']) => filled.push(value, value),
            Some(_) => return None,
            None if key.contains(':') && !self.context.is_absent(key) => {
                filled.push(ASSUMED_VALUE, &format!("${{{key}}}"));
                filled.assumed.insert(key.to_owned());
            }
            None => return None,
        }
        Some(())
    }
}

impl Filled {
    /// A pattern without variables.
    pub(crate) fn as_written(pattern: &Template) -> Self {
        Self {
            text: pattern.text().to_owned(),
            shown: pattern.text().to_owned(),
            assumed: BTreeSet::new(),
        }
    }

    fn push(&mut self, text: &str, shown: &str) {
        self.text.push_str(text);
        self.shown.push_str(shown);
    }
}

/// The context in which the assumed values hold.
pub(crate) fn assume(context: &Context, keys: &BTreeSet<String>) -> Context {
    let mut assumed = context.clone();
    for key in keys {
        assumed.insert(key, vec![ASSUMED_VALUE.to_owned()]);
    }
    assumed
}

/// What an evaluation under assumed values says in truth: it holds where the request has some value for each of them.
pub(crate) fn under_assumption(mut evaluation: Evaluation, keys: &BTreeSet<String>) -> Evaluation {
    if keys.is_empty() || !evaluation.decision.is_possible() {
        return evaluation;
    }
    let present = keys.iter().map(|key| ConditionExpression::Test {
        key: key.clone(),
        operator: "Null".to_owned(),
        values: vec!["false".to_owned()],
    });
    evaluation.condition = conjunction(present.chain(evaluation.condition));
    evaluation.decision = Decision::Conditional;
    if evaluation.blocked_by.is_empty() {
        evaluation.blocked_by.push(Layer::Identity);
    }
    evaluation
}
