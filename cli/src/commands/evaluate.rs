//! `sv0 evaluate`.

use sv0_iam::{RowOptions, evaluate_line};

use super::{Outcome, answer_lines};
use crate::arguments::EvaluateArguments;
use crate::error::CommandError;

pub fn run(arguments: &EvaluateArguments) -> Result<Outcome, CommandError> {
    let options = RowOptions {
        unknown_context: arguments.unknown_context.into(),
        now: arguments.now,
    };
    answer_lines(&arguments.requests, |line| {
        let answer = evaluate_line(line, &options);
        (answer.json, answer.is_error)
    })
}
