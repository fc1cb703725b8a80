//! Every API operation that the product calls: the one list from which permissions, deny statements and the table in the documentation are generated.
//!
//! Rates are AWS's where it documents one, else what has worked for years in public collectors, with room to spare; `docs/collection.md` says which. The rate of a
//! row without one is five calls a second.

mod ai;
mod compute;
mod data;
mod integration;

pub use ai::{bedrock, bedrock_agent, bedrock_agentcore_control, sagemaker};
pub use compute::{apprunner, autoscaling, batch, ec2, ecr, eks, emr, glue, lambda};
pub use data::{dynamodb, efs, es, kinesis, kms, rds, redshift, s3control, secretsmanager, ssm};
pub use integration::{
    codebuild, codepipeline, cognito_identity, events, pipes, rolesanywhere, scheduler, sns, sqs, stepfunctions,
};

use crate::call::Caller::{Collector, Evidence, Findings, Identity, Inventory, Management, Preflight, Spoke};
use crate::call::{ApiCall, Pages, Rate};

/// Organizations throttles a whole organization together.
const ORGANIZATIONS: Rate = Rate::per_second(1).burst(2);

const NEXT_TOKEN: Pages = Pages::by("NextToken");

const AGGREGATOR: &str = "arn:${Partition}:config:${Region}:${HubAccount}:config-aggregator/${Aggregator}";
const ANALYZER: &str = "arn:${Partition}:access-analyzer:*:${HubAccount}:analyzer/*";
const AWS_MANAGED_POLICY: &str = "arn:${Partition}:iam::aws:policy/*";
const RESULTS: &str = "arn:${Partition}:s3:::${Bucket}/athena/*";
const HUB: &str = "arn:${Partition}:securityhub:${Region}:${HubAccount}:hub/default";
const ORGANIZATION_ACCOUNT: &str = "arn:${Partition}:organizations::*:account/*";
/// Roots and units.
const ORGANIZATION_PARENT: &str = "arn:${Partition}:organizations::*:*";
/// Those that AWS manages are of the account `aws`.
const ORGANIZATION_POLICY: &str = "arn:${Partition}:organizations::*:policy/*";
/// Instances, permission sets and accounts: AWS judges a call on several of them at once.
const SSO: &str = "arn:${Partition}:sso:::*";
const STORE: &str = "AWS judges it on the identity store and on all that it lists, whose ARNs have no account";
const RECORDERS: &str = "AWS does not say on what a call is judged that names no recorder";
const TRAIL: &str = "arn:${Partition}:cloudtrail:*:*:trail/*";
const TRAIL_BUCKET: &str = "arn:${Partition}:s3:::${TrailBucket}";
const LOG_FILES: &str = "arn:${Partition}:s3:::${TrailBucket}/*";

#[rustfmt::skip]
/// Calls about the caller itself, and the roles it takes.
pub mod sts {
    use super::*;

    /// AWS answers it whatever policies say.
    pub static GET_CALLER_IDENTITY: ApiCall = ApiCall::new("sts", "GetCallerIdentity", &[])
        .by(&[Inventory, Preflight, Collector, Spoke]).because("Says which account the hub is, before anything else is asked");
    /// Its tags need an action of their own.
    pub static ASSUME_ROLE: ApiCall = ApiCall::new("sts", "AssumeRole", &["sts:AssumeRole", "sts:TagSession"])
        .on("${SpokeRoleArn}").by(&[Collector, Preflight]).at(Rate::per_second(10).burst(10)).in_turns().because("Takes the read-only role of each account, once for an account and component in a scan");
    /// The same call for the role in the management account: a permission of other callers.
    pub static ASSUME_MANAGEMENT_ROLE: ApiCall = ApiCall::new("sts", "AssumeRole", &["sts:AssumeRole", "sts:TagSession"])
        .on("${ManagementRoleArn}").by(&[Inventory, Evidence, Collector, Preflight]).in_turns().because("Takes the read-only role of the management account, where the hub is no delegated administrator");
}

#[rustfmt::skip]
/// AWS Account Management.
pub mod account {
    use super::*;

