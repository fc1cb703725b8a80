//! With which accounts and Regions the aggregator of AWS Config is up to date, by its own word.
//!
//! Source: AWS Config API Reference, "DescribeConfigurationAggregatorSourcesStatus" and "AggregatedSourceStatus".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::listing::text;
use crate::plan::Plan;

/// Out of `config/aggregator.json`: Regions by account. What the aggregator could not update, or says nothing of, is not among them.
pub(crate) fn aggregated(plan: &Plan, documents: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let lists = |field: &str| -> Vec<&Value> {
        let lists = documents.iter().filter_map(|document| document.get(field)?.as_array());
        lists.flatten().collect()
    };
    let statuses = lists("AggregatedSourceStatusList");
    let mut regions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if is_of_organization(&statuses) {
        for aggregator in lists("ConfigurationAggregators") {
            for account in &plan.accounts {
                let known = regions.entry(account.id.clone()).or_default();
                known.extend(
                    plan.header
                        .regions
                        .iter()
                        .filter(|region| covers(aggregator, region))
                        .cloned(),
                );
            }
        }
    }
    for status in statuses {
        let (Some(account), Some(region)) = (text(status, "SourceId"), text(status, "AwsRegion")) else {
            continue;
        };
        if text(status, "SourceType") != Some("ACCOUNT") {
            continue;
        }
        let known = regions.entry(account.to_owned()).or_default();
        if text(status, "LastUpdateStatus") == Some("SUCCEEDED") {
            known.insert(region.to_owned());
        } else {
            known.remove(region);
        }
    }
    regions.retain(|_, regions| !regions.is_empty());
    regions
}

/// Whether the organization as a whole was brought up to date.
fn is_of_organization(statuses: &[&Value]) -> bool {
    statuses.iter().any(|status| {
        text(status, "SourceType") == Some("ORGANIZATION") && text(status, "LastUpdateStatus") == Some("SUCCEEDED")
    })
}

fn covers(aggregator: &Value, region: &str) -> bool {
    let Some(source) = aggregator.get("OrganizationAggregationSource") else {
        return false;
    };
    let named = source.get("AwsRegions").and_then(Value::as_array).into_iter().flatten();
    let is_named = named.filter_map(Value::as_str).any(|name| name == region);
    is_named || source.get("AllAwsRegions").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testkit::{ACCOUNT, REGION, plan};

    fn status(kind: &str, id: &str, region: &str, status: &str) -> Value {
        json!({"SourceType": kind, "SourceId": id, "AwsRegion": region, "LastUpdateStatus": status})
    }

    fn holds(source: Value, statuses: &[Value]) -> bool {
        let documents = [
            json!({"ConfigurationAggregators": [{"OrganizationAggregationSource": source}]}),
            json!({"AggregatedSourceStatusList": statuses}),
        ];
        let found = aggregated(&plan(), &documents);
        found.get(ACCOUNT).is_some_and(|regions| regions.contains(REGION))
    }

    #[test]
    fn what_the_aggregator_says_it_holds_is_held_and_nothing_else() {
        let every = || json!({"AllAwsRegions": true});
        let organization = || status("ORGANIZATION", "Organization", REGION, "SUCCEEDED");
        let right = [
            (every(), vec![organization()]),
            (json!({"AwsRegions": [REGION]}), vec![organization()]),
            (json!({}), vec![status("ACCOUNT", ACCOUNT, REGION, "SUCCEEDED")]),
        ];
        let wrong = [
            (every(), vec![]),
            (every(), vec![status("ORGANIZATION", "Organization", REGION, "FAILED")]),
            (json!({"AwsRegions": ["us-east-1"]}), vec![organization()]),
            (
                every(),
                vec![organization(), status("ACCOUNT", ACCOUNT, REGION, "FAILED")],
            ),
            (
                every(),
                vec![organization(), status("ACCOUNT", ACCOUNT, REGION, "OUTDATED")],
            ),
            (json!({}), vec![status("ACCOUNT", "222233334444", REGION, "SUCCEEDED")]),
            (json!({}), vec![status("ACCOUNT", ACCOUNT, "us-east-1", "SUCCEEDED")]),
        ];
        for (source, statuses) in right {
            assert!(holds(source.clone(), &statuses), "{source} {statuses:?}");
        }
        for (source, statuses) in wrong {
            assert!(!holds(source.clone(), &statuses), "{source} {statuses:?}");
        }
    }
}
