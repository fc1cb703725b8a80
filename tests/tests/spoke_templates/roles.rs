//! What the roles may do: what the table of calls gives, and nothing else whatever is attached later.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use sv0_collect::Caller;
use sv0_collect::permissions::{MOST_CHARACTERS, MOST_POLICIES, actions_of, never};
use sv0_iam::catalogue::actions_matching;

use super::stack::{ACCOUNT, FOLDER, Stack, templates};
use super::{characters, decide, everything, list};
use crate::support::repository;

/// A stack, the role's name in `roles.json`, and whose calls it makes.
struct Case {
    stack: Stack,
    role: &'static str,
    callers: &'static [Caller],
}

fn cases(further: &[(&str, &str)]) -> [Case; 2] {
    const HUB: &str = "arn:aws:iam::111122223333:role/SecurityV0Collector";
    let common = [
        ("ExternalId", "sv0-3f1c9a7e5b2d4068"),
        ("OrganizationId", "o-a1b2c3d4e5"),
    ];
    let stack = |template: &str, own: (&'static str, &'static str)| {
        Stack::new(template, &[&common, &[own][..], further].concat())
    };
    [
        Case {
            stack: stack("spoke-role.yaml", ("CollectorRoleArn", HUB)),
            role: "spoke",
            callers: &[Caller::Spoke],
        },
        Case {
            stack: stack("management-role.yaml", ("HubRoleArns", HUB)),
            role: "management",
            callers: &[Caller::Spoke, Caller::Management],
        },
    ]
}

