//! The deployment gives no permission that its documentation does not explain, and none by a wildcard; what runs is logged, traced, retried and bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use sv0_collect::evidence::EvidenceSource;

use crate::support::repository;

mod machines;
mod tags;

/// A role or resource, and an action that a policy there allows.
type Grant = (String, String);

/// Policies that are generated from the table of calls, and their names there. docs/permissions.md explains each action.
const GENERATED: &[(&str, &str)] = &[
    ("InventoryPolicy", "hub-inventory"),
    ("FindingsPolicy", "hub-findings"),
    ("IdentityPolicy", "hub-identity"),
    ("EvidencePolicy", "hub-evidence"),
    ("CollectorPolicy", "hub-collector"),
    ("PreflightPolicy", "hub-preflight"),
    ("HubIdentityPolicy", "spoke-identity"),
    ("HubDataPolicy", "spoke-data"),
    ("HubComputePolicy", "spoke-compute"),
    ("HubIntegrationPolicy", "spoke-integration"),
    ("HubAiPolicy", "spoke-ai"),
    ("HubAuditPolicy", "spoke-audit"),
];

/// Statements of people's making that are for every resource, since AWS knows no narrower one for their actions.
const FOR_EVERY_RESOURCE: &[(&str, &str)] = &[
    ("FunctionPolicy", "WriteTraces"),
    ("StateMachineLogsPolicy", "DeliverLogs"),
    ("StateMachineLogsPolicy", "WriteTraces"),
    ("OperatorPolicy", "SeeMetrics"),
    ("VpcPolicy", "AttachToVpc"),
    ("VpcPolicy", "NotByTheCode"),
];

#[test]
fn no_policy_allows_by_a_wildcard() {
    let grants = grants(&template());
    assert!(grants.len() > 200, "{}", grants.len());
    let wild: Vec<_> = grants
        .iter()
        .filter(|(_, action)| action.contains(['*', '?']))
        .collect();
    assert!(wild.is_empty(), "{wild:?}");
}

#[test]
fn the_roles_may_do_what_the_documentation_says_and_nothing_else() {
    let is_generated = |(who, _): &Grant| GENERATED.iter().any(|(policy, _)| policy == who);
    let mut allowed: BTreeSet<Grant> = grants(&template());
    allowed.retain(|grant| !is_generated(grant));
    let documented = documented();
    let missing: Vec<_> = allowed.difference(&documented).collect();
    let unfounded: Vec<_> = documented.difference(&allowed).collect();
    assert!(missing.is_empty(), "not in docs/deploy.md: {missing:?}");
    assert!(unfounded.is_empty(), "not in the template: {unfounded:?}");
}

#[test]
fn roles_have_managed_policies_alone_and_may_be_bounded() {
    let template = template();
    for (name, role) in resources(&template, "AWS::IAM::Role") {
        let properties = &role["Properties"];
        assert!(properties["Policies"].is_null(), "{name} has inline policies");
        let policies = list(&properties["ManagedPolicyArns"]);
        assert!(!policies.is_empty() && policies.len() <= 10, "{name}: {policies:?}");
        assert!(
            !policies.iter().any(|policy| policy.to_string().contains("arn:")),
            "{name} has a policy of AWS"
        );
        assert_eq!(properties["PermissionsBoundary"][0], "HasBoundary", "{name}");
    }
}

