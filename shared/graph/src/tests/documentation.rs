use serde_json::json;
use sv0_model::graph::Graph;

use super::{
    Capture, bedrock, config_items, credentials, federation, iam_details, identity_center, order, organizations,
    owners, permissions, resources, workloads,
};
use crate::config::documented_attributes;
use crate::options::SensitivityRule;

const PAGE: &str = include_str!("../../../../docs/entities.md");

fn captures() -> Vec<Capture> {
    vec![
        order::contradictory(),
        organizations::acme(),
        config_items::workloads(),
        workloads::every_kind(),
        bedrock::agent(),
        federation::federation(),
        identity_center::workforce(),
        resources::stores(),
        credentials::report(),
        permissions::reader(),
        owners::owned(&json!({ "owner": "bob" })),
        Capture::new().details(iam_details::reader()),
    ]
}

fn is_documented(name: &str) -> bool {
    PAGE.contains(&format!("`{name}`"))
}

#[test]
fn every_kind_and_attribute_is_on_the_page() {
    for Graph { entities, edges, .. } in captures().iter().map(Capture::graph) {
        for entity in entities.values() {
            let kind = json!(entity.kind);
            assert!(is_documented(kind.as_str().unwrap()), "{kind}");
            for name in entity.attributes.keys() {
                assert!(is_documented(name), "attribute {name} of {kind}");
            }
        }
        for edge in &edges {
            let kind = json!(edge.kind);
            assert!(is_documented(kind.as_str().unwrap()), "{kind}");
            for name in edge.attributes.keys() {
                assert!(is_documented(name), "attribute {name} of {kind}");
            }
        }
    }
    for name in documented_attributes() {
        assert!(is_documented(name), "attribute {name}");
    }
}

#[test]
fn every_shipped_tag_is_on_the_page() {
    for tag in sv0_model::owner::OWNER_TAGS {
        assert!(is_documented(tag), "{tag}");
    }
    for tag in SensitivityRule::shipped().into_iter().filter_map(|rule| rule.tag) {
        assert!(is_documented(&tag), "{tag}");
    }
}
