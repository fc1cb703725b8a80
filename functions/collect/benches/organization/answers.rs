//! The answers: what an operation lists, by the table below, else that there is nothing.

use serde_json::{Map, Value, json};

use crate::estate::Estate;
use crate::http::Reply;
use crate::router::Asked;
use crate::{iam, inventory};

/// Accounts and other entries that AWS Organizations gives at a time.
const ORGANIZATION_PAGE: u64 = 20;
/// Accounts of a unit.
const UNIT: u64 = 100;
const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const STORE: &str = "d-1234567890";

pub fn answer(estate: &Estate, asked: &Asked<'_>) -> Reply {
    if asked.is_xml {
        return xml(asked, &iam::result(estate, asked));
    }
    let organization = ["organizations", "account", "sso-admin", "identitystore", "cloudtrail"];
    let found = if organization.contains(&asked.service) {
        of_organization(estate, asked)
    } else if matches!(asked.service, "config" | "securityhub" | "accessanalyzer") {
        inventory::answer(estate, asked)
    } else {
        of_region(asked)
    };
    match found {
        Some(answer) => Reply {
            headers: "content-type: application/json\r\n".to_owned(),
            ..Reply::ok(answer.to_string())
        },
        None => Reply {
            headers: "content-type: application/json\r\nx-amzn-errortype: ResourceNotFoundException\r\n".to_owned(),
            ..Reply::refused(
                404,
                r#"{"__type":"ResourceNotFoundException","message":"there is none"}"#.to_owned(),
            )
        },
    }
}

fn xml(asked: &Asked<'_>, result: &str) -> Reply {
    let operation = asked.operation;
    let inner = match asked.wrapper {
        Some(wrapper) => format!("<{wrapper}>{result}</{wrapper}>"),
        None => result.to_owned(),
    };
    Reply {
        headers: "content-type: text/xml\r\n".to_owned(),
        ..Reply::ok(format!("<{operation}Response>{inner}</{operation}Response>"))
    }
}

/// The entries of one page, and the token of the next.
pub fn page(asked: &Asked<'_>, total: u64, size: u64, token: &str) -> (std::ops::Range<u64>, Option<String>) {
    let from = asked.request.field(token).map(str::to_owned);
    let from = from.or_else(|| asked.request.parameter(token));
    let from: u64 = from.and_then(|token| token.parse().ok()).unwrap_or(0);
    let to = (from + size).min(total);
    (from..to, (to < total).then(|| to.to_string()))
}

/// A page of a list; the token stands in a field of the same name as the request's.
pub fn list(
    asked: &Asked<'_>,
    field: &str,
    total: u64,
    size: u64,
    token: &str,
    entry: impl Fn(u64) -> Value,
) -> Option<Value> {
    let (range, next) = page(asked, total, size, token);
    let mut answer = Map::from_iter([(field.to_owned(), range.map(entry).collect())]);
    answer.extend(next.map(|next| (token.to_owned(), Value::from(next))));
    Some(Value::Object(answer))
}

