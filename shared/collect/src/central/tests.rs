//! Central steps give the same files and rows wherever a worker stops.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;

use super::{
    aggregator_in, aggregator_steps, findings_steps, identity_steps, inventory_steps, organization_steps, trail_steps,
};
use crate::api::Failure;
use crate::plan::Plan;
use crate::step::Step;
use crate::testkit::{ACCOUNT, Aws, REGION, Worker, assert_resumable, plan};
use crate::work::Progress;

/// The steps of these sources.
fn only(steps: Vec<Box<dyn Step>>, sources: &[&str]) -> Vec<Box<dyn Step>> {
    let mut steps = steps;
    steps.retain(|step| sources.contains(&step.place().source.as_str()));
    steps
}

fn status(progress: &Progress, source: &str) -> (CoverageStatus, u64) {
    let row = progress.rows.iter().find(|row| row.source == source).unwrap();
    (row.status, row.items)
}

fn identity() -> Aws {
    let set = |name: &str| json!(format!("arn:aws:sso:::permissionSet/ssoins-1/{name}"));
    let named = |name: &str| json!({"PermissionSetArn": set(name)});
    let user = |id: &str| json!({"UserId": id, "UserName": id, "IdentityStoreId": "d-1"});
    let group = |id: &str| json!({"GroupId": id, "DisplayName": id, "IdentityStoreId": "d-1"});
    let membership = |group: &str, user: &str| json!({"IdentityStoreId": "d-1", "MembershipId": format!("{group}-{user}"), "GroupId": group, "MemberId": {"UserId": user}});
    let mut aws = Aws::new()
        .pages(
            "sso-admin:ListInstances",
            json!({}),
            "Instances",
            vec![json!({"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1"})],
            1,
        )
        .pages(
            "sso-admin:ListPermissionSets",
            json!({}),
            "PermissionSets",
            vec![set("ps-b"), set("ps-a"), set("ps-c")],
            2,
        )
        .pages(
            "sso-admin:ListManagedPoliciesInPermissionSet",
            json!({}),
            "AttachedManagedPolicies",
            vec![],
            1,
        )
        .pages(
            "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
            json!({}),
            "CustomerManagedPolicyReferences",
            vec![],
            1,
        )
        .pages(
            "sso-admin:ListTagsForResource",
            json!({}),
            "Tags",
            vec![json!({"Key": "owner", "Value": "team"})],
            1,
        )
        .answer(
            "sso-admin:GetInlinePolicyForPermissionSet",
            json!({}),
            json!({"InlinePolicy": ""}),
        )
        .refuse(
            "sso-admin:GetPermissionsBoundaryForPermissionSet",
            json!({}),
            Failure::NotFound,
            "ResourceNotFoundException",
        )
        .pages(
            "sso-admin:ListAccountsForProvisionedPermissionSet",
            json!({}),
            "AccountIds",
            vec![json!("222233334444"), json!(ACCOUNT)],
            1,
        )
        .pages(
            "identitystore:ListUsers",
            json!({}),
            "Users",
            vec![user("u1"), user("u2"), user("u3")],
            1,
        )
        .pages(
            "identitystore:ListGroups",
            json!({}),
            "Groups",
            vec![group("g1"), group("g2")],
            1,
        )
        .pages(
            "identitystore:ListGroupMemberships",
            json!({"GroupId": "g1"}),
            "GroupMemberships",
            vec![membership("g1", "u1"), membership("g1", "u2")],
            1,
        )
        .pages(
            "identitystore:ListGroupMemberships",
            json!({"GroupId": "g2"}),
            "GroupMemberships",
            vec![membership("g2", "u3")],
            1,
        );
    for name in ["ps-a", "ps-b", "ps-c"] {
        let described = json!({"PermissionSet": {"Name": name, "PermissionSetArn": set(name)}});
        aws = aws.answer("sso-admin:DescribePermissionSet", named(name), described);
        for account in ["222233334444", ACCOUNT] {
            let assignment = |group: &str| json!({"AccountId": account, "PermissionSetArn": set(name), "PrincipalType": "GROUP", "PrincipalId": group});
            let asked = json!({"PermissionSetArn": set(name), "AccountId": account});
            aws = aws.pages(
                "sso-admin:ListAccountAssignments",
                asked,
                "AccountAssignments",
                vec![assignment("g1"), assignment("g2")],
                1,
            );
        }
    }
    aws
}