    /// Regions with whether they are enabled.
    pub static LIST_REGIONS: ApiCall = ApiCall::new("account", "ListRegions", &["account:ListRegions"])
        .on("arn:${Partition}:account::${HubAccount}:account").by(&[Inventory, Preflight]).paged(NEXT_TOKEN.limited("MaxResults", 50)).because("Which Regions are enabled, so that the others are not asked");
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
        .on(ORGANIZATION_POLICY).by(&[Inventory, Management]).at(ORGANIZATIONS).because("The text of service control and resource control policies, which limit every answer");
    /// The organization's own resource policy.
    pub static DESCRIBE_RESOURCE_POLICY: ApiCall = ApiCall::new("organizations", "DescribeResourcePolicy", &["organizations:DescribeResourcePolicy"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).because("To whom the management account delegates the organization's policies");
    /// Accounts directly below a root or unit.
    pub static LIST_ACCOUNTS_FOR_PARENT: ApiCall = ApiCall::new("organizations", "ListAccountsForParent", &["organizations:ListAccountsForParent"])
        .on(ORGANIZATION_PARENT).by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Where each account stands in the tree, which decides what policies apply to it");
    /// Accounts that may act for the management account.
    pub static LIST_DELEGATED_ADMINISTRATORS: ApiCall = ApiCall::new("organizations", "ListDelegatedAdministrators", &["organizations:ListDelegatedAdministrators"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which accounts act for the organization, and whether the hub is one");
    /// The services that an account administers.
    pub static LIST_DELEGATED_SERVICES_FOR_ACCOUNT: ApiCall = ApiCall::new("organizations", "ListDelegatedServicesForAccount", &["organizations:ListDelegatedServicesForAccount"])
        .on(ORGANIZATION_ACCOUNT).by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("For which services an account acts for the organization");
    /// Units directly below a root or unit.
    pub static LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: ApiCall = ApiCall::new("organizations", "ListOrganizationalUnitsForParent", &["organizations:ListOrganizationalUnitsForParent"])
        .on(ORGANIZATION_PARENT).by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("The tree of organizational units");
    /// Policies of one type.
    pub static LIST_POLICIES: ApiCall = ApiCall::new("organizations", "ListPolicies", &["organizations:ListPolicies"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which organization policies there are");
    /// Roots.
    pub static LIST_ROOTS: ApiCall = ApiCall::new("organizations", "ListRoots", &["organizations:ListRoots"])
        .by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Where the tree begins, and which types of policies are enabled");
    /// What a policy is attached to.
    pub static LIST_TARGETS_FOR_POLICY: ApiCall = ApiCall::new("organizations", "ListTargetsForPolicy", &["organizations:ListTargetsForPolicy"])
        .on(ORGANIZATION_POLICY).by(&[Inventory, Management]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("To which accounts and units a policy applies");
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
        .everywhere(RECORDERS).by(&[Spoke, Preflight]).because("Which types are recorded: without it silence cannot be told from absence");
    /// Whether recorders run.
    pub static DESCRIBE_CONFIGURATION_RECORDER_STATUS: ApiCall = ApiCall::new("config", "DescribeConfigurationRecorderStatus", &["config:DescribeConfigurationRecorderStatus"])
        .everywhere(RECORDERS).by(&[Spoke, Preflight]).because("Whether Config is recording at all");
    /// Ids of one type.
    pub static LIST_AGGREGATE_DISCOVERED_RESOURCES: ApiCall = ApiCall::new("config", "ListAggregateDiscoveredResources", &["config:ListAggregateDiscoveredResources"])
        .on(AGGREGATOR).by(&[Inventory]).at(Rate::per_second(8)).paged(NEXT_TOKEN.limited("Limit", 100)).because("Resources of types that Config's queries do not know");
    /// Configuration items by a query.
    pub static SELECT_AGGREGATE_RESOURCE_CONFIG: ApiCall = ApiCall::new("config", "SelectAggregateResourceConfig", &["config:SelectAggregateResourceConfig"])
        .on(AGGREGATOR).by(&[Inventory]).at(Rate::per_second(8)).paged(NEXT_TOKEN.limited("Limit", 100)).because("The inventory of every account and Region, without a role in any of them");
}

#[rustfmt::skip]
/// AWS Security Hub.
pub mod securityhub {
    use super::*;

    /// Whether Security Hub is enabled.
    pub static DESCRIBE_HUB: ApiCall = ApiCall::new("securityhub", "DescribeHub", &["securityhub:DescribeHub"])
        .on(HUB).by(&[Preflight]).because("Whether Security Hub is enabled in the hub");
    /// Findings by filters.
    pub static GET_FINDINGS: ApiCall = ApiCall::new("securityhub", "GetFindings", &["securityhub:GetFindings"])
        .on(HUB).by(&[Findings]).at(Rate::per_second(3).burst(3)).paged(NEXT_TOKEN.limited("MaxResults", 100)).because("What other AWS services found about the same identities and resources");
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
        .on(SSO).by(&[Identity]).because("What a permission set is called and how long its sessions last");
    /// Its inline policy.
    pub static GET_INLINE_POLICY_FOR_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "GetInlinePolicyForPermissionSet", &["sso:GetInlinePolicyForPermissionSet"])
        .on(SSO).by(&[Identity]).because("What a permission set grants");
    /// Its boundary.
    pub static GET_PERMISSIONS_BOUNDARY_FOR_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "GetPermissionsBoundaryForPermissionSet", &["sso:GetPermissionsBoundaryForPermissionSet"])
        .on(SSO).by(&[Identity]).because("What limits a permission set");
    /// Who has a permission set in an account.
    pub static LIST_ACCOUNT_ASSIGNMENTS: ApiCall = ApiCall::new("sso-admin", "ListAccountAssignments", &["sso:ListAccountAssignments"])
        .on(SSO).by(&[Identity]).paged(NEXT_TOKEN).because("Which users and groups sign in to which account with which permission set");
    /// Where a permission set is provisioned.
    pub static LIST_ACCOUNTS_FOR_PROVISIONED_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "ListAccountsForProvisionedPermissionSet", &["sso:ListAccountsForProvisionedPermissionSet"])
        .on(SSO).by(&[Identity]).paged(NEXT_TOKEN).because("In which accounts a permission set is used");
    /// Customer managed policies by name.
    pub static LIST_CUSTOMER_MANAGED_POLICY_REFERENCES_IN_PERMISSION_SET: ApiCall =
        ApiCall::new("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet", &["sso:ListCustomerManagedPolicyReferencesInPermissionSet"])
        .on(SSO).by(&[Identity]).paged(NEXT_TOKEN).because("What a permission set grants");
    /// Instances.
    pub static LIST_INSTANCES: ApiCall = ApiCall::new("sso-admin", "ListInstances", &["sso:ListInstances"])
        .by(&[Identity, Preflight]).paged(NEXT_TOKEN).because("Which instance of Identity Center the organization has");
    /// AWS managed policies.
    pub static LIST_MANAGED_POLICIES_IN_PERMISSION_SET: ApiCall = ApiCall::new("sso-admin", "ListManagedPoliciesInPermissionSet", &["sso:ListManagedPoliciesInPermissionSet"])
        .on(SSO).by(&[Identity]).paged(NEXT_TOKEN).because("What a permission set grants");
    /// Permission sets.
    pub static LIST_PERMISSION_SETS: ApiCall = ApiCall::new("sso-admin", "ListPermissionSets", &["sso:ListPermissionSets"])
        .on("arn:${Partition}:sso:::instance/*").by(&[Identity]).paged(NEXT_TOKEN).because("Which permission sets there are");
    /// Tags of a permission set.
    pub static LIST_TAGS_FOR_RESOURCE: ApiCall = ApiCall::new("sso-admin", "ListTagsForResource", &["sso:ListTagsForResource"])
        .on(SSO).by(&[Identity]).paged(NEXT_TOKEN).because("Owners of permission sets");
}

#[rustfmt::skip]
/// The identity store of Identity Center.
pub mod identitystore {
    use super::*;

    /// Members of a group.
    pub static LIST_GROUP_MEMBERSHIPS: ApiCall = ApiCall::new("identitystore", "ListGroupMemberships", &["identitystore:ListGroupMemberships"])
        .everywhere(STORE).by(&[Identity]).paged(NEXT_TOKEN).because("Who is member of the groups that have access");
    /// Groups.
    pub static LIST_GROUPS: ApiCall = ApiCall::new("identitystore", "ListGroups", &["identitystore:ListGroups"])
        .everywhere(STORE).by(&[Identity]).paged(NEXT_TOKEN).because("Groups that have access");
    /// Users.
    pub static LIST_USERS: ApiCall = ApiCall::new("identitystore", "ListUsers", &["identitystore:ListUsers"])
        .everywhere(STORE).by(&[Identity]).paged(NEXT_TOKEN).because("People who have access; of them only ids and names are kept");
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
/// AWS CloudFormation: the StackSet that brings the spoke role into every account.
pub mod cloudformation {
    use super::*;

    const STACK_SET: &str = "arn:${Partition}:cloudformation:*:*:stackset/*";

    /// The StackSet.
    pub static DESCRIBE_STACK_SET: ApiCall = ApiCall::new("cloudformation", "DescribeStackSet", &["cloudformation:DescribeStackSet"])
        .on(STACK_SET).by(&[Preflight]).because("Whether the StackSet of the spoke role is there, and reaches accounts that join later");
    /// The accounts that it has reached.
    pub static LIST_STACK_INSTANCES: ApiCall = ApiCall::new("cloudformation", "ListStackInstances", &["cloudformation:ListStackInstances"])
        .on(STACK_SET).by(&[Preflight]).paged(NEXT_TOKEN.limited("MaxResults", 100)).because("Which accounts have the spoke role, and where its stack is behind or stuck");
    /// What was done with it, the newest first.
    pub static LIST_STACK_SET_OPERATIONS: ApiCall = ApiCall::new("cloudformation", "ListStackSetOperations", &["cloudformation:ListStackSetOperations"])
        .on(STACK_SET).by(&[Preflight]).first_page().because("How the last deployment of the spoke role ended");
}

#[rustfmt::skip]
/// Amazon Athena: the evidence in CloudTrail's log files.
pub mod athena {
    use super::*;

    const WORKGROUP: &str = "arn:${Partition}:athena:${Region}:${HubAccount}:workgroup/${Workgroup}";

    /// How a statement stands.
    pub static GET_QUERY_EXECUTION: ApiCall = ApiCall::new("athena", "GetQueryExecution", &["athena:GetQueryExecution"])
        .on(WORKGROUP).by(&[Evidence]).at(Rate::per_second(5).burst(5)).because("Whether a statement has ended, how, where its rows are and what it scanned");
    /// The workgroup's settings.
    pub static GET_WORK_GROUP: ApiCall = ApiCall::new("athena", "GetWorkGroup", &["athena:GetWorkGroup"])
        .on(WORKGROUP).by(&[Evidence, Preflight]).because("Whether the workgroup bounds what a statement scans, and so what it costs");
    /// The only call of the product that begins something outside its own tables and buckets. It is bound to one workgroup.
    pub static START_QUERY_EXECUTION: ApiCall = ApiCall::new("athena", "StartQueryExecution", &["athena:StartQueryExecution"])
        .on(WORKGROUP).by(&[Evidence]).because("Asks the log files who did what, in one statement for a span of days");
    /// Stops a statement.
    pub static STOP_QUERY_EXECUTION: ApiCall = ApiCall::new("athena", "StopQueryExecution", &["athena:StopQueryExecution"])
        .on(WORKGROUP).by(&[Evidence]).because("Stops a statement for whose answer nobody waits any more, and its cost");
}

#[rustfmt::skip]
/// What Athena does in the caller's name while a statement runs: permissions, not calls of the product.
pub mod through_athena {
    use super::*;

    const CATALOG: &str = "arn:${Partition}:glue:${Region}:${HubAccount}:catalog";
    const DATABASE: &str = "arn:${Partition}:glue:${Region}:${HubAccount}:database/${Database}";
    const TABLE: &str = "arn:${Partition}:glue:${Region}:${HubAccount}:table/${Database}/${Table}";

    /// The catalog in which the database is looked up. Partitions are projected: `glue:GetPartitions` is not needed.
    pub static GET_DATABASE_IN_CATALOG: ApiCall = ApiCall::new("glue", "GetDatabase", &["glue:GetDatabase", "glue:GetTable"])
        .on(CATALOG).by(&[Evidence]).because("Athena finds the database and the table of the log files");
    /// The database.
    pub static GET_DATABASE: ApiCall = ApiCall::new("glue", "GetDatabase", &["glue:GetDatabase", "glue:GetTable"])
        .on(DATABASE).by(&[Evidence]).because("Athena finds the database of the log files' table");
    /// The table.
    pub static GET_TABLE: ApiCall = ApiCall::new("glue", "GetTable", &["glue:GetTable"])
        .on(TABLE).by(&[Evidence]).because("Athena reads where the log files are and what their columns are");
    /// Athena writes rows in parts.
    pub static PUT_OBJECT: ApiCall = ApiCall::new("s3", "PutObject", &["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"])
        .on(RESULTS).by(&[Evidence]).because("Athena writes the rows into the hub's bucket");
    /// The Region of the hub's bucket.
    pub static GET_BUCKET_LOCATION: ApiCall = ApiCall::new("s3", "GetBucketLocation", &["s3:GetBucketLocation"])
        .on("arn:${Partition}:s3:::${Bucket}").by(&[Evidence]).because("Athena looks where the hub's bucket is");
    /// The one trail bucket.
    pub static LIST_TRAIL_BUCKET: ApiCall = ApiCall::new("s3", "ListObjectsV2", &["s3:ListBucket", "s3:GetBucketLocation"])
        .on(TRAIL_BUCKET).by(&[Evidence]).because("Athena finds the log files of the days and accounts that are asked about");
    /// The one trail's log files.
    pub static GET_LOG_FILE: ApiCall = ApiCall::new("s3", "GetObject", &["s3:GetObject"])
        .on(LOG_FILES).by(&[Evidence]).because("Athena reads the log files of the one trail bucket");
    /// The key of log files that the trail encrypts with AWS KMS. Amazon S3 uses it in the caller's name.
    pub static DECRYPT: ApiCall = ApiCall::new("kms", "Decrypt", &["kms:Decrypt"])
        .on("${TrailKeyArn}").by(&[Evidence]).because("Log files that the trail encrypts with a key of AWS KMS; not granted where it does not");
}

#[rustfmt::skip]
/// Amazon S3: rows that statements wrote into the hub's bucket, and the trail's bucket, whether it lets its reader in and what it holds.
pub mod s3 {
    use super::*;

    /// The Region of the trail's bucket.
    pub static GET_BUCKET_LOCATION: ApiCall = ApiCall::new("s3", "GetBucketLocation", &["s3:GetBucketLocation"])
        .on(TRAIL_BUCKET).by(&[Evidence]).because("In which Region the trail's bucket is, so that it is asked there");
    /// A log file; of preflight its first byte, which is the same in all of them.
    pub static GET_LOG_FILE: ApiCall = ApiCall::new("s3", "GetObject", &["s3:GetObject"])
        .on(LOG_FILES).by(&[Evidence]).at(Rate::per_second(100).burst(100)).because("Whether the bucket's policy and the key's let log files be read: preflight, run as this role, asks for one byte; and reads them whole, where a scan on one machine does without Athena");
    /// Names of log files; of preflight one.
    pub static LIST_LOG_FILES: ApiCall = ApiCall::new("s3", "ListObjectsV2", &["s3:ListBucket"])
        .on(TRAIL_BUCKET).by(&[Evidence]).at(Rate::per_second(100).burst(100)).paged(Pages { request_token: "ContinuationToken", answer_token: "NextContinuationToken", more: Some("IsTruncated"), limit: Some(("MaxKeys", 1000)) })
        .because("Whether the bucket's policy lets log files be found: preflight, run as this role, asks for one name; and which log files there are, where a scan on one machine does without Athena");

    /// A file of rows, or their manifest.
    pub static GET_OBJECT: ApiCall = ApiCall::new("s3", "GetObject", &["s3:GetObject"])
        .on(RESULTS).by(&[Evidence]).at(Rate::per_second(100).burst(100)).because("Reads the rows that a statement wrote");
    /// Files of a statement without a manifest.
    pub static LIST_OBJECTS_V2: ApiCall = ApiCall::new("s3", "ListObjectsV2", &["s3:ListBucket"])
        .on("arn:${Partition}:s3:::${Bucket}").by(&[Evidence]).because("Finds the files of a statement that has no manifest");
}

#[rustfmt::skip]
/// IAM: what the central sources lack of each account.
pub mod iam {
    use super::*;

    const MARKER: Pages = Pages { request_token: "Marker", answer_token: "Marker", more: Some("IsTruncated"), limit: Some(("MaxItems", 1000)) };
    /// AWS's own default: a principal comes with all of its policies, and a page is held in memory.
    const DETAILS: Pages = MARKER.limited("MaxItems", 100);

    /// Users, groups, roles and policies with their documents. May give fewer than asked for, so that only `IsTruncated` ends it.
    pub static GET_ACCOUNT_AUTHORIZATION_DETAILS: ApiCall = ApiCall::new("iam", "GetAccountAuthorizationDetails", &["iam:GetAccountAuthorizationDetails"])
        .by(&[Spoke]).paged(DETAILS).because("Every principal of the account with its policies, in one consistent answer");
    /// Begins a credential report. AWS makes a new one every four hours at most and gives the old one until then.
    pub static GENERATE_CREDENTIAL_REPORT: ApiCall = ApiCall::new("iam", "GenerateCredentialReport", &["iam:GenerateCredentialReport"])
        .by(&[Spoke]).at(Rate::per_second(1)).because("Has AWS make the report of passwords, access keys and MFA; nothing of the account changes");
    /// Begins a report on one principal.
    pub static GENERATE_SERVICE_LAST_ACCESSED_DETAILS: ApiCall = ApiCall::new("iam", "GenerateServiceLastAccessedDetails", &["iam:GenerateServiceLastAccessedDetails"])
        .on("arn:${Partition}:iam::${Account}:*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Has AWS make the report on what a principal used last; nothing of the account changes");
    /// The credential report.
    pub static GET_CREDENTIAL_REPORT: ApiCall = ApiCall::new("iam", "GetCredentialReport", &["iam:GetCredentialReport"])
        .by(&[Spoke]).at(Rate::per_second(1)).because("How old passwords and access keys are, when they were used, and who has no MFA");
    /// An AWS managed policy.
    pub static GET_POLICY: ApiCall = ApiCall::new("iam", "GetPolicy", &["iam:GetPolicy"])
        .on(AWS_MANAGED_POLICY).by(&[Inventory]).because("Which version of an AWS managed policy is in force");
    /// The text of an AWS managed policy.
    pub static GET_POLICY_VERSION: ApiCall = ApiCall::new("iam", "GetPolicyVersion", &["iam:GetPolicyVersion"])
        .on(AWS_MANAGED_POLICY).by(&[Inventory]).because("What an AWS managed policy grants, which AWS Config does not hold");
    /// One role with its trust policy.
    pub static GET_ROLE: ApiCall = ApiCall::new("iam", "GetRole", &["iam:GetRole"])
        .on("${SpokeRoleArn}").by(&[Spoke]).because("Whether the spoke role's own trust policy asks for the external id");
    /// The report on one principal. It is only given to the session that had it made.
    pub static GET_SERVICE_LAST_ACCESSED_DETAILS: ApiCall = ApiCall::new("iam", "GetServiceLastAccessedDetails", &["iam:GetServiceLastAccessedDetails"])
        .by(&[Spoke]).at(Rate::per_second(8).burst(8)).paged(MARKER).because("Which services a principal used last, and when");
}

#[rustfmt::skip]
/// Every row, in the order of the modules.
pub static ALL: &[&ApiCall] = &[
    &sts::GET_CALLER_IDENTITY, &sts::ASSUME_ROLE,
    &account::LIST_REGIONS,
    &organizations::LIST_ACCOUNTS, &organizations::DESCRIBE_ORGANIZATION, &organizations::DESCRIBE_POLICY, &organizations::DESCRIBE_RESOURCE_POLICY, &organizations::LIST_ACCOUNTS_FOR_PARENT, &organizations::LIST_DELEGATED_ADMINISTRATORS, &organizations::LIST_DELEGATED_SERVICES_FOR_ACCOUNT, &organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, &organizations::LIST_POLICIES, &organizations::LIST_ROOTS, &organizations::LIST_TARGETS_FOR_POLICY,
    &configservice::BATCH_GET_AGGREGATE_RESOURCE_CONFIG, &configservice::DESCRIBE_CONFIGURATION_AGGREGATORS, &configservice::DESCRIBE_CONFIGURATION_AGGREGATOR_SOURCES_STATUS, &configservice::DESCRIBE_CONFIGURATION_RECORDERS, &configservice::DESCRIBE_CONFIGURATION_RECORDER_STATUS, &configservice::LIST_AGGREGATE_DISCOVERED_RESOURCES, &configservice::SELECT_AGGREGATE_RESOURCE_CONFIG,
    &securityhub::DESCRIBE_HUB, &securityhub::GET_FINDINGS, &securityhub::LIST_FINDING_AGGREGATORS,
    &accessanalyzer::GET_FINDING_V2, &accessanalyzer::LIST_ANALYZERS, &accessanalyzer::LIST_FINDINGS_V2,
    &sso_admin::DESCRIBE_PERMISSION_SET, &sso_admin::GET_INLINE_POLICY_FOR_PERMISSION_SET, &sso_admin::GET_PERMISSIONS_BOUNDARY_FOR_PERMISSION_SET, &sso_admin::LIST_ACCOUNT_ASSIGNMENTS, &sso_admin::LIST_ACCOUNTS_FOR_PROVISIONED_PERMISSION_SET, &sso_admin::LIST_CUSTOMER_MANAGED_POLICY_REFERENCES_IN_PERMISSION_SET, &sso_admin::LIST_INSTANCES, &sso_admin::LIST_MANAGED_POLICIES_IN_PERMISSION_SET, &sso_admin::LIST_PERMISSION_SETS, &sso_admin::LIST_TAGS_FOR_RESOURCE,
    &identitystore::LIST_GROUP_MEMBERSHIPS, &identitystore::LIST_GROUPS, &identitystore::LIST_USERS,
    &cloudtrail::DESCRIBE_TRAILS, &cloudtrail::GET_EVENT_SELECTORS, &cloudtrail::GET_TRAIL_STATUS,
    &cloudformation::DESCRIBE_STACK_SET, &cloudformation::LIST_STACK_INSTANCES, &cloudformation::LIST_STACK_SET_OPERATIONS,
    &athena::GET_QUERY_EXECUTION, &athena::GET_WORK_GROUP, &athena::START_QUERY_EXECUTION, &athena::STOP_QUERY_EXECUTION,
    &s3::GET_BUCKET_LOCATION, &s3::GET_LOG_FILE, &s3::LIST_LOG_FILES,
    &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS, &iam::GENERATE_CREDENTIAL_REPORT, &iam::GENERATE_SERVICE_LAST_ACCESSED_DETAILS, &iam::GET_CREDENTIAL_REPORT, &iam::GET_POLICY, &iam::GET_POLICY_VERSION, &iam::GET_ROLE, &iam::GET_SERVICE_LAST_ACCESSED_DETAILS,
    &bedrock::GET_GUARDRAIL, &bedrock::GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, &bedrock::GET_RESOURCE_POLICY, &bedrock::LIST_GUARDRAILS, &bedrock::LIST_INFERENCE_PROFILES,
    &bedrock_agent::GET_AGENT, &bedrock_agent::GET_AGENT_ACTION_GROUP, &bedrock_agent::GET_AGENT_VERSION, &bedrock_agent::GET_DATA_SOURCE, &bedrock_agent::GET_FLOW, &bedrock_agent::GET_KNOWLEDGE_BASE, &bedrock_agent::LIST_AGENT_ACTION_GROUPS, &bedrock_agent::LIST_AGENT_ALIASES, &bedrock_agent::LIST_AGENT_COLLABORATORS, &bedrock_agent::LIST_AGENT_KNOWLEDGE_BASES, &bedrock_agent::LIST_AGENT_VERSIONS, &bedrock_agent::LIST_AGENTS, &bedrock_agent::LIST_DATA_SOURCES, &bedrock_agent::LIST_FLOWS, &bedrock_agent::LIST_KNOWLEDGE_BASES,
    &bedrock_agentcore_control::GET_AGENT_RUNTIME, &bedrock_agentcore_control::GET_GATEWAY, &bedrock_agentcore_control::GET_GATEWAY_TARGET, &bedrock_agentcore_control::GET_RESOURCE_POLICY, &bedrock_agentcore_control::LIST_AGENT_RUNTIMES, &bedrock_agentcore_control::LIST_GATEWAY_TARGETS, &bedrock_agentcore_control::LIST_GATEWAYS,
    &sagemaker::DESCRIBE_DOMAIN, &sagemaker::DESCRIBE_ENDPOINT, &sagemaker::DESCRIBE_ENDPOINT_CONFIG, &sagemaker::DESCRIBE_MODEL, &sagemaker::DESCRIBE_NOTEBOOK_INSTANCE, &sagemaker::DESCRIBE_PIPELINE, &sagemaker::DESCRIBE_PROCESSING_JOB, &sagemaker::DESCRIBE_TRAINING_JOB, &sagemaker::DESCRIBE_TRANSFORM_JOB, &sagemaker::DESCRIBE_USER_PROFILE, &sagemaker::LIST_DOMAINS, &sagemaker::LIST_ENDPOINT_CONFIGS, &sagemaker::LIST_ENDPOINTS, &sagemaker::LIST_MODELS, &sagemaker::LIST_NOTEBOOK_INSTANCES, &sagemaker::LIST_PIPELINES, &sagemaker::LIST_PROCESSING_JOBS, &sagemaker::LIST_TRAINING_JOBS, &sagemaker::LIST_TRANSFORM_JOBS, &sagemaker::LIST_USER_PROFILES,
    &apprunner::DESCRIBE_SERVICE, &apprunner::LIST_SERVICES,
    &autoscaling::DESCRIBE_AUTO_SCALING_GROUPS,
    &batch::DESCRIBE_JOB_DEFINITIONS,
    &ec2::DESCRIBE_LAUNCH_TEMPLATE_VERSIONS,
    &ecr::DESCRIBE_IMAGE_SCAN_FINDINGS, &ecr::DESCRIBE_IMAGES, &ecr::DESCRIBE_REPOSITORIES, &ecr::GET_LIFECYCLE_POLICY, &ecr::GET_REPOSITORY_POLICY,
    &eks::DESCRIBE_ACCESS_ENTRY, &eks::DESCRIBE_CLUSTER, &eks::DESCRIBE_POD_IDENTITY_ASSOCIATION, &eks::LIST_ACCESS_ENTRIES, &eks::LIST_CLUSTERS, &eks::LIST_POD_IDENTITY_ASSOCIATIONS,
    &emr::DESCRIBE_CLUSTER, &emr::LIST_CLUSTERS,
    &glue::GET_JOBS, &glue::GET_RESOURCE_POLICIES,
    &lambda::GET_FUNCTION_CONFIGURATION, &lambda::GET_LAYER_VERSION_POLICY, &lambda::GET_POLICY, &lambda::LIST_ALIASES, &lambda::LIST_EVENT_SOURCE_MAPPINGS, &lambda::LIST_FUNCTION_URL_CONFIGS, &lambda::LIST_FUNCTIONS, &lambda::LIST_LAYER_VERSIONS, &lambda::LIST_LAYERS,
    &dynamodb::DESCRIBE_TABLE, &dynamodb::GET_RESOURCE_POLICY, &dynamodb::LIST_TABLES,
    &efs::DESCRIBE_FILE_SYSTEM_POLICY, &efs::DESCRIBE_FILE_SYSTEMS,
    &es::DESCRIBE_ELASTICSEARCH_DOMAIN_CONFIG, &es::LIST_DOMAIN_NAMES,
    &kinesis::GET_RESOURCE_POLICY, &kinesis::LIST_STREAMS,
    &kms::LIST_GRANTS, &kms::LIST_KEYS,
    &rds::DESCRIBE_DB_CLUSTERS, &rds::DESCRIBE_DB_INSTANCES,
    &redshift::DESCRIBE_CLUSTERS,
    &s3control::GET_PUBLIC_ACCESS_BLOCK,
    &secretsmanager::GET_RESOURCE_POLICY, &secretsmanager::LIST_SECRETS,
    &ssm::DESCRIBE_PARAMETERS, &ssm::GET_RESOURCE_POLICIES,
    &codebuild::BATCH_GET_PROJECTS, &codebuild::LIST_PROJECTS,
    &codepipeline::GET_PIPELINE, &codepipeline::LIST_PIPELINES,
    &cognito_identity::DESCRIBE_IDENTITY_POOL, &cognito_identity::GET_IDENTITY_POOL_ROLES, &cognito_identity::LIST_IDENTITY_POOLS,
    &events::DESCRIBE_CONNECTION, &events::LIST_API_DESTINATIONS, &events::LIST_CONNECTIONS, &events::LIST_EVENT_BUSES, &events::LIST_RULES, &events::LIST_TARGETS_BY_RULE,
    &pipes::DESCRIBE_PIPE, &pipes::LIST_PIPES,
    &rolesanywhere::LIST_PROFILES, &rolesanywhere::LIST_TRUST_ANCHORS,
    &scheduler::GET_SCHEDULE, &scheduler::LIST_SCHEDULES,
    &sns::GET_TOPIC_ATTRIBUTES, &sns::LIST_SUBSCRIPTIONS, &sns::LIST_TOPICS,
    &sqs::GET_QUEUE_ATTRIBUTES, &sqs::LIST_QUEUES,
    &stepfunctions::DESCRIBE_STATE_MACHINE, &stepfunctions::LIST_STATE_MACHINES,
];

#[rustfmt::skip]
/// Permissions without a call of [`crate::AwsApi`]: calls of [`ALL`] on other resources, what Athena does in the caller's name, and what is read of the hub's bucket through a port of its own.
pub static BESIDE: &[&ApiCall] = &[
    &sts::ASSUME_MANAGEMENT_ROLE,
    &through_athena::GET_DATABASE_IN_CATALOG, &through_athena::GET_DATABASE, &through_athena::GET_TABLE, &through_athena::PUT_OBJECT, &through_athena::GET_BUCKET_LOCATION, &through_athena::LIST_TRAIL_BUCKET, &through_athena::GET_LOG_FILE, &through_athena::DECRYPT,
    &s3::GET_OBJECT, &s3::LIST_OBJECTS_V2,
];

#[cfg(test)]
mod tests;
