//! How a spoke answered: the first thing that is asked of an account, by a call that no policy can forbid. What comes after it is asked all the same: where the role
//! could not be taken the adapter says so at once, and every file's row tells it.

use std::sync::Arc;

use serde_json::{Map, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use super::Asked;
use crate::api::{ApiError, BoxFuture, Failure};
use crate::calls::sts;
use crate::listing::text;
use crate::step::{Note, Place, Step, StepError, StepRun};

const SOURCE: &str = "sts:identity";

pub(super) fn place(account: &str) -> Place {
    Place::of(account, "global", SOURCE)
}

/// `status.json`: a row of the ledger.
pub(super) struct Identity {
    pub asked: Arc<Asked>,
    pub file: CaptureFile,
}

impl Step for Identity {
    fn place(&self) -> Place {
        place(&self.asked.account)
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let Some(target) = &self.asked.target else {
                return Ok(());
            };
            let note = match run.call(target, &sts::GET_CALLER_IDENTITY, Map::new()).await {
                Err(error) if error.failure == Failure::Deadline => return Err(error.into()),
                Err(error) => refused(error),
                Ok(answer) => match text(&answer, "Account") {
                    Some(account) if account == self.asked.account => None,
                    _ => Some(Note {
                        status: CoverageStatus::Failed,
                        reason: "the credentials are those of another account".to_owned(),
                        error_code: None,
                        operation: Some(sts::GET_CALLER_IDENTITY.name()),
                    }),
                },
            };
            run.write(json!({
                "account": self.asked.account,
                "region": "global",
                "source": SOURCE,
                "status": note.as_ref().map_or(CoverageStatus::Ok, |note| note.status),
                "reason": note.as_ref().map_or("", |note| note.reason.as_str()),
                "error_code": note.as_ref().and_then(|note| note.error_code.as_deref()),
                "operation": note.as_ref().and_then(|note| note.operation.as_deref()),
            }))?;
            if let Some(note) = note {
                run.judge_as(note);
            }
            Ok(())
        })
    }
}

fn refused(error: ApiError) -> Option<Note> {
    Some(Note {
        status: error.failure.status(),
        reason: error.message,
        error_code: Some(error.code),
        operation: Some(error.call),
    })
}
