//! Which capture is the base of a scan.

use sv0_collect::BaseError;
use sv0_lake::{CURRENT_KEY, RunPointer, is_run_id};

use crate::{Adapters, CollectFunctionError};

/// The base that is looked up when the plan is begun: the capture of the run that `current.json` names.
const NEWEST: &str = "newest";
const CAPTURES: &str = "captures/";

/// The place of a base in the results, without the `/` at its end: where `captures/RUN` lies, or the newest.
///
/// # Errors
/// [`CollectFunctionError::BadRequest`] when it is neither, [`BaseError::Absent`] when there is no run yet.
pub(crate) fn base_place(adapters: &impl Adapters, base: &str) -> Result<String, CollectFunctionError> {
    if base == NEWEST {
        return newest(adapters);
    }
    let run = base
        .strip_prefix(CAPTURES)
        .map(|run| run.strip_suffix('/').unwrap_or(run));
    match run.filter(|run| is_run_id(run)) {
        Some(run) => Ok(format!("{CAPTURES}{run}")),
        None => Err(CollectFunctionError::BadRequest {
            reason: format!("{base:?} is no base: write captures/RUN, or {NEWEST}"),
        }),
    }
}

fn newest(adapters: &impl Adapters) -> Result<String, CollectFunctionError> {
    let absent = |lack| BaseError::Absent {
        base: NEWEST.to_owned(),
        lack,
    };
    let Some(pointer) = adapters.store("").get(CURRENT_KEY)? else {
        return Err(absent("does not exist: no scan was published yet").into());
    };
    match serde_json::from_slice::<RunPointer>(&pointer) {
        Ok(pointer) if is_run_id(&pointer.run_id) => Ok(format!("{CAPTURES}{}", pointer.run_id)),
        _ => Err(absent("is not named by current.json").into()),
    }
}
