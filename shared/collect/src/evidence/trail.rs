//! What the log files of a trail do not hold. Silence about it means nothing.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::time::parse_timestamp;

use super::table::TrailLogs;
use super::window::Window;

/// What the trails say that write the log files which are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Recorded {
    /// In words, what is not recorded, or not known to be.
    pub gaps: Vec<String>,
    /// The Regions whose events are recorded; `None` for all.
    regions: Option<BTreeSet<String>>,
    /// Whether events of other accounts than the trail's own are.
    is_of_organization: bool,
    accounts: BTreeSet<String>,
}

impl Recorded {
    /// `trails` are lines of `cloudtrail/trails.ndjson`.
    pub(super) fn by(trails: &[Value], logs: &TrailLogs, window: &Window) -> Self {
        let writes_there = |trail: &&Value| {
            text(trail, "/Trail/S3BucketName") == Some(logs.bucket.as_str())
                && text(trail, "/Trail/S3KeyPrefix").unwrap_or_default().trim_matches('/') == logs.prefix.as_str()
        };
        let mut recorded = Self {
            regions: Some(BTreeSet::new()),
            ..Self::default()
        };
        let mut management = Vec::new();
        for trail in trails.iter().filter(writes_there) {
            let name = text(trail, "/Trail/Name").unwrap_or("without a name");
            recorded.add_reach(trail);
            match management_gaps(trail, window) {
                Some(gaps) => management.push((name, gaps)),
                None => recorded.add_delivery(name, trail),
            }
        }
        let best = management.iter().min_by_key(|(_, gaps)| gaps.len());
        match best {
            None => recorded.gaps.push(format!(
                "no trail that is known records management events into s3://{}/{}",
                logs.bucket, logs.prefix
            )),
            Some((name, gaps)) => recorded
                .gaps
                .extend(gaps.iter().map(|gap| format!("trail {name} {gap}"))),
        }
        if let Some((name, _)) = best
            && let Some(trail) = trails.iter().find(|trail| text(trail, "/Trail/Name") == Some(name))
        {
            recorded.add_delivery(name, trail);
        }
        recorded.gaps.sort();
        recorded.gaps.dedup();
        recorded
    }

    fn add_reach(&mut self, trail: &Value) {
        self.is_of_organization |= flag(trail, "/Trail/IsOrganizationTrail");
        if let Some(account) = text(trail, "/Trail/TrailARN").and_then(|arn| arn.split(':').nth(4)) {
            self.accounts.insert(account.to_owned());
        }
        if flag(trail, "/Trail/IsMultiRegionTrail") {
            self.regions = None;
        } else if let (Some(regions), Some(home)) = (&mut self.regions, text(trail, "/Trail/HomeRegion")) {
            regions.insert(home.to_owned());
        }
    }

    fn add_delivery(&mut self, name: &str, trail: &Value) {
        if let Some(error) = text(trail, "/Status/LatestDeliveryError").filter(|error| !error.is_empty()) {
            let error: String = error.chars().filter(|c| !c.is_control()).take(200).collect();
            self.gaps
                .push(format!("trail {name} could not deliver its last log file: {error}"));
        }
    }

    /// Why the log files cannot hold an event of that account and Region; `None` where they can.
    pub(super) fn blind_spot(&self, account: &str, region: &str) -> Option<String> {
        if !self.is_of_organization && !self.accounts.is_empty() && !self.accounts.contains(account) {
            return Some("the trail is not one of the organization: it records its own account alone".to_owned());
        }
        match &self.regions {
            Some(regions) if !regions.is_empty() && !regions.contains(region) => {
                let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
                Some(format!("the trail records {} alone", regions.join(", ")))
            }
            _ => None,
        }
    }
}

/// What a trail leaves out of the management events of the window; `None` for a trail that records none at all, such as one for data events.
fn management_gaps(trail: &Value, window: &Window) -> Option<Vec<String>> {
    let mut gaps = selector_gaps(trail)?;
    let time = |pointer| text(trail, pointer).and_then(parse_timestamp);
    match trail.pointer("/Status/IsLogging").and_then(Value::as_bool) {
        Some(true) => {
            if let Some(started) = time("/Status/StartLoggingTime").filter(|started| *started > window.from) {
                gaps.push(format!("records only since {started}"));
            }
        }
        Some(false) => gaps.push(match time("/Status/StopLoggingTime") {
            Some(stopped) => format!("has not recorded since {stopped}"),
            None => "does not record".to_owned(),
        }),
        None => gaps.push("has a status that is not known".to_owned()),
    }
    if trail
        .pointer("/Trail/IncludeGlobalServiceEvents")
        .and_then(Value::as_bool)
        == Some(false)
    {
        gaps.push("leaves out events of global services such as IAM and STS".to_owned());
    }
    Some(gaps)
}

fn selector_gaps(trail: &Value) -> Option<Vec<String>> {
    let list = |pointer| trail.pointer(pointer).and_then(Value::as_array);
    if let Some(advanced) = list("/EventSelectors/AdvancedEventSelectors").filter(|list| !list.is_empty()) {
        return advanced.iter().filter_map(advanced_gaps).min_by_key(Vec::len);
    }
    let Some(classic) = list("/EventSelectors/EventSelectors") else {
        return Some(vec!["has selectors that are not known".to_owned()]);
    };
    classic.iter().filter_map(classic_gaps).min_by_key(Vec::len)
}

