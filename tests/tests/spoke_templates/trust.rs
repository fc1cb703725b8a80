//! Who may take the role: the hub's collector, in this organization, with the ExternalId, naming itself, and nobody else.

use serde_json::{Value, json};

use super::stack::{ACCOUNT, Stack};
use super::{characters, decide};
use crate::support::repository;

const HUB: &str = "111122223333";
const COLLECTOR: &str = "arn:aws:iam::111122223333:role/sv0/SecurityV0Collector";
const PREFLIGHT: &str = "arn:aws:iam::111122223333:role/sv0/SecurityV0Preflight";
const EXTERNAL_ID: &str = "sv0-3f1c9a7e5b2d4068";
const ORGANIZATION: &str = "o-a1b2c3d4e5";

/// A request for the role, as AWS STS judges it.
#[derive(Clone)]
struct Asked<'a> {
    role: &'a str,
    organization: Option<&'a str>,
    external_id: Option<&'a str>,
    tags: &'a [(&'a str, &'a str)],
}

const RIGHT: Asked<'_> = Asked {
    role: COLLECTOR,
    organization: Some(ORGANIZATION),
    external_id: Some(EXTERNAL_ID),
    tags: &[("sv0-component", "collector"), ("sv0-run-id", "2026-03-02-daily")],
};

/// A role with its trust policy.
struct Target {
    arn: String,
    trust: Value,
}

fn target(stack: &Stack) -> Target {
    assert_eq!(stack.refused(), Vec::<String>::new());
    let role = stack.properties("Role");
    let arn = stack.resolve(&json!({"Fn::GetAtt": ["Role", "Arn"]}));
    assert_eq!(role["MaxSessionDuration"], 3600);
    Target {
        arn: arn.as_str().unwrap().to_owned(),
        trust: role["AssumeRolePolicyDocument"].clone(),
    }
}

fn spoke(further: &[(&str, &str)]) -> Stack {
    let given = [
        ("CollectorRoleArn", COLLECTOR),
        ("ExternalId", EXTERNAL_ID),
        ("OrganizationId", ORGANIZATION),
    ];
    Stack::new("spoke-role.yaml", &[&given, further].concat())
}

fn management(roles: &str) -> Stack {
    let given = [
        ("HubRoleArns", roles),
        ("ExternalId", EXTERNAL_ID),
        ("OrganizationId", ORGANIZATION),
    ];
    Stack::new("management-role.yaml", &given)
}

/// The hub's own policy for taking roles, of a hub that was given this path and name.
fn hub_policy(path: &str, name: &str) -> Value {
    let text = std::fs::read_to_string(repository().join("infra/permissions/hub-collector.json")).unwrap();
    let hub = Stack::of_parameters(&[
        ("SpokeRolePath", path),
        ("SpokeRoleName", name),
        ("ManagementAccount", ACCOUNT),
        ("ManagementRolePath", path),
        ("ManagementRoleName", name),
    ]);
    hub.resolve(&serde_json::from_str(&text).unwrap())
}

/// What STS decides: the role is given where AssumeRole is allowed and, if tags are sent, TagSession too.
fn is_given(asked: &Asked<'_>, target: &Target, hub_policy: &Value) -> bool {
    let mut actions = vec!["sts:AssumeRole"];
    let mut context = json!({"aws:PrincipalArn": asked.role});
    let mut set = |key: &str, value: Value| context[key] = value;
    if let Some(organization) = asked.organization {
        set("aws:PrincipalOrgID", json!(organization));
    }
    if !asked.tags.is_empty() {
        actions.push("sts:TagSession");
        set("aws:TagKeys", asked.tags.iter().map(|(key, _)| *key).collect());
        for (key, value) in asked.tags {
            set(&format!("aws:RequestTag/{key}"), json!(value));
        }
    }
    let (account, name) = asked.role.split_once("::").unwrap().1.split_once(":role/").unwrap();
    let name = name.rsplit('/').next().unwrap();
    actions.iter().all(|action| {
        let mut context = context.clone();
        // AWS lists sts:ExternalId for AssumeRole, and not for TagSession.
        if let (Some(id), "sts:AssumeRole") = (asked.external_id, *action) {
            context["sts:ExternalId"] = json!(id);
        }
        let row = json!({
            "id": action,
            "principal": format!("arn:aws:sts::{account}:assumed-role/{name}/securityv0-collect"),
            "action": action,
            "resource": target.arn,
            "context": context,
            "identity_policies": [hub_policy],
            "resource_policy": target.trust,
        });
        decide(&row).0 == "allow"
    })
}

