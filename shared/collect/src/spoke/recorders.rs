//! What AWS Config records in an account and Region. Every worker writes the file of its own account, so that none waits for another.

use std::sync::Arc;

use serde_json::{Map, json};
use sv0_sources::CaptureFile;

use super::{Asked, identity};
use crate::api::BoxFuture;
use crate::calls::configservice as calls;
use crate::step::{Place, Step, StepError, StepRun};

pub(super) fn place(account: &str, region: &str) -> Place {
    Place::of(account, region, "config:recorders")
}

pub(super) fn file(account: &str, region: &str) -> Option<CaptureFile> {
    CaptureFile::config_recorders_of(account, region).ok()
}

/// The recorders of one account and Region, with their status.
pub(super) struct Recorders {
    pub asked: Arc<Asked>,
}

impl Step for Recorders {
    fn place(&self) -> Place {
        place(&self.asked.account, &self.asked.region)
    }

    fn file(&self) -> Option<CaptureFile> {
        file(&self.asked.account, &self.asked.region)
    }

    fn after(&self) -> Vec<Place> {
        vec![identity::place(&self.asked.account)]
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let Some(target) = &self.asked.target else {
                return Ok(());
            };
            let mut line = json!({"AccountId": self.asked.account, "Region": self.asked.region});
            for call in [
                &calls::DESCRIBE_CONFIGURATION_RECORDERS,
                &calls::DESCRIBE_CONFIGURATION_RECORDER_STATUS,
            ] {
                let answer = run.call(target, call, Map::new()).await?;
                if let (Some(line), Some(answer)) = (line.as_object_mut(), answer.as_object()) {
                    line.extend(answer.clone());
                }
            }
            run.write(line)
        })
    }
}
