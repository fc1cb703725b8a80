//! Checks an answer over unknown keys against the oracle's answers in the contexts that complete them.

use serde_json::Value;
use sv0_iam::{Context, Evaluation, UnknownContext, condition_holds};
use sv0_model::decision::{Caveat, ConditionExpression, Decision};

use super::compare::{Sides, with_context};
use super::engine::{context_of, decision_name};
use super::generate;
use super::generate::context::{ContextSpace, Given};
use super::generate::vocabulary::FREE_KEYS;
use super::minimal;
use super::oracle::residual;
use super::oracle::trace::Trace;
use super::random::Random;

/// How many completions of a partly hidden context are tried.
const COMPLETIONS: usize = 8;

/// What was met, and what went wrong.
#[derive(Debug, Default)]
pub struct Findings {
    pub allow: u64,
    pub implicit_deny: u64,
    pub explicit_deny: u64,
    pub conditional: u64,
    /// Completions in which a condition held, and in which it did not.
    pub holding: u64,
    pub failing: u64,
    pub unsolved: u64,
    pub wrong: Vec<String>,
}

/// One estate, asked once with some keys hidden.
struct Case {
    row: Value,
    sides: Sides,
    hidden: Vec<String>,
    base: Given,
    symbolic: Evaluation,
}

/// Checks estate number `number` of the seed.
pub fn check(seed: u64, number: u64, findings: &mut Findings) {
    let mut random = Random::new(seed, number);
    let row = generate::estate(&mut random);
    let text = row.to_string().to_lowercase();
    let space = ContextSpace::of(&row, &text);
    let hideable = space.hideable();
    if hideable.is_empty() {
        return;
    }
    let hidden = hideable
        .iter()
        .filter(|_| random.percent(60))
        .map(|key| key.to_lowercase())
        .collect();
    let case = Case::new(row, hidden, space.context(&mut random));
    findings.count(case.symbolic.decision);
    let completions: Vec<Given> = (0..COMPLETIONS)
        .map(|_| case.complete(&space.context(&mut random)))
        .collect();
    for completion in completions.iter().chain([&case.base]) {
        if let Err(what) = case.check_completion(completion, findings) {
            return findings.wrong.push(case.describe(seed, number, completion, &what));
        }
    }
    if let Err(what) = case.check_form(&mut random) {
        findings.wrong.push(case.describe(seed, number, &case.base, &what));
    }
}

impl Findings {
    fn count(&mut self, decision: Decision) {
        match decision {
            Decision::Allow => self.allow += 1,
            Decision::Conditional => self.conditional += 1,
            Decision::ImplicitDeny => self.implicit_deny += 1,
            Decision::ExplicitDeny => self.explicit_deny += 1,
        }
    }
}

impl Case {
    fn new(row: Value, hidden: Vec<String>, base: Given) -> Self {
        let sides = Sides::read(&row).unwrap();
        let mut case = Self {
            symbolic: sides.engine.evaluate(&Context::new(), None, UnknownContext::Absent),
            row,
            sides,
            hidden,
            base,
        };
        case.symbolic = case
            .sides
            .engine
            .evaluate(&case.partial_context(), None, UnknownContext::Any);
        case
    }

    fn is_hidden(&self, key: &str) -> bool {
        self.hidden.contains(&key.to_lowercase())
    }

    /// What is known: the values of keys that are not hidden, and which of them are absent.
    fn partial_context(&self) -> Context {
        let visible: Given = self
            .base
            .iter()
            .filter(|(key, _)| !self.is_hidden(key))
            .map(|(key, values)| (key.clone(), values.clone()))
            .collect();
        let mut context = context_of(&visible);
        for key in FREE_KEYS
            .iter()
            .map(|key| key.name)
            .chain(["aws:EpochTime", "aws:CurrentTime"])
        {
            if !self.is_hidden(key) && context.get(key).is_none() {
                context.mark_absent(key);
            }
        }
        context
    }

