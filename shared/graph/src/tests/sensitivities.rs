use serde_json::{Value, json};
use sv0_model::graph::{Classified, Sensitivity};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, REGION, entity};
use crate::GraphOptions;

fn bucket(name: &str, tags: &Value) -> Capture {
    Capture::new().config(
        "AWS::S3::Bucket",
        json!({ "arn": format!("arn:aws:s3:::{name}"), "resourceName": name, "tags": tags }),
    )
}

fn level(capture: &Capture, native_id: &str) -> (Sensitivity, String) {
    let graph = capture.graph();
    let entity = entity(&graph, native_id);
    (entity.sensitivity, entity.sensitivity_rule.clone())
}

#[test]
fn a_classification_tag_names_the_level_whatever_its_case() {
    for (key, value, want) in [
        ("DataClassification", "public", Sensitivity::Public),
        ("dataclassification", "INTERNAL", Sensitivity::Internal),
        ("data-classification", "Confidential", Sensitivity::Confidential),
        ("Sensitivity", " restricted ", Sensitivity::Restricted),
        ("Confidentiality", "restricted", Sensitivity::Restricted),
        ("DataClassification", "banana", Sensitivity::Unknown),
        ("Owner", "restricted", Sensitivity::Unknown),
    ] {
        let mut tags = json!({});
        tags[key] = json!(value);
        assert_eq!(level(&bucket("b", &tags), "arn:aws:s3:::b").0, want, "{key}={value}");
    }
}

#[test]
fn without_a_tag_the_kind_decides_and_the_rule_is_said_in_words() {
    let secret = format!("arn:aws:secretsmanager:{REGION}:{DEV}:secret:db-AbCdEf");
    let capture = bucket("b", &json!({})).config("AWS::SecretsManager::Secret", json!({ "arn": secret }));
    assert_eq!(
        level(&capture, &secret),
        (
            Sensitivity::Restricted,
            "kind resource/secrets_manager_secret".to_owned()
        )
    );
    assert_eq!(level(&capture, "arn:aws:s3:::b"), (Sensitivity::Unknown, String::new()));
    let tagged = Capture::new().config(
        "AWS::SecretsManager::Secret",
        json!({ "arn": secret, "tags": { "classification": "internal" } }),
    );
    assert_eq!(
        level(&tagged, &secret),
        (Sensitivity::Internal, "tag classification=internal".to_owned())
    );
}

#[test]
fn the_users_rules_come_first() {
    let options: GraphOptions = toml::from_str(
        r#"
        [[sensitivity]]
        name_pattern = "*-prod-*"
        kind = "resource/s3_bucket"
        level = "confidential"

        [[sensitivity]]
        tag = "pci"
        value = "y*"
        level = "restricted"
        "#,
    )
    .unwrap();
    for (name, tags, want, rule) in [
        (
            "acme-prod-orders",
            json!({ "pci": "yes" }),
            Sensitivity::Confidential,
            "kind resource/s3_bucket, name matches *-prod-*",
        ),
        (
            "acme-dev",
            json!({ "PCI": "Yes" }),
            Sensitivity::Restricted,
            "tag PCI=Yes",
        ),
        (
            "acme-dev",
            json!({ "pci": "no", "classification": "public" }),
            Sensitivity::Public,
            "tag classification=public",
        ),
        ("acme-dev", json!({ "pci": "no" }), Sensitivity::Unknown, ""),
    ] {
        let capture = Capture {
            options: options.clone(),
            ..bucket(name, &tags)
        };
        assert_eq!(
            level(&capture, &format!("arn:aws:s3:::{name}")),
            (want, rule.to_owned()),
            "{name} {tags}"
        );
    }
}

#[test]
fn a_rule_without_criteria_matches_nothing() {
    let options: GraphOptions = toml::from_str("[[sensitivity]]\nlevel = \"restricted\"").unwrap();
    let capture = Capture {
        options,
        ..bucket("b", &json!({}))
    };
    assert_eq!(level(&capture, "arn:aws:s3:::b").0, Sensitivity::Unknown);
}

#[test]
fn a_misspelt_rule_is_refused() {
    let error = toml::from_str::<GraphOptions>("[[sensitivity]]\nlevle = \"restricted\"").unwrap_err();
    assert!(error.to_string().contains("levle"), "{error}");
}

