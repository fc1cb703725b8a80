//! `sv0 evaluate`: one request line in, one answer line out (contracts.md §2).

mod error;
mod fields;
mod quick;
mod request;

use serde::Serialize;
use serde_json::Value;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};
use sv0_model::time::Timestamp;

use crate::context::UnknownContext;
use crate::document::read_json;
use crate::evaluate::{DecisiveStatement, decide};
use crate::parse::PolicyDiagnostic;
use crate::question::EvaluateError;
use error::RowError;
pub use error::RowErrorCode;
use request::RowRequest;

/// What holds for every row of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowOptions {
    /// What a key that is not given is taken for.
    pub unknown_context: UnknownContext,
    /// When the requests are made.
    pub now: Option<Timestamp>,
}

/// The answer to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAnswer {
    /// The row's id; null where it has none.
    pub id: Value,
    /// One JSON object on one line, without the line's end.
    pub json: String,
    /// Whether the row was malformed and the answer carries an error.
    pub is_error: bool,
    /// What in its policies was not read as written, or not read at all; `at` is a JSON pointer into the row.
    pub diagnostics: Vec<PolicyDiagnostic>,
}

/// Answers one request line.
#[must_use]
pub fn evaluate_line(line: &str, options: &RowOptions) -> RowAnswer {
    let row = match read_json(line) {
        Ok(row) => row,
        Err(error) => return malformed(&Value::Null, &RowError::malformed(&error)),
    };
    let id = match request::id(row.get("id")) {
        Ok(id) => id,
        Err(error) => return malformed(&Value::Null, &error),
    };
    match RowRequest::read(&row) {
        Ok(request) => answer(id, request, options),
        Err(error) => malformed(&id, &error),
    }
}

/// Answers many request lines, each as [`evaluate_line`] does. Policies that stand in several of them are read once, as far as memory set aside for it goes.
#[derive(Debug)]
pub struct RowEvaluator {
    options: RowOptions,
    documents: quick::Documents,
}

impl RowEvaluator {
    /// One that has read nothing yet.
    #[must_use]
    pub fn new(options: RowOptions) -> Self {
        Self {
            options,
            documents: quick::Documents::default(),
        }
    }

    /// Answers one request line.
    pub fn answer(&mut self, line: &str) -> RowAnswer {
        self.answer_quickly(line)
            .unwrap_or_else(|| evaluate_line(line, &self.options))
    }

    fn answer_quickly(&mut self, line: &str) -> Option<RowAnswer> {
        let row = quick::QuickRow::read(line)?;
        let id = request::id(row.fields.get("id")).ok()?;
        let request = RowRequest::read_quickly(&row, &mut self.documents)?;
        Some(answer(id, request, &self.options))
    }
}

fn answer(id: Value, request: RowRequest, options: &RowOptions) -> RowAnswer {
    let question = request.question(options);
    let decided = match decide(&question, &request.policies().applicable()) {
        Ok(decided) => decided,
        Err(error) => {
            return RowAnswer {
                diagnostics: request.into_diagnostics(),
                ..malformed(&id, &question_error(&error))
            };
        }
    };
    let caveats: Vec<Caveat> = decided.caveats.iter().copied().collect();
    let line = AnswerLine {
        id: &id,
        decision: Some(decided.decision),
        blocked_by: &decided.blocked_by,
        condition: decided.condition.as_ref(),
        statements: decided.statements().iter().map(within_row).collect(),
        caveats: &caveats,
        error: None,
    };
    let json = serde_json::to_string(&line).unwrap_or_default();
    RowAnswer {
        id,
        json,
        is_error: false,
        diagnostics: request.into_diagnostics(),
    }
}

fn question_error(error: &EvaluateError) -> RowError {
    let (code, at) = match error {
        EvaluateError::BadAction => (RowErrorCode::BadAction, "/action"),
        EvaluateError::BadResource => (RowErrorCode::BadResource, "/resource"),
        EvaluateError::BadResourceAccount => (RowErrorCode::BadResourceAccount, "/resource_account"),
        EvaluateError::AccountMismatch => (RowErrorCode::AccountMismatch, "/resource_account"),
    };
    RowError::new(code, error.to_string(), at)
}

/// An answer line, its fields in the order of the contract.
#[derive(Serialize)]
struct AnswerLine<'a> {
    id: &'a Value,
    decision: Option<Decision>,
    blocked_by: &'a [Layer],
    condition: Option<&'a ConditionExpression>,
    statements: Vec<StatementRef>,
    caveats: &'a [Caveat],
    error: Option<&'a RowError>,
}

fn malformed(id: &Value, error: &RowError) -> RowAnswer {
    let line = AnswerLine {
        id,
        decision: None,
        blocked_by: &[],
        condition: None,
        statements: Vec::new(),
        caveats: &[],
        error: Some(error),
    };
    RowAnswer {
        id: id.clone(),
        json: serde_json::to_string(&line).unwrap_or_default(),
        is_error: true,
        diagnostics: Vec::new(),
    }
}

/// In a row a statement is told by its place; hashes are for stores.
fn within_row(decisive: &DecisiveStatement<'_>) -> StatementRef {
    StatementRef {
        sha256: None,
        ..decisive.reference()
    }
}

#[cfg(test)]
mod tests;
