//! Services last accessed, as `GetServiceLastAccessedDetails` tells of one user, role, group or policy.
//!
//! Source: IAM API Reference, "GetServiceLastAccessedDetails".

use std::collections::BTreeMap;

use serde_json::Value;
use sv0_model::graph::ServiceAccess;
use sv0_model::record::Record;

use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Source};
use crate::json::{at, bool_at, first_arn, list_at, text_at, time_at};

/// AWS has fewer services than this.
const MOST_SERVICES: usize = 2_000;

/// No service has more actions that AWS tracks one by one.
const MOST_ACTIONS: usize = 2_000;

/// Longest name of a service or action; AWS's own are shorter.
const LONGEST_NAME: usize = 128;

/// Reads one answer: `{"Arn", …}`, or `{"Arn", "Response": {…}}`.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    let Some(principal) = first_arn(&record.body, &["Arn"]) else {
        let message = "services last accessed do not say of whom they are, and were left out";
        let help = "record the answer again with its subject's ARN; docs/capture.md has the command";
        facts
            .diagnostics
            .error(&record.origin, "", "last_accessed_without_arn", message, help);
        return;
    };
    let answer = at(&record.body, "Response").unwrap_or(&record.body);
    let status = text_at(answer, "JobStatus").unwrap_or("missing");
    if status != "COMPLETED" || at(answer, "Error").is_some() {
        let message =
            format!("the report of services last accessed is not complete (JobStatus {status}): it tells nothing");
        let help = "ask again with aws iam get-service-last-accessed-details until JobStatus is COMPLETED";
        facts
            .diagnostics
            .error(&record.origin, principal, "last_accessed_not_completed", message, help);
        return;
    }
    if bool_at(answer, "IsTruncated") == Some(true) {
        let message = "the report goes on after what was recorded; of the services that are not in it nothing is said";
        let help = "record the answer again with every page";
        facts
            .diagnostics
            .warning(&record.origin, principal, "last_accessed_truncated", message, help);
    }
    let services = list_at(answer, "ServicesLastAccessed");
    for service in services.iter().take(MOST_SERVICES) {
        let Some(access) = access(record, principal, answer, service) else {
            let message = "a service without a namespace was left out";
            facts
                .diagnostics
                .warning(&record.origin, principal, "last_accessed_without_service", message, "");
            continue;
        };
        let fact = Fact {
            freshness: Freshness::of(record, Source::Api),
            origin: record.origin.clone(),
            value: access,
        };
        let key = format!("{principal} {}", fact.value.service);
        facts.service_access.offer(key, fact);
    }
}

fn access(record: &Record, principal: &str, answer: &Value, service: &Value) -> Option<ServiceAccess> {
    let actions = list_at(service, "TrackedActionsLastAccessed").iter().take(MOST_ACTIONS);
    Some(ServiceAccess {
        principal: principal.to_owned(),
        service: name_at(service, "ServiceNamespace")?.to_ascii_lowercase(),
        last_authenticated: time_at(service, "LastAuthenticated"),
        last_authenticated_region: name_at(service, "LastAuthenticatedRegion").map(str::to_owned),
        actions: actions
            .filter_map(|action| {
                let name = name_at(action, "ActionName")?.to_owned();
                Some((name, time_at(action, "LastAccessedTime")))
            })
            .collect::<BTreeMap<_, _>>(),
        reported_at: time_at(answer, "JobCompletionDate"),
        origin: record.origin.clone(),
    })
}

fn name_at<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    text_at(value, path).filter(|name| name.len() <= LONGEST_NAME && !name.chars().any(char::is_control))
}

/// Everything that was read, sorted by principal and service.
pub(crate) fn finish(facts: &mut Facts) -> Vec<ServiceAccess> {
    let read = std::mem::take(&mut facts.service_access);
    let mut all: Vec<ServiceAccess> = read.into_iter().map(|(_, fact)| fact.value).collect();
    all.sort();
    all
}
