//! One request put to the engine and to the oracle.

use serde_json::{Value, json};
use sv0_iam::{RowOptions, UnknownContext, evaluate_line};
use sv0_model::time::Timestamp;

use super::engine::{Engine, answer_of, context_of};
use super::generate::context::Given;
use super::oracle::trace::Trace;
use super::oracle::{Answer, Oracle, Outside};

/// An estate as both sides read it.
pub struct Sides {
    pub engine: Engine,
    pub oracle: Oracle,
}

impl Sides {
    pub fn read(row: &Value) -> Result<Self, Outside> {
        Ok(Self {
            oracle: Oracle::read(row)?,
            engine: Engine::read(row),
        })
    }

    /// Both answers where they differ.
    pub fn disagree(
        &self,
        given: &Given,
        now: Option<&str>,
        trace: &mut Trace,
    ) -> Result<Option<(Answer, Answer)>, Outside> {
        let time: Option<Timestamp> = now.map(|now| now.parse().unwrap());
        let evaluation = self.engine.evaluate(&context_of(given), time, UnknownContext::Absent);
        let engine = answer_of(&evaluation);
        let oracle = self.oracle.decide(given, now, trace)?;
        Ok((engine != oracle).then_some((engine, oracle)))
    }
}

/// A row with its context.
pub fn with_context(row: &Value, given: &Given) -> Value {
    let mut row = row.clone();
    row["context"] = json!(given);
    row
}

/// The context of a row that has one.
pub fn context_in(row: &Value) -> Given {
    serde_json::from_value(row["context"].clone()).unwrap_or_default()
}

/// Both answers where they differ on a whole row; what is outside of the oracle is no disagreement.
pub fn differs(row: &Value, now: Option<&str>) -> Option<(Answer, Answer)> {
    let sides = Sides::read(row).ok()?;
    sides.disagree(&context_in(row), now, &mut Trace::default()).ok()?
}

/// Whether `sv0 evaluate` says of the row what the library says.
pub fn line_agrees(row: &Value, now: Option<&str>) -> bool {
    let options = RowOptions {
        unknown_context: UnknownContext::Absent,
        now: now.map(|now| now.parse().unwrap()),
    };
    let first = evaluate_line(&row.to_string(), &options);
    let second = evaluate_line(&row.to_string(), &options);
    let line: Value = serde_json::from_str(&first.json).unwrap();
    let evaluation = Engine::read(row).evaluate(&context_of(&context_in(row)), options.now, UnknownContext::Absent);
    let answer = answer_of(&evaluation);
    let statements: Vec<Value> = evaluation.statements.iter().map(|statement| json!({"policy": statement.policy, "index": statement.index, "sid": statement.sid, "effect": statement.effect})).collect();
    first == second
        && !first.is_error
        && line["decision"] == answer.decision
        && line["blocked_by"] == json!(answer.blocked_by)
        && line["statements"] == json!(statements)
}
