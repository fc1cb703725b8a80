//! Answers about single items that were not had. One of them never costs the others, and the ledger tells how many there are.

use serde::{Deserialize, Serialize};
use sv0_model::coverage::CoverageStatus;

use crate::api::{ApiError, Failure};
use crate::step::{Note, StepError, StepRun};

/// So many in a row, and the list is given up: what is refused for one item is then refused for all.
const MOST_IN_A_ROW: u32 = 10;
/// Of AWS's words so much goes into a cursor.
const MOST_OF_A_MESSAGE: usize = 400;

/// How many answers are missing, and why the first of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lacking {
    answers: u64,
    in_a_row: u32,
    first: Option<Refusal>,
}

/// A refusal, in a form that a cursor keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub status: CoverageStatus,
    code: String,
    operation: String,
    message: String,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self {
            status: error.failure.status(),
            code: error.code,
            operation: error.call,
            message: error.message.chars().take(MOST_OF_A_MESSAGE).collect(),
        }
    }
}

impl Refusal {
    /// The step's row: `what` in words, then what AWS said.
    pub fn note(&self, status: CoverageStatus, what: &str) -> Note {
        Note {
            status,
            reason: format!("{what}: {}", self.message),
            error_code: Some(self.code.clone()),
            operation: Some(self.operation.clone()),
        }
    }
}

impl Lacking {
    /// Takes note of an answer that was not had.
    ///
    /// # Errors
    /// The error itself where it speaks of more than the item: of the worker's time, the credentials, the Region, the rate; or where too many came in a row.
    pub fn add(&mut self, error: ApiError) -> Result<(), StepError> {
        let is_of_all = matches!(
            error.failure,
            Failure::Deadline
                | Failure::Throttled
                | Failure::Expired
                | Failure::RoleRefused
                | Failure::RegionDisabled
                | Failure::ServiceDisabled
        );
        if is_of_all {
            return Err(error.into());
        }
        self.answers += 1;
        self.in_a_row += 1;
        self.first.get_or_insert_with(|| Refusal::from(error.clone()));
        if self.in_a_row < MOST_IN_A_ROW {
            Ok(())
        } else {
            Err(error.into())
        }
    }

    /// Takes note of an answer.
    pub fn answered(&mut self) {
        self.in_a_row = 0;
    }

    /// Makes the step's row say what is missing. `of` is what the answers are about, in words.
    pub fn judge(&self, run: &mut StepRun<'_>, of: &str) {
        let Some(first) = &self.first else { return };
        let status = match run.has_written() {
            true => CoverageStatus::Partial,
            false => first.status,
        };
        let what = format!("{} answers about {of} are missing, the first of them", self.answers);
        run.judge_as(first.note(status, &what));
    }
}