#[test]
fn each_duty_has_the_policies_that_the_table_of_calls_gives_it() {
    let template = template();
    let text = fs::read_to_string(repository().join("infra/permissions/roles.json")).unwrap();
    let given: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let role_of = BTreeMap::from([
        ("InventoryRole", "inventory"),
        ("FindingsRole", "findings"),
        ("IdentityRole", "identity"),
        ("EvidenceRole", "evidence"),
        ("CollectorRole", "collector"),
        ("PreflightRole", "preflight"),
    ]);
    for (name, role) in resources(&template, "AWS::IAM::Role") {
        let policies = list(&role["Properties"]["ManagedPolicyArns"]);
        let generated: BTreeSet<&str> = policies
            .iter()
            .filter_map(|policy| GENERATED.iter().find(|(name, _)| policy == name))
            .map(|(_, generated)| *generated)
            .collect();
        let expected: BTreeSet<&str> = match role_of.get(name.as_str()) {
            Some(caller) => given[*caller]["policies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect(),
            None => BTreeSet::new(),
        };
        assert_eq!(generated, expected, "{name}");
    }
}

#[test]
fn every_resource_is_named_where_aws_knows_one() {
    let template = template();
    let mut seen = BTreeSet::new();
    for (name, policy) in resources(&template, "AWS::IAM::ManagedPolicy") {
        if GENERATED.iter().any(|(policy, _)| *policy == name) {
            continue;
        }
        for statement in statements(policy) {
            let places = list(&statement["Resource"]);
            assert!(!places.is_empty(), "{name}: {statement}");
            if places.iter().any(|place| place == "*") {
                seen.insert((name.clone(), statement["Sid"].as_str().unwrap().to_owned()));
            }
        }
    }
    let allowed = FOR_EVERY_RESOURCE
        .iter()
        .map(|(policy, statement)| ((*policy).to_owned(), (*statement).to_owned()));
    assert_eq!(seen, allowed.collect());
}

#[test]
fn what_holds_results_outlives_the_stack_and_answers_only_over_tls() {
    let template = template();
    for (name, bucket) in resources(&template, "AWS::S3::Bucket") {
        assert_eq!(bucket["DeletionPolicy"], "Retain", "{name}");
        let blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
            .as_object()
            .unwrap();
        assert!(
            blocked.len() == 4 && blocked.values().all(|value| value == true),
            "{name}"
        );
        let policies = resources(&template, "AWS::S3::BucketPolicy");
        let of_bucket = policies
            .iter()
            .filter(|(_, policy)| policy["Properties"]["Bucket"] == name.as_str());
        let denies_plain = of_bucket.flat_map(|(_, policy)| statements(policy)).any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == false
        });
        assert!(denies_plain, "{name}");
    }
    let keys = resources(&template, "AWS::KMS::Key");
    assert!(keys.iter().all(|(_, key)| key["DeletionPolicy"] == "Retain"));
    for (name, table) in resources(&template, "AWS::DynamoDB::Table") {
        let properties = &table["Properties"];
        assert_eq!(table["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(properties["DeletionProtectionEnabled"], true, "{name}");
        assert_eq!(
            properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
            true
        );
        assert_eq!(properties["SSESpecification"]["SSEType"], "KMS", "{name}");
    }
}

#[test]
fn functions_are_traced_bounded_and_logged_under_a_key() {
    let template = template();
    let globals = &template["Globals"]["Function"];
    assert_eq!(globals["Tracing"], "Active");
    assert_eq!(globals["KmsKeyArn"], "OperationsKey.Arn");
    assert_eq!(globals["DeadLetterQueue"]["Type"], "SQS");
    assert_eq!(globals["VpcConfig"][0], "HasVpc");
    for (name, group) in resources(&template, "AWS::Logs::LogGroup") {
        let properties = &group["Properties"];
        assert_eq!(properties["KmsKeyId"], "OperationsKey.Arn", "{name}");
        assert_eq!(properties["RetentionInDays"], "LogRetentionDays", "{name}");
        // Its name is fixed: left behind by a first deployment that failed, it would stand in the way of the next.
        assert_eq!(group["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
    }
    for (name, function) in resources(&template, "AWS::Serverless::Function") {
        let properties = &function["Properties"];
        assert!(properties["Role"].as_str().unwrap().ends_with("Role.Arn"), "{name}");
        assert!(properties["Policies"].is_null(), "{name}");
        assert_eq!(properties["CodeSigningConfigArn"][0], "HasCodeSigning", "{name}");
        assert_eq!(
            properties["ReservedConcurrentExecutions"][0], "ReservesConcurrency",
            "{name}"
        );
        let group = properties["LoggingConfig"]["LogGroup"].as_str().unwrap();
        assert_eq!(
            group,
            name.replace("Function", "LogGroup"),
            "{name} logs to a group of its own"
        );
        assert_eq!(template["Resources"][group]["Type"], "AWS::Logs::LogGroup", "{name}");
        let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
        let main = repository().join("functions").join(binary).join("src/main.rs");
        assert!(main.exists() || binary == "record", "{name}: {}", main.display());
    }
}

#[test]
fn state_machines_log_everything_and_are_traced() {
    for (name, machine) in resources(&template(), "AWS::Serverless::StateMachine") {
        let properties = &machine["Properties"];
        assert_eq!(properties["Tracing"]["Enabled"], true, "{name}");
        assert_eq!(properties["Logging"]["Level"], "ALL", "{name}");
        assert_eq!(properties["Type"], "STANDARD", "{name}");
    }
}

#[test]
fn an_alarm_says_what_to_do_and_where_to_read_on() {
    let text = fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    for (name, alarm) in resources(&template(), "AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        let description = properties["AlarmDescription"].as_str().unwrap();
        let place = description
            .split_once("docs/operations.md, \"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let (heading, _) = place.unwrap_or_else(|| panic!("{name}: {description}"));
        assert!(text.contains(&format!("\n### {heading}\n")), "{name}: {heading}");
        assert!(
            text.contains(&format!("`{name}`")),
            "docs/operations.md does not name {name}"
        );
        assert_eq!(list(&properties["AlarmActions"]), ["AlarmTopic"], "{name}");
        assert!(properties["TreatMissingData"].is_string(), "{name}");
    }
}

#[test]
fn no_account_and_no_region_is_written_down() {
    fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(fields) => {
                let of_people = [
                    "Description",
                    "AlarmDescription",
                    "ConstraintDescription",
                    "AssertDescription",
                ];
                let fields = fields.iter().filter(|(name, _)| !of_people.contains(&name.as_str()));
                fields.for_each(|(_, field)| texts(field, found));
            }
            _ => {}
        }
    }
    let template = template();
    let mut found = Vec::new();
    texts(&template, &mut found);
    assert!(found.len() > 1_000, "{}", found.len());
    for text in found {
        let digits = text.split(|character: char| !character.is_ascii_digit());
        assert!(!digits.into_iter().any(|run| run.len() == 12), "{text}");
        let is_region = |word: &str| {
            let parts: Vec<&str> = word.split('-').collect();
            parts.len() >= 3
                && ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "cn", "mx"].contains(&parts[0])
                && parts
                    .last()
                    .is_some_and(|last| last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '-');
        assert!(!words.into_iter().any(is_region), "{text}");
        assert!(!text.contains("arn:aws:"), "{text}");
    }
}

/// Columns and projection of the table are those of the statement that people may run by hand.
#[test]
fn the_table_of_log_files_is_that_of_the_documentation() {
    let sql = fs::read_to_string(repository().join("docs/collection-athena.sql")).unwrap();
    let statement = sql.split(';').next().unwrap();
    let columns = statement.split_once("(\n").unwrap().1.split_once("\n)").unwrap().0;
    let expected: Vec<(String, String)> = columns
        .lines()
        .map(|line| line.trim().trim_end_matches(',').split_once(' ').unwrap())
        .map(|(name, kind)| (name.to_owned(), kind.replace(' ', "").to_lowercase()))
        .collect();
    let template = template();
    let input = &template["Resources"]["CloudTrailTable"]["Properties"]["TableInput"];
    let columns = input["StorageDescriptor"]["Columns"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made: Vec<_> = columns
        .iter()
        .map(|column| (text(&column["Name"]), text(&column["Type"])))
        .collect();
    assert_eq!(made, expected);
    let parameters = input["Parameters"].as_object().unwrap();
    for line in statement.lines().filter(|line| line.trim_start().starts_with('\'')) {
        let (name, value) = line.trim().trim_end_matches(',').split_once(" = ").unwrap();
        let name = name.trim_matches('\'');
        let depends = [
            "projection.region.values",
            "projection.day.range",
            "storage.location.template",
        ];
        assert!(parameters.contains_key(name), "{name}");
        if !depends.contains(&name) {
            assert_eq!(parameters[name], value.trim_matches('\''), "{name}");
        }
    }
}

/// A rule holds where its assertion does; short forms of functions read as lists.
#[test]
fn the_hub_is_refused_where_it_does_not_belong() {
    let template = template();
    let rule = &template["Rules"]["HubIsNotTheManagementAccount"];
    let compared = |value: &Value| list(&value[0]);
    assert_eq!(compared(&rule["RuleCondition"]), ["ManagementAccountId", ""], "{rule}");
    assert_eq!(
        compared(&rule["Assertions"][0]["Assert"]),
        ["ManagementAccountId", "AWS::AccountId"],
        "{rule}"
    );
    for (rule, parameter) in [
        ("ChangedAccountsAreRead", "AccountAccess"),
        ("ChangesComeFromTheOrganization", "OrganizationId"),
    ] {
        let rule = &template["Rules"][rule];
        assert_eq!(
            rule["RuleCondition"],
            serde_json::json!(["ReadChanges", "true"]),
            "{rule}"
        );
        assert!(
            rule["Assertions"][0]["Assert"].to_string().contains(parameter),
            "{rule}"
        );
    }
}

/// Whoever copies a statement of the documentation asks a table that is there.
#[test]
fn the_documentation_names_the_table_as_the_template_does() {
    let template = template();
    let database = template["Parameters"]["EvidenceDatabaseName"]["Default"]
        .as_str()
        .unwrap();
    assert_eq!(
        template["Resources"]["EvidenceDatabase"]["Properties"]["DatabaseInput"]["Name"],
        "EvidenceDatabaseName"
    );
    let table = template["Resources"]["CloudTrailTable"]["Properties"]["TableInput"]["Name"]
        .as_str()
        .unwrap();
    assert_eq!((database, table), EvidenceSource::TABLE);
    for (page, mentions) in [
        (
            "docs/collection-athena.sql",
            [
                format!("EXISTS {database}.{table} ("),
                format!("FROM \"{database}\".\"{table}\" "),
            ],
        ),
        (
            "docs/calls-outside-the-list.sql",
            [
                format!("FROM \"{database}\".\"{table}\"\n"),
                "SELECT eventtime".to_owned(),
            ],
        ),
        (
            "docs/access-summary.md",
            [format!("`{database}.{table}`"), "`EvidenceDatabaseName`".to_owned()],
        ),
    ] {
        let text = fs::read_to_string(repository().join(page)).unwrap();
        for mention in mentions {
            assert!(text.contains(&mention), "{page} lacks {mention}");
        }
        let others = text.split("FROM \"").skip(1).filter(|rest| !rest.starts_with(database));
        assert_eq!(others.count(), 0, "{page} asks another database");
    }
}

/// The template as data. Short forms such as `!Ref X` read as their text, `X`.
fn template() -> Value {
    let text = fs::read_to_string(repository().join("infra/template.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn resources<'t>(template: &'t Value, kind: &str) -> Vec<(String, &'t Value)> {
    let all = template["Resources"].as_object().unwrap();
    let found: Vec<_> = all.iter().filter(|(_, resource)| resource["Type"] == kind).collect();
    assert!(!found.is_empty(), "the template has resources of type {kind}");
    found
        .into_iter()
        .map(|(name, resource)| (name.clone(), resource))
        .collect()
}

/// The statements of every policy of a resource but a role's trust policy.
fn statements(resource: &Value) -> Vec<Value> {
    let properties = &resource["Properties"];
    let inline = properties["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|policy| &policy["PolicyDocument"]);
    let documents = inline.chain([
        &properties["PolicyDocument"],
        &properties["KeyPolicy"],
        &properties["Policy"],
    ]);
    documents
        .flat_map(|document| list(&document["Statement"]))
        .flat_map(|statement| branches(&statement))
        .collect()
}

/// A statement, or the statements that a condition of the template chooses from: `[condition, one, other]`.
fn branches(statement: &Value) -> Vec<Value> {
    let options = statement
        .as_array()
        .map_or(std::slice::from_ref(statement), Vec::as_slice);
    options.iter().filter(|option| option.is_object()).cloned().collect()
}

fn grants(template: &Value) -> BTreeSet<Grant> {
    let all = template["Resources"].as_object().unwrap();
    let mut grants = BTreeSet::new();
    for (name, resource) in all {
        if resource["Type"] == "AWS::Lambda::Permission" {
            let action = resource["Properties"]["Action"].as_str().unwrap();
            grants.insert((name.clone(), action.to_owned()));
        }
        for statement in statements(resource)
            .iter()
            .filter(|statement| statement["Effect"] == "Allow")
        {
            assert!(statement["NotAction"].is_null(), "{name}: {statement}");
            grants.extend(
                list(&statement["Action"])
                    .iter()
                    .map(|action| (name.clone(), action.as_str().unwrap().to_owned())),
            );
        }
    }
    grants
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        item => vec![item.clone()],
    }
}

/// Rows of the permission table: ``| `Policy` | `action`, `action` | on what | why |``.
fn documented() -> BTreeSet<Grant> {
    let text = fs::read_to_string(repository().join("docs/deploy.md")).unwrap();
    let section = text
        .split("\n### ")
        .find(|section| section.starts_with("Permissions"))
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut grants = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [who, actions, on, why] = cells.as_slice() else {
            panic!("{row}")
        };
        assert!(!on.is_empty() && !why.is_empty(), "{row}");
        let name = |text: &str| text.trim().trim_matches('`').to_owned();
        grants.extend(actions.split(',').map(|action| (name(who), name(action))));
    }
    grants
}