#[test]
fn identity_center_is_read_whole_wherever_a_worker_stops() {
    let progress = assert_resumable(identity, &identity_steps(&plan()), &[]);
    for (source, items) in [
        ("identity-center:instances", 1),
        ("identity-center:permission-sets", 3),
        ("identity-center:assignments", 12),
        ("identity-center:users", 3),
        ("identity-center:groups", 2),
        ("identity-center:memberships", 3),
    ] {
        assert_eq!(status(&progress, source), (CoverageStatus::Ok, items), "{source}");
    }
}

fn analyzer() -> Aws {
    let arn = |name: &str| format!("arn:aws:access-analyzer:eu-west-1:999988887777:analyzer/{name}");
    let analyzer = |name: &str| json!({"arn": arn(name), "name": name, "type": "ORGANIZATION", "status": "ACTIVE"});
    let finding = |id: &str, status: &str| json!({"id": id, "status": status, "resourceType": "AWS::S3::Bucket", "resource": "arn:aws:s3:::b"});
    Aws::new()
        .pages(
            "accessanalyzer:ListAnalyzers",
            json!({}),
            "analyzers",
            vec![analyzer("b"), analyzer("a")],
            1,
        )
        .pages(
            "accessanalyzer:ListFindingsV2",
            json!({"analyzerArn": arn("a")}),
            "findings",
            vec![
                finding("f1", "ACTIVE"),
                finding("f2", "ARCHIVED"),
                finding("f3", "ACTIVE"),
            ],
            2,
        )
        .pages(
            "accessanalyzer:ListFindingsV2",
            json!({"analyzerArn": arn("b")}),
            "findings",
            vec![finding("f4", "ACTIVE")],
            2,
        )
        .pages(
            "accessanalyzer:GetFindingV2",
            json!({}),
            "findingDetails",
            vec![json!({"externalAccessDetails": {"isPublic": true}})],
            1,
        )
}

const FINDINGS: &str = "access-analyzer:findings";

#[test]
fn findings_of_access_analyzer_are_read_whole_wherever_a_worker_stops() {
    let steps = only(findings_steps(&plan()), &[FINDINGS, "access-analyzer:analyzers"]);
    let progress = assert_resumable(analyzer, &steps, &[]);
    assert_eq!(status(&progress, FINDINGS), (CoverageStatus::Ok, 4));
}

#[test]
fn an_analyzer_that_refuses_is_not_forgotten_by_the_next_worker() {
    let aws = || {
        let asked = json!({"analyzerArn": "arn:aws:access-analyzer:eu-west-1:999988887777:analyzer/a"});
        analyzer().refuse(
            "accessanalyzer:ListFindingsV2",
            asked,
            Failure::Denied,
            "AccessDeniedException",
        )
    };
    let progress = assert_resumable(aws, &only(findings_steps(&plan()), &[FINDINGS]), &[]);
    let row = progress.rows.first().unwrap();
    assert_eq!((row.status, row.items), (CoverageStatus::Partial, 1));
    assert_eq!(row.error_code.as_deref(), Some("AccessDeniedException"));
}

