use std::collections::BTreeSet;

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, OrganizationNodeKind, PolicyKind, Resolution, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER, PROD, allows, codes, ends, entity, grants, policy};

const MANAGEMENT: &str = "333333333333";

fn scp_arn(id: &str) -> String {
    format!("arn:aws:organizations::{MANAGEMENT}:policy/o-1/service_control_policy/{id}")
}

fn scp(id: &str, targets: &Value) -> Value {
    json!({ "Id": id, "Arn": scp_arn(id), "Name": id, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false, "Content": allows("*").to_string(), "Targets": targets })
}

pub(super) fn acme() -> Capture {
    let tree = json!({
        "Roots": [{ "Id": "r-1", "Arn": "arn:aws:organizations::333333333333:root/o-1/r-1", "Name": "Root", "PolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }] }],
        "OrganizationalUnits": [{ "Id": "ou-1-prod", "Name": "Production", "ParentId": "r-1" }],
        "Parents": [{ "ChildId": PROD, "ParentId": "ou-1-prod" }, { "ChildId": DEV, "ParentId": "r-1" }, { "ChildId": MANAGEMENT, "ParentId": "r-1" }]
    });
    Capture::new()
        .organization(
            RecordKind::Organization,
            json!({ "Id": "o-1", "MasterAccountId": MANAGEMENT, "FeatureSet": "ALL" }),
        )
        .organization(
            RecordKind::Account,
            json!({ "Id": DEV, "Name": "dev", "State": "ACTIVE", "Status": "ACTIVE" }),
        )
        .organization(
            RecordKind::Account,
            json!({ "Id": PROD, "Name": "prod", "Status": "SUSPENDED", "JoinedTimestamp": 1_700_000_000.0 }),
        )
        .organization(
            RecordKind::Account,
            json!({ "Id": MANAGEMENT, "Name": "management", "State": "ACTIVE" }),
        )
        .organization(RecordKind::OrganizationTree, tree)
}

#[test]
fn the_tree_stands_with_its_accounts() {
    let graph = acme().graph();
    let organization = &graph.organization;
    assert_eq!(organization.id.as_deref(), Some("o-1"));
    assert_eq!(organization.management_account.as_deref(), Some(MANAGEMENT));
    let levels: Vec<&str> = organization
        .levels_of(PROD)
        .unwrap()
        .iter()
        .map(|node| node.name.as_str())
        .collect();
    assert_eq!(levels, ["Root", "Production", "prod"]);
    assert_eq!(
        organization.nodes[PROD].state.as_deref(),
        Some("SUSPENDED"),
        "the older Status is read too"
    );
    assert_eq!(
        ends(&graph, &urn::organization_node("ou-1-prod"), EdgeKind::Contains),
        [urn::account(PROD)]
    );
    let prod = entity(&graph, &urn::account(PROD));
    assert_eq!(
        (prod.name.as_str(), prod.source_system.as_str(), prod.resolution),
        ("prod", "aws_orgs:333333333333", Resolution::Collected)
    );
    assert_eq!(
        json!(prod.attributes),
        json!({ "state": "SUSPENDED", "joined_at": "2023-11-14T22:13:20Z" })
    );
    assert_eq!(
        entity(&graph, &urn::account(MANAGEMENT)).attributes["management_account"],
        json!(true)
    );
    assert_eq!(
        entity(&graph, &urn::organization_node("r-1")).kind,
        EntityKind::OrganizationRoot
    );
}

#[test]
fn what_is_switched_on_is_known_only_from_the_root() {
    let organization = acme().graph().organization;
    assert_eq!(organization.service_control_policies_enabled, Some(true));
    assert_eq!(organization.resource_control_policies_enabled, Some(false));
    let bare = Capture::new()
        .organization(RecordKind::OrganizationTree, json!({ "Roots": [{ "Id": "r-1" }] }))
        .graph()
        .organization;
    assert_eq!(bare.service_control_policies_enabled, None);
    assert!(!bare.policies_collected);
}

#[test]
fn an_organization_without_policies_is_not_one_whose_policies_were_not_recorded() {
    let output = acme()
        .organization(RecordKind::OrganizationPolicy, json!({ "Policies": [] }))
        .normalise();
    assert!(output.graph.organization.policies_collected);
    assert_eq!(output.diagnostics, []);
    assert!(!acme().graph().organization.policies_collected);
}

#[test]
fn control_policies_hang_on_the_nodes_they_name() {
    let rcp = json!({ "PolicySummary": { "Id": "p-rcp", "Arn": "arn:aws:organizations::aws:policy/resource_control_policy/p-rcp", "Name": "rcp", "Type": "RESOURCE_CONTROL_POLICY" },
        "Content": allows("*").to_string(), "Targets": [{ "TargetId": "r-1", "Type": "ROOT" }] });
    let graph = acme()
        .organization(RecordKind::OrganizationPolicy, scp("p-1", &json!(["ou-1-prod", DEV])))
        .organization(RecordKind::OrganizationPolicy, rcp)
        .graph();
    let nodes = &graph.organization.nodes;
    assert!(graph.organization.policies_collected);
    assert_eq!(
        nodes["ou-1-prod"].service_control_policies,
        BTreeSet::from([scp_arn("p-1")])
    );
    assert_eq!(nodes[DEV].service_control_policies, BTreeSet::from([scp_arn("p-1")]));
    assert_eq!(nodes["r-1"].resource_control_policies.len(), 1);
    assert!(nodes["r-1"].service_control_policies.is_empty());
    assert_eq!(
        ends(&graph, &scp_arn("p-1"), EdgeKind::Constrains),
        [urn::account(DEV), urn::organization_node("ou-1-prod")]
    );
    assert_eq!(entity(&graph, &scp_arn("p-1")).kind, EntityKind::ServiceControlPolicy);
    assert_eq!(entity(&graph, &scp_arn("p-1")).source_system, "aws_orgs:333333333333");
    assert_eq!(
        (
            policy(&graph, &scp_arn("p-1")).kind,
            &policy(&graph, &scp_arn("p-1")).document
        ),
        (PolicyKind::ServiceControl, &Some(allows("*")))
    );
}

#[test]
fn a_policy_that_does_not_say_what_it_is_attached_to_is_named() {
    let mut unattached = scp("p-1", &json!([]));
    unattached.as_object_mut().unwrap().remove("Targets");
    let output = acme()
        .organization(RecordKind::OrganizationPolicy, unattached)
        .normalise();
    assert_eq!(codes(&output), ["policy_without_targets"]);
}

#[test]
fn policies_that_decide_no_access_are_left_out_quietly() {
    let tag_policy = json!({ "Id": "p-t", "Arn": "arn:aws:organizations::333333333333:policy/o-1/tag_policy/p-t", "Type": "TAG_POLICY", "Content": "{}", "Targets": [] });
    let output = acme()
        .organization(RecordKind::OrganizationPolicy, tag_policy)
        .normalise();
    assert!(output.graph.policies.is_empty());
    assert!(output.diagnostics.is_empty());
}

#[test]
fn delegated_administrators_are_known_with_their_services() {
    let row = json!({ "Id": DEV, "Services": [{ "ServicePrincipal": "config.amazonaws.com" }, { "ServicePrincipal": "access-analyzer.amazonaws.com" }] });
    let graph = acme().organization(RecordKind::DelegatedAdministrator, row).graph();
    let services = [
        "access-analyzer.amazonaws.com".to_owned(),
        "config.amazonaws.com".to_owned(),
    ];
    assert_eq!(
        graph.organization.delegated_administrators[DEV],
        BTreeSet::from(services.clone())
    );
    assert_eq!(
        entity(&graph, &urn::account(DEV)).attributes["delegated_administrator_for"],
        json!(services)
    );
}

#[test]
fn the_organizations_resource_policy_grants_too() {
    let arn = "arn:aws:organizations::333333333333:resourcepolicy/o-1/rp-1";
    let answer = json!({ "ResourcePolicy": { "ResourcePolicySummary": { "Id": "rp-1", "Arn": arn }, "Content": grants(&json!({ "AWS": DEV }), "organizations:ListAccounts").to_string() } });
    let graph = acme()
        .organization(RecordKind::OrganizationResourcePolicy, answer)
        .graph();
    assert_eq!(ends(&graph, arn, EdgeKind::Grants), [urn::account(DEV)]);
}

#[test]
fn parents_that_run_in_a_circle_place_nobody() {
    let tree = json!({ "OrganizationalUnits": [{ "Id": "ou-1-a", "ParentId": "ou-1-b" }, { "Id": "ou-1-b", "ParentId": "ou-1-a" }], "Parents": [{ "ChildId": DEV, "ParentId": "ou-1-a" }] });
    let output = Capture::new()
        .organization(RecordKind::OrganizationTree, tree)
        .normalise();
    assert!(
        output
            .graph
            .organization
            .nodes
            .values()
            .all(|node| node.parent.is_none())
    );
    assert!(output.graph.organization.levels_of(DEV).is_none());
    assert_eq!(codes(&output), ["circular_tree", "circular_tree", "circular_tree"]);
}

#[test]
fn a_node_that_only_others_name_is_kept() {
    let tree =
        json!({ "Parents": [{ "ChildId": DEV, "ParentId": "ou-1-a" }, { "ChildId": "ou-1-a", "ParentId": "r-1" }] });
    let graph = Capture::new().organization(RecordKind::OrganizationTree, tree).graph();
    assert_eq!(graph.organization.levels_of(DEV).unwrap().len(), 3);
    assert_eq!(graph.organization.nodes["r-1"].kind, OrganizationNodeKind::Root);
    assert_eq!(
        entity(&graph, &urn::organization_node("ou-1-a")).resolution,
        Resolution::Referenced
    );
    assert_eq!(entity(&graph, &urn::account(DEV)).resolution, Resolution::Referenced);
}

#[test]
fn a_scanned_account_is_known_though_no_organization_lists_it() {
    let trust = grants(&json!({ "AWS": [DEV, OUTSIDER] }), "sts:AssumeRole");
    let graph = Capture::new()
        .details(json!({ "RoleDetailList": [{ "Arn": super::role_arn("r"), "AssumeRolePolicyDocument": trust }] }))
        .graph();
    assert_eq!(entity(&graph, &urn::account(DEV)).resolution, Resolution::Referenced);
    assert_eq!(entity(&graph, &urn::account(DEV)).kind, EntityKind::Account);
    assert_eq!(entity(&graph, &urn::account(OUTSIDER)).resolution, Resolution::External);
    assert!(graph.organization.nodes.is_empty());
}
