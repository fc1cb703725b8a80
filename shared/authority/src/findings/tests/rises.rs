//! Who makes a principal of its own, or attaches policies of its choice, each beside its nearest miss.

use sv0_model::finding::FindingKind;
use sv0_model::observation::Evidence;

use super::{judge, line};

/// The findings about authority that a principal raises.
fn rises(fixture: &str) -> Vec<String> {
    let found = judge(fixture, &Evidence::default(), &[]);
    let rises = found.iter().filter(|finding| {
        matches!(
            finding.kind,
            FindingKind::AdminEquivalent | FindingKind::PrivilegeEscalation
        )
    });
    rises.map(line).collect()
}

const ADMIN: &str = "admin_equivalent high: user ann can make itself an administrator";
const PERHAPS: &str = "admin_equivalent medium: user ann can make itself an administrator";

/// Restricted data, and policies: one that allows little, one that allows the data, one that allows all.
const GROUND: &str = "
    bucket 111111111111/orders restricted
    role 111111111111/holder holds-own little=allow_sqs:*_on_*
    role 111111111111/other holds-own data=allow_s3:*_on_*
";

fn check(cases: &[(&str, &str, &[&str])]) {
    for (name, lines, want) in cases {
        let fixture = format!("{GROUND}user 111111111111/ann\n{lines}");
        assert_eq!(rises(&fixture), *want, "{name}");
    }
}

#[test]
fn a_principal_that_is_made() {
    check(&[
        (
            "a role with an inline policy",
            "allow iam:CreateRole,iam:PutRolePolicy on *",
            &[ADMIN],
        ),
        (
            "a role with a managed policy, below one path",
            "allow iam:CreateRole,iam:AttachRolePolicy on arn:aws:iam::111111111111:role/app/*",
            &[ADMIN],
        ),
        (
            "a user with keys, below one path",
            "allow iam:CreateUser,iam:AttachUserPolicy,iam:CreateAccessKey on arn:aws:iam::111111111111:user/app/*",
            &[ADMIN],
        ),
        (
            "a user with a password",
            "allow iam:CreateUser,iam:PutUserPolicy,iam:CreateLoginProfile on arn:aws:iam::111111111111:user/app/*",
            &[ADMIN],
        ),
        (
            "with a second factor",
            r#"allow iam:CreateRole,iam:PutRolePolicy on * if {"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            &[PERHAPS],
        ),
        ("a role without permissions", "allow iam:CreateRole on *", &[]),
        (
            "a user whose authority nobody gets hold of",
            "allow iam:CreateUser,iam:PutUserPolicy on arn:aws:iam::111111111111:user/app/*",
            &[],
        ),
        (
            "a role, and permissions for others",
            "allow iam:CreateRole on arn:aws:iam::111111111111:role/app/*\n allow iam:PutRolePolicy on arn:aws:iam::111111111111:role/web/*",
            &[],
        ),
        (
            "in another account",
            "allow iam:CreateRole,iam:PutRolePolicy on arn:aws:iam::222222222222:role/*",
            &[],
        ),
        (
            "a role that exists already",
            "allow iam:CreateRole,iam:PutRolePolicy on arn:aws:iam::111111111111:role/holder",
            &[],
        ),
        (
            "a Deny",
            "allow iam:CreateRole,iam:PutRolePolicy on *\n deny iam:PutRolePolicy on *",
            &[],
        ),
        (
            "a control policy",
            "allow iam:CreateRole,iam:PutRolePolicy on *\n scp no on ou-prod\n deny iam:CreateRole on *",
            &[],
        ),
    ]);
}

#[test]
fn a_principal_that_carries_a_boundary() {
    let demanded = |boundary: &str, more: &str| {
        let boundary = boundary.replace("POLICY/", "arn:aws:iam::111111111111:policy/");
        format!(
            r#"allow iam:CreateRole,iam:PutRolePolicy on * if {{"StringEquals":{{"iam:PermissionsBoundary":"{boundary}"}}}}
            {more}"#
        )
    };
    let denied = r#"allow iam:CreateRole,iam:PutRolePolicy on *
        deny iam:CreateRole on * if {"StringNotEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111111111111:policy/little"}}"#;
    let more = "privilege_escalation high: user ann can make a principal with more authority than its own";
    for (name, lines, want) in [
        ("one that allows little", demanded("POLICY/little", ""), vec![]),
        ("one that allows little, by a Deny of others", denied.to_owned(), vec![]),
        ("one that allows data", demanded("POLICY/data", ""), vec![more]),
        (
            "one that allows data that the author reaches anyway",
            demanded("POLICY/data", "allow s3:* on *"),
            vec![],
        ),
        (
            "one that allows everything",
            demanded("arn:aws:iam::aws:policy/AdministratorAccess", ""),
            vec![ADMIN],
        ),
        ("one that nobody read", demanded("POLICY/unread", ""), vec![PERHAPS]),
        ("any of some names", demanded("POLICY/li*", ""), vec![]),
        (
            "any at all",
            "allow iam:CreateRole,iam:PutRolePolicy on *\n deny iam:CreateRole on * if {\"Null\":{\"iam:PermissionsBoundary\":\"true\"}}"
                .to_owned(),
            vec![ADMIN],
        ),
        (
            "one that only the role's creation demands of the account",
            "allow iam:CreateRole,iam:PutRolePolicy on *
             scp no on ou-prod
             deny iam:CreateRole on * if {\"StringNotEquals\":{\"iam:PermissionsBoundary\":\"arn:aws:iam::111111111111:policy/little\"}}"
                .to_owned(),
            vec![],
        ),
    ] {
        // `any of some names` is written with an operator that knows wildcards.
        let lines = if lines.contains("li*") {
            lines.replace("StringEquals", "StringLike")
        } else {
            lines
        };
        check(&[(name, &lines, &want)]);
    }
}