fn organization() -> Aws {
    let policy = |id: &str| json!({"Id": id});
    let mut aws = Aws::new()
        .answer(
            "organizations:DescribeOrganization",
            json!({}),
            json!({"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "444455556666"}}),
        )
        .pages(
            "organizations:ListAccounts",
            json!({}),
            "Accounts",
            vec![json!({"Id": ACCOUNT}), json!({"Id": "444455556666"})],
            1,
        )
        .pages(
            "organizations:ListRoots",
            json!({}),
            "Roots",
            vec![json!({"Id": "r-1"})],
            1,
        )
        .pages(
            "organizations:ListAccountsForParent",
            json!({}),
            "Accounts",
            vec![json!({"Id": ACCOUNT})],
            1,
        )
        .pages(
            "organizations:ListAccountsForParent",
            json!({"ParentId": "r-1"}),
            "Accounts",
            vec![json!({"Id": "444455556666"})],
            1,
        )
        .pages(
            "organizations:ListOrganizationalUnitsForParent",
            json!({}),
            "OrganizationalUnits",
            vec![],
            1,
        )
        .pages(
            "organizations:ListOrganizationalUnitsForParent",
            json!({"ParentId": "r-1"}),
            "OrganizationalUnits",
            vec![json!({"Id": "ou-1"})],
            1,
        )
        .pages("organizations:ListPolicies", json!({}), "Policies", vec![], 1)
        .pages(
            "organizations:ListPolicies",
            json!({"Filter": "SERVICE_CONTROL_POLICY"}),
            "Policies",
            vec![policy("p-1"), policy("p-2")],
            1,
        )
        .refuse(
            "organizations:ListPolicies",
            json!({"Filter": "S3_POLICY"}),
            Failure::Invalid,
            "InvalidInputException",
        )
        .pages(
            "organizations:ListTargetsForPolicy",
            json!({}),
            "Targets",
            vec![json!({"TargetId": "r-1"})],
            1,
        )
        .pages(
            "organizations:ListDelegatedAdministrators",
            json!({}),
            "DelegatedAdministrators",
            vec![json!({"Id": ACCOUNT})],
            1,
        )
        .pages(
            "organizations:ListDelegatedServicesForAccount",
            json!({}),
            "DelegatedServices",
            vec![json!({"ServicePrincipal": "config.amazonaws.com"})],
            1,
        )
        .refuse(
            "organizations:DescribeResourcePolicy",
            json!({}),
            Failure::NotFound,
            "ResourcePolicyNotFoundException",
        );
    for id in ["p-1", "p-2"] {
        let described =
            json!({"Policy": {"PolicySummary": {"Id": id, "Type": "SERVICE_CONTROL_POLICY"}, "Content": "{}"}});
        aws = aws.answer("organizations:DescribePolicy", json!({"PolicyId": id}), described);
    }
    aws
}

fn whole_organization() -> Vec<Box<dyn Step>> {
    let mut steps = organization_steps(&plan());
    steps.extend(super::organization::policy_steps(&plan()));
    steps
}

#[test]
fn the_organization_is_read_whole_wherever_a_worker_stops() {
    let progress = assert_resumable(organization, &whole_organization(), &[]);
    assert_eq!(status(&progress, "organizations:accounts"), (CoverageStatus::Ok, 2));
    assert_eq!(status(&progress, "organizations:policies"), (CoverageStatus::Ok, 2));
}

/// What the hub may not ask, the role in the management account is asked.
#[test]
fn a_hub_that_is_no_delegated_administrator_asks_the_management_account() {
    let aws = || organization().refuse_of_hub("AccessDeniedException");
    let progress = assert_resumable(aws, &whole_organization(), &[]);
    assert_eq!(status(&progress, "organizations:accounts"), (CoverageStatus::Ok, 2));
    assert_eq!(status(&progress, "organizations:policies"), (CoverageStatus::Ok, 2));
}

const ROLE_SOURCE: &str = "config:AWS::IAM::Role";
const POLICIES: &str = "iam:aws-managed-policies";

fn config() -> Aws {
    let role = |name: &str, policy: &str| {
        let item = json!({
            "accountId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "resourceType": "AWS::IAM::Role", "resourceId": name,
            "configuration": {"attachedManagedPolicies": [{"policyArn": policy}]},
        });
        Value::from(item.to_string())
    };
    let unknown = json!({"accountId": "888877776666", "arn": "arn:aws:iam::888877776666:role/x", "resourceType": "AWS::IAM::Role", "resourceId": "x"});
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let roles = vec![
        role("a", read_only),
        role("b", "arn:aws:iam::111122223333:policy/own"),
        Value::from(unknown.to_string()),
        role("c", "arn:aws:iam::aws:policy/job-function/Billing"),
    ];
    let identifier = |id: &str| json!({"SourceAccountId": ACCOUNT, "SourceRegion": "eu-west-1", "ResourceId": id, "ResourceType": "AWS::KMS::Alias"});
    let item = |id: &str| json!({"accountId": ACCOUNT, "awsRegion": "eu-west-1", "resourceType": "AWS::KMS::Alias", "resourceId": id});
    let version = |id: &str| json!({"Policy": {"DefaultVersionId": id}});
    Aws::new()
        .pages("config:DescribeConfigurationAggregators", json!({}), "ConfigurationAggregators", vec![
            json!({"ConfigurationAggregatorName": "all", "OrganizationAggregationSource": {"AllAwsRegions": true}}),
        ], 1)
        .pages("config:DescribeConfigurationAggregatorSourcesStatus", json!({}), "AggregatedSourceStatusList", vec![
            json!({"SourceId": ACCOUNT, "SourceType": "ACCOUNT", "AwsRegion": "eu-west-1", "LastUpdateStatus": "SUCCEEDED"}),
        ], 1)
        .pages("config:SelectAggregateResourceConfig", json!({}), "Results", vec![], 1)
        .pages_with("config:SelectAggregateResourceConfig", "AWS::IAM::Role", "Results", roles, 1)
        .pages("config:ListAggregateDiscoveredResources", json!({}), "ResourceIdentifiers", vec![], 1)
        .pages("config:ListAggregateDiscoveredResources", json!({"ResourceType": "AWS::KMS::Alias"}), "ResourceIdentifiers",
            (0..150).map(|id| identifier(&id.to_string())).collect(), 100)
        .answer("config:BatchGetAggregateResourceConfig", json!({}), json!({"BaseConfigurationItems": [item("1"), item("2")], "UnprocessedResourceIdentifiers": [identifier("3")]}))
        .answer("config:BatchGetAggregateResourceConfig", json!({"ResourceIdentifiers": [identifier("3")]}), json!({"BaseConfigurationItems": [item("3")]}))
        .answer("iam:GetPolicy", json!({}), version("v1"))
        .answer("iam:GetPolicyVersion", json!({}), json!({"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": []}}}))
}

