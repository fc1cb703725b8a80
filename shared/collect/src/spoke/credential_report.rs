//! The IAM credential report: AWS makes it when asked, which takes a while, and no more often than every four hours.
//!
//! Source: IAM API Reference, "GenerateCredentialReport" and "GetCredentialReport".

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use sv0_sources::CaptureFile;

use super::{Asked, identity};
use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::calls::iam;
use crate::listing::text;
use crate::step::{Place, Step, StepError, StepRun};

const SOURCE: &str = "iam:credential-report";
/// How often the report is asked about.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(2);
/// AWS's names of the errors that say that there is no report yet, or no longer.
const NO_REPORT: [&str; 6] = [
    "ReportNotPresent",
    "ReportExpired",
    "ReportInProgress",
    "CredentialReportNotPresentException",
    "CredentialReportExpiredException",
    "CredentialReportNotReadyException",
];

/// The report of one account.
pub(super) struct CredentialReport {
    pub asked: Arc<Asked>,
    pub file: CaptureFile,
}

impl Step for CredentialReport {
    fn place(&self) -> Place {
        Place::of(&self.asked.account, "global", SOURCE)
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn after(&self) -> Vec<Place> {
        vec![identity::place(&self.asked.account)]
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let Some(target) = &self.asked.target else {
                return Ok(());
            };
            for _ in 0..TRIES {
                if is_made(run, target).await? {
                    match run.call(target, &iam::GET_CREDENTIAL_REPORT, Map::new()).await {
                        Ok(report) => return run.write(report),
                        Err(error) if NO_REPORT.contains(&error.code.as_str()) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                if run.work().is_time_up() {
                    return Err(StepError::Paused);
                }
                run.work().clock.sleep(PAUSE).await;
            }
            Err(never_made().into())
        })
    }
}

/// Whether the report is there; AWS is asked to make it where it is not.
async fn is_made(run: &StepRun<'_>, target: &Target) -> Result<bool, ApiError> {
    let answer = run.call(target, &iam::GENERATE_CREDENTIAL_REPORT, Map::new()).await?;
    Ok(text(&answer, "State") == Some("COMPLETE"))
}

fn never_made() -> ApiError {
    ApiError {
        failure: Failure::Timeout,
        code: "ReportInProgress".to_owned(),
        message: format!("AWS had not made the report after {TRIES} questions"),
        call: iam::GET_CREDENTIAL_REPORT.name(),
    }
}
