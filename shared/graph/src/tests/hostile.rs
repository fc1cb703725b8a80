use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, urn};
use sv0_model::record::RecordKind;

use crate::config::types_and_answers;
use crate::spoke::files_with_readers;

use super::{Capture, DEV, REGION, codes, entity, grants, policy, role_arn};

fn kinds() -> Vec<RecordKind> {
    let config = |resource_type: &str| RecordKind::ConfigItem {
        resource_type: resource_type.to_owned(),
    };
    let types = [
        "AWS::IAM::User",
        "AWS::IAM::Role",
        "AWS::IAM::Group",
        "AWS::IAM::Policy",
        "AWS::IAM::InstanceProfile",
        "AWS::Lambda::Function",
        "AWS::S3::Bucket",
        "AWS::S3::AccountPublicAccessBlock",
        "AWS::KMS::Key",
        "AWS::KMS::Alias",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::ECS::TaskDefinition",
        "AWS::ECS::Service",
        "AWS::ECR::Repository",
        "AWS::EC2::Instance",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::RDS::DBInstance",
        "AWS::DynamoDB::Table",
        "AWS::EKS::Cluster",
        "AWS::OpenSearch::Domain",
        "::",
        "",
    ];
    let organization = [
        RecordKind::Organization,
        RecordKind::Account,
        RecordKind::OrganizationTree,
        RecordKind::OrganizationPolicy,
        RecordKind::DelegatedAdministrator,
        RecordKind::OrganizationResourcePolicy,
        RecordKind::AwsManagedPolicy,
        RecordKind::AuthorizationDetails,
        RecordKind::KeyGrants,
        RecordKind::Trail,
        RecordKind::CloudTrailEvent,
        RecordKind::AnalyzerFinding,
        RecordKind::SecurityHubFinding,
    ];
    let answers = [
        ("dynamodb", "resource-policies"),
        ("ssm", "resource-policies"),
        ("ssm", "parameters"),
        ("ecr", "images"),
        ("ecr", "image-scan-findings"),
        ("ecr", "lifecycle-policies"),
        ("ecr", "repository-policies"),
    ];
    let answers = answers.map(|(service, what)| RecordKind::SpokeItem {
        service: service.to_owned(),
        what: what.to_owned(),
    });
    types
        .into_iter()
        .map(config)
        .chain(organization)
        .chain(answers)
        .collect()
}

/// Field names that the readers look for, so that random values land where they hurt.
const NAMES: &[&str] = &[
    "Arn",
    "Response",
    "Policies",
    "Policy",
    "repositoryName",
    "imageDigest",
    "imageScanFindings",
    "arn",
    "accountId",
    "awsRegion",
    "resourceId",
    "resourceName",
    "configuration",
    "supplementaryConfiguration",
    "tags",
    "configurationItemStatus",
    "RoleDetailList",
    "UserDetailList",
    "GroupDetailList",
    "Policies",
    "RoleName",
    "AssumeRolePolicyDocument",
    "RolePolicyList",
    "PolicyName",
    "PolicyDocument",
    "AttachedManagedPolicies",
    "PolicyArn",
    "PermissionsBoundary",
    "PermissionsBoundaryArn",
    "InstanceProfileList",
    "RoleLastUsed",
    "LastUsedDate",
    "PolicyVersionList",
    "Document",
    "IsDefaultVersion",
    "Id",
    "Name",
    "Type",
    "Content",
    "Targets",
    "Roots",
    "OrganizationalUnits",
    "Parents",
    "ChildId",
    "ParentId",
    "PolicyTypes",
    "Services",
    "Trail",
    "TrailARN",
    "EventSelectors",
    "AdvancedEventSelectors",
    "FieldSelectors",
    "Field",
    "Equals",
    "DataResources",
    "Values",
    "Policy",
    "policyText",
    "BucketPolicy",
    "AccessControlList",
    "grantList",
    "grantee",
    "containerDefinitions",
    "image",
    "secrets",
    "environment",
    "variables",
    "role",
    "iamInstanceProfile",
    "kmsKeyId",
    "aliases",
    "TargetKeyId",
    "Statement",
    "Effect",
    "Principal",
    "AWS",
    "Service",
    "Action",
    "Condition",
    "rules",
    "roles",
    "Response",
    "definition",
    "States",
    "Branches",
    "ItemProcessor",
    "Resource",
    "Parameters",
    "Arguments",
    "FunctionName",
    "QueueUrl",
    "target",
    "ecsParameters",
    "taskDefinitionArn",
    "roleArn",
    "functionArn",
    "eventSourceArn",
    "endpoint",
    "protocol",
    "topicArn",
    "agentId",
    "actionGroupName",
    "targetConfiguration",
    "clusterName",
    "namespace",
    "serviceAccount",
    "identityPoolId",
    "Federated",
    "StringLike",
    "x:sub",
];

