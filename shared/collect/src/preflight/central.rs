//! The central sources: Config, Security Hub, IAM Access Analyzer, Regions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Check, Preflight};
use crate::api::{ApiError, Failure};
use crate::call::ApiCall;
use crate::calls::{accessanalyzer, account, configservice, securityhub};
use crate::listing::{items, parameters, text};

pub(super) async fn checks(preflight: &Preflight<'_>) -> Vec<Check> {
    let mut checks = aggregator(preflight).await;
    checks.push(recorder(preflight).await);
    checks.extend(security_hub(preflight).await);
    checks.extend(analyzers(preflight).await);
    checks.push(regions(preflight).await);
    checks
}

async fn listed(
    preflight: &Preflight<'_>,
    call: &'static ApiCall,
    asked: Value,
    field: &str,
) -> Result<Vec<Value>, ApiError> {
    items(preflight.api, &preflight.plan.hub(), call, parameters(asked), field).await
}

async fn aggregator(preflight: &Preflight<'_>) -> Vec<Check> {
    const ID: &str = "config_aggregator";
    let hub = preflight.hub_account();
    let create = format!(
        "aws configservice put-configuration-aggregator --region {} --configuration-aggregator-name organization --organization-aggregation-source RoleArn=arn:{}:iam::{hub}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig,AllAwsRegions=true",
        preflight.region(),
        preflight.plan.header.partition,
    );
    let call = &configservice::DESCRIBE_CONFIGURATION_AGGREGATORS;
    let found = match listed(preflight, call, json!({}), "ConfigurationAggregators").await {
        Ok(found) => found,
        Err(error) => return vec![Check::unknown(ID, &error, create, hub)],
    };
    let of_organization = found
        .iter()
        .filter(|one| one.get("OrganizationAggregationSource").is_some());
    let named = &preflight.plan.options.aggregator;
    let fitting: Vec<&Value> = of_organization
        .filter(|one| named.is_empty() || text(one, "ConfigurationAggregatorName") == Some(named))
        .collect();
    match *fitting.as_slice() {
        [] => vec![Check::missing(
            ID,
            format!("there is no aggregator of the organization in {}", preflight.region()),
            create,
            hub,
        )],
        [one] => aggregator_state(preflight, one, create).await,
        _ => vec![Check::missing(
            ID,
            format!(
                "{} aggregators of the organization: a scan must be told which to read",
                fitting.len()
            ),
            "name one with --aggregator",
            hub,
        )],
    }
}

async fn aggregator_state(preflight: &Preflight<'_>, aggregator: &Value, create: String) -> Vec<Check> {
    let name = text(aggregator, "ConfigurationAggregatorName").unwrap_or_default();
    let covers_all = aggregator.pointer("/OrganizationAggregationSource/AllAwsRegions") == Some(&Value::Bool(true));
    let mut checks = vec![if covers_all {
        Check::ok(
            "config_aggregator",
            format!("the aggregator {name} covers every Region of the organization"),
        )
    } else {
        Check::advised(
            "config_aggregator",
            format!("the aggregator {name} does not cover every Region: what is in the others is not seen"),
            create,
            preflight.hub_account(),
        )
    }];
    let asked = json!({"ConfigurationAggregatorName": name});
    let call = &configservice::DESCRIBE_CONFIGURATION_AGGREGATOR_SOURCES_STATUS;
    let status = format!(
        "aws configservice describe-configuration-aggregator-sources-status --configuration-aggregator-name {name} --region {}",
        preflight.region()
    );
    checks.push(
        match listed(preflight, call, asked, "AggregatedSourceStatusList").await {
            Err(error) => Check::unknown("config_aggregator_sources", &error, status, preflight.hub_account()),
            Ok(sources) => {
                let is_behind = |source: &&Value| text(source, "LastUpdateStatus") != Some("SUCCEEDED");
                let behind: BTreeSet<String> = sources.iter().filter(is_behind).map(name_of_source).collect();
                match behind.len() {
                    0 => Check::ok(
                        "config_aggregator_sources",
                        format!("{} sources are up to date", sources.len()),
                    ),
                    count => Check::advised(
                        "config_aggregator_sources",
                        format!("{count} sources are not up to date: {}", first_few(&behind)),
                        status,
                        preflight.hub_account(),
                    ),
                }
            }
        },
    );
    checks
}

fn name_of_source(source: &Value) -> String {
    let part = |field| text(source, field).unwrap_or("-");
    format!("{} {}", part("SourceId"), part("AwsRegion"))
}

