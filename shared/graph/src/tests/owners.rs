use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Graph, Resolution, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, PROD, ends, entity, grants, role_arn};
use crate::OwnerOptions;

const BUCKET: &str = "arn:aws:s3:::data";
const ANN: &str = "arn:aws:identitystore:::user/u-1";

fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{DEV}:user/{name}")
}

/// A bucket with tags, two users of Identity Center who share no name, and users of IAM.
pub(super) fn owned(tags: &Value) -> Capture {
    let person = |id: &str, name: &str| json!({ "UserId": id, "UserName": name, "IdentityStoreId": "d-1" });
    let users = json!([{ "Arn": user_arn("bob"), "UserName": "bob", "UserId": "AIDABOB", "AttachedManagedPolicies": [], "GroupList": [] }]);
    Capture::new()
        .config(
            "AWS::S3::Bucket",
            json!({ "arn": BUCKET, "resourceName": "data", "tags": tags }),
        )
        .add(
            RecordKind::IdentityCenterUser,
            "identity-center/users.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            person("u-1", "Ann@acme.example"),
        )
        .add(
            RecordKind::IdentityCenterUser,
            "identity-center/users.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            person("u-2", "carl"),
        )
        .add(
            RecordKind::IdentityCenterGroup,
            "identity-center/groups.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            json!({ "GroupId": "g-1", "DisplayName": "Payments", "IdentityStoreId": "d-1" }),
        )
        .details(json!({ "UserDetailList": users }))
}

fn owners(graph: &Graph) -> Vec<&str> {
    ends(graph, BUCKET, EdgeKind::OwnedBy)
}

#[test]
fn tags_name_owners() {
    let owner = urn::owner;
    for (tags, want, why) in [
        (json!({ "owner": "payments" }), vec![owner("payments")], "a team"),
        (
            json!({ "TEAM": " payments " }),
            vec![owner("payments")],
            "whatever the case, without blanks",
        ),
        (
            json!({ "technical-owner": "X@Vendor.example" }),
            vec![owner("x@vendor.example")],
            "an address in small letters",
        ),
        (
            json!({ "owner": "a", "contact": "b" }),
            vec![owner("a"), owner("b")],
            "two owners",
        ),
        (
            json!({ "owner": "ann@ACME.example" }),
            vec![ANN.to_owned(), owner("ann@acme.example")],
            "a user of Identity Center",
        ),
        (
            json!({ "owner": "Carl" }),
            vec!["arn:aws:identitystore:::user/u-2".to_owned(), owner("Carl")],
            "by user name",
        ),
        (
            json!({ "owner": "Bob" }),
            vec![user_arn("bob"), owner("Bob")],
            "a user of IAM in the same account",
        ),
        (
            json!({ "owner": user_arn("bob") }),
            vec![user_arn("bob"), owner(&user_arn("bob"))],
            "a user of IAM by ARN",
        ),
        (
            json!({ "owner": user_arn("gone") }),
            vec![owner(&user_arn("gone"))],
            "a user who is not there",
        ),
        (
            json!({ "owner": "Ann" }),
            vec![owner("Ann")],
            "part of a name is nobody's",
        ),
        (
            json!({ "Name": "payments", "owners": "x", "cost-owner": "y" }),
            vec![],
            "other tags",
        ),
        (
            json!({ "owner": "", "team": "N/A", "contact": "a\u{7}b", "maintainer": "x".repeat(10_000) }),
            vec![],
            "no owner",
        ),
    ] {
        let graph = owned(&tags).graph();
        assert_eq!(owners(&graph), want, "{why}");
    }
}

#[test]
fn a_user_of_another_account_is_not_meant() {
    let mut capture = owned(&json!({}));
    capture = capture.config(
        "AWS::S3::Bucket",
        json!({ "accountId": PROD, "arn": "arn:aws:s3:::other", "resourceName": "other", "tags": { "owner": "bob" } }),
    );
    let graph = capture.graph();
    assert_eq!(
        ends(&graph, "arn:aws:s3:::other", EdgeKind::OwnedBy),
        [urn::owner("bob")]
    );
}

