//! Evidence: the trail, what it records, and where its log files are asked.

use serde_json::{Value, json};

use super::{Check, Preflight, log_files};
use crate::api::Target;
use crate::calls::{athena, cloudtrail};
use crate::listing::{parameters, text};

pub(super) async fn checks(preflight: &Preflight<'_>) -> Vec<Check> {
    let mut checks = trails(preflight).await;
    checks.push(workgroup(preflight).await);
    checks
}

async fn trails(preflight: &Preflight<'_>) -> Vec<Check> {
    const ID: &str = "organization_trail";
    let create = "aws cloudtrail create-trail --name organization --s3-bucket-name BUCKET --is-organization-trail --is-multi-region-trail --enable-log-file-validation && aws cloudtrail start-logging --name organization";
    let asked = parameters(json!({"includeShadowTrails": true}));
    let answer = preflight
        .api
        .call(&preflight.plan.hub(), &cloudtrail::DESCRIBE_TRAILS, asked)
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return vec![Check::unknown(ID, &error, create, preflight.management_account())],
    };
    let trails = answer.get("trailList").and_then(Value::as_array);
    let of_organization = |trail: &&Value| trail.get("IsOrganizationTrail") == Some(&Value::Bool(true));
    let Some(trail) = trails.into_iter().flatten().find(of_organization) else {
        return vec![Check::missing(
            ID,
            "the hub sees no trail of the organization: what identities really did cannot be told",
            create,
            preflight.management_account(),
        )];
    };
    let arn = text(trail, "TrailARN").unwrap_or_default();
    let bucket = text(trail, "S3BucketName").unwrap_or_default();
    let mut checks = vec![Check::ok(ID, format!("{arn} writes to the bucket {bucket}"))];
    if trail.get("IsMultiRegionTrail") != Some(&Value::Bool(true)) {
        checks.push(Check::missing(
            "trail_regions",
            "the trail records one Region alone",
            format!("aws cloudtrail update-trail --name {arn} --is-multi-region-trail"),
            preflight.management_account(),
        ));
    }
    let home = Target {
        region: text(trail, "HomeRegion").unwrap_or(preflight.region()).to_owned(),
        ..preflight.plan.hub()
    };
    checks.push(logging(preflight, &home, arn).await);
    checks.push(selectors(preflight, &home, arn).await);
    checks.extend(log_files::checks(preflight, trail, &home).await);
    checks
}

async fn logging(preflight: &Preflight<'_>, home: &Target, arn: &str) -> Check {
    const ID: &str = "trail_logging";
    let start = format!("aws cloudtrail start-logging --name {arn}");
    let answer = preflight
        .api
        .call(home, &cloudtrail::GET_TRAIL_STATUS, parameters(json!({"Name": arn})))
        .await;
    match answer {
        Err(error) => Check::unknown(ID, &error, start, preflight.management_account()),
        Ok(answer) if answer.get("IsLogging") != Some(&Value::Bool(true)) => {
            Check::missing(ID, "the trail is stopped", start, preflight.management_account())
        }
        Ok(answer) => match text(&answer, "LatestDeliveryError") {
            Some(error) => Check::missing(
                ID,
                format!("the trail's last delivery failed: {error}"),
                format!("aws cloudtrail get-trail-status --name {arn}"),
                preflight.management_account(),
            ),
            None => Check::ok(ID, "the trail is recording"),
        },
    }
}

/// Without data events nothing tells whether objects were read; that is a matter of cost, and the owner's to decide.
async fn selectors(preflight: &Preflight<'_>, home: &Target, arn: &str) -> Check {
    const ID: &str = "trail_events";
    let show = format!("aws cloudtrail get-event-selectors --trail-name {arn}");
    let asked = parameters(json!({"TrailName": arn}));
    let answer = preflight.api.call(home, &cloudtrail::GET_EVENT_SELECTORS, asked).await;
    match answer {
        Err(error) => Check::unknown(ID, &error, show, preflight.management_account()),
        Ok(answer) => {
            let recorded = answer.to_string();
            let has_data = recorded.contains("\"AWS::S3::Object\"") || recorded.contains("\"Data\"");
            if has_data {
                Check::ok(ID, "the trail records management events and some data events")
            } else {
                Check::advised(
                    ID,
                    "the trail records no data events: whether objects were read, functions invoked or items queried is not observable",
                    format!("{show}; see docs/capture.md for which data events tell what"),
                    preflight.management_account(),
                )
            }
        }
    }
}

async fn workgroup(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "athena_workgroup";
    let name = preflight.options.workgroup.as_str();
    if let (true, Some(logs)) = (name.is_empty(), &preflight.plan.options.log_files) {
        let found = format!(
            "no Athena workgroup is needed: log files are read from the bucket {}",
            logs.bucket
        );
        return Check::ok(ID, found);
    }
    if name.is_empty() {
        return Check::advised(
            ID,
            "no Athena workgroup is named: the trail's log files are not asked",
            "name one with --workgroup, or the trail's bucket with --cloudtrail-logs to read them as they are (docs/collection-logs.md)",
            preflight.hub_account(),
        );
    }
    let fix = format!(
        "aws athena update-work-group --work-group {name} --region {} --configuration-updates EnforceWorkGroupConfiguration=true,BytesScannedCutoffPerQuery=1099511627776",
        preflight.region()
    );
    let asked = parameters(json!({"WorkGroup": name}));
    let answer = preflight
        .api
        .call(&preflight.plan.hub(), &athena::GET_WORK_GROUP, asked)
        .await;
    match answer {
        Err(error) => Check::unknown(ID, &error, fix, preflight.hub_account()),
        Ok(answer) => {
            let configuration = answer.pointer("/WorkGroup/Configuration").unwrap_or(&Value::Null);
            let is_enforced = configuration.get("EnforceWorkGroupConfiguration") == Some(&Value::Bool(true));
            let has_limit = configuration.get("BytesScannedCutoffPerQuery").is_some();
            if is_enforced && has_limit {
                Check::ok(ID, format!("the workgroup {name} bounds what a query may scan"))
            } else {
                Check::missing(
                    ID,
                    format!(
                        "the workgroup {name} does not bound what a query may scan, or lets a query choose otherwise"
                    ),
                    fix,
                    preflight.hub_account(),
                )
            }
        }
    }
}
