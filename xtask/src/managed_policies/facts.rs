//! Reads the package's policies, in an order that never depends on the package's own.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

/// All policies, and the day they are of.
pub struct Facts {
    /// By ARN.
    pub policies: BTreeMap<String, Policy>,
    /// The day of the newest change to any of them.
    pub date: String,
}

/// The default version of a policy.
pub struct Policy {
    pub version_id: String,
    pub document: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPolicy {
    create_date: String,
    update_date: String,
    default_version_id: String,
    path: String,
    document: Value,
}

/// Reads the JSON of the package: policies by name.
pub fn read(json: &str) -> Result<Facts> {
    let raw: BTreeMap<String, RawPolicy> = serde_json::from_str(json).context("the policies are not as expected")?;
    let dates = raw
        .values()
        .flat_map(|policy| [&policy.create_date, &policy.update_date]);
    let days = dates.map(|time| day(time)).collect::<Result<Vec<_>>>()?;
    let date = days
        .into_iter()
        .max()
        .context("the package holds no policy")?
        .to_owned();
    let policies = raw
        .into_iter()
        .map(|(name, policy)| entry(&name, policy).with_context(|| format!("policy {name}")))
        .collect::<Result<_>>()?;
    Ok(Facts { policies, date })
}

fn entry(name: &str, raw: RawPolicy) -> Result<(String, Policy)> {
    let RawPolicy {
        path,
        default_version_id: version_id,
        document,
        ..
    } = raw;
    ensure!(path.starts_with('/') && path.ends_with('/'), "{path:?} is no path");
    let number = version_id
        .strip_prefix('v')
        .and_then(|digits| digits.parse::<u32>().ok());
    ensure!(number.is_some(), "{version_id:?} is no version");
    ensure!(document.get("Statement").is_some(), "its document has no statement");
    let policy = Policy { version_id, document };
    // The package records an account of the partition `aws`.
    Ok((format!("arn:aws:iam::aws:policy{path}{name}"), policy))
}

/// The day of a time such as `2026-09-30T22:47:08+00:00`.
fn day(time: &str) -> Result<&str> {
    let (day, _) = time
        .split_once('T')
        .filter(|(day, rest)| day.len() == "2026-09-30".len() && rest.ends_with("+00:00"))
        .with_context(|| format!("{time:?} is not a time in UTC"))?;
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(update_date: &str, path: &str, version: &str) -> String {
        format!(
            r#"{{"B": {{"CreateDate": "2015-02-06T18:40:59+00:00", "UpdateDate": "{update_date}", "DefaultVersionId": "{version}", "Path": "{path}",
                "PermissionsBoundaryUsageCount": 0, "Document": {{"Version": "2012-10-17", "Statement": []}}}}}}"#
        )
    }

    #[test]
    fn a_policy_has_its_path_in_its_arn_and_the_newest_change_dates_all() {
        let facts = read(&policies("2026-09-30T22:47:08+00:00", "/service-role/", "v3")).unwrap();
        assert_eq!(facts.date, "2026-09-30");
        assert_eq!(
            facts.policies["arn:aws:iam::aws:policy/service-role/B"].version_id,
            "v3"
        );
    }

    #[test]
    fn what_is_not_as_expected_stops_the_refresh() {
        for (update_date, path, version) in [
            ("yesterday", "/", "v3"),
            ("2026-09-30T22:47:08+02:00", "/", "v3"),
            ("2026-09-30T22:47:08+00:00", "service-role", "v3"),
            ("2026-09-30T22:47:08+00:00", "/", "3"),
        ] {
            assert!(
                read(&policies(update_date, path, version)).is_err(),
                "{update_date} {path} {version}"
            );
        }
        assert!(read("{}").is_err(), "no policy at all");
    }
}