const TEXTS: &[&str] = &[
    "",
    "*",
    "Allow",
    "arn:aws:iam::111111111111:role/x",
    "arn:aws:iam::aws:policy/x",
    "arn:::::",
    "111111111111",
    "r-1",
    "ou-1",
    "alias/x",
    "alias/aws/s3",
    "a\u{0}b",
    "<script>alert(1)</script>",
    "{\"policyText\":",
    "%7B%22",
    "{}",
    "[]",
    "ResourceDeleted",
    "SERVICE_CONTROL_POLICY",
    "true",
    "v9999999999999999999999",
    "\u{202e}\u{1F4A3}",
    "111111111111.dkr.ecr..amazonaws.com/",
    "@",
    ":",
    "web:",
    "Data",
    "Management",
    "eventCategory",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:lambda:eu-west-1:111111111111:function:f:live",
    "arn:aws:iam::111111111111:oidc-provider/x",
    "sts:AssumeRoleWithWebIdentity",
    "https://sqs.eu-west-1.amazonaws.com/111111111111/q",
    "system:serviceaccount:a:b",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(NAMES).prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_in_a_record_makes_it_panic(kind in proptest::sample::select(kinds()), body in any_json()) {
        let capture = Capture::new().add(kind, "hostile.json", None, "2026-03-01T00:00:00Z", body);
        let output = capture.normalise();
        for edge in &output.graph.edges {
            prop_assert!(output.graph.entities.contains_key(&edge.from), "no entity {}", edge.from);
            prop_assert!(output.graph.entities.contains_key(&edge.to), "no entity {}", edge.to);
        }
    }
}

/// Texts and shapes that stand where a reader expects an ARN, a list, a map or a definition.
fn junk() -> Vec<Value> {
    let nested = (0..20).fold(
        json!({ "Branches": [] }),
        |inner, _| json!({ "States": { "s": { "Branches": [inner] } } }),
    );
    vec![
        Value::Null,
        json!(7),
        json!(""),
        json!("arn:"),
        json!("arn:aws:lambda:::function:"),
        json!("arn:aws:bedrock:::agent-alias/"),
        json!("arn:aws:states:::aws-sdk::"),
        json!("https://"),
        json!("https://sqs./111111111111/"),
        json!("https://[::1]:x/"),
        json!("\u{202e}\u{0}<script>"),
        json!(format!("arn:aws:s3:::{}", "x".repeat(3_000))),
        json!([[], [null], {}, "x"]),
        json!({ "": {}, "a": [] }),
        nested,
    ]
}

/// Wherever a row or reader may look, one thing that does not belong there.
fn filled_with(value: &Value) -> Value {
    let leaf: serde_json::Map<String, Value> = JUNK_NAMES
        .iter()
        .map(|name| ((*name).to_owned(), value.clone()))
        .collect();
    let mut body = leaf.clone();
    for name in JUNK_CONTAINERS {
        let mut inner = leaf.clone();
        inner.insert("items".to_owned(), json!([leaf.clone()]));
        body.insert(
            (*name).to_owned(),
            if name.ends_with('s') {
                json!([inner])
            } else {
                Value::Object(inner)
            },
        );
    }
    body.insert(
        "arn".to_owned(),
        json!("arn:aws:lambda:eu-west-1:111111111111:function:f"),
    );
    Value::Object(body)
}

const JUNK_CONTAINERS: &[&str] = &[
    "target",
    "targets",
    "definition",
    "configuration",
    "environment",
    "source",
    "launchTemplateData",
    "targetConfiguration",
];

const JUNK_NAMES: &[&str] = &[
    "roleArn",
    "functionArn",
    "eventSourceArn",
    "endpoint",
    "topicArn",
    "protocol",
    "target",
    "targets",
    "input",
    "definition",
    "States",
    "Resource",
    "Parameters",
    "Arguments",
    "agentArn",
    "agentId",
    "clusterName",
    "namespace",
    "serviceAccount",
    "identityPoolId",
    "roles",
    "roleMappings",
    "loggingConfig",
    "gatewayArn",
    "targetConfiguration",
    "name",
    "version",
    "launchTemplate",
    "launchTemplateId",
    "versionNumber",
    "launchTemplateData",
    "iamInstanceProfile",
    "environment",
    "image",
    "source",
    "location",
    "nodes",
    "configuration",
    "policy",
];

#[test]
fn junk_in_any_place_of_any_row_names_nothing_that_is_no_arn() {
    for kind in kinds() {
        for value in junk() {
            let whole = filled_with(&value);
            let bodies = [
                value.clone(),
                json!({ "Arn": value, "Response": whole, "configuration": whole }),
            ];
            for body in bodies {
                let mut capture =
                    Capture::new().add(kind.clone(), "hostile.json", Some(DEV), "2026-03-01T00:00:00Z", body);
                capture.records[0].region = Some(REGION.to_owned());
                let graph = capture.graph();
                for edge in &graph.edges {
                    assert!(
                        graph.entities.contains_key(&edge.from) && graph.entities.contains_key(&edge.to),
                        "{kind:?}: {edge:?}"
                    );
                }
                let longest = graph.entities.keys().map(String::len).max().unwrap_or_default();
                assert!(longest < 5_000, "{kind:?}: an id of {longest} bytes");
            }
        }
    }
}