#[test]
fn a_user_that_is_put_into_a_group() {
    let lines = |group: &str| {
        format!(
            "allow iam:CreateUser,iam:CreateAccessKey on arn:aws:iam::111111111111:user/app/*
             allow iam:AddUserToGroup on arn:aws:iam::111111111111:group/{group}
             group 111111111111/admins
             allow * on *
             group 111111111111/staff
             allow sqs:* on *"
        )
    };
    check(&[
        ("a group of administrators", &lines("admins"), &[ADMIN]),
        ("a group of others", &lines("staff"), &[]),
    ]);
}

#[test]
fn policies_that_it_may_attach() {
    let attach = |operator: &str, policy: &str, more: &str| {
        let policy = policy
            .replace("AWS/", "arn:aws:iam::aws:policy/")
            .replace("OWN/", "arn:aws:iam::111111111111:policy/");
        format!(
            r#"allow iam:AttachUserPolicy on arn:aws:iam::111111111111:user/ann if {{"{operator}":{{"iam:PolicyARN":"{policy}"}}}}{more}"#
        )
    };
    let more = "privilege_escalation high: user ann can raise its own authority";
    let new = |policy: &str| {
        format!(
            r#"allow iam:CreateRole on arn:aws:iam::111111111111:role/app/*
            allow iam:AttachRolePolicy on arn:aws:iam::111111111111:role/app/* if {{"ArnEquals":{{"iam:PolicyARN":"arn:aws:iam::{policy}"}}}}"#
        )
    };
    for (name, lines, want) in [
        (
            "any but AdministratorAccess",
            attach("ArnNotEquals", "AWS/AdministratorAccess", ""),
            vec![ADMIN],
        ),
        (
            "IAMFullAccess",
            attach("ArnEquals", "AWS/IAMFullAccess", ""),
            vec![ADMIN],
        ),
        (
            "a policy of the account that allows everything",
            attach(
                "ArnEquals",
                "OWN/all",
                "\n role 111111111111/third holds-own all=allow_*:*_on_*",
            ),
            vec!["admin_equivalent high: role third is an administrator", ADMIN],
        ),
        (
            "one that reads data",
            attach("ArnEquals", "AWS/ReadOnlyAccess", ""),
            vec![more],
        ),
        (
            "one of the account that reads data",
            attach("ArnEquals", "OWN/data", ""),
            vec![more],
        ),
        (
            "one of the account that does not",
            attach("ArnEquals", "OWN/little", ""),
            vec![],
        ),
        (
            "one that is harmless",
            attach("ArnEquals", "AWS/service-role/AWSLambdaBasicExecutionRole", ""),
            vec![],
        ),
        (
            "one that reads data that it reads anyway",
            attach("ArnEquals", "OWN/data", "\n allow s3:* on *"),
            vec![],
        ),
        (
            "one that a control policy takes the data from",
            attach("ArnEquals", "OWN/data", "\n scp no on ou-prod\n deny s3:* on *"),
            vec![],
        ),
        (
            "any but AdministratorAccess, where a control policy keeps permissions as they are",
            attach(
                "ArnNotEquals",
                "AWS/AdministratorAccess",
                "\n scp no on ou-prod\n deny iam:*RolePolicy,s3:*,sqs:* on *",
            ),
            vec![],
        ),
        (
            "to a role that it assumes, one that reads data",
            r#"allow sts:AssumeRole on *
            allow iam:AttachRolePolicy on * if {"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}
            role 111111111111/plain
            trust 111111111111"#
                .to_owned(),
            vec!["privilege_escalation high: user ann can gain the authority of plain"],
        ),
        (
            "to a role that it does not assume, any but AdministratorAccess",
            r#"allow iam:AttachRolePolicy on * if {"ArnNotEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}"#.to_owned(),
            vec![],
        ),
        (
            "to a role that it assumes, any but AdministratorAccess",
            r#"allow sts:AssumeRole on *
            allow iam:AttachRolePolicy on * if {"ArnNotEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}
            role 111111111111/plain
            trust 111111111111"#
                .to_owned(),
            vec![ADMIN],
        ),
        (
            "to a new role, one that is harmless",
            new("aws:policy/service-role/AWSLambdaBasicExecutionRole"),
            vec![],
        ),
        (
            "to a new role, one that reads data",
            new("aws:policy/ReadOnlyAccess"),
            vec!["privilege_escalation high: user ann can make a principal with more authority than its own"],
        ),
        (
            "to a new role, IAMFullAccess",
            new("aws:policy/IAMFullAccess"),
            vec![ADMIN],
        ),
    ] {
        check(&[(name, &lines, &want)]);
    }
}

#[test]
fn the_policy_is_told() {
    let fixture = format!(
        r#"{GROUND} user 111111111111/ann
        allow iam:AttachUserPolicy on * if {{"ArnEquals":{{"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}}}"#
    );
    let found = judge(&fixture, &Evidence::default(), &[]);
    assert_eq!(
        found
            .iter()
            .map(|finding| finding.description.as_str())
            .collect::<Vec<_>>(),
        [
            "The user can attach itself a managed policy, namely arn:aws:iam::aws:policy/ReadOnlyAccess (iam:AttachUserPolicy) (route iam-008). This opens orders, which it cannot reach otherwise."
        ]
    );
}

#[test]
fn a_boundary_that_is_changed() {
    let bound = |lines: &str| format!("{lines}\n boundary allow iam:* on *");
    let own = "privilege_escalation high: user ann can raise its own authority";
    let demanded = |policy: &str| {
        format!(
            r#"allow s3:* on *
            allow iam:PutUserPermissionsBoundary on * if {{"StringEquals":{{"iam:PermissionsBoundary":"arn:aws:iam::{policy}"}}}}"#
        )
    };
    for (name, lines, want) in [
        (
            "puts another on itself",
            bound("allow iam:PutUserPermissionsBoundary,s3:* on *"),
            vec![own],
        ),
        (
            "puts another on itself and holds everything",
            "allow * on *\n boundary allow iam:PutUserPermissionsBoundary on *".to_owned(),
            vec![ADMIN],
        ),
        (
            "that of roles does nothing for a user",
            bound("allow iam:PutRolePermissionsBoundary,s3:* on *"),
            vec![],
        ),
        (
            "has none",
            "allow iam:PutUserPermissionsBoundary,sqs:* on *".to_owned(),
            vec![],
        ),
        (
            "allows nothing beyond it",
            bound("allow iam:PutUserPermissionsBoundary,sqs:* on *"),
            vec![],
        ),
        (
            "only one that allows the data",
            bound(&demanded("111111111111:policy/data")),
            vec![own],
        ),
        (
            "only one that allows little",
            bound(&demanded("111111111111:policy/little")),
            vec![],
        ),
        (
            "only the one that it has",
            bound(&demanded("111111111111:policy/ann-boundary")),
            vec![],
        ),
        (
            "a control policy keeps boundaries as they are",
            bound("allow iam:PutUserPermissionsBoundary,s3:* on *\n scp no on ou-prod\n deny iam:PutUserPermissionsBoundary on *"),
            vec![],
        ),
        (
            "then writes its own policies",
            "allow iam:PutUserPermissionsBoundary,iam:PutUserPolicy on *\n boundary allow iam:PutUserPermissionsBoundary on *"
                .to_owned(),
            vec![ADMIN],
        ),
        (
            "of a user whose keys it makes",
            "allow iam:PutUserPermissionsBoundary,iam:CreateAccessKey on *
             user 111111111111/bob
             allow s3:* on *
             boundary allow sqs:* on *"
                .to_owned(),
            vec!["privilege_escalation high: user ann can gain the authority of bob"],
        ),
        (
            "of a user whose keys it does not make",
            "allow iam:PutUserPermissionsBoundary on *
             user 111111111111/bob
             allow s3:* on *
             boundary allow sqs:* on *"
                .to_owned(),
            vec![],
        ),
    ] {
        let fixture = format!("{GROUND}user 111111111111/ann\n{lines}");
        assert_eq!(rises(&fixture), want, "{name}");
    }
}

#[test]
fn the_boundary_that_a_target_carries() {
    let only = |boundary: &str| {
        format!(
            r#"allow iam:PutUserPolicy on * if {{"StringEquals":{{"iam:PermissionsBoundary":"arn:aws:iam::111111111111:policy/{boundary}"}}}}"#
        )
    };
    for (name, lines, want) in [
        ("it carries none", only("dev"), vec![]),
        ("another", format!("{}\n boundary allow * on *", only("dev")), vec![]),
        (
            "this one",
            format!("{}\n boundary allow * on *", only("ann-boundary")),
            vec![ADMIN],
        ),
    ] {
        let fixture = format!("{GROUND}user 111111111111/ann\n{lines}");
        assert_eq!(rises(&fixture), want, "{name}");
    }
}
