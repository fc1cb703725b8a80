//! Sizes, forms and who has what.

use std::collections::BTreeSet;

use super::HOMES;
use crate::call::{ApiCall, Caller};
use crate::permissions::{
    Document, Home, MOST_CHARACTERS, MOST_POLICIES, PermissionsError, Policies, Resource, Statement, actions_of, files,
    policies, rows,
};

fn made() -> Policies {
    policies(rows()).unwrap()
}

#[test]
fn every_policy_fits_whatever_names_a_deployment_chooses() {
    let made = made();
    assert!(made.all.len() > 8, "{:?}", made.roles);
    for policy in &made.all {
        assert!(
            policy.document.characters() <= MOST_CHARACTERS,
            "{} has {}",
            policy.name,
            policy.document.characters()
        );
        let bare = policy.document.example().to_string();
        assert!(
            bare.len() <= policy.document.characters(),
            "{}: the longest is not the longest",
            policy.name
        );
    }
    for role in &made.roles {
        assert!(role.policies.len() <= MOST_POLICIES, "{role:?}");
    }
}

#[test]
fn policies_grant_each_caller_its_rows_and_nothing_else() {
    let made = made();
    for role in &made.roles {
        let mut own: BTreeSet<&str> = actions_of(role.caller).into_iter().collect();
        // The collector reads the hub's own account, and the management role that account, by the spoke's list.
        if [Caller::Collector, Caller::Management].contains(&role.caller) {
            own.extend(actions_of(Caller::Spoke));
        }
        let allowed: BTreeSet<&str> = made
            .of(role.caller)
            .flat_map(|policy| &policy.document.statements)
            .filter_map(|statement| match statement {
                Statement::Allow { actions, .. } => Some(actions),
                Statement::DenyAllBut(_) => None,
            })
            .flatten()
            .copied()
            .collect();
        assert_eq!(allowed, own, "{}", role.caller.name());
    }
}

#[test]
fn who_reads_an_account_is_denied_all_else_by_exactly_one_statement() {
    let made = made();
    for role in &made.roles {
        let denials: Vec<(&str, &BTreeSet<&str>)> = made
            .of(role.caller)
            .flat_map(|policy| {
                policy
                    .document
                    .statements
                    .iter()
                    .map(move |statement| (policy, statement))
            })
            .filter_map(|(policy, statement)| match statement {
                Statement::DenyAllBut(actions) => Some((policy.name.as_str(), actions)),
                Statement::Allow { .. } => None,
            })
            .collect();
        let granted: BTreeSet<&str> = match role.caller {
            Caller::Spoke => actions_of(Caller::Spoke).into_iter().collect(),
            Caller::Management => [Caller::Spoke, Caller::Management]
                .into_iter()
                .flat_map(actions_of)
                .collect(),
            _ => {
                assert_eq!(denials, [], "a role of the hub writes to the hub");
                continue;
            }
        };
        let [(name, but)] = denials.as_slice() else {
            panic!("{denials:?}")
        };
        assert_eq!(**but, granted);
        assert_eq!(
            made.get(name).unwrap().document.statements.len(),
            1,
            "it stands in a policy of its own"
        );
    }
}

#[test]
fn the_boundary_is_the_read_list_alone() {
    let made = made();
    for (caller, lists) in [
        (Caller::Spoke, &[Caller::Spoke][..]),
        (Caller::Management, &[Caller::Spoke, Caller::Management]),
    ] {
        let role = made.roles.iter().find(|role| role.caller == caller).unwrap();
        let boundary = made.get(role.boundary.as_deref().unwrap()).unwrap();
        let actions = lists.iter().copied().flat_map(actions_of).collect();
        assert_eq!(
            boundary.document.statements,
            [Statement::Allow {
                actions,
                resource: Resource::Any
            }]
        );
    }
}

#[test]
fn templates_can_fill_every_policy_and_statements_have_names() {
    for policy in &made().all {
        let document = policy.document.for_cloudformation(policy.home).unwrap();
        let mut names = BTreeSet::new();
        for statement in document["Statement"].as_array().unwrap() {
            let name = statement["Sid"].as_str().unwrap();
            assert!(
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{}: {name}",
                policy.name
            );
            assert!(names.insert(name.to_owned()), "{}: {name} stands twice", policy.name);
            let text = statement["Resource"]
                .as_str()
                .or_else(|| statement["Resource"]["Fn::Sub"].as_str())
                .unwrap();
            assert_eq!(
                text.contains("${"),
                statement["Resource"].is_object(),
                "{}: {text}",
                policy.name
            );
            assert!(!text.contains("${}"), "{}: {text}", policy.name);
        }
    }
}

#[test]
fn the_same_table_gives_the_same_files() {
    let files = files().unwrap();
    assert_eq!(files, super::super::files().unwrap());
    for (path, text) in &files {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
    }
}

static UNDECLARED: ApiCall = ApiCall::new("braket", "ListJobs", &["braket:SearchJobs"]).by(&[Caller::Spoke]);
static OF_ANOTHER_PLACE: ApiCall = ApiCall::new("iam", "GetRole", &["iam:GetRole"])
    .on("arn:${Partition}:s3:::${TrailBucket}")
    .by(&[Caller::Spoke]);

#[test]
fn what_cannot_be_granted_is_refused() {
    let undeclared = PermissionsError::Undeclared {
        caller: "spoke",
        action: "braket:SearchJobs",
    };
    assert_eq!(policies([&UNDECLARED]), Err(undeclared));
    let misplaced = policies([&OF_ANOTHER_PLACE]).unwrap();
    let policy = misplaced.get("spoke-identity").unwrap();
    let homes = HOMES.map(|home| policy.document.for_cloudformation(home).is_ok());
    assert_eq!(homes, [true, false, false], "only the hub knows the trail's bucket");
}

#[test]
fn what_is_too_large_is_divided_between_statements_in_order() {
    let scopes = ["arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c"];
    let whole = Document::allowing(scopes.map(|scope| (Resource::Arn(scope), "s3:GetBucketPolicy")));
    let one = Document {
        statements: whole.statements[..1].to_vec(),
    };
    let parts = whole.clone().divided(one.characters());
    assert_eq!(parts.len(), 3);
    let joined: Vec<Statement> = parts.into_iter().flat_map(|part| part.statements).collect();
    assert_eq!(joined, whole.statements);
    assert_eq!(whole.clone().divided(MOST_CHARACTERS), [whole]);
    assert_eq!(Document::default().divided(MOST_CHARACTERS), []);
}

#[test]
fn a_scope_is_written_for_its_place() {
    let sub = |scope, home| {
        let document = Document::allowing([(Resource::Arn(scope), "iam:GetRole")]);
        document.for_cloudformation(home).map(|document| {
            document["Statement"][0]["Resource"]["Fn::Sub"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
    };
    assert_eq!(
        sub("${SpokeRoleArn}", Home::Spoke).unwrap(),
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${RolePath}${RoleName}${RoleNameSuffix}"
    );
    assert_eq!(
        sub("${SpokeRoleArn}", Home::Hub).unwrap(),
        "arn:${AWS::Partition}:iam::*:role${SpokeRolePath}${SpokeRoleName}"
    );
    assert_eq!(
        sub("arn:${Partition}:lambda:*:${Account}:function:*", Home::Spoke).unwrap(),
        "arn:${AWS::Partition}:lambda:*:${AWS::AccountId}:function:*"
    );
    assert!(sub("arn:${Partition}:lambda:*:${Nobody}:function:*", Home::Spoke).is_err());
    assert!(sub("arn:${Partition", Home::Spoke).is_err());
}
