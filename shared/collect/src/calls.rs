//! Every API operation that the product calls: the one list from which permissions, deny statements and the table in the documentation are generated.
//!
//! Rates are AWS's where it documents one, else what has worked for years in public collectors, with room to spare; `docs/collection.md` says which. The rate of a
//! row without one is five calls a second.

use crate::call::Caller::{Collector, Evidence, Findings, Identity, Inventory, Management, Preflight, Spoke};
use crate::call::{ApiCall, Pages, Rate};

/// Organizations throttles a whole organization together.
const ORGANIZATIONS: Rate = Rate::per_second(1).burst(2);

const NEXT_TOKEN: Pages = Pages::by("NextToken");

const AGGREGATOR: &str = "arn:${Partition}:config:${Region}:${HubAccount}:config-aggregator/${Aggregator}";
const ANALYZER: &str = "arn:${Partition}:access-analyzer:*:${HubAccount}:analyzer/*";
const TRAIL: &str = "arn:${Partition}:cloudtrail:*:*:trail/*";

#[rustfmt::skip]
/// Calls about the caller itself, and the roles it takes.
pub mod sts {
    use super::*;

    /// AWS answers it whatever policies say.
    pub static GET_CALLER_IDENTITY: ApiCall = ApiCall::new("sts", "GetCallerIdentity", &[])
        .by(&[Inventory, Preflight, Collector]).because("Says which account the hub is, before anything else is asked");
    /// Its tags need an action of their own.
    pub static ASSUME_ROLE: ApiCall = ApiCall::new("sts", "AssumeRole", &["sts:AssumeRole", "sts:TagSession"])
        .on("${SpokeRoleArn}").by(&[Collector]).at(Rate::per_second(10).burst(10)).because("Takes the read-only role of each account, once for an account and component in a scan");
}

#[rustfmt::skip]
/// AWS Account Management.
pub mod account {
    use super::*;

    /// Regions with whether they are enabled.
    pub static LIST_REGIONS: ApiCall = ApiCall::new("account", "ListRegions", &["account:ListRegions"])
        .by(&[Inventory, Preflight]).paged(NEXT_TOKEN.limited("MaxResults", 50)).because("Which Regions are enabled, so that the others are not asked");
}

#[rustfmt::skip]
/// The organization: accounts, tree, policies, administrators.
pub mod organizations {
    use super::*;