#[test]
fn the_collector_is_given_the_role_and_nobody_else_is() {
    let target = target(&spoke(&[]));
    let hub = hub_policy("/", "SecurityV0ReadOnly");
    let given = |asked: Asked<'_>| is_given(&asked, &target, &hub);
    assert!(given(RIGHT));
    assert!(
        given(Asked {
            tags: &[("sv0-component", "collector")],
            ..RIGHT
        }),
        "a scan on one machine names no run"
    );
    for (why, asked) in [
        (
            "another ExternalId",
            Asked {
                external_id: Some("sv0-3f1c9a7e5b2d4069"),
                ..RIGHT
            },
        ),
        (
            "an ExternalId in other case",
            Asked {
                external_id: Some("SV0-3F1C9A7E5B2D4068"),
                ..RIGHT
            },
        ),
        (
            "no ExternalId",
            Asked {
                external_id: None,
                ..RIGHT
            },
        ),
        (
            "another role of the hub",
            Asked {
                role: "arn:aws:iam::111122223333:role/sv0/SecurityV0Finish",
                ..RIGHT
            },
        ),
        (
            "a role of the same name with another path",
            Asked {
                role: "arn:aws:iam::111122223333:role/SecurityV0Collector",
                ..RIGHT
            },
        ),
        (
            "a role of the same name in another account",
            Asked {
                role: "arn:aws:iam::222233334444:role/sv0/SecurityV0Collector",
                ..RIGHT
            },
        ),
        (
            "another organization",
            Asked {
                organization: Some("o-zzzzzzzzzz"),
                ..RIGHT
            },
        ),
        (
            "no organization",
            Asked {
                organization: None,
                ..RIGHT
            },
        ),
        (
            "preflight, which this stack was not told of",
            Asked {
                role: PREFLIGHT,
                ..RIGHT
            },
        ),
        ("no tag", Asked { tags: &[], ..RIGHT }),
        (
            "no component",
            Asked {
                tags: &[("sv0-run-id", "2026-03-02-daily")],
                ..RIGHT
            },
        ),
        (
            "another tag",
            Asked {
                tags: &[("sv0-component", "collector"), ("Department", "Payroll")],
                ..RIGHT
            },
        ),
    ] {
        assert!(!given(asked), "{why}");
    }
}

#[test]
fn preflight_is_given_the_role_only_where_the_stack_names_it() {
    let hub = hub_policy("/", "SecurityV0ReadOnly");
    let with = target(&spoke(&[("PreflightRoleArn", PREFLIGHT)]));
    for (role, is_right) in [
        (COLLECTOR, true),
        (PREFLIGHT, true),
        ("arn:aws:iam::111122223333:role/sv0/SecurityV0Finish", false),
    ] {
        assert_eq!(is_given(&Asked { role, ..RIGHT }, &with, &hub), is_right, "{role}");
    }
}

#[test]
fn the_management_role_is_given_to_each_of_its_readers() {
    let inventory = "arn:aws:iam::111122223333:role/SecurityV0Inventory";
    let stack = management(&format!("{inventory},{COLLECTOR}"));
    let target = target(&stack);
    let hub = hub_policy("/", "SecurityV0ReadOnly");
    for role in [inventory, COLLECTOR] {
        assert!(is_given(&Asked { role, ..RIGHT }, &target, &hub), "{role}");
        assert!(
            !is_given(
                &Asked {
                    role,
                    external_id: None,
                    ..RIGHT
                },
                &target,
                &hub
            ),
            "{role}"
        );
        assert!(
            !is_given(
                &Asked {
                    role,
                    tags: &[],
                    ..RIGHT
                },
                &target,
                &hub
            ),
            "{role}"
        );
    }
    assert!(!is_given(
        &Asked {
            role: PREFLIGHT,
            ..RIGHT
        },
        &target,
        &hub
    ));
}