#[test]
fn every_type_and_every_file_has_one_row_or_reader() {
    let (types, by_rows) = types_and_answers();
    let files: Vec<_> = by_rows.into_iter().chain(files_with_readers()).collect();
    for (index, kind) in types.iter().enumerate() {
        assert!(!types[..index].contains(kind), "{kind} has two rows");
    }
    for (index, file) in files.iter().enumerate() {
        assert!(!files[..index].contains(file), "{file:?} is read twice");
    }
}

#[test]
fn names_stay_as_they_are() {
    let long = "x".repeat(1_000_000);
    for name in ["<script>alert(1)</script>", "nul\u{0}nul", long.as_str()] {
        let page = json!({ "RoleDetailList": [{ "Arn": role_arn("r"), "RoleName": name, "Tags": [{ "Key": name, "Value": name }] }] });
        let graph = Capture::new().details(page).graph();
        assert_eq!(entity(&graph, &role_arn("r")).name, name);
        assert_eq!(entity(&graph, &role_arn("r")).tags[name], name);
    }
}

#[test]
fn one_bad_item_loses_no_other() {
    let page = json!({ "RoleDetailList": [7, null, "x", { "RolePolicyList": {} }, { "Arn": role_arn("good") }], "Policies": "none" });
    let output = Capture::new().details(page).normalise();
    assert!(output.graph.entities.contains_key(&role_arn("good")));
    assert_eq!(codes(&output), vec!["iam_item_without_name"; 5]);
}

#[test]
fn diagnostics_are_bounded_for_every_file_and_carry_no_long_text() {
    let bad: Vec<Value> = (0..10_000).map(|index| json!({ "Arn": role_arn(&format!("{index}{}", "x".repeat(1_000))), "AssumeRolePolicyDocument": "no" })).collect();
    let output = Capture::new().details(json!({ "RoleDetailList": bad })).normalise();
    assert_eq!(output.diagnostics.len(), 51);
    assert!(
        output
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == "more_diagnostics" && diagnostic.message.starts_with("9950 "))
    );
    assert!(
        output
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.at.chars().count() <= 301)
    );
}

#[test]
fn an_element_that_stands_twice_in_a_policy_text_is_not_lost_on_the_way() {
    let text = r#"{"Version":"2012-10-17","Statement":[],"Statement":[{"Effect":"Allow","Principal":"*","Action":"lambda:*","Resource":"*"}]}"#;
    let function = format!("arn:aws:lambda:eu-west-1:{DEV}:function:f");
    let item = json!({ "arn": function, "supplementaryConfiguration": { "Policy": text } });
    let output = Capture::new().config("AWS::Lambda::Function", item).normalise();
    assert!(!output.diagnostics.is_empty(), "the parser sees both and says so");
    assert!(
        policy(&output.graph, &urn::resource_policy(&function))
            .document
            .is_some()
    );
}

#[test]
fn a_principal_that_a_thousand_roles_name_has_few_origins() {
    let trust = grants(&json!({ "Service": "lambda.amazonaws.com" }), "sts:AssumeRole");
    let capture = (0..1_000).fold(Capture::new(), |capture, index| {
        let arn = role_arn(&format!("r{index}"));
        capture.config(
            "AWS::IAM::Role",
            json!({ "arn": arn, "configuration": { "assumeRolePolicyDocument": trust } }),
        )
    });
    let graph = capture.graph();
    assert_eq!(
        entity(&graph, &urn::aws_service("lambda.amazonaws.com")).origins.len(),
        16
    );
}

#[test]
fn a_made_up_policy_does_not_multiply_itself() {
    let principals: Vec<String> = (0..5_000)
        .map(|index| format!("arn:aws:iam::{DEV}:role/r{index}"))
        .collect();
    let mut document = grants(&json!({ "AWS": principals }), "s3:*");
    document["Statement"][0]["Condition"] = json!({ "StringEquals": { "aws:x": "x".repeat(200_000) } });
    let item = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": { "BucketPolicy": { "policyText": document } } });
    let output = Capture::new().config("AWS::S3::Bucket", item).normalise();
    let granted: Vec<_> = output
        .graph
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::Grants)
        .collect();
    assert_eq!(granted.len(), 5_000, "every principal is still named");
    assert!(granted.iter().all(|edge| !edge.attributes.contains_key("conditions")));
    assert_eq!(codes(&output), ["oversized_policy"]);
}

#[test]
fn an_arn_that_is_too_long_to_be_aws_names_nothing() {
    let arn = role_arn(&"x".repeat(1_000_000));
    let output = Capture::new()
        .details(json!({ "RoleDetailList": [{ "Arn": arn }] }))
        .normalise();
    assert!(!output.graph.entities.contains_key(&arn));
    assert_eq!(codes(&output), ["iam_item_without_name"]);
}
