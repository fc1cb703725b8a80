//! Function URLs: a second way to invoke a function, with a permission of its own.
//!
//! Source: AWS Lambda Developer Guide, "Control access to Lambda function URLs": a URL whose `AuthType` is `NONE` asks nobody who they are, and its callers
//! still need `lambda:InvokeFunctionUrl` from the function's policy; "starting in October 2025, new function URLs will require both
//! `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`", the latter under `lambda:InvokedViaFunctionUrl`. Which of the two a URL needs is not told by
//! what describes it, so the first alone counts as open.

use serde_json::Value;
use sv0_model::finding::FindingSeverity;
use sv0_model::graph::{Entity, EntityKind, Sensitivity};
use sv0_model::path::{ActionClass, PathState};
use sv0_model::route::RoutePath;

use super::requires_one_of;
use crate::access::{Access, ActionTarget, Survey};
use crate::findings::Facts;

const INVOKE_FUNCTION: &str = "lambda:InvokeFunction";
const INVOKE_FUNCTION_URL: &str = "lambda:InvokeFunctionUrl";

/// Adds what is open through the URL of a function or of its alias, which no class of actions stands for, and leaves out what would be open through it alone where it is not.
pub(super) fn add<'e>(survey: &Survey<'e, '_>, entity: &Entity, accesses: &mut Vec<Access<'e>>) {
    if survey.estate.function_of(entity).is_none() {
        return;
    }
    let class = Some(ActionClass::Invoke);
    if entity.kind != EntityKind::LambdaFunction {
        *accesses = survey.reach_of(INVOKE_FUNCTION, class, ActionTarget::Whole);
        accesses.retain(|access| access.evaluation.decision.is_possible());
    }
    let mut by_url = survey.reach_of(INVOKE_FUNCTION_URL, class, ActionTarget::Whole);
    by_url.retain(|access| access.evaluation.decision.is_possible());
    if by_url.is_empty() {
        accesses.retain(|access| !needs_url(access));
    }
    accesses.extend(by_url);
}

/// Whether an invocation holds only through a URL.
fn needs_url(access: &Access<'_>) -> bool {
    let condition = access.evaluation.condition.as_ref();
    access.action == INVOKE_FUNCTION
        && condition.is_some_and(|condition| requires_one_of(condition, &["lambda:InvokedViaFunctionUrl"]))
}

/// How bad it is that everyone may call the URL: by what the function reaches.
pub(super) fn rating(facts: &Facts<'_, '_>, access: &Access<'_>) -> Option<(FindingSeverity, &'static str)> {
    if access.action != INVOKE_FUNCTION_URL {
        return None;
    }
    let function = facts.estate.function_of(access.entity).unwrap_or(access.entity);
    let reaches = is_sensitive(function.sensitivity) || facts.sensitive_functions.contains(&function.native_id);
    Some(if reaches {
        (
            FindingSeverity::Critical,
            "everyone may call the function's URL, and the function reaches restricted or confidential content",
        )
    } else {
        (FindingSeverity::High, "everyone may call the function's URL")
    })
}

/// What is to be known of a URL that everyone may call.
/// Whether a path can be walked and ends on content that matters.
pub(crate) fn reaches_sensitive_content(path: &RoutePath<'_>) -> bool {
    path.state() != PathState::Blocked && is_sensitive(path.access.sensitivity)
}

fn is_sensitive(sensitivity: Sensitivity) -> bool {
    matches!(sensitivity, Sensitivity::Restricted | Sensitivity::Confidential)
}

pub(super) fn note(entity: &Entity, accesses: &[&Access<'_>]) -> Option<&'static str> {
    let opens = |action: &str| accesses.iter().any(|access| access.action == action);
    let asks_nobody = entity.attributes.get("function_url_auth_type").and_then(Value::as_str) == Some("NONE");
    match (opens(INVOKE_FUNCTION_URL), opens(INVOKE_FUNCTION)) {
        (false, _) => None,
        (true, false) if asks_nobody => Some(
            " The function's URL asks for no signature. A URL made since October 2025 needs lambda:InvokeFunction for everyone as well, which the policy does not give.",
        ),
        (true, true) if asks_nobody => Some(" The function's URL asks for no signature."),
        (true, _) => None,
    }
}