/// A generated policy as this stack's account would have it.
fn generated(stack: &Stack, name: &str) -> Value {
    let path = repository().join(format!("infra/permissions/{name}.json"));
    stack.resolve(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
}

fn roles(role: &str) -> Value {
    let text = fs::read_to_string(repository().join("infra/permissions/roles.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()[role].clone()
}

/// Policies that are made, by their ARN.
fn made(stack: &Stack) -> BTreeMap<String, Value> {
    let made = stack.resources();
    let policies = made.iter().filter(|(_, kind, _)| *kind == "AWS::IAM::ManagedPolicy");
    policies
        .map(|(id, _, properties)| {
            let arn = stack.resolve(&json!({"Ref": id}));
            (arn.as_str().unwrap().to_owned(), properties["PolicyDocument"].clone())
        })
        .collect()
}

/// The documents that are attached to the role.
fn attached(stack: &Stack) -> Vec<Value> {
    let made = made(stack);
    let role = stack.properties("Role");
    assert!(role["Policies"].is_null(), "no inline policy");
    let arns = role["ManagedPolicyArns"].as_array().unwrap();
    arns.iter().map(|arn| made[arn.as_str().unwrap()].clone()).collect()
}

#[test]
fn the_role_has_exactly_the_generated_policies() {
    for case in cases(&[]) {
        let attached = attached(&case.stack);
        let names = roles(case.role)["policies"].as_array().unwrap().clone();
        let generated: Vec<Value> = names
            .iter()
            .map(|name| generated(&case.stack, name.as_str().unwrap()))
            .collect();
        let sorted = |documents: &[Value]| documents.iter().map(Value::to_string).collect::<BTreeSet<_>>();
        assert_eq!(sorted(&attached), sorted(&generated), "{}", case.role);
        assert_eq!(attached.len(), names.len(), "{}", case.role);
        assert!(attached.len() <= MOST_POLICIES);
        assert_eq!(made(&case.stack).len(), names.len(), "no boundary is made unasked");
    }
}

#[test]
fn nothing_but_iam_is_made_in_an_account_that_is_read() {
    for case in cases(&[("BoundaryKind", "shipped")]) {
        for (id, kind, properties) in case.stack.resources() {
            assert!(
                ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy"].contains(&kind),
                "{id} is {kind}"
            );
            let name = properties["RoleName"]
                .as_str()
                .or(properties["ManagedPolicyName"].as_str())
                .unwrap();
            assert!(
                name.starts_with("SecurityV0ReadOnly"),
                "{name}: the guard rail knows it by its name"
            );
        }
    }
    for (name, template) in templates() {
        assert!(template["Transform"].is_null(), "{name}");
        let bytes = fs::metadata(repository().join(FOLDER).join(name)).unwrap().len();
        assert!(
            bytes <= 51_200,
            "{name} has {bytes} bytes, of 51,200 that a template body may have"
        );
        for resource in template["Resources"].as_object().unwrap().values() {
            let kind = resource["Type"].as_str().unwrap();
            let known = [
                "AWS::IAM::Role",
                "AWS::IAM::ManagedPolicy",
                "AWS::Events::Rule",
                "AWS::CloudFormation::StackSet",
            ];
            assert!(known.contains(&kind), "{name} makes {kind}");
        }
    }
}

#[test]
fn a_boundary_is_set_as_the_customer_chooses() {
    let bounded = |parameters: &[(&str, &str)]| -> Vec<(Value, Vec<String>)> {
        let cases = cases(parameters);
        cases
            .iter()
            .map(|case| {
                (
                    case.stack.properties("Role")["PermissionsBoundary"].clone(),
                    case.stack.refused(),
                )
            })
            .collect()
    };
    let expected = |value: Value| vec![(value.clone(), Vec::new()), (value, Vec::new())];
    assert_eq!(bounded(&[]), expected(Value::Null));
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/security/ThirdParties");
    assert_eq!(
        bounded(&[("BoundaryKind", "customer"), ("Boundary", "security/ThirdParties")]),
        expected(json!(own))
    );
    assert_eq!(
        bounded(&[("BoundaryKind", "aws"), ("Boundary", "ReadOnlyAccess")]),
        expected(json!("arn:aws:iam::aws:policy/ReadOnlyAccess"))
    );
    for case in cases(&[
        ("BoundaryKind", "shipped"),
        ("RolePath", "/audit/"),
        ("RoleNameSuffix", "-eu"),
    ]) {
        let arn = format!("arn:aws:iam::{ACCOUNT}:policy/audit/SecurityV0ReadOnly-eu-boundary");
        assert_eq!(case.stack.properties("Role")["PermissionsBoundary"], json!(arn));
        let name = roles(case.role)["boundary"].as_str().unwrap().to_owned();
        assert_eq!(made(&case.stack)[&arn], generated(&case.stack, &name));
    }
}

#[test]
fn policies_fit_with_the_longest_names() {
    let (name, suffix) = ("x".repeat(40), "y".repeat(16));
    let path = format!("/{}/", "z".repeat(46));
    let longest = [
        ("RoleName", name.as_str()),
        ("RoleNameSuffix", &suffix),
        ("RolePath", &path),
        ("BoundaryKind", "shipped"),
    ];
    for case in cases(&longest) {
        assert_eq!(case.stack.refused(), Vec::<String>::new());
        for (arn, document) in made(&case.stack) {
            assert!(
                characters(&document) <= MOST_CHARACTERS,
                "{arn} has {}",
                characters(&document)
            );
        }
        let role = case.stack.properties("Role")["RoleName"].as_str().unwrap().len();
        assert!(role <= 64, "{role}");
    }
}

/// The decision on an action of the role, on a resource of its account.
fn ask(role: &Value, policies: &[Value], boundary: Option<&Value>, action: &str, resource: &str) -> String {
    let row = json!({
        "id": action, "principal": format!("arn:aws:iam::{ACCOUNT}:role/{}", role["RoleName"].as_str().unwrap()), "action": action, "resource": resource,
        "resource_account": ACCOUNT, "identity_policies": policies, "permission_boundaries": boundary.map(|boundary| vec![boundary]),
    });
    decide(&row).0
}

#[test]
fn writes_and_reads_of_data_are_denied_even_when_somebody_attaches_a_policy_that_allows_all() {
    for case in cases(&[]) {
        let role = case.stack.properties("Role");
        let mut policies = attached(&case.stack);
        policies.push(everything());
        let mut asked = 0;
        let kinds = never::KINDS.iter().chain(never::DATA_EXPOSING_READS);
        for pattern in kinds.flat_map(|kind| kind.actions) {
            // The first and the last that the pattern means: every one of them is asked where the policies are made.
            let actions: Vec<_> = actions_matching(pattern).collect();
            for action in [actions.first(), actions.last()].into_iter().flatten() {
                let action = action.full_name();
                let is_granted = case
                    .callers
                    .iter()
                    .any(|caller| actions_of(*caller).contains(&action.as_str()));
                let beyond = ["sts:GetSessionToken", "sts:GetCallerIdentity"].contains(&action.as_str());
                if is_granted || beyond {
                    continue;
                }
                assert_eq!(
                    ask(&role, &policies, None, &action, "*"),
                    "explicit_deny",
                    "{action} for {}",
                    case.role
                );
                asked += 1;
            }
        }
        assert!(asked > 150, "{asked}");
    }
}

#[test]
fn reads_of_the_list_are_allowed_in_the_boundary_and_nothing_else_is() {
    for case in cases(&[("BoundaryKind", "shipped")]) {
        let role = case.stack.properties("Role");
        let boundary = &made(&case.stack)[role["PermissionsBoundary"].as_str().unwrap()];
        let policies = attached(&case.stack);
        for (action, resource) in [
            ("iam:GetAccountAuthorizationDetails", "*"),
            (
                "lambda:GetPolicy",
                "arn:aws:lambda:eu-west-1:444455556666:function:billing",
            ),
            (
                "secretsmanager:GetResourcePolicy",
                "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-a1b2c3",
            ),
            ("iam:GetRole", "arn:aws:iam::444455556666:role/SecurityV0ReadOnly"),
        ] {
            assert_eq!(
                ask(&role, &policies, Some(boundary), action, resource),
                "allow",
                "{action}"
            );
        }
        for (action, resource) in [
            ("iam:GetRole", "arn:aws:iam::444455556666:role/Admin"),
            (
                "lambda:GetFunction",
                "arn:aws:lambda:eu-west-1:444455556666:function:billing",
            ),
            ("s3:GetObject", "arn:aws:s3:::data/object"),
            ("sts:AssumeRole", "arn:aws:iam::444455556666:role/Admin"),
        ] {
            assert_ne!(
                ask(&role, &policies, Some(boundary), action, resource),
                "allow",
                "{action}"
            );
        }
    }
}

#[test]
fn every_template_is_explained_where_it_is_filled_in() {
    for (name, template) in templates() {
        let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
        let groups = list(&interface["ParameterGroups"]);
        let shown: BTreeSet<String> = groups
            .iter()
            .flat_map(|group| list(&group["Parameters"]))
            .map(|parameter| parameter.as_str().unwrap().to_owned())
            .collect();
        let parameters = template["Parameters"].as_object().unwrap();
        assert_eq!(shown, parameters.keys().cloned().collect(), "{name}");
        for (parameter, declared) in parameters {
            assert!(declared["Description"].is_string(), "{name}: {parameter}");
        }
    }
}

/// Who deploys by hand gives the hub the ARN, and lists what the role may do by its name.
#[test]
fn a_stack_tells_its_role_and_what_it_extracts() {
    let text = fs::read_to_string(repository().join("infra/permissions/extracted.json")).unwrap();
    let extracted: Value = serde_json::from_str(&text).unwrap();
    for case in cases(&[("RoleNameSuffix", "-blue"), ("RolePath", "/security/")]) {
        let outputs = case.stack.outputs();
        let told: BTreeSet<&str> = outputs.keys().map(String::as_str).collect();
        assert_eq!(
            told,
            BTreeSet::from(["ExtractedVersion", "RoleArn", "RoleName"]),
            "{}",
            case.role
        );
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/security/SecurityV0ReadOnly-blue");
        assert_eq!(outputs["RoleArn"], arn.as_str());
        assert_eq!(outputs["RoleName"], "SecurityV0ReadOnly-blue");
        assert_eq!(
            outputs["ExtractedVersion"],
            extracted["version"].to_string().trim_matches('"')
        );
        // list-attached-role-policies shows all of it.
        let role = case.stack.properties("Role");
        assert!(role["Policies"].is_null(), "{role}");
        let attached: BTreeSet<String> = list(&role["ManagedPolicyArns"])
            .iter()
            .map(|arn| arn.as_str().unwrap().to_owned())
            .collect();
        let made: BTreeSet<String> = made(&case.stack).into_keys().collect();
        assert_eq!(attached, made, "{}", case.role);
    }
}
