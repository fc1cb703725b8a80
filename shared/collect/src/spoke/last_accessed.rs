//! What each user and role used last, by IAM's own record: a report on each, which AWS makes when asked and gives to the session alone that asked for it. So one worker
//! asks for a report and waits for it; when it stops, the next begins with the principal whose report was not written.
//!
//! Source: IAM API Reference, "GenerateServiceLastAccessedDetails" and "GetServiceLastAccessedDetails", `JobId`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::{CaptureFile, WriteError};

use super::{Asked, identity};
use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::calls::{iam, sts};
use crate::lacking::Lacking;
use crate::listing::{items, parameters, text};
use crate::plan::LastAccessed;
use crate::step::{Place, Step, StepError, StepRun};
use crate::work::Work;

/// Reports that are being made at a time; AWS asks to spread these calls.
const IN_FLIGHT: usize = 8;
/// How often one report is asked about.
const TRIES: u32 = 40;
/// Roles of AWS's services, which only these can use.
const SERVICE_LINKED: &str = ":role/aws-service-role/";

/// The reports on the principals of one account.
pub(super) struct Reports {
    pub asked: Arc<Asked>,
    pub granularity: LastAccessed,
    pub file: CaptureFile,
    /// Where the principals are.
    pub details: CaptureFile,
    pub details_place: Place,
}

/// Where to go on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    /// The last principal that was done with.
    done: Option<String>,
    lacking: Lacking,
}

impl Step for Reports {
    fn place(&self) -> Place {
        Place::of(&self.asked.account, "global", "iam:last-accessed")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn after(&self) -> Vec<Place> {
        vec![identity::place(&self.asked.account), self.details_place.clone()]
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let granularity = match self.granularity {
                LastAccessed::Off => {
                    run.judge(CoverageStatus::Excluded, "services last accessed are not asked for");
                    return Ok(());
                }
                LastAccessed::Services => "SERVICE_LEVEL",
                LastAccessed::Actions => "ACTION_LEVEL",
            };
            let Some(target) = &self.asked.target else {
                return Ok(());
            };
            let Some(principals) = self.principals(run.work())? else {
                // Where not even the role could be taken, AWS's words say more.
                run.call(target, &sts::GET_CALLER_IDENTITY, Map::new()).await?;
                run.judge(
                    CoverageStatus::Failed,
                    "the account's principals are not known: see iam:authorization-details",
                );
                return Ok(());
            };
            let mut at: At = run.cursor().unwrap_or_default();
            let from = at.done.clone();
            let left = principals
                .into_iter()
                .filter(|arn| from.as_ref().is_none_or(|done| arn > done));
            let work = run.work();
            let reports = left.map(|arn| async move {
                let report = report(work, target, &arn, granularity).await;
                (arn, report)
            });
            let mut reports = stream::iter(reports).buffered(IN_FLIGHT);
            while let Some((arn, report)) = reports.next().await {
                match report {
                    Ok(report) => {
                        at.lacking.answered();
                        run.write(report)?;
                    }
                    // The principal was deleted since the details were read.
                    Err(error) if error.failure == Failure::NotFound => {}
                    Err(error) => at.lacking.add(error)?,
                }
                at.done = Some(arn);
                run.checkpoint(&at)?;
            }
            at.lacking.judge(run, "users and roles");
            Ok(())
        })
    }
}

impl Reports {
    /// ARNs of users and roles, but for those of AWS's services; `None` where there are no details.
    fn principals(&self, work: &Work) -> Result<Option<BTreeSet<String>>, WriteError> {
        let Some(stored) = work.store.get(self.details.path()).map_err(WriteError::Sink)? else {
            return Ok(None);
        };
        let mut principals = BTreeSet::new();
        work.writer.each_stored(&self.details, &stored, &mut |page| {
            for list in ["UserDetailList", "RoleDetailList"] {
                let found = page.get(list).and_then(Value::as_array).into_iter().flatten();
                let arns = found.filter_map(|principal| text(principal, "Arn"));
                principals.extend(arns.filter(|arn| !arn.contains(SERVICE_LINKED)).map(str::to_owned));
            }
        })?;
        Ok(Some(principals))
    }
}

/// Has AWS make a report, waits for it, and reads it whole. A report is known to the session alone that had it made, so that one whose session was renewed on the way is made
/// again: that it is not found says nothing of the principal.
///
/// Source: IAM API Reference, "GenerateServiceLastAccessedDetails".
async fn report(work: &Work, target: &Target, arn: &str, granularity: &str) -> Result<Value, ApiError> {
    let is_lost = |error: &ApiError| {
        error.failure == Failure::NotFound && error.call == iam::GET_SERVICE_LAST_ACCESSED_DETAILS.name()
    };
    match made_report(work, target, arn, granularity).await {
        Err(error) if is_lost(&error) => {}
        report => return report,
    }
    let again = made_report(work, target, arn, granularity).await;
    again.map_err(|error| ApiError {
        failure: if is_lost(&error) {
            Failure::Server
        } else {
            error.failure
        },
        ..error
    })
}

async fn made_report(work: &Work, target: &Target, arn: &str, granularity: &str) -> Result<Value, ApiError> {
    let api = work.api.as_ref();
    let asked = parameters(json!({"Arn": arn, "Granularity": granularity}));
    let call = &iam::GENERATE_SERVICE_LAST_ACCESSED_DETAILS;
    let answer = api.call(target, call, asked).await?;
    let job =
        text(&answer, "JobId").ok_or_else(|| failed(Failure::Malformed, "UnexpectedAnswer", "there is no JobId"))?;
    let asked = parameters(json!({"JobId": job}));
    for attempt in 0..TRIES {
        let mut answer = api
            .call(target, &iam::GET_SERVICE_LAST_ACCESSED_DETAILS, asked.clone())
            .await?;
        match text(&answer, "JobStatus") {
            Some("COMPLETED") => {
                let call = &iam::GET_SERVICE_LAST_ACCESSED_DETAILS;
                if answer.get("IsTruncated").and_then(Value::as_bool) == Some(true) {
                    let services = items(api, target, call, asked, "ServicesLastAccessed").await?;
                    set(&mut answer, "ServicesLastAccessed", Value::from(services));
                }
                if let Some(fields) = answer.as_object_mut() {
                    fields.remove("IsTruncated");
                    fields.remove("Marker");
                }
                set(&mut answer, "Arn", Value::from(arn));
                return Ok(answer);
            }
            Some("FAILED") => return Err(failed(Failure::Server, "JobFailed", "AWS could not make the report")),
            _ => {}
        }
        if work.is_time_up() {
            return Err(failed(Failure::Deadline, "Deadline", "the worker's time is up"));
        }
        work.clock
            .sleep(Duration::from_secs(u64::from(attempt / 4 + 1).min(10)))
            .await;
    }
    Err(failed(
        Failure::Timeout,
        "JobInProgress",
        "AWS did not come to the end of the report",
    ))
}

fn set(answer: &mut Value, field: &str, value: Value) {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

fn failed(failure: Failure, code: &str, message: &str) -> ApiError {
    ApiError {
        failure,
        code: code.to_owned(),
        message: message.to_owned(),
        call: iam::GET_SERVICE_LAST_ACCESSED_DETAILS.name(),
    }
}
