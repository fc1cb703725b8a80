//! Steps that are one list: every page of one call is written as it comes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sv0_sources::CaptureFile;

use crate::api::{ApiError, AwsApi, BoxFuture, Failure, Target};
use crate::call::ApiCall;
use crate::pages::PageReader;
use crate::step::{Place, Step, StepError, StepRun};

/// Items of one answer beyond which it is not held in memory.
const MAX_HELD: usize = 1_000_000;

/// Writes the pages of one list.
#[derive(Debug)]
pub(crate) struct ListStep {
    pub place: Place,
    pub file: CaptureFile,
    /// Where it is asked; the next one only when the one before refuses the first page.
    pub targets: Vec<Target>,
    pub call: &'static ApiCall,
    pub parameters: Map<String, Value>,
}

impl Step for ListStep {
    fn place(&self) -> Place {
        self.place.clone()
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let from: Option<(usize, String)> = run.cursor();
            let (first, token) = from.map_or((0, None), |(target, token)| (target, Some(token)));
            let mut refused: Option<ApiError> = None;
            for (index, target) in self.targets.iter().enumerate().skip(first) {
                match (self.list(run, index, target, token.clone()).await, refused.take()) {
                    (Err(StepError::Api(error)), None) if self.goes_on_after(&error, index, token.is_some()) => {
                        refused = Some(error);
                    }
                    (Err(StepError::Api(error)), Some(refused)) if error.failure != Failure::Deadline => {
                        return Err(error.after_refusal(refused).into());
                    }
                    (result, _) => return result,
                }
            }
            Ok(())
        })
    }
}

impl ListStep {
    async fn list(
        &self,
        run: &mut StepRun<'_>,
        index: usize,
        target: &Target,
        token: Option<String>,
    ) -> Result<(), StepError> {
        let mut pages = PageReader::new(target, self.call, self.parameters.clone(), token);
        while let Some(page) = pages.next(run.api()).await? {
            run.write(page)?;
            if let Some(token) = pages.token() {
                run.checkpoint(&(index, token))?;
            }
        }
        Ok(())
    }

    fn goes_on_after(&self, error: &ApiError, index: usize, has_begun: bool) -> bool {
        error.failure == Failure::Denied && !has_begun && index + 1 < self.targets.len()
    }
}

/// Every item of an answer that is small enough to be held, once: what stands in `field` of each page.
pub(crate) async fn items(
    api: &dyn AwsApi,
    target: &Target,
    call: &'static ApiCall,
    parameters: Map<String, Value>,
    field: &str,
) -> Result<Vec<Value>, ApiError> {
    let mut pages = PageReader::new(target, call, parameters, None);
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(mut page) = pages.next(api).await? {
        if let Some(Value::Array(found)) = page.get_mut(field).map(Value::take) {
            // A page that comes twice lists nothing twice.
            items.extend(found.into_iter().filter(|item| seen.insert(item.to_string())));
        }
        if items.len() > MAX_HELD {
            return Err(ApiError {
                failure: Failure::TooLarge,
                code: "TooManyItems".to_owned(),
                message: format!("the answer lists more than {MAX_HELD} items"),
                call: call.name(),
            });
        }
    }
    Ok(items)
}

/// Parameters of a call, out of an object of `json!`.
pub(crate) fn parameters(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A text field of an answer.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str().filter(|text| !text.is_empty())
}
