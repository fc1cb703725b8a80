//! What speaks XML: roles that are taken, and IAM.

use std::fmt::Write as _;

use crate::answers::page;
use crate::estate::Estate;
use crate::router::Asked;

/// Services in a report of what a principal used last.
const SERVICES: u64 = 60;
/// A policy as IAM sends it.
const POLICY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Sid%22%3A%22Read%22%2C%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22s3%3AGetObject%22%2C%22s3%3AListBucket%22%2C%22dynamodb%3AGetItem%22%2C%22dynamodb%3AQuery%22%2C%22kms%3ADecrypt%22%2C%22secretsmanager%3AGetSecretValue%22%5D%2C%22Resource%22%3A%5B%22arn%3Aaws%3As3%3A%3A%3Adata-lake%22%2C%22arn%3Aaws%3As3%3A%3A%3Adata-lake%2F%2A%22%2C%22arn%3Aaws%3Adynamodb%3A%2A%3A%2A%3Atable%2Forders%22%2C%22%2A%22%5D%2C%22Condition%22%3A%7B%22StringEquals%22%3A%7B%22aws%3ARequestedRegion%22%3A%5B%22eu-west-1%22%2C%22eu-central-1%22%5D%7D%7D%7D%2C%7B%22Sid%22%3A%22Logs%22%2C%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22logs%3ACreateLogStream%22%2C%22logs%3APutLogEvents%22%5D%2C%22Resource%22%3A%22arn%3Aaws%3Alogs%3A%2A%3A%2A%3Alog-group%3A%2Faws%2Flambda%2F%2A%22%7D%5D%7D";
const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
const CREATED: &str = "<CreateDate>2025-09-30T11:45:02Z</CreateDate>";

/// What stands in the answer; nothing where a list is empty.
pub fn result(estate: &Estate, asked: &Asked<'_>) -> String {
    let account = &asked.account;
    match (asked.service, asked.operation) {
        ("sts", "GetCallerIdentity") => format!(
            "<Arn>arn:aws:sts::{account}:assumed-role/collector/run</Arn><UserId>AROAEXAMPLE:run</UserId><Account>{account}</Account>"
        ),
        ("sts", "AssumeRole") => {
            let role = asked.request.parameter("RoleArn").unwrap_or_default();
            let account = role.split(':').nth(4).unwrap_or_default();
            format!(
                "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>none</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            )
        }
        ("iam", "GetAccountAuthorizationDetails") => details(estate, asked),
        ("iam", "GenerateCredentialReport") => "<State>COMPLETE</State>".to_owned(),
        ("iam", "GetCredentialReport") => {
            // user,arn,user_creation_time … of the root user.
            "<Content>dXNlcixhcm4sdXNlcl9jcmVhdGlvbl90aW1lLHBhc3N3b3JkX2VuYWJsZWQKPHJvb3RfYWNjb3VudD4sYXJuOmF3czppYW06OjEwMDAwMDAwMDAwMDpyb290LDIwMjAtMDEtMDFUMDA6MDA6MDArMDA6MDAsbm90X3N1cHBvcnRlZAo=</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-03-01T00:00:00Z</GeneratedTime>".to_owned()
        }
        ("iam", "GenerateServiceLastAccessedDetails") => {
            "<JobId>98a765b4-3cde-2101-2345-example678f9</JobId>".to_owned()
        }
        ("iam", "GetServiceLastAccessedDetails") => last_accessed(),
        ("iam", "GetPolicy") => {
            format!("<Policy><PolicyName>Managed</PolicyName><DefaultVersionId>v1</DefaultVersionId>{CREATED}</Policy>")
        }
        ("iam", "GetPolicyVersion") => format!(
            "<PolicyVersion><Document>{POLICY}</Document><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>{CREATED}</PolicyVersion>"
        ),
        _ => String::new(),
    }
}

/// Users, then policies, then roles.
fn details(estate: &Estate, asked: &Asked<'_>) -> String {
    let account = &asked.account;
    let (users, policies) = (5, 10);
    let most = asked.request.parameter("MaxItems").and_then(|most| most.parse().ok());
    let (range, next) = page(
        asked,
        users + policies + estate.roles_of(account),
        most.unwrap_or(100),
        "Marker",
    );
    let (mut user_list, mut policy_list, mut role_list) = (String::new(), String::new(), String::new());
    for index in range {
        let _ = if index < users {
            write!(
                user_list,
                "<member><Path>/</Path><UserName>user-{index}</UserName><UserId>AIDA{account}{index:04}</UserId><Arn>arn:aws:iam::{account}:user/user-{index}</Arn>{CREATED}<GroupList/><AttachedManagedPolicies/></member>"
            )
        } else if index < users + policies {
            write!(
                policy_list,
                "<member><PolicyName>policy-{index}</PolicyName><PolicyId>ANPA{account}{index:04}</PolicyId><Arn>arn:aws:iam::{account}:policy/policy-{index}</Arn><Path>/</Path><DefaultVersionId>v1</DefaultVersionId><AttachmentCount>1</AttachmentCount><IsAttachable>true</IsAttachable>{CREATED}<PolicyVersionList><member><Document>{POLICY}</Document><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>{CREATED}</member></PolicyVersionList></member>"
            )
        } else {
            write!(
                role_list,
                "<member><Path>/</Path><RoleName>role-{index}</RoleName><RoleId>AROA{account}{index:04}</RoleId><Arn>arn:aws:iam::{account}:role/role-{index}</Arn>{CREATED}<AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument><InstanceProfileList/><RolePolicyList><member><PolicyName>inline</PolicyName><PolicyDocument>{POLICY}</PolicyDocument></member></RolePolicyList><AttachedManagedPolicies><member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedManagedPolicies><Tags><member><Key>Owner</Key><Value>security</Value></member></Tags><RoleLastUsed><LastUsedDate>2026-02-20T10:00:00Z</LastUsedDate><Region>eu-west-1</Region></RoleLastUsed></member>"
            )
        };
    }
    let next = next.map_or_else(
        || "<IsTruncated>false</IsTruncated>".to_owned(),
        |next| format!("<IsTruncated>true</IsTruncated><Marker>{next}</Marker>"),
    );
    format!(
        "{next}<UserDetailList>{user_list}</UserDetailList><GroupDetailList/><RoleDetailList>{role_list}</RoleDetailList><Policies>{policy_list}</Policies>"
    )
}

fn last_accessed() -> String {
    let mut services = String::new();
    for index in 0..SERVICES {
        let _ = write!(
            services,
            "<member><ServiceName>Service {index}</ServiceName><LastAuthenticated>2026-02-20T10:00:00Z</LastAuthenticated><ServiceNamespace>service{index}</ServiceNamespace><TotalAuthenticatedEntities>1</TotalAuthenticatedEntities></member>"
        );
    }
    format!(
        "<JobStatus>COMPLETED</JobStatus><JobType>SERVICE_LEVEL</JobType><JobCreationDate>2026-03-01T00:00:00Z</JobCreationDate><JobCompletionDate>2026-03-01T00:00:01Z</JobCompletionDate><ServicesLastAccessed>{services}</ServicesLastAccessed><IsTruncated>false</IsTruncated>"
    )
}