#[test]
fn an_edge_says_which_tag_names_the_owner() {
    let graph = owned(&json!({ "Owner": "bob" })).graph();
    let edges: Vec<Value> = graph
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::OwnedBy)
        .map(|edge| json!([edge.to, edge.attributes]))
        .collect();
    let want = json!([
        [user_arn("bob"), { "source": "tag", "tag": "Owner", "matched_by": "iam_user_name" }],
        [urn::owner("bob"), { "source": "tag", "tag": "Owner" }],
    ]);
    assert_eq!(json!(edges), want);
    let owner = entity(&graph, &urn::owner("bob"));
    assert_eq!(
        (owner.kind, owner.resolution, owner.name.as_str()),
        (EntityKind::Owner, Resolution::Referenced, "bob")
    );
    assert!(!owner.origins.is_empty());
}

#[test]
fn the_users_own_tags_stand_in_place_of_the_shipped_ones() {
    let mut capture = owned(&json!({ "owner": "a", "Cost-Owner": "b" }));
    capture.options.owners = OwnerOptions {
        tags: vec!["cost-owner".to_owned()],
    };
    assert_eq!(owners(&capture.graph()), [urn::owner("b")]);
    capture.options.owners = OwnerOptions { tags: Vec::new() };
    assert!(owners(&capture.graph()).is_empty());
}

#[test]
fn thousands_of_owners_are_each_one_and_their_order_does_not_matter() {
    let mut capture = Capture::new();
    for n in 0..3_000 {
        let item = json!({ "arn": format!("arn:aws:s3:::b{n}"), "resourceName": format!("b{n}"), "tags": { "owner": format!("o{}", n / 2) } });
        capture = capture.config("AWS::S3::Bucket", item);
    }
    let graph = capture.graph();
    let count = graph
        .entities
        .values()
        .filter(|entity| entity.kind == EntityKind::Owner)
        .count();
    assert_eq!(count, 1_500);
    capture.records.reverse();
    assert_eq!(capture.graph(), graph);
}

