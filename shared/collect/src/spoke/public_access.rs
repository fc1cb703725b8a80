//! Block Public Access of an account: one setting for all of its buckets in all Regions, so that it is asked once.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage"; Amazon S3 API Reference, "GetPublicAccessBlock" of S3 Control.

use std::sync::Arc;

use serde_json::json;
use sv0_sources::CaptureFile;

use super::{Asked, identity};
use crate::api::BoxFuture;
use crate::calls::s3control;
use crate::listing::parameters;
use crate::step::{Place, Step, StepError, StepRun};

const SERVICE: &str = "s3control";
const WHAT: &str = "public-access-block";
/// AWS's name of the error that says that it was never set: that everything is off.
const NEVER_SET: &str = "NoSuchPublicAccessBlockConfiguration";

/// The file of the setting.
pub(super) fn file(account: &str) -> Option<CaptureFile> {
    CaptureFile::service_items(account, "global", SERVICE, WHAT).ok()
}

/// The setting of one account.
pub(super) struct PublicAccessBlock {
    pub asked: Arc<Asked>,
    pub file: CaptureFile,
}

impl Step for PublicAccessBlock {
    fn place(&self) -> Place {
        Place::of(&self.asked.account, "global", &format!("{SERVICE}:{WHAT}"))
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
            let asked = parameters(json!({ "AccountId": self.asked.account }));
            match run.call(target, &s3control::GET_PUBLIC_ACCESS_BLOCK, asked).await {
                Ok(answer) => run.write(answer),
                Err(error) if error.code == NEVER_SET => run.write(json!({})),
                Err(error) => Err(error.into()),
            }
        })
    }
}
