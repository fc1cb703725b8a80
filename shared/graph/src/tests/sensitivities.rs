use serde_json::{Value, json};
use sv0_model::graph::Sensitivity;

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