fn of_organization(estate: &Estate, asked: &Asked<'_>) -> Option<Value> {
    let list = |field, total, size, entry: &dyn Fn(u64) -> Value| list(asked, field, total, size, "NextToken", entry);
    let units = estate.accounts.div_ceil(UNIT);
    match asked.operation {
        "ListRegions" => list(
            "Regions",
            estate.regions().len() as u64,
            50,
            &|index| json!({"RegionName": estate.regions().get(index as usize), "RegionOptStatus": "ENABLED_BY_DEFAULT"}),
        ),
        "DescribeOrganization" => Some(json!({"Organization": {
            "Id": "o-exampleorgid", "Arn": "arn:aws:organizations::100000000001:organization/o-exampleorgid", "FeatureSet": "ALL", "MasterAccountId": estate.management(),
        }})),
        "ListAccounts" => list("Accounts", estate.accounts, ORGANIZATION_PAGE, &|index| {
            account(estate, index)
        }),
        "ListRoots" => list(
            "Roots",
            1,
            20,
            &|_| json!({"Id": "r-exam", "Arn": "arn:aws:organizations::100000000001:root/o-exampleorgid/r-exam", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}),
        ),
        "ListOrganizationalUnitsForParent" if asked.request.field("ParentId") == Some("r-exam") => list(
            "OrganizationalUnits",
            units,
            ORGANIZATION_PAGE,
            &|index| json!({"Id": format!("ou-exam-{index:08}"), "Arn": format!("arn:aws:organizations::100000000001:ou/o-exampleorgid/ou-exam-{index:08}"), "Name": format!("unit-{index}")}),
        ),
        "ListAccountsForParent" => {
            let unit = asked.request.field("ParentId")?.strip_prefix("ou-exam-");
            let Some(unit) = unit.and_then(|unit| unit.parse::<u64>().ok()) else {
                return Some(json!({"Accounts": []}));
            };
            let accounts = estate.accounts.saturating_sub(unit * UNIT).min(UNIT);
            list("Accounts", accounts, ORGANIZATION_PAGE, &|index| {
                account(estate, unit * UNIT + index)
            })
        }
        "ListPolicies" if asked.request.field("Filter") == Some("SERVICE_CONTROL_POLICY") => {
            list("Policies", 20, ORGANIZATION_PAGE, &policy_summary)
        }
        "DescribePolicy" => {
            let index = asked.request.field("PolicyId")?.rsplit('-').next()?.parse().ok()?;
            Some(
                json!({"Policy": {"PolicySummary": policy_summary(index), "Content": r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#}}),
            )
        }
        "ListTargetsForPolicy" => list(
            "Targets",
            3,
            ORGANIZATION_PAGE,
            &|index| json!({"TargetId": format!("ou-exam-{index:08}"), "Type": "ORGANIZATIONAL_UNIT"}),
        ),
        "ListDelegatedAdministrators" => list("DelegatedAdministrators", 1, 20, &|_| account(estate, 0)),
        "ListDelegatedServicesForAccount" => list(
            "DelegatedServices",
            1,
            20,
            &|_| json!({"ServicePrincipal": "config-multiaccountsetup.amazonaws.com", "DelegationEnabledDate": 1_700_000_000}),
        ),
        "DescribeTrails" => Some(json!({"trailList": [{
            "Name": "all", "TrailARN": format!("arn:aws:cloudtrail:eu-west-1:{}:trail/all", estate.management()), "HomeRegion": "eu-west-1", "S3BucketName": "trail", "IsMultiRegionTrail": true, "IsOrganizationTrail": true, "IncludeGlobalServiceEvents": true,
        }]})),
        "GetTrailStatus" => Some(json!({"IsLogging": true})),
        "GetEventSelectors" => Some(
            json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []}]}),
        ),
        "ListInstances" => list(
            "Instances",
            1,
            10,
            &|_| json!({"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "OwnerAccountId": estate.management(), "Status": "ACTIVE"}),
        ),
        "ListPermissionSets" => list("PermissionSets", estate.assignments, 100, &|index| {
            Value::from(permission_set(index))
        }),
        "DescribePermissionSet" => Some(
            json!({"PermissionSet": {"Name": "set", "PermissionSetArn": asked.request.field("PermissionSetArn"), "SessionDuration": "PT8H", "CreatedDate": 1_700_000_000}}),
        ),
        "GetInlinePolicyForPermissionSet" => Some(json!({"InlinePolicy": ""})),
        "GetPermissionsBoundaryForPermissionSet" => None,
        "ListAccountsForProvisionedPermissionSet" => list("AccountIds", estate.accounts, 100, &|index| {
            Value::from(estate.account(index))
        }),
        "ListAccountAssignments" => list(
            "AccountAssignments",
            2,
            100,
            &|index| json!({"AccountId": asked.request.field("AccountId"), "PermissionSetArn": asked.request.field("PermissionSetArn"), "PrincipalType": "GROUP", "PrincipalId": format!("group-{index}")}),
        ),
        "ListUsers" => list(
            "Users",
            2 * estate.accounts,
            100,
            &|index| json!({"UserId": format!("user-{index}"), "UserName": format!("user-{index}"), "IdentityStoreId": STORE}),
        ),
        "ListGroups" => list(
            "Groups",
            50,
            100,
            &|index| json!({"GroupId": format!("group-{index}"), "DisplayName": format!("group-{index}"), "IdentityStoreId": STORE}),
        ),
        "ListGroupMemberships" => list(
            "GroupMemberships",
            20,
            100,
            &|index| json!({"IdentityStoreId": STORE, "MembershipId": format!("membership-{index}"), "GroupId": asked.request.field("GroupId"), "MemberId": {"UserId": format!("user-{index}")}}),
        ),
        _ => Some(json!({})),
    }
}

fn account(estate: &Estate, index: u64) -> Value {
    let id = estate.account(index);
    json!({
        "Id": id, "Arn": format!("arn:aws:organizations::100000000001:account/o-exampleorgid/{id}"), "Email": format!("account-{index}@example.com"),
        "Name": format!("account-{index}"), "Status": "ACTIVE", "State": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": 1_600_000_000,
    })
}

fn policy_summary(index: u64) -> Value {
    json!({
        "Id": format!("p-example-{index}"), "Arn": format!("arn:aws:organizations::100000000001:policy/o-exampleorgid/service_control_policy/p-example-{index}"),
        "Name": format!("policy-{index}"), "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false,
    })
}

fn permission_set(index: u64) -> String {
    format!("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{index:016}")
}

/// What an account has in a Region. Of everything else there is nothing, which most accounts have most of.
fn of_region(asked: &Asked<'_>) -> Option<Value> {
    let (account, region) = (&asked.account, &asked.region);
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:{region}:{account}:{rest}");
    let list = |field, total, entry: &dyn Fn(u64) -> Value| list(asked, field, total, 100, "NextToken", entry);
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}]}"#;
    match (asked.service, asked.operation) {
        ("lambda", "ListFunctions") => list(
            "Functions",
            10,
            &|index| json!({"FunctionName": format!("function-{index}"), "FunctionArn": arn("lambda", format!("function:function-{index}")), "Runtime": "python3.13"}),
        ),
        ("lambda", "GetPolicy") => Some(json!({"Policy": document, "RevisionId": "1"})),
        ("secretsmanager", "ListSecrets") => list(
            "SecretList",
            5,
            &|index| json!({"ARN": arn("secretsmanager", format!("secret:secret-{index}")), "Name": format!("secret-{index}")}),
        ),
        ("secretsmanager", "GetResourcePolicy") => {
            Some(json!({"ARN": asked.request.field("SecretId"), "Name": "secret"}))
        }
        ("kms", "ListKeys") => list(
            "Keys",
            8,
            &|index| json!({"KeyId": format!("key-{index}"), "KeyArn": arn("kms", format!("key/key-{index}"))}),
        ),
        ("kms", "ListGrants") => Some(
            json!({"Grants": [{"GrantId": "grant", "KeyId": asked.request.field("KeyId"), "GranteePrincipal": format!("arn:aws:iam::{account}:role/role-0"), "Operations": ["Decrypt"]}]}),
        ),
        ("dynamodb", "ListTables") => Some(json!({"TableNames": ["orders", "sessions"]})),
        ("stepfunctions", "ListStateMachines") => Some(
            json!({"stateMachines": [{"stateMachineArn": arn("states", "stateMachine:nightly".to_owned()), "name": "nightly", "type": "STANDARD", "creationDate": 1_700_000_000}]}),
        ),
        ("stepfunctions", "DescribeStateMachine") => Some(json!({
            "stateMachineArn": asked.request.field("stateMachineArn"), "name": "nightly", "roleArn": format!("arn:aws:iam::{account}:role/role-0"), "type": "STANDARD", "creationDate": 1_700_000_000,
            "definition": r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}"#,
        })),
        ("dynamodb", "GetResourcePolicy") | ("bedrock" | "bedrock-agentcore-control", "GetResourcePolicy") => None,
        _ => Some(json!({})),
    }
}