#[test]
fn one_thing_has_a_bounded_number_of_owners() {
    let tags: serde_json::Map<String, Value> = (0..32)
        .flat_map(|n: u32| {
            // Every way to write the five letters large or small.
            let key: String = "owner"
                .chars()
                .enumerate()
                .map(|(at, c)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
                .collect();
            let team: String = "maintainer"
                .chars()
                .enumerate()
                .map(|(at, c)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
                .collect();
            [(key, json!(format!("o{n}"))), (team, json!(format!("t{n}")))]
        })
        .collect();
    assert_eq!(tags.len(), 64);
    assert_eq!(owners(&owned(&json!(tags)).graph()).len(), 50);
}

fn keys(graph: &Graph, native_id: &str) -> Vec<String> {
    let list = entity(graph, native_id)
        .attributes
        .get("join_keys")
        .and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|key| format!("{} {}", key["kind"].as_str().unwrap(), key["value"].as_str().unwrap()))
        .collect()
}

#[test]
fn identities_bear_the_values_that_other_systems_know() {
    let graph = owned(&json!({ "owner": "x@vendor.example", "team": "payments" })).graph();
    for (native_id, want) in [
        (
            ANN.to_owned(),
            vec![
                format!("arn {ANN}"),
                "email ann@acme.example".to_owned(),
                "unique_id u-1".to_owned(),
                "user_name Ann@acme.example".to_owned(),
            ],
        ),
        (
            "arn:aws:identitystore:::group/g-1".to_owned(),
            vec![
                "arn arn:aws:identitystore:::group/g-1".to_owned(),
                "group_name Payments".to_owned(),
                "unique_id g-1".to_owned(),
            ],
        ),
        (
            user_arn("bob"),
            vec![
                format!("arn {}", user_arn("bob")),
                "unique_id AIDABOB".to_owned(),
                "user_name bob".to_owned(),
            ],
        ),
        (
            urn::owner("x@vendor.example"),
            vec!["email x@vendor.example".to_owned()],
        ),
        (urn::owner("payments"), vec!["owner_name payments".to_owned()]),
        (BUCKET.to_owned(), vec![]),
    ] {
        assert_eq!(keys(&graph, &native_id), want, "{native_id}");
    }
}

#[test]
fn a_role_bears_whom_its_trust_policy_asks_for() {
    const GITHUB: &str = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
    let of = |condition: Value, provider: &str| {
        let mut trust = grants(&json!({ "Federated": provider }), "sts:AssumeRoleWithWebIdentity");
        trust["Statement"][0]["Condition"] = condition;
        let role = json!({ "Arn": role_arn("app"), "RoleName": "app", "RoleId": "AROAAPP", "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": [] });
        keys(
            &Capture::new().details(json!({ "RoleDetailList": [role] })).graph(),
            &role_arn("app"),
        )[1..]
            .to_vec()
    };
    let saml = "arn:aws:iam::111111111111:saml-provider/okta";
    let anchor = "arn:aws:iam::111111111111:role/x";
    for (condition, provider, want) in [
        (
            json!({ "StringLike": { "token.actions.githubusercontent.com:sub": "repo:acme/app:*" }, "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } }),
            GITHUB,
            vec![
                "oidc_client_id sts.amazonaws.com",
                "oidc_subject repo:acme/app:*",
                "unique_id AROAAPP",
            ],
        ),
        (
            json!({ "ForAnyValue:StringEquals": { "Token.Actions.GithubUserContent.com:Sub": ["repo:acme/a", "repo:acme/b"] } }),
            GITHUB,
            vec![
                "oidc_subject repo:acme/a",
                "oidc_subject repo:acme/b",
                "unique_id AROAAPP",
            ],
        ),
        (
            json!({ "StringNotEquals": { "token.actions.githubusercontent.com:sub": "repo:acme/app" } }),
            GITHUB,
            vec!["unique_id AROAAPP"],
        ),
        (
            json!({ "StringLike": { "token.actions.githubusercontent.com:sub": "*" } }),
            GITHUB,
            vec!["unique_id AROAAPP"],
        ),
        (
            json!({ "StringEquals": { "gitlab.example:sub": "x" } }),
            GITHUB,
            vec!["unique_id AROAAPP"],
        ),
        (
            json!({ "StringEquals": { "SAML:sub": "ann@acme.example", "SAML:aud": "https://signin.aws.amazon.com/saml" } }),
            saml,
            vec!["saml_name ann@acme.example", "unique_id AROAAPP"],
        ),
        (
            json!({ "StringEquals": { "aws:PrincipalTag/x509SAN/URI": "spiffe://acme.example/app" } }),
            anchor,
            vec!["spiffe spiffe://acme.example/app", "unique_id AROAAPP"],
        ),
        (
            json!({ "StringEquals": { "aws:PrincipalTag/x509SAN/URI": "https://acme.example/app" } }),
            anchor,
            vec!["unique_id AROAAPP"],
        ),
        (
            json!({ "StringEquals": { "token.actions.githubusercontent.com:sub": ["a\u{0}b", "x".repeat(5_000)] } }),
            GITHUB,
            vec!["unique_id AROAAPP"],
        ),
        (json!([7, "x"]), GITHUB, vec!["unique_id AROAAPP"]),
    ] {
        assert_eq!(of(condition.clone(), provider), want, "{condition}");
    }
}

#[test]
fn a_federated_identity_bears_its_subject_audience_and_repository() {
    let provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
    let mut trust = grants(&json!({ "Federated": provider }), "sts:AssumeRoleWithWebIdentity");
    trust["Statement"][0]["Condition"] = json!({ "StringEquals": { "token.actions.githubusercontent.com:sub": "repo:acme/app:ref:refs/heads/main",
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } });
    let role = json!({ "Arn": role_arn("app"), "RoleName": "app", "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": [] });
    let graph = Capture::new().details(json!({ "RoleDetailList": [role] })).graph();
    let identity = urn::federated_identity(provider, "repo:acme/app:ref:refs/heads/main");
    let want = [
        "oidc_client_id sts.amazonaws.com",
        "oidc_subject repo:acme/app:ref:refs/heads/main",
        "repository acme/app",
    ];
    assert_eq!(keys(&graph, &identity), want);
}

#[test]
fn a_provider_bears_its_issuer_and_its_clients() {
    let arn = "arn:aws:iam::111111111111:oidc-provider/issuer.example/id";
    let item =
        json!({ "arn": arn, "configuration": { "url": "issuer.example/id", "clientIDList": ["app-1", "app-2"] } });
    let graph = Capture::new().config("AWS::IAM::OIDCProvider", item).graph();
    let found = keys(&graph, arn);
    for want in [
        "oidc_client_id app-1",
        "oidc_client_id app-2",
        "oidc_issuer issuer.example/id",
    ] {
        assert!(found.iter().any(|key| key == want), "{want}: {found:?}");
    }
}