fn classic_gaps(selector: &Value) -> Option<Vec<String>> {
    if selector.get("IncludeManagementEvents").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    let mut gaps = Vec::new();
    let kind = text(selector, "/ReadWriteType").unwrap_or("All");
    if kind != "All" {
        gaps.push(format!("records {kind} events alone"));
    }
    let left_out = selector.get("ExcludeManagementEventSources").and_then(Value::as_array);
    gaps.extend(
        left_out
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|source| format!("leaves out {source}")),
    );
    Some(gaps)
}

/// Of an advanced selector for management events every further condition is a gap.
fn advanced_gaps(selector: &Value) -> Option<Vec<String>> {
    let fields = selector.get("FieldSelectors").and_then(Value::as_array)?;
    let is_category = |field: &&Value| text(field, "/Field") == Some("eventCategory");
    let categories = fields
        .iter()
        .find(is_category)?
        .get("Equals")
        .and_then(Value::as_array)?;
    if !categories
        .iter()
        .any(|category| category.as_str() == Some("Management"))
    {
        return None;
    }
    let others = fields.iter().filter(|field| !is_category(field));
    Some(
        others
            .map(|field| {
                format!(
                    "records only what a condition on {} lets in",
                    text(field, "/Field").unwrap_or("a field")
                )
            })
            .collect(),
    )
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::{Bucket, OrganizationId, Prefix};

    fn recorded(change: impl FnOnce(&mut Value)) -> Recorded {
        let mut trail = json!({
            "Trail": {"Name": "org", "S3BucketName": "logs-bucket", "IsMultiRegionTrail": true, "IsOrganizationTrail": true, "HomeRegion": "eu-west-1",
                "IncludeGlobalServiceEvents": true, "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"},
            "Status": {"IsLogging": true, "StartLoggingTime": "2025-01-01T00:00:00Z"},
            "EventSelectors": {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": []}]},
        });
        change(&mut trail);
        let logs = TrailLogs {
            bucket: Bucket::new("logs-bucket").unwrap(),
            prefix: Prefix::new("").unwrap(),
            organization: Some(OrganizationId::new("o-exampleorgid").unwrap()),
        };
        let data_only = json!({
            "Trail": {"Name": "data", "S3BucketName": "logs-bucket", "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/data"}, "Status": {"IsLogging": true},
            "EventSelectors": {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
        });
        let window = Window::of_days(30, "2026-03-31T00:00:00Z".parse().unwrap());
        Recorded::by(&[data_only, trail], &logs, &window)
    }

    #[test]
    fn a_trail_of_everything_has_no_gap() {
        let recorded = recorded(|_| {});
        assert_eq!(recorded.gaps, Vec::<String>::new());
        assert_eq!(recorded.blind_spot("444455556666", "ap-south-1"), None);
    }

    #[test]
    fn what_a_trail_leaves_out_is_said() {
        let selectors = |value: Value| move |trail: &mut Value| trail["EventSelectors"] = value;
        type Change = Box<dyn FnOnce(&mut Value)>;
        let cases: Vec<(Change, &str)> = vec![
            (
                Box::new(|trail| {
                    trail["Status"] = json!({"IsLogging": false, "StopLoggingTime": "2026-03-02T00:00:00Z"})
                }),
                "trail org has not recorded since 2026-03-02T00:00:00Z",
            ),
            (
                Box::new(|trail| {
                    trail["Status"] = json!({"IsLogging": true, "StartLoggingTime": "2026-03-15T00:00:00Z"})
                }),
                "trail org records only since 2026-03-15T00:00:00Z",
            ),
            (
                Box::new(|trail| trail["Status"] = Value::Null),
                "trail org has a status that is not known",
            ),
            (
                Box::new(|trail| trail["Status"]["LatestDeliveryError"] = json!("AccessDenied")),
                "trail org could not deliver its last log file: AccessDenied",
            ),
            (
                Box::new(|trail| trail["Trail"]["IncludeGlobalServiceEvents"] = json!(false)),
                "trail org leaves out events of global services such as IAM and STS",
            ),
            (
                Box::new(|trail| trail["Trail"]["S3BucketName"] = json!("other")),
                "no trail that is known records management events into s3://logs-bucket/",
            ),
            (
                Box::new(|trail| trail["Trail"]["S3KeyPrefix"] = json!("other")),
                "no trail that is known records management events into s3://logs-bucket/",
            ),
            (
                Box::new(selectors(Value::Null)),
                "trail org has selectors that are not known",
            ),
            (
                Box::new(selectors(
                    json!({"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]}),
                )),
                "trail org records WriteOnly events alone",
            ),
            (
                Box::new(selectors(
                    json!({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}),
                )),
                "trail org leaves out kms.amazonaws.com",
            ),
            (
                Box::new(selectors(
                    json!({"EventSelectors": [{"IncludeManagementEvents": false}]}),
                )),
                "no trail that is known records management events into s3://logs-bucket/",
            ),
            (
                Box::new(selectors(
                    json!({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]}]}]}),
                )),
                "trail org records only what a condition on readOnly lets in",
            ),
        ];
        for (change, words) in cases {
            assert_eq!(recorded(change).gaps, [words]);
        }
    }

    #[test]
    fn a_trail_of_one_region_or_account_is_blind_to_the_others() {
        let regional = recorded(|trail| trail["Trail"]["IsMultiRegionTrail"] = json!(false));
        assert_eq!(regional.blind_spot("111122223333", "eu-west-1"), None);
        assert_eq!(
            regional.blind_spot("111122223333", "us-east-1").unwrap(),
            "the trail records eu-west-1 alone"
        );
        let own = recorded(|trail| trail["Trail"]["IsOrganizationTrail"] = json!(false));
        assert_eq!(own.blind_spot("111122223333", "us-east-1"), None);
        assert!(own.blind_spot("444455556666", "eu-west-1").is_some());
    }
}
