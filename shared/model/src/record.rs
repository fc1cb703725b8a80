//! One recorded AWS answer, as a reader hands it to the graph.

use serde_json::Value;

use crate::time::Timestamp;

/// Which answer a record is. One record is one item: one Config item, one account, one page of authorization details, one event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// `organizations:DescribeOrganization`: the `Organization` object.
    Organization,
    /// One item of `organizations:ListAccounts`.
    Account,
    /// `tree.json`: `{"Roots", "OrganizationalUnits", "Parents"}`.
    OrganizationTree,
    /// One policy of `organizations/policies.json` with `PolicySummary`'s fields, `Content` and `Targets`; `{"Policies":[]}` where the answer holds none.
    OrganizationPolicy,
    /// One item of `organizations:ListDelegatedAdministrators`.
    DelegatedAdministrator,
    /// `organizations:DescribeResourcePolicy`.
    OrganizationResourcePolicy,
    /// `{"Arn","VersionId","Document"}` of an AWS managed policy.
    AwsManagedPolicy,
    /// One AWS Config item, keys in camelCase whatever the casing of the file, `configuration` and `supplementaryConfiguration` decoded from their JSON strings.
    ConfigItem {
        /// The resource type, such as `AWS::S3::Bucket`.
        resource_type: String,
    },
    /// One page of `iam:GetAccountAuthorizationDetails`.
    AuthorizationDetails,
    /// One item of `sso-admin:ListInstances`.
    IdentityCenterInstance,
    /// A permission set: `sso-admin:DescribePermissionSet` with its policies.
    PermissionSet,
    /// One item of `sso-admin:ListAccountAssignments`.
    AccountAssignment,
    /// One item of `identitystore:ListUsers`, without anything but ids and names.
    IdentityCenterUser,
    /// One item of `identitystore:ListGroups`, without anything but ids and names.
    IdentityCenterGroup,
    /// One item of `identitystore:ListGroupMemberships`.
    GroupMembership,
    /// `kms:ListGrants` of one key: `{"Arn", "Response"}`.
    KeyGrants,
    /// One item of what Config does not hold, from `accounts/<account>/<region>/<service>/<what>.ndjson`: an item of the AWS answer as the CLI prints it, or
    /// `{"Arn","Response"}` where the answer does not name its subject.
    SpokeItem {
        /// The service, as in the ARN or the CLI: `bedrock-agent`, `lambda`, `secretsmanager`.
        service: String,
        /// What it is, such as `agents` or `resource-policies`.
        what: String,
    },
    /// One line of the IAM credential report, keys as in its header.
    CredentialReportRow,
    /// `iam:GetServiceLastAccessedDetails` of one principal: `{"Arn", …}`.
    ServiceLastAccessed,
    /// One item of `securityhub:GetFindings` (ASFF), as far as it is used.
    SecurityHubFinding,
    /// One item of `access-analyzer:ListAnalyzers`.
    Analyzer,
    /// One item of `access-analyzer:ListFindingsV2`, with the details of `GetFindingV2` where they were asked.
    AnalyzerFinding,
    /// `config:DescribeConfigurationAggregators` and the status of its sources.
    ConfigAggregator,
    /// One row of a finished evidence query.
    AthenaRow {
        /// The query's name: the file's stem.
        query: String,
    },
    /// One line of `cloudtrail/trails.ndjson`.
    Trail,
    /// One CloudTrail event.
    CloudTrailEvent,
}

/// Where a record was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The file, relative to the capture, `/` as separator, without `.gz` or `.zst`.
    pub object: String,
    /// SHA-256 of the item's canonical JSON after redaction. It is the item's, not the file's: it stays the same when lines or pages move.
    pub sha256: String,
}

/// One recorded AWS answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Account the answer is about, where the place of the file tells it.
    pub account: Option<String>,
    /// Region the answer is about, where the place of the file tells it.
    pub region: Option<String>,
    /// Where it was read.
    pub origin: Origin,
    /// When it was recorded: the item's own capture time, else the capture's.
    pub captured_at: Option<Timestamp>,
    /// The answer after redaction. Policy documents are still in the encoding they came in: URL-encoded string, JSON string or object.
    pub body: Value,
}

/// `capture.json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CaptureHeader {
    /// `sv0-capture/1`.
    pub format: String,
    /// The partition all ARNs are in.
    pub partition: String,
    /// The account the scan ran in.
    #[serde(default)]
    pub hub_account: Option<String>,
    /// The organization, `None` for a stand-alone account.
    #[serde(default)]
    pub organization_id: Option<String>,
    /// When the capture was made: this run's "now".
    pub captured_at: Timestamp,
    /// The Regions asked.
    #[serde(default)]
    pub regions: Vec<String>,
}
