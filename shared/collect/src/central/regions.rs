//! The Regions that are enabled in the hub's account. A member account may have enabled others; what Config holds of those is in the aggregator.

use serde_json::json;
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use crate::api::{ApiError, AwsApi, BoxFuture, Target};
use crate::calls::account::LIST_REGIONS;
use crate::listing::{items, parameters, text};
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

/// Their names, sorted.
pub(crate) async fn enabled_regions(api: &dyn AwsApi, hub: &Target) -> Result<Vec<String>, ApiError> {
    let asked = parameters(json!({"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]}));
    let listed = items(api, hub, &LIST_REGIONS, asked, "Regions").await?;
    let names = listed.iter().filter_map(|region| text(region, "RegionName"));
    let mut regions: Vec<String> = names.map(str::to_owned).collect();
    regions.sort_unstable();
    Ok(regions)
}

/// Nothing where somebody named the Regions.
pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    if !plan.options.regions.is_empty() {
        return Vec::new();
    }
    vec![Box::new(Regions {
        hub: plan.hub(),
        planned: plan.header.regions.clone(),
    })]
}

/// Says in the ledger whether the Regions of the plan are all there are: the plan falls back on the home Region when nobody lists them.
struct Regions {
    hub: Target,
    planned: Vec<String>,
}

impl Step for Regions {
    fn place(&self) -> Place {
        Place::of_organization("account:regions")
    }

    fn file(&self) -> Option<CaptureFile> {
        None
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let enabled = enabled_regions(run.api(), &self.hub).await?;
            let left_out = enabled.iter().filter(|region| !self.planned.contains(region));
            let left_out: Vec<&str> = left_out.map(String::as_str).collect();
            if !left_out.is_empty() {
                let reason = format!("Regions that are enabled and were not read: {}", left_out.join(", "));
                run.judge(CoverageStatus::Partial, reason);
            }
            Ok(())
        })
    }
}