#[test]
fn path_and_name_agree_between_the_hub_and_the_role_or_it_is_not_given() {
    let named = [
        ("RolePath", "/audit/"),
        ("RoleName", "SecurityV0ReadOnly"),
        ("RoleNameSuffix", "-eu"),
    ];
    let target = target(&spoke(&named));
    assert_eq!(
        target.arn,
        format!("arn:aws:iam::{ACCOUNT}:role/audit/SecurityV0ReadOnly-eu")
    );
    assert!(is_given(
        &RIGHT,
        &target,
        &hub_policy("/audit/", "SecurityV0ReadOnly-eu")
    ));
    for (path, name) in [
        ("/", "SecurityV0ReadOnly-eu"),
        ("/audit/", "SecurityV0ReadOnly"),
        ("/other/", "SecurityV0ReadOnly-eu"),
    ] {
        assert!(!is_given(&RIGHT, &target, &hub_policy(path, name)), "{path}{name}");
    }
}

#[test]
fn nothing_but_the_hubs_role_stands_as_a_principal() {
    for stack in [spoke(&[("PreflightRoleArn", PREFLIGHT)]), management(COLLECTOR)] {
        let trust = target(&stack).trust;
        for statement in trust["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            let principals = super::list(&statement["Principal"]["AWS"]);
            let is_role = |principal: &Value| {
                principal
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("arn:aws:iam::{HUB}:role/"))
            };
            assert!(!principals.is_empty() && principals.iter().all(is_role), "{statement}");
            assert_eq!(statement["Principal"].as_object().unwrap().len(), 1);
        }
    }
}

#[test]
fn trust_policies_fit_with_the_longest_names() {
    const MOST: usize = 2_048;
    let long = |length: usize| {
        let start = "arn:aws-us-gov:iam::111122223333:role/";
        format!("{start}{}", "x".repeat(length - start.len()))
    };
    let external = "x".repeat(64);
    let organization = format!("o-{}", "x".repeat(32));
    let (one, other) = (long(160), format!("{}y", long(159)));
    let given = [
        ("CollectorRoleArn", one.as_str()),
        ("PreflightRoleArn", &other),
        ("ExternalId", &external),
        ("OrganizationId", &organization),
    ];
    let trust = target(&Stack::new("spoke-role.yaml", &given)).trust;
    assert!(characters(&trust) <= MOST, "{}", characters(&trust));
    // Four roles of the hub read the management account; a name has at most 64 characters.
    let roles = ["a", "b", "c", "d"]
        .map(|name| format!("{}{name}", long(101)))
        .join(",");
    let given = [
        ("HubRoleArns", roles.as_str()),
        ("ExternalId", &external),
        ("OrganizationId", &organization),
    ];
    let trust = target(&Stack::new("management-role.yaml", &given)).trust;
    assert!(characters(&trust) <= MOST, "{}", characters(&trust));
}

#[test]
fn what_is_no_external_id_organization_role_or_boundary_is_refused() {
    let long = "x".repeat(65);
    for (name, value) in [
        ("ExternalId", "fifteen-chars-x"),
        ("ExternalId", long.as_str()),
        ("ExternalId", "has a space in it"),
        ("ExternalId", "sv0-*-3f1c9a7e5b2d"),
        ("OrganizationId", "a1b2c3d4e5"),
        ("OrganizationId", "o-*"),
        ("CollectorRoleArn", "arn:aws:iam::111122223333:root"),
        ("CollectorRoleArn", "arn:aws:iam::111122223333:role/*"),
        ("CollectorRoleArn", "arn:aws:iam::111122223333:user/someone"),
        ("CollectorRoleArn", "*"),
        ("RolePath", "audit"),
        ("RolePath", "/audit"),
        ("RoleNameSuffix", "/x"),
        ("BoundaryKind", "any"),
    ] {
        assert_eq!(spoke(&[]).with(name, value).refused(), [name], "{value}");
    }
    for (parameters, is_sound) in [
        (&[("BoundaryKind", "customer")][..], false),
        (&[("BoundaryKind", "aws")], false),
        (&[("BoundaryKind", "shipped"), ("Boundary", "Mine")], false),
        (&[("Boundary", "Mine")], false),
        (&[("PreflightRoleArn", COLLECTOR)], false),
        (&[("BoundaryKind", "customer"), ("Boundary", "security/Mine")], true),
        (&[("BoundaryKind", "shipped")], true),
    ] {
        assert_eq!(spoke(parameters).refused().is_empty(), is_sound, "{parameters:?}");
    }
}
