//! `sv0 evaluate`.

use anstream::eprintln;
use serde_json::Value;
use sv0_iam::{RowAnswer, RowOptions, evaluate_line};

use super::{Outcome, answer_lines};
use crate::arguments::EvaluateArguments;
use crate::error::CommandError;
use crate::text::{dim, safe};

/// How many remarks on policies are printed beside the answers.
const MOST_REMARKS: usize = 20;

pub fn run(arguments: &EvaluateArguments) -> Result<Outcome, CommandError> {
    let options = RowOptions {
        unknown_context: arguments.unknown_context.into(),
        now: arguments.now,
    };
    let mut remarks = Remarks::default();
    let outcome = answer_lines(&arguments.requests, |line| {
        let answer = evaluate_line(line, &options);
        remarks.add(&answer);
        (answer.json, answer.is_error)
    });
    remarks.close();
    outcome
}

/// What is told on standard error of policies that could not be read as written.
#[derive(Default)]
struct Remarks {
    requests: usize,
    found: usize,
}

impl Remarks {
    fn add(&mut self, answer: &RowAnswer) {
        self.requests += 1;
        let request = match &answer.id {
            Value::Null => format!("request {}", self.requests),
            id => format!("request {} (id {id})", self.requests),
        };
        for diagnostic in &answer.diagnostics {
            self.found += 1;
            if self.found <= MOST_REMARKS {
                let place = format!("{} at {}", safe(&request), safe(&diagnostic.at));
                eprintln!("{place}: {} {}", safe(&diagnostic.message), dim(diagnostic.code));
            }
        }
    }

    fn close(&self) {
        if self.found > MOST_REMARKS {
            eprintln!("… and {} more like these", self.found - MOST_REMARKS);
        }
    }
}