#[test]
fn the_aggregator_is_read_whole_wherever_a_worker_stops() {
    let aggregator = assert_resumable(config, &aggregator_steps(&plan()), &[]);
    assert_eq!(status(&aggregator, "config:aggregator"), (CoverageStatus::Ok, 2));
    let asked = ["config:AWS::IAM::Role", "config:AWS::KMS::Alias", POLICIES];
    let progress = assert_resumable(config, &only(inventory_steps(&plan()), &asked), &[]);
    assert_eq!(status(&progress, ROLE_SOURCE), (CoverageStatus::Ok, 3));
    assert_eq!(status(&progress, "config:AWS::KMS::Alias"), (CoverageStatus::Ok, 6));
    assert_eq!(status(&progress, POLICIES), (CoverageStatus::Ok, 2));
}

/// The aggregator's name is in the plan; only where it is not does every type ask, so that AWS's words stand in its row.
#[test]
fn the_aggregator_is_asked_for_once() {
    let documents = |name: &str| {
        let found =
            json!({"ConfigurationAggregatorName": name, "OrganizationAggregationSource": {"AllAwsRegions": true}});
        [
            json!({"ConfigurationAggregators": [found]}),
            json!({"AggregatedSourceStatusList": []}),
        ]
    };
    assert_eq!(aggregator_in(&documents("all"), ""), Some("all".to_owned()));
    assert_eq!(aggregator_in(&documents("all"), "all"), Some("all".to_owned()));
    for (name, named) in [("[redacted]", ""), ("all", "another")] {
        assert_eq!(aggregator_in(&documents(name), named), None);
    }
    let both = [documents("one"), documents("two")].concat();
    assert_eq!((aggregator_in(&[], ""), aggregator_in(&both, "")), (None, None));

    let asked = [ROLE_SOURCE, "config:AWS::KMS::Alias"];
    for (aggregator, times) in [(Some("all".to_owned()), 0), (None, 2)] {
        let plan = Plan { aggregator, ..plan() };
        let worker = Worker::new(config());
        let progress = worker.run_all(&only(inventory_steps(&plan), &asked));
        assert_eq!(status(&progress, ROLE_SOURCE), (CoverageStatus::Ok, 3));
        let calls = worker.aws.calls.lock().unwrap();
        let of_aggregator = calls
            .iter()
            .filter(|call| call.starts_with("config:DescribeConfigurationAggregators "));
        assert_eq!(of_aggregator.count(), times);
    }
}

