//! The trails that the hub sees: those of its own account, and the organization's, which every member account is shown as a shadow trail.
//!
//! Source: AWS CloudTrail API Reference, "DescribeTrails", `includeShadowTrails`.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::call::{ApiCall, Caller};
use crate::calls::cloudtrail as calls;
use crate::evidence::{log_file_steps, planned_steps};
use crate::lacking::Refusal;
use crate::listing::{parameters, text};
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let mut targets = vec![plan.hub()];
    if plan.management_account.is_some() {
        targets.push(plan.management(Caller::Evidence));
    }
    let mut steps: Vec<Box<dyn Step>> = vec![Box::new(Trails { targets })];
    steps.extend(planned_steps(plan));
    steps.extend(log_file_steps(plan));
    steps
}

struct Trails {
    targets: Vec<Target>,
}

impl Step for Trails {
    fn place(&self) -> Place {
        Place::of_organization("cloudtrail:trails")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::trails())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let mut seen = Vec::new();
            let mut lacking = Vec::new();
            let mut unseen = None;
            let asked = parameters(json!({"includeShadowTrails": true}));
            for (index, target) in self.targets.iter().enumerate() {
                let mut answer = match run.call(target, &calls::DESCRIBE_TRAILS, asked.clone()).await {
                    Ok(answer) => answer,
                    // The hub sees the organization's trail; the management account's own are more than a scan can count on.
                    Err(error) if index > 0 && error.failure != Failure::Deadline => {
                        unseen = Some(format!("the management account's own trails were not seen: {error}"));
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                };
                let listed = answer.get_mut("trailList").map(Value::take).unwrap_or_default();
                for trail in listed.as_array().into_iter().flatten() {
                    let arn = text(trail, "TrailARN").unwrap_or_default().to_owned();
                    if !seen.contains(&arn) {
                        let line = described(run, target, trail, &mut lacking).await?;
                        run.write(line)?;
                        seen.push(arn);
                    }
                }
            }
            let missing = format!("{} answers about trails are missing, the first of them", lacking.len());
            if let Some(first) = lacking.into_iter().next() {
                let mut note = Refusal::from(first).note(CoverageStatus::Partial, &missing);
                note.reason.extend(unseen.iter().flat_map(|words| ["; ", words]));
                run.judge_as(note);
            } else if let Some(words) = unseen {
                run.remark(words);
            }
            Ok(())
        })
    }
}

/// The trail with its status and selectors, so far as they were answered: a trail of which the selectors are not known proves no absence.
async fn described(
    run: &StepRun<'_>,
    target: &Target,
    trail: &Value,
    lacking: &mut Vec<ApiError>,
) -> Result<Value, ApiError> {
    let mut line = json!({"Trail": trail});
    let home = Target {
        region: text(trail, "HomeRegion").unwrap_or(&target.region).to_owned(),
        ..target.clone()
    };
    let parts: [(&'static ApiCall, &str, &str); 2] = [
        (&calls::GET_TRAIL_STATUS, "Name", "Status"),
        (&calls::GET_EVENT_SELECTORS, "TrailName", "EventSelectors"),
    ];
    for (call, parameter, field) in parts {
        let asked = parameters(json!({parameter: text(trail, "TrailARN").unwrap_or_default()}));
        match run.call(&home, call, asked).await {
            Ok(answer) => {
                if let Some(fields) = line.as_object_mut() {
                    fields.insert(field.to_owned(), answer);
                }
            }
            Err(error) if error.failure == Failure::Deadline => return Err(error),
            Err(error) => lacking.push(error),
        }
    }
    Ok(line)
}
