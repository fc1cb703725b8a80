//! `sv0 evaluate`.

use std::io::{self, BufWriter, Stdout, Write};
use std::num::NonZero;
use std::thread;

use anstream::eprintln;
use serde_json::Value;
use sv0_iam::{RowAnswer, RowEvaluator, RowOptions};

use super::lines::answer_in_order;
use super::{Outcome, cannot_read, next_line, open_lines, reader_may_leave};
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
    let mut reader = open_lines(&arguments.requests)?;
    let mut told = Told::new();
    let worker = || {
        let mut evaluator = RowEvaluator::new(options);
        move |line: &str| evaluator.answer(line)
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    answer_in_order(&mut reader, next_line, threads, worker, |answer| told.tell(&answer))
        .map_err(|source| cannot_read(&arguments.requests, source))?;
    told.close()
}

/// What was told so far.
struct Told {
    out: BufWriter<Stdout>,
    written: io::Result<()>,
    outcome: Outcome,
    remarks: Remarks,
}

impl Told {
    fn new() -> Self {
        Self {
            out: BufWriter::new(io::stdout()),
            written: Ok(()),
            outcome: Outcome::Done,
            remarks: Remarks::default(),
        }
    }

    /// Prints an answer; `false` where nobody takes it.
    fn tell(&mut self, answer: &RowAnswer) -> bool {
        self.remarks.add(answer);
        if answer.is_error {
            self.outcome = Outcome::BadRows;
        }
        self.written = writeln!(self.out, "{}", answer.json);
        self.written.is_ok()
    }

    fn close(mut self) -> Result<Outcome, CommandError> {
        self.remarks.close();
        reader_may_leave(self.written.and_then(|()| self.out.flush()))?;
        Ok(self.outcome)
    }
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