/// What AWS Config leaves over of a batch is asked for again; what it never processes is missing, whatever else there is to say.
#[test]
fn resources_that_are_never_processed_are_told() {
    let left_over = || {
        let identifier = json!({"SourceAccountId": ACCOUNT, "SourceRegion": "eu-west-1", "ResourceId": "3", "ResourceType": "AWS::KMS::Alias"});
        let gone = json!({"accountId": "888877776666", "awsRegion": "eu-west-1", "resourceType": "AWS::KMS::Alias", "resourceId": "9"});
        let answer = json!({"BaseConfigurationItems": [gone], "UnprocessedResourceIdentifiers": [identifier]});
        let again = json!({"UnprocessedResourceIdentifiers": [identifier]});
        config()
            .answer("config:BatchGetAggregateResourceConfig", json!({}), answer)
            .answer(
                "config:BatchGetAggregateResourceConfig",
                json!({"ResourceIdentifiers": [identifier]}),
                again,
            )
    };
    let progress = assert_resumable(
        left_over,
        &only(inventory_steps(&plan()), &["config:AWS::KMS::Alias"]),
        &[],
    );
    assert_eq!(
        status(&progress, "config:AWS::KMS::Alias"),
        (CoverageStatus::Partial, 0)
    );
}

#[test]
fn trails_are_read_whole_wherever_a_worker_stops() {
    let trail = |name: &str| json!({"Name": name, "TrailARN": format!("arn:aws:cloudtrail:eu-west-1:999988887777:trail/{name}"), "HomeRegion": "eu-west-1"});
    let aws = || {
        Aws::new()
            .answer(
                "cloudtrail:DescribeTrails",
                json!({}),
                json!({"trailList": [trail("a"), trail("b")]}),
            )
            .answer("cloudtrail:GetTrailStatus", json!({}), json!({"IsLogging": true}))
            .answer("cloudtrail:GetEventSelectors", json!({}), json!({"EventSelectors": []}))
    };
    let progress = assert_resumable(aws, &trail_steps(&plan()), &[]);
    assert_eq!(status(&progress, "cloudtrail:trails"), (CoverageStatus::Ok, 2));
}

#[test]
fn the_ledger_says_when_not_every_enabled_region_is_read() {
    let listed =
        |names: &[&str]| json!({"Regions": names.iter().map(|name| json!({"RegionName": name})).collect::<Vec<_>>()});
    let none = json!({});
    let cases = [
        (
            Aws::new().answer("account:ListRegions", none.clone(), listed(&[REGION])),
            CoverageStatus::Ok,
        ),
        (
            Aws::new().answer("account:ListRegions", none.clone(), listed(&[REGION, "us-east-1"])),
            CoverageStatus::Partial,
        ),
        (
            Aws::new().refuse("account:ListRegions", none, Failure::Denied, "AccessDeniedException"),
            CoverageStatus::Denied,
        ),
    ];
    for (aws, want) in cases {
        let mut plan = plan();
        plan.header.regions = vec![REGION.to_owned()];
        plan.options.regions = Vec::new();
        let progress = Worker::new(aws).run_all(&super::region_steps(&plan));
        assert_eq!(status(&progress, "account:regions").0, want);
    }
}

#[test]
fn an_organization_that_nobody_answers_for_is_told_of() {
    let mut plan = plan();
    plan.header.organization_id = None;
    let steps = only(
        crate::task::Task::Organization.steps(&plan),
        &["organizations:organization"],
    );
    let aws = Aws::new().refuse(
        "organizations:DescribeOrganization",
        json!({}),
        Failure::Throttled,
        "TooManyRequestsException",
    );
    let progress = Worker::new(aws).run_all(&steps);
    assert_eq!(
        status(&progress, "organizations:organization"),
        (CoverageStatus::Throttled, 0)
    );
}