/// The first ten names, and how many more there are.
pub(super) fn first_few(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().checked_sub(SHOWN) {
        Some(rest) if rest > 0 => format!("{} and {rest} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// The hub's own recorder; those of other accounts are asked in each of them, and the aggregator's sources tell of them.
async fn recorder(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "config_recorder";
    let start = format!(
        "aws configservice describe-configuration-recorder-status --region {}",
        preflight.region()
    );
    let call = &configservice::DESCRIBE_CONFIGURATION_RECORDER_STATUS;
    match listed(preflight, call, json!({}), "ConfigurationRecordersStatus").await {
        Err(error) => Check::unknown(ID, &error, start, preflight.hub_account()),
        Ok(recorders)
            if recorders
                .iter()
                .any(|one| one.get("recording") == Some(&Value::Bool(true))) =>
        {
            Check::ok(ID, "AWS Config records in the hub")
        }
        Ok(_) => Check::advised(
            ID,
            "AWS Config does not record in the hub: resources of the hub itself are not in the aggregator",
            format!(
                "aws configservice start-configuration-recorder --configuration-recorder-name default --region {}",
                preflight.region()
            ),
            preflight.hub_account(),
        ),
    }
}

async fn security_hub(preflight: &Preflight<'_>) -> Vec<Check> {
    const ID: &str = "security_hub";
    let hub = preflight.hub_account();
    let enable = format!(
        "aws securityhub enable-organization-admin-account --admin-account-id {hub} --region {}",
        preflight.region()
    );
    let described = preflight
        .api
        .call(&preflight.plan.hub(), &securityhub::DESCRIBE_HUB, Map::new())
        .await;
    if let Err(error) = described {
        return vec![match error.failure {
            Failure::ServiceDisabled | Failure::NotFound => Check::advised(
                ID,
                "Security Hub is not enabled in the hub: what other services found is not joined",
                enable,
                preflight.management_account(),
            ),
            _ => Check::unknown(ID, &error, enable, preflight.management_account()),
        }];
    }
    let aggregate = format!(
        "aws securityhub create-finding-aggregator --region-linking-mode ALL_REGIONS --region {}",
        preflight.region()
    );
    let aggregators = listed(
        preflight,
        &securityhub::LIST_FINDING_AGGREGATORS,
        json!({}),
        "FindingAggregators",
    )
    .await;
    let aggregators = match aggregators {
        Err(error) => Check::unknown("security_hub_regions", &error, aggregate, hub),
        Ok(found) if found.is_empty() => Check::advised(
            "security_hub_regions",
            "findings of other Regions are not brought to the home Region",
            aggregate,
            hub,
        ),
        Ok(_) => Check::ok(
            "security_hub_regions",
            "findings of other Regions come to the home Region",
        ),
    };
    vec![Check::ok(ID, "Security Hub is enabled in the hub"), aggregators]
}

async fn analyzers(preflight: &Preflight<'_>) -> Vec<Check> {
    const KINDS: [(&str, &str, &str); 2] = [
        (
            "analyzer_external_access",
            "ORGANIZATION",
            "what is shared outside the organization",
        ),
        (
            "analyzer_unused_access",
            "ORGANIZATION_UNUSED_ACCESS",
            "access that nobody uses",
        ),
    ];
    let found = listed(preflight, &accessanalyzer::LIST_ANALYZERS, json!({}), "analyzers").await;
    let check = |(id, kind, purpose): (&str, &str, &str)| {
        let fix = format!(
            "aws accessanalyzer create-analyzer --analyzer-name {} --type {kind} --region {}",
            id.replace('_', "-"),
            preflight.region()
        );
        let is_active = |one: &Value| text(one, "type") == Some(kind) && text(one, "status") == Some("ACTIVE");
        match &found {
            Err(error) => Check::unknown(id, error, fix, preflight.hub_account()),
            Ok(found) if found.iter().any(is_active) => Check::ok(id, format!("an active analyzer finds {purpose}")),
            Ok(_) => Check::advised(
                id,
                format!("no active analyzer of the organization finds {purpose}"),
                fix,
                preflight.hub_account(),
            ),
        }
    };
    KINDS.into_iter().map(check).collect()
}

/// A Region that is not enabled for the hub cannot be asked about, while a member account may use it.
async fn regions(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "opt_in_regions";
    let list = "aws account list-regions --region-opt-status-contains DISABLED";
    match listed(preflight, &account::LIST_REGIONS, json!({}), "Regions").await {
        Err(error) => Check::unknown(ID, &error, list, preflight.hub_account()),
        Ok(all) => {
            let is_off = |region: &&Value| text(region, "RegionOptStatus") == Some("DISABLED");
            let names = all
                .iter()
                .filter(is_off)
                .filter_map(|region| text(region, "RegionName"));
            let off: BTreeSet<String> = names.map(str::to_owned).collect();
            match off.len() {
                0 => Check::ok(ID, "every Region is enabled for the hub"),
                count => Check::advised(
                    ID,
                    format!(
                        "{count} Regions are not enabled for the hub; what members keep there is not seen: {}",
                        first_few(&off)
                    ),
                    "aws account enable-region --region-name REGION, where a member account uses it",
                    preflight.hub_account(),
                ),
            }
        }
    }
}