#[test]
fn parameters_are_restricted_until_a_rule_says_otherwise() {
    let id = format!("arn:aws:ssm:{REGION}:{DEV}:parameter/db");
    for (parameter_type, tags, want, rule) in [
        (
            "SecureString",
            json!({}),
            Sensitivity::Restricted,
            "parameter of type SecureString",
        ),
        (
            "String",
            json!({}),
            Sensitivity::Restricted,
            "parameter, which may hold a secret whatever its type",
        ),
        (
            "StringList",
            json!({ "classification": "public" }),
            Sensitivity::Public,
            "tag classification=public",
        ),
        (
            "SecureString",
            json!({ "classification": "internal" }),
            Sensitivity::Internal,
            "tag classification=internal",
        ),
    ] {
        let item = json!({ "arn": id, "tags": tags, "configuration": { "Name": "db", "Type": parameter_type } });
        let capture = Capture::new().config("AWS::SSM::Parameter", item);
        assert_eq!(level(&capture, &id), (want, rule.to_owned()), "{parameter_type} {tags}");
    }
    let unread = Capture::new().config("AWS::SSM::Parameter", json!({ "arn": id }));
    assert_eq!(level(&unread, &id).0, Sensitivity::Restricted);
}

fn in_organization(bucket: &Capture, account_name: &str, units: &[&str]) -> Capture {
    let mut units_of_tree = Vec::new();
    let mut above = "r-1".to_owned();
    for (number, name) in units.iter().enumerate() {
        let id = format!("ou-{number}");
        units_of_tree.push(json!({ "Id": id, "Name": name, "ParentId": above }));
        above = id;
    }
    let parents = json!([{ "ChildId": DEV, "ParentId": above }]);
    bucket
        .clone()
        .organization(RecordKind::Organization, json!({ "Id": "o-acme", "MasterAccountId": DEV }))
        .organization(RecordKind::Account, json!({ "Id": DEV, "Name": account_name, "State": "ACTIVE" }))
        .organization(
            RecordKind::OrganizationTree,
            json!({ "Roots": [{ "Id": "r-1", "Name": "Root" }], "OrganizationalUnits": units_of_tree, "Parents": parents }),
        )
}

#[test]
fn the_environment_is_that_of_the_nearest_rule() {
    for (tags, account, units, want) in [
        (
            json!({}),
            "acme-prod",
            vec!["Workloads"],
            Some(("production", "account is named acme-prod")),
        ),
        (
            json!({}),
            "payments",
            vec!["Workloads", "Staging"],
            Some(("staging", "organizational unit is named Staging")),
        ),
        (
            json!({}),
            "payments",
            vec!["Prod", "Sandbox"],
            Some(("sandbox", "organizational unit is named Sandbox")),
        ),
        (
            json!({ "env": "Dev" }),
            "acme-prod",
            vec![],
            Some(("development", "tag env=Dev")),
        ),
        (
            json!({ "Stage": "blue" }),
            "acme-prod",
            vec![],
            Some(("blue", "tag Stage=blue")),
        ),
        (json!({}), "prod-and-test", vec!["Prod"], None),
        (json!({}), "payments", vec!["Workloads"], None),
        (json!({}), "products", vec!["Devices"], None),
    ] {
        let graph = in_organization(&bucket("b", &tags), account, &units).graph();
        let bucket = graph.entities.get("arn:aws:s3:::b").unwrap();
        let found = bucket
            .environment
            .as_ref()
            .map(|found| (found.value.as_str(), found.rule.as_str()));
        assert_eq!(found, want, "{tags} {account} {units:?}");
    }
}

#[test]
fn the_users_rules_for_domain_and_environment_come_first() {
    let options: GraphOptions = toml::from_str(
        r#"
        [[data_domain]]
        tag = "team"
        value = "billing*"
        name = "payments"

        [[data_domain]]
        tag = "team"

        [[environment]]
        organizational_unit = "PCI"
        kind = "resource/s3_bucket"
        name = "production"

        [[environment]]
        account = "acme-x*"
        name = "lab"

        [[sensitivity]]
        organizational_unit = "PCI"
        level = "restricted"
        "#,
    )
    .unwrap();
    for (tags, account, unit, domain, environment, level) in [
        (
            json!({ "team": "billing-eu" }),
            "a-dev",
            "PCI",
            Some("payments"),
            Some("production"),
            Sensitivity::Restricted,
        ),
        (
            json!({ "Team": "Orders" }),
            "acme-x1",
            "Other",
            Some("orders"),
            Some("lab"),
            Sensitivity::Unknown,
        ),
        (
            json!({ "DataDomain": "HR" }),
            "a-dev",
            "Other",
            Some("hr"),
            Some("development"),
            Sensitivity::Unknown,
        ),
        (json!({ "team": " " }), "a", "Other", None, None, Sensitivity::Unknown),
    ] {
        let capture = Capture {
            options: options.clone(),
            ..in_organization(&bucket("b", &tags), account, &[unit])
        };
        let graph = capture.graph();
        let found = entity(&graph, "arn:aws:s3:::b");
        let value = |classified: &Option<Classified>| classified.as_ref().map(|found| found.value.clone());
        assert_eq!(value(&found.data_domain).as_deref(), domain, "{tags}");
        assert_eq!(value(&found.environment).as_deref(), environment, "{tags} {account}");
        assert_eq!(found.sensitivity, level, "{tags} {unit}");
    }
}