    /// The known values with what another context says of the hidden keys.
    fn complete(&self, other: &Given) -> Given {
        let visible = self.base.iter().filter(|(key, _)| !self.is_hidden(key));
        let filled = other.iter().filter(|(key, _)| self.is_hidden(key));
        visible
            .chain(filled)
            .map(|(key, values)| (key.clone(), values.clone()))
            .collect()
    }

    fn check_completion(&self, completion: &Given, findings: &mut Findings) -> Result<(), String> {
        let answer = self
            .sides
            .oracle
            .decide(completion, None, &mut Trace::default())
            .unwrap();
        let allowed = answer.decision == "allow";
        let expected = match self.symbolic.decision {
            Decision::Allow => allowed,
            Decision::ImplicitDeny => !allowed,
            Decision::ExplicitDeny => answer.decision == "explicit_deny",
            Decision::Conditional => return self.check_condition(completion, allowed, findings),
        };
        if expected {
            Ok(())
        } else {
            Err(format!(
                "{} in every context, but here it is {}",
                decision_name(self.symbolic.decision),
                answer.decision
            ))
        }
    }

    /// A condition holds in exactly the contexts in which the request is allowed, for the engine as for the oracle.
    fn check_condition(&self, completion: &Given, allowed: bool, findings: &mut Findings) -> Result<(), String> {
        let condition = self
            .symbolic
            .condition
            .as_ref()
            .ok_or("conditional without a condition")?;
        if self.is_unsolved() {
            findings.unsolved += 1;
            return Ok(());
        }
        let by_engine = condition_holds(condition, &context_of(completion));
        let by_oracle = residual::holds(condition, completion)
            .map_err(|outside| format!("the condition is not in AWS's language: {outside:?}"))?;
        *(if allowed {
            &mut findings.holding
        } else {
            &mut findings.failing
        }) += 1;
        if by_engine != Some(allowed) || by_oracle != allowed {
            return Err(format!(
                "allowed: {allowed}, condition by the engine: {by_engine:?}, by the oracle: {by_oracle}"
            ));
        }
        Ok(())
    }

    fn is_unsolved(&self) -> bool {
        self.symbolic.caveats.contains(&Caveat::ConditionsNotEvaluated)
    }

    /// What holds of an answer's form, whatever the contexts.
    fn check_form(&self, random: &mut Random) -> Result<(), String> {
        let again = Sides::read(&self.row)
            .unwrap()
            .engine
            .evaluate(&self.partial_context(), None, UnknownContext::Any);
        if again != self.symbolic {
            return Err("another answer the second time".to_owned());
        }
        let evaluation = &self.symbolic;
        let is = |decision| evaluation.decision == decision;
        if evaluation.blocked_by.is_empty() != is(Decision::Allow) {
            return Err("blocked by something exactly where it is not allowed".to_owned());
        }
        if evaluation.condition.is_some() != is(Decision::Conditional) {
            return Err("a condition exactly where it is conditional".to_owned());
        }
        if evaluation.statements.is_empty() && is(Decision::ExplicitDeny)
            || !evaluation.statements.is_empty() && is(Decision::ImplicitDeny)
        {
            return Err("statements exactly where some decided".to_owned());
        }
        match &evaluation.condition {
            Some(condition) if !self.is_unsolved() => minimal::check(condition, random),
            _ => Ok(()),
        }
    }

    fn describe(&self, seed: u64, number: u64, completion: &Given, what: &str) -> String {
        let condition = self.symbolic.condition.as_ref().map(condition_text);
        format!(
            "seed {seed}, estate {number}, hidden {:?}: {what}\n  condition: {condition:?}\n  {}\n",
            self.hidden,
            with_context(&self.row, completion)
        )
    }
}

fn condition_text(condition: &ConditionExpression) -> String {
    serde_json::to_string(condition).unwrap()
}
