//! `sv0 evaluate`: one request line in, one answer line out (contracts.md §2).

mod error;
mod fields;
mod request;

use serde::Serialize;
use serde_json::Value;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};
use sv0_model::time::Timestamp;

use crate::context::UnknownContext;
use crate::document::read_json;
use crate::evaluate::evaluate;
use crate::parse::PolicyDiagnostic;
use crate::question::{EvaluateError, Evaluation};
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
        Err(error) => return answer(&Value::Null, Err(RowError::malformed(&error))),
    };
    let id = match request::id(&row) {
        Ok(id) => id,
        Err(error) => return answer(&Value::Null, Err(error)),
    };
    match RowRequest::read(&row) {
        Ok(request) => RowAnswer {
            diagnostics: request.diagnostics().to_vec(),
            ..answer(&id, evaluate_row(&request, options))
        },
        Err(error) => answer(&id, Err(error)),
    }
}

fn evaluate_row(request: &RowRequest, options: &RowOptions) -> Result<Evaluation, RowError> {
    let question = request.question(options);
    let policies = request.policies();
    evaluate(&question, &policies.applicable()).map_err(|error| question_error(&error))
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

fn answer(id: &Value, result: Result<Evaluation, RowError>) -> RowAnswer {
    let line = match &result {
        Ok(evaluation) => AnswerLine {
            id,
            decision: Some(evaluation.decision),
            blocked_by: &evaluation.blocked_by,
            condition: evaluation.condition.as_ref(),
            statements: evaluation.statements.iter().map(within_row).collect(),
            caveats: &evaluation.caveats,
            error: None,
        },
        Err(error) => AnswerLine {
            id,
            decision: None,
            blocked_by: &[],
            condition: None,
            statements: Vec::new(),
            caveats: &[],
            error: Some(error),
        },
    };
    RowAnswer {
        id: id.clone(),
        json: serde_json::to_string(&line).unwrap_or_default(),
        is_error: result.is_err(),
        diagnostics: Vec::new(),
    }
}

/// In a row a statement is told by its place; hashes are for stores.
fn within_row(statement: &StatementRef) -> StatementRef {
    StatementRef {
        sha256: None,
        ..statement.clone()
    }
}