    /// Accounts with their state.
    pub static LIST_ACCOUNTS: ApiCall = ApiCall::new("organizations", "ListAccounts", &["organizations:ListAccounts"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which accounts there are, and which of them are active");
    /// The organization's id and management account.
    pub static DESCRIBE_ORGANIZATION: ApiCall = ApiCall::new("organizations", "DescribeOrganization", &["organizations:DescribeOrganization"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).because("The organization's id and its management account");
    /// Policies with their text.
    pub static DESCRIBE_POLICY: ApiCall = ApiCall::new("organizations", "DescribePolicy", &["organizations:DescribePolicy"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).because("The text of service control and resource control policies, which limit every answer");
    /// The organization's own resource policy.
    pub static DESCRIBE_RESOURCE_POLICY: ApiCall = ApiCall::new("organizations", "DescribeResourcePolicy", &["organizations:DescribeResourcePolicy"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).because("To whom the management account delegates the organization's policies");
    /// Accounts directly below a root or unit.
    pub static LIST_ACCOUNTS_FOR_PARENT: ApiCall = ApiCall::new("organizations", "ListAccountsForParent", &["organizations:ListAccountsForParent"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Where each account stands in the tree, which decides what policies apply to it");
    /// Accounts that may act for the management account.
    pub static LIST_DELEGATED_ADMINISTRATORS: ApiCall = ApiCall::new("organizations", "ListDelegatedAdministrators", &["organizations:ListDelegatedAdministrators"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which accounts act for the organization, and whether the hub is one");
    /// The services that an account administers.
    pub static LIST_DELEGATED_SERVICES_FOR_ACCOUNT: ApiCall = ApiCall::new("organizations", "ListDelegatedServicesForAccount", &["organizations:ListDelegatedServicesForAccount"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("For which services an account acts for the organization");
    /// Units directly below a root or unit.
    pub static LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: ApiCall = ApiCall::new("organizations", "ListOrganizationalUnitsForParent", &["organizations:ListOrganizationalUnitsForParent"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("The tree of organizational units");
    /// Policies of one type.
    pub static LIST_POLICIES: ApiCall = ApiCall::new("organizations", "ListPolicies", &["organizations:ListPolicies"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which organization policies there are");
    /// Roots.
    pub static LIST_ROOTS: ApiCall = ApiCall::new("organizations", "ListRoots", &["organizations:ListRoots"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Where the tree begins, and which types of policies are enabled");
    /// What a policy is attached to.
    pub static LIST_TARGETS_FOR_POLICY: ApiCall = ApiCall::new("organizations", "ListTargetsForPolicy", &["organizations:ListTargetsForPolicy"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("To which accounts and units a policy applies");
}

#[rustfmt::skip]
/// The organization's aggregator of AWS Config.
pub mod configservice {
    use super::*;

    /// Details of up to 100 resources.
    pub static BATCH_GET_AGGREGATE_RESOURCE_CONFIG: ApiCall = ApiCall::new("config", "BatchGetAggregateResourceConfig", &["config:BatchGetAggregateResourceConfig"])
        .on(AGGREGATOR).by(&[Inventory]).at(Rate::per_second(15)).because("Resources of types that Config's queries do not know");
    /// Aggregators.
    pub static DESCRIBE_CONFIGURATION_AGGREGATORS: ApiCall = ApiCall::new("config", "DescribeConfigurationAggregators", &["config:DescribeConfigurationAggregators"])
        .by(&[Inventory, Preflight]).paged(NEXT_TOKEN).because("Which aggregator covers the organization, and which Regions");
    /// How current the sources of an aggregator are.
    pub static DESCRIBE_CONFIGURATION_AGGREGATOR_SOURCES_STATUS: ApiCall =
        ApiCall::new("config", "DescribeConfigurationAggregatorSourcesStatus", &["config:DescribeConfigurationAggregatorSourcesStatus"])
        .on(AGGREGATOR).by(&[Inventory, Preflight]).paged(NEXT_TOKEN).because("Which accounts and Regions the aggregator could not bring up to date");
    /// Recorders of an account and Region.
    pub static DESCRIBE_CONFIGURATION_RECORDERS: ApiCall = ApiCall::new("config", "DescribeConfigurationRecorders", &["config:DescribeConfigurationRecorders"])
        .by(&[Spoke, Preflight]).because("Which types are recorded: without it silence cannot be told from absence");
    /// Whether recorders run.
    pub static DESCRIBE_CONFIGURATION_RECORDER_STATUS: ApiCall = ApiCall::new("config", "DescribeConfigurationRecorderStatus", &["config:DescribeConfigurationRecorderStatus"])
        .by(&[Spoke, Preflight]).because("Whether Config is recording at all");
    /// Ids of one type.
    pub static LIST_AGGREGATE_DISCOVERED_RESOURCES: ApiCall = ApiCall::new("config", "ListAggregateDiscoveredResources", &["config:ListAggregateDiscoveredResources"])
        .on(AGGREGATOR).by(&[Inventory]).at(Rate::per_second(8)).paged(NEXT_TOKEN.limited("Limit", 100)).because("Resources of types that Config's queries do not know");
    /// Configuration items by a query.
    pub static SELECT_AGGREGATE_RESOURCE_CONFIG: ApiCall = ApiCall::new("config", "SelectAggregateResourceConfig", &["config:SelectAggregateResourceConfig"])
        .on(AGGREGATOR).by(&[Inventory]).at(Rate::per_second(8)).paged(NEXT_TOKEN.limited("Limit", 100)).because("The inventory of every account and Region, without a role in any of them");
}

#[rustfmt::skip]
/// Amazon Athena.
pub mod athena {
    use super::*;

    /// How a workgroup bounds its queries.
    pub static GET_WORK_GROUP: ApiCall = ApiCall::new("athena", "GetWorkGroup", &["athena:GetWorkGroup"])
        .on("arn:${Partition}:athena:${Region}:${HubAccount}:workgroup/${Workgroup}").by(&[Evidence, Preflight]).because("Whether the workgroup bounds what a query may scan");
}

#[rustfmt::skip]
/// AWS Security Hub.
pub mod securityhub {
    use super::*;

    /// Whether Security Hub is enabled.
    pub static DESCRIBE_HUB: ApiCall = ApiCall::new("securityhub", "DescribeHub", &["securityhub:DescribeHub"])
        .by(&[Preflight]).because("Whether Security Hub is enabled in the hub");
    /// Findings by filters.
    pub static GET_FINDINGS: ApiCall = ApiCall::new("securityhub", "GetFindings", &["securityhub:GetFindings"])
        .by(&[Findings]).at(Rate::per_second(3).burst(3)).paged(NEXT_TOKEN.limited("MaxResults", 100)).because("What other AWS services found about the same identities and resources");
    /// Whether other Regions' findings are brought home.
    pub static LIST_FINDING_AGGREGATORS: ApiCall = ApiCall::new("securityhub", "ListFindingAggregators", &["securityhub:ListFindingAggregators"])
        .by(&[Preflight]).paged(NEXT_TOKEN).because("Whether findings of every Region come to the home Region");
}

#[rustfmt::skip]
/// IAM Access Analyzer.
pub mod accessanalyzer {
    use super::*;

    const NEXT: Pages = Pages::by("nextToken");

    /// A finding with its details.
    pub static GET_FINDING_V2: ApiCall = ApiCall::new("accessanalyzer", "GetFindingV2", &["access-analyzer:GetFinding"])
        .on(ANALYZER).by(&[Findings]).at(Rate::per_second(5).burst(5)).paged(NEXT).because("Who outside has access, and which permissions were not used");
    /// Analyzers of a Region.
    pub static LIST_ANALYZERS: ApiCall = ApiCall::new("accessanalyzer", "ListAnalyzers", &["access-analyzer:ListAnalyzers"])
        .by(&[Findings, Preflight]).paged(NEXT).because("Which analyzers watch the organization");
    /// Findings of an analyzer.
    pub static LIST_FINDINGS_V2: ApiCall = ApiCall::new("accessanalyzer", "ListFindingsV2", &["access-analyzer:ListFindings"])
        .on(ANALYZER).by(&[Findings]).paged(NEXT).because("External, unused and internal access that AWS has found");
}

#[rustfmt::skip]
/// IAM Identity Center.
pub mod sso_admin {
    use super::*;

    /// A permission set.
    pub static DESCRIBE_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "DescribePermissionSet", &["sso:DescribePermissionSet"])
        .by(&[Identity]).because("What a permission set is called and how long its sessions last");
    /// Its inline policy.
    pub static GET_INLINE_POLICY_FOR_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "GetInlinePolicyForPermissionSet", &["sso:GetInlinePolicyForPermissionSet"])
        .by(&[Identity]).because("What a permission set grants");
    /// Its boundary.
    pub static GET_PERMISSIONS_BOUNDARY_FOR_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "GetPermissionsBoundaryForPermissionSet", &["sso:GetPermissionsBoundaryForPermissionSet"])
        .by(&[Identity]).because("What limits a permission set");
    /// Who has a permission set in an account.
    pub static LIST_ACCOUNT_ASSIGNMENTS: ApiCall = ApiCall::new("sso-admin", "ListAccountAssignments", &["sso:ListAccountAssignments"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("Which users and groups sign in to which account with which permission set");
    /// Where a permission set is provisioned.
    pub static LIST_ACCOUNTS_FOR_PROVISIONED_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "ListAccountsForProvisionedPermissionSet", &["sso:ListAccountsForProvisionedPermissionSet"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("In which accounts a permission set is used");
    /// Customer managed policies by name.
    pub static LIST_CUSTOMER_MANAGED_POLICY_REFERENCES_IN_PERMISSION_SET: ApiCall =
        ApiCall::new("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet", &["sso:ListCustomerManagedPolicyReferencesInPermissionSet"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("What a permission set grants");
    /// Instances.
    pub static LIST_INSTANCES: ApiCall = ApiCall::new("sso-admin", "ListInstances", &["sso:ListInstances"])
        .by(&[Identity, Preflight]).paged(NEXT_TOKEN).because("Which instance of Identity Center the organization has");
    /// AWS managed policies.
    pub static LIST_MANAGED_POLICIES_IN_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "ListManagedPoliciesInPermissionSet", &["sso:ListManagedPoliciesInPermissionSet"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("What a permission set grants");
    /// Permission sets.
    pub static LIST_PERMISSION_SETS: ApiCall = ApiCall::new("sso-admin", "ListPermissionSets", &["sso:ListPermissionSets"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("Which permission sets there are");
    /// Tags of a permission set.
    pub static LIST_TAGS_FOR_RESOURCE: ApiCall = ApiCall::new("sso-admin", "ListTagsForResource", &["sso:ListTagsForResource"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("Owners of permission sets");
}

#[rustfmt::skip]
/// The identity store of Identity Center.
pub mod identitystore {
    use super::*;

    /// Members of a group.
    pub static LIST_GROUP_MEMBERSHIPS: ApiCall = ApiCall::new("identitystore", "ListGroupMemberships", &["identitystore:ListGroupMemberships"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("Who is member of the groups that have access");
    /// Groups.
    pub static LIST_GROUPS: ApiCall = ApiCall::new("identitystore", "ListGroups", &["identitystore:ListGroups"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("Groups that have access");
    /// Users.
    pub static LIST_USERS: ApiCall = ApiCall::new("identitystore", "ListUsers", &["identitystore:ListUsers"])
        .by(&[Identity]).paged(NEXT_TOKEN).because("People who have access; of them only ids and names are kept");
}

#[rustfmt::skip]
/// AWS CloudTrail.
pub mod cloudtrail {
    use super::*;

    /// Trails.
    pub static DESCRIBE_TRAILS: ApiCall = ApiCall::new("cloudtrail", "DescribeTrails", &["cloudtrail:DescribeTrails"])
        .by(&[Evidence, Management, Preflight]).because("Which trail records the organization, and where to");
    /// What a trail records.
    pub static GET_EVENT_SELECTORS: ApiCall = ApiCall::new("cloudtrail", "GetEventSelectors", &["cloudtrail:GetEventSelectors"])
        .on(TRAIL).by(&[Evidence, Management, Preflight]).because("Whether a call would have been recorded: only then does silence mean that it was not made");
    /// Whether a trail records.
    pub static GET_TRAIL_STATUS: ApiCall = ApiCall::new("cloudtrail", "GetTrailStatus", &["cloudtrail:GetTrailStatus"])
        .on(TRAIL).by(&[Evidence, Management, Preflight]).because("Whether the trail records, and when it last delivered");
}

#[rustfmt::skip]
/// IAM: what the central sources lack of each account.
pub mod iam {
    use super::*;

    /// Users, groups, roles and policies with their documents. May give fewer than asked for, so that only `IsTruncated` ends it.
    pub static GET_ACCOUNT_AUTHORIZATION_DETAILS: ApiCall = ApiCall::new("iam", "GetAccountAuthorizationDetails", &["iam:GetAccountAuthorizationDetails"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "Marker", more: Some("IsTruncated"), limit: Some(("MaxItems", 1000)) })
        .because("Every principal of the account with its policies, in one consistent answer");
    /// One role with its trust policy.
    pub static GET_ROLE: ApiCall = ApiCall::new("iam", "GetRole", &["iam:GetRole"])
        .on("${SpokeRoleArn}").by(&[Spoke]).because("Whether the spoke role's own trust policy asks for the external id");
}

#[rustfmt::skip]
/// Every row, in the order of the modules.
pub static ALL: &[&ApiCall] = &[
    &sts::GET_CALLER_IDENTITY, &sts::ASSUME_ROLE,
    &account::LIST_REGIONS,
    &organizations::LIST_ACCOUNTS, &organizations::DESCRIBE_ORGANIZATION, &organizations::DESCRIBE_POLICY, &organizations::DESCRIBE_RESOURCE_POLICY, &organizations::LIST_ACCOUNTS_FOR_PARENT, &organizations::LIST_DELEGATED_ADMINISTRATORS, &organizations::LIST_DELEGATED_SERVICES_FOR_ACCOUNT, &organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, &organizations::LIST_POLICIES, &organizations::LIST_ROOTS, &organizations::LIST_TARGETS_FOR_POLICY,
    &configservice::BATCH_GET_AGGREGATE_RESOURCE_CONFIG, &configservice::DESCRIBE_CONFIGURATION_AGGREGATORS, &configservice::DESCRIBE_CONFIGURATION_AGGREGATOR_SOURCES_STATUS, &configservice::DESCRIBE_CONFIGURATION_RECORDERS, &configservice::DESCRIBE_CONFIGURATION_RECORDER_STATUS, &configservice::LIST_AGGREGATE_DISCOVERED_RESOURCES, &configservice::SELECT_AGGREGATE_RESOURCE_CONFIG,
    &athena::GET_WORK_GROUP,
    &securityhub::DESCRIBE_HUB, &securityhub::GET_FINDINGS, &securityhub::LIST_FINDING_AGGREGATORS,
    &accessanalyzer::GET_FINDING_V2, &accessanalyzer::LIST_ANALYZERS, &accessanalyzer::LIST_FINDINGS_V2,
    &sso_admin::DESCRIBE_PERMISSION_SET, &sso_admin::GET_INLINE_POLICY_FOR_PERMISSION_SET, &sso_admin::GET_PERMISSIONS_BOUNDARY_FOR_PERMISSION_SET, &sso_admin::LIST_ACCOUNT_ASSIGNMENTS, &sso_admin::LIST_ACCOUNTS_FOR_PROVISIONED_PERMISSION_SET, &sso_admin::LIST_CUSTOMER_MANAGED_POLICY_REFERENCES_IN_PERMISSION_SET, &sso_admin::LIST_INSTANCES, &sso_admin::LIST_MANAGED_POLICIES_IN_PERMISSION_SET, &sso_admin::LIST_PERMISSION_SETS, &sso_admin::LIST_TAGS_FOR_RESOURCE,
    &identitystore::LIST_GROUP_MEMBERSHIPS, &identitystore::LIST_GROUPS, &identitystore::LIST_USERS,
    &cloudtrail::DESCRIBE_TRAILS, &cloudtrail::GET_EVENT_SELECTORS, &cloudtrail::GET_TRAIL_STATUS,
    &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS, &iam::GET_ROLE,
];
