//! IAM Access Analyzer: every analyzer of every Region that the hub sees, and its findings. Details of open findings are asked for one by one: the list has none.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use crate::api::{ApiError, AwsApi, BoxFuture, Failure, Target};
use crate::calls::accessanalyzer as calls;
use crate::lacking::Refusal;
use crate::listing::{items, parameters, text};
use crate::pages::PageReader;
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

/// Findings about which details are asked at a time: one after the other they would take as long as AWS takes to answer.
const AT_A_TIME: usize = 4;

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let targets: Vec<Target> = plan.header.regions.iter().map(|region| plan.hub_in(region)).collect();
    vec![
        Box::new(Analyzers {
            targets: targets.clone(),
        }),
        Box::new(Findings { targets }),
    ]
}

struct Analyzers {
    targets: Vec<Target>,
}

impl Step for Analyzers {
    fn place(&self) -> Place {
        Place::of_organization("access-analyzer:analyzers")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::analyzers())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let mut refused = Refused::default();
            for target in &self.targets {
                if let Some(found) = refused.unless(target, analyzers(run, target).await)? {
                    run.write(json!({"analyzers": found}))?;
                }
            }
            refused.judge(run, self.targets.len());
            Ok(())
        })
    }
}

async fn analyzers(run: &StepRun<'_>, target: &Target) -> Result<Vec<Value>, ApiError> {
    items(
        run.api(),
        target,
        &calls::LIST_ANALYZERS,
        parameters(json!({})),
        "analyzers",
    )
    .await
}

struct Findings {
    targets: Vec<Target>,
}

/// Where to go on: the Region by its place in the plan, the analyzer by its ARN, the page by its token; after an analyzer's last page with the next analyzer.
#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    region: usize,
    analyzer: Option<String>,
    token: Option<String>,
    is_done: bool,
    refused: Refused,
}

impl At {
    /// Whether an earlier worker was done with the analyzer.
    fn is_past(&self, region: usize, arn: &str) -> bool {
        let Some(begun) = self.analyzer.as_deref().filter(|_| region == self.region) else {
            return false;
        };
        arn < begun || arn == begun && self.is_done
    }
}

impl Step for Findings {
    fn place(&self) -> Place {
        Place::of_organization("access-analyzer:findings")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::analyzer_findings())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let mut at: At = run.cursor().unwrap_or_default();
            for (region, target) in self.targets.iter().enumerate().skip(at.region) {
                let found = analyzers(run, target).await;
                let Some(found) = at.refused.unless(target, found)? else {
                    continue;
                };
                let mut arns: Vec<&str> = found.iter().filter_map(|analyzer| text(analyzer, "arn")).collect();
                arns.sort_unstable();
                for arn in arns {
                    if at.is_past(region, arn) {
                        continue;
                    }
                    let is_begun = region == at.region && at.analyzer.as_deref() == Some(arn);
                    if !is_begun {
                        at.token = None;
                    }
                    (at.region, at.analyzer, at.is_done) = (region, Some(arn.to_owned()), false);
                    if let Err(error) = findings_of(run, target, arn, &mut at).await {
                        at.refused.unless_step(target, error)?;
                    }
                    (at.token, at.is_done) = (None, true);
                    run.checkpoint(&at)?;
                }
            }
            at.refused.judge(run, self.targets.len());
            Ok(())
        })
    }
}

async fn findings_of(run: &mut StepRun<'_>, target: &Target, analyzer: &str, at: &mut At) -> Result<(), StepError> {
    let asked = parameters(json!({"analyzerArn": analyzer}));
    let mut pages = PageReader::new(target, &calls::LIST_FINDINGS_V2, asked, at.token.clone());
    while let Some(page) = pages.next(run.api()).await? {
        let listed = page.get("findings").and_then(Value::as_array).into_iter().flatten();
        let api = run.api();
        let details: Vec<_> = listed.map(|listed| detailed(api, target, analyzer, listed)).collect();
        let mut details = stream::iter(details).buffered(AT_A_TIME);
        while let Some(finding) = details.next().await {
            let mut finding = finding?;
            if let Some(fields) = finding.as_object_mut() {
                fields.insert("analyzerArn".to_owned(), Value::from(analyzer));
            }
            run.write(finding)?;
        }
        at.token = pages.token().map(str::to_owned);
        if at.token.is_some() {
            run.checkpoint(at)?;
        }
    }
    Ok(())
}

/// A finding that was resolved between the two calls stays as it was listed.
async fn detailed(api: &dyn AwsApi, target: &Target, analyzer: &str, listed: &Value) -> Result<Value, ApiError> {
    let Some(id) = text(listed, "id").filter(|_| text(listed, "status") == Some("ACTIVE")) else {
        return Ok(listed.clone());
    };
    let asked = json!({"analyzerArn": analyzer, "id": id});
    let details = items(api, target, &calls::GET_FINDING_V2, parameters(asked), "findingDetails").await;
    match details {
        Ok(details) => {
            let mut finding = listed.clone();
            if let Some(fields) = finding.as_object_mut() {
                fields.insert("findingDetails".to_owned(), Value::from(details));
            }
            Ok(finding)
        }
        Err(error) if error.failure == Failure::NotFound => Ok(listed.clone()),
        Err(error) => Err(error),
    }
}

/// Regions that gave no answer. One Region never costs the others.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Refused {
    regions: BTreeSet<String>,
    first: Option<Refusal>,
    /// Regions that are not enabled, or have no such service: they have no analyzers.
    #[serde(default)]
    disabled: BTreeSet<String>,
    #[serde(default)]
    first_disabled: Option<Refusal>,
}

impl Refused {
    fn unless<T>(&mut self, target: &Target, answer: Result<T, ApiError>) -> Result<Option<T>, StepError> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.failure == Failure::Deadline => Err(error.into()),
            Err(error) if matches!(error.failure, Failure::RegionDisabled | Failure::ServiceDisabled) => {
                self.disabled.insert(target.region.clone());
                self.first_disabled.get_or_insert_with(|| Refusal::from(error));
                Ok(None)
            }
            Err(error) => {
                self.add(target, error);
                Ok(None)
            }
        }
    }

    fn add(&mut self, target: &Target, error: ApiError) {
        self.regions.insert(target.region.clone());
        self.first.get_or_insert_with(|| Refusal::from(error));
    }

    fn unless_step(&mut self, target: &Target, error: StepError) -> Result<(), StepError> {
        match error {
            StepError::Api(error) if error.failure != Failure::Deadline => {
                // There is an analyzer: whatever is said of its findings, they are missing.
                self.add(target, error);
                Ok(())
            }
            error => Err(error),
        }
    }

    fn judge(&self, run: &mut StepRun<'_>, regions: usize) {
        let Some(first) = &self.first else {
            // Where no Region has the service, nothing was seen.
            if let Some(first) = self.first_disabled.as_ref().filter(|_| self.disabled.len() >= regions) {
                let regions: Vec<&str> = self.disabled.iter().map(String::as_str).collect();
                run.judge_as(first.note(first.status, &regions.join(", ")));
            }
            return;
        };
        let status = if run.has_written() || self.regions.len() < regions {
            CoverageStatus::Partial
        } else {
            first.status
        };
        let regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        run.judge_as(first.note(status, &regions.join(", ")));
    }
}
