//! Whom identity providers vouch for, and who acts.

use serde_json::{Value, json};
use sv0_model::graph::{ActorClass, EdgeKind, EntityKind, Graph, Resolution, urn};

use super::workloads::arn;
use super::{Capture, DEV, REGION, edge, ends, entity, role_arn, told};

fn oidc(host: &str) -> String {
    format!("arn:aws:iam::{DEV}:oidc-provider/{host}")
}

const GITHUB: &str = "token.actions.githubusercontent.com";
const EKS: &str = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";

fn trusting(role: &str, principal: &Value, action: &str, condition: &Value) -> Value {
    let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition });
    json!({ "Arn": role_arn(role), "RoleName": role, "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } })
}

fn federated(role: &str, provider: &str, condition: &Value) -> Value {
    trusting(
        role,
        &json!({ "Federated": provider }),
        "sts:AssumeRoleWithWebIdentity",
        condition,
    )
}

fn graph_of(role: Value) -> Graph {
    Capture::new().details(json!({ "RoleDetailList": [role] })).graph()
}

/// Federation of every kind.
pub(super) fn federation() -> Capture {
    let cluster = json!({ "name": "main", "arn": arn("eks cluster/main"), "identity": { "oidc": { "issuer": format!("https://{EKS}") } } });
    let roles = json!({ "RoleDetailList": [
        federated("deploy", &oidc(GITHUB), &json!({ "StringEquals": { "token.actions.githubusercontent.com:sub": "repo:acme/app:environment:production", "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } })),
        federated("pod", &oidc(EKS), &json!({ "StringEquals": { format!("{EKS}:sub"): "system:serviceaccount:shop:orders" } })),
        trusting("people", &json!({ "Federated": format!("arn:aws:iam::{DEV}:saml-provider/okta") }), "sts:AssumeRoleWithSAML", &json!({ "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } })),
    ] });
    Capture::new()
        .details(roles)
        .spoke("eks", "clusters", cluster)
        .spoke("eks", "pod-identity-associations", json!({ "clusterName": "main", "namespace": "shop", "serviceAccount": "billing", "roleArn": role_arn("billing"), "associationId": "a-1" }))
        .spoke("eks", "access-entries", json!({ "clusterName": "main", "principalArn": role_arn("admin"), "kubernetesGroups": ["masters"], "type": "STANDARD" }))
        .spoke("cognito-identity", "identity-pools", json!({ "IdentityPoolId": "eu-west-1:p1", "IdentityPoolName": "shop", "AllowUnauthenticatedIdentities": true }))
        .spoke("cognito-identity", "identity-pool-roles", json!({ "IdentityPoolId": "eu-west-1:p1", "Roles": { "authenticated": role_arn("customer"), "unauthenticated": role_arn("guest") } }))
        .spoke("rolesanywhere", "profiles", json!({ "profileArn": arn("rolesanywhere profile/1"), "name": "servers", "enabled": true, "roleArns": [role_arn("server")] }))
        .spoke("rolesanywhere", "trust-anchors", json!({ "trustAnchorArn": arn("rolesanywhere trust-anchor/1"), "name": "ca", "enabled": true, "source": { "sourceType": "CERTIFICATE_BUNDLE" } }))
}

#[test]
fn a_pipeline_of_github_is_an_identity_of_its_own() {
    let graph = federation().graph();
    let identity = urn::federated_identity(&oidc(GITHUB), "repo:acme/app:environment:production");
    let found = entity(&graph, &identity);
    assert_eq!(
        (found.kind, found.resolution),
        (EntityKind::FederatedIdentity, Resolution::External)
    );
    let want = json!({ "provider": oidc(GITHUB), "subject_patterns": ["repo:acme/app:environment:production"], "audience": ["sts.amazonaws.com"], "issuer_kind": "github", "repository": "acme/app", "environment": "production" });
    assert_eq!(told(found), want);
    let may_assume = edge(&graph, &identity, EdgeKind::MayAssume);
    assert_eq!(may_assume.to, role_arn("deploy"));
    assert_eq!(
        json!(may_assume.attributes),
        json!({ "action": "sts:AssumeRoleWithWebIdentity", "statement_index": 0, "audience": ["sts.amazonaws.com"] })
    );
    assert_eq!(
        ends(&graph, &oidc(GITHUB), EdgeKind::AuthenticatesAs),
        [identity.as_str()]
    );
}

#[test]
fn only_conditions_on_the_subject_narrow_it() {
    let key = |claim: &str| format!("{GITHUB}:{claim}");
    for (case, condition, want) in [
        ("no condition", json!({}), vec!["*"]),
        (
            "an audience",
            json!({ "StringEquals": { key("aud"): "sts.amazonaws.com" } }),
            vec!["*"],
        ),
        (
            "one subject",
            json!({ "StringEquals": { key("sub"): "repo:a/b:pull_request" } }),
            vec!["repo:a/b:pull_request"],
        ),
        (
            "several",
            json!({ "StringLike": { key("sub"): ["repo:a/b:*", "repo:a/c:*"] } }),
            vec!["repo:a/b:*", "repo:a/c:*"],
        ),
        (
            "for any value",
            json!({ "ForAnyValue:StringLike": { key("sub"): "repo:a/*" } }),
            vec!["repo:a/*"],
        ),
        (
            "exact and like",
            json!({ "StringLike": { key("sub"): "repo:a/*" }, "StringEquals": { key("sub"): "repo:a/b:pull_request" } }),
            vec!["repo:a/b:pull_request"],
        ),
        (
            "key in another case",
            json!({ "StringEquals": { "TOKEN.actions.githubusercontent.com:SUB": "x" } }),
            vec!["x"],
        ),
        (
            "what it is not",
            json!({ "StringNotLike": { key("sub"): "repo:evil/*" } }),
            vec!["*"],
        ),
        (
            "that it is there",
            json!({ "Null": { key("sub"): "false" } }),
            vec!["*"],
        ),
        (
            "another provider's subject",
            json!({ "StringEquals": { "gitlab.com:sub": "x" } }),
            vec!["*"],
        ),
        (
            "a provider whose name ends alike",
            json!({ "StringEquals": { format!("x{GITHUB}:sub"): "x" } }),
            vec!["*"],
        ),
        (
            "hostile",
            json!({ "StringEquals": [7, { key("sub"): {} }], "StringLike": { key("sub"): [null, {}] } }),
            vec!["*"],
        ),
    ] {
        let graph = graph_of(federated("r", &oidc(GITHUB), &condition));
        let want: Vec<String> = want
            .into_iter()
            .map(|subject| urn::federated_identity(&oidc(GITHUB), subject))
            .collect();
        assert_eq!(ends(&graph, &oidc(GITHUB), EdgeKind::AuthenticatesAs), want, "{case}");
    }
}

#[test]
fn other_actions_effects_and_principals_make_no_federated_identity() {
    let has_identity = |graph: &Graph| {
        graph
            .entities
            .values()
            .any(|entity| entity.kind == EntityKind::FederatedIdentity)
    };
    let provider = json!({ "Federated": oidc(GITHUB) });
    for (action, want) in [
        ("sts:AssumeRoleWithWebIdentity", true),
        ("sts:assumerole*", true),
        ("*", true),
        ("sts:AssumeRole", false),
        ("sts:TagSession", false),
        ("sts:AssumeRoleWithSAML", false),
    ] {
        assert_eq!(
            has_identity(&graph_of(trusting("r", &provider, action, &json!({})))),
            want,
            "{action}"
        );
    }
    let service = trusting("r", &json!({ "Service": "lambda.amazonaws.com" }), "*", &json!({}));
    assert!(!has_identity(&graph_of(service)));
    let mut denied = federated("r", &oidc(GITHUB), &json!({}));
    denied["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] = json!("Deny");
    assert!(!has_identity(&graph_of(denied)));
}

#[test]
fn a_made_up_statement_cannot_multiply_itself() {
    let subjects: Vec<String> = (0..5_000).map(|index| format!("repo:a/{index}")).collect();
    let providers: Vec<String> = (0..5_000)
        .map(|index| oidc(&format!("idp{index}.example.com")))
        .collect();
    let condition = json!({ "StringLike": { format!("{GITHUB}:sub"): subjects } });
    let mut role = federated("r", &oidc(GITHUB), &condition);
    let graph = graph_of(role.clone());
    assert_eq!(
        ends(&graph, &oidc(GITHUB), EdgeKind::AuthenticatesAs),
        [urn::federated_identity(&oidc(GITHUB), "*")]
    );
    role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = json!({ "Federated": providers });
    let identities = graph_of(role)
        .entities
        .values()
        .filter(|entity| entity.kind == EntityKind::FederatedIdentity)
        .count();
    assert!(identities <= 64, "{identities}");
}

#[test]
fn a_service_account_is_found_through_the_issuer_of_its_cluster() {
    let graph = federation().graph();
    let account = urn::eks_service_account(&arn("eks cluster/main"), "shop", "orders");
    let found = entity(&graph, &account);
    assert_eq!(
        (found.kind, found.account.as_deref(), found.region.as_deref()),
        (EntityKind::EksServiceAccount, Some(DEV), Some(REGION))
    );
    assert_eq!(
        (found.name.as_str(), found.source_system.as_str()),
        ("shop/orders", format!("aws_eks:{DEV}").as_str())
    );
    assert_eq!(found.attributes["cluster"], json!(arn("eks cluster/main")));
    assert_eq!(ends(&graph, &account, EdgeKind::MayAssume), [role_arn("pod")]);
    let by_association = urn::eks_service_account(&arn("eks cluster/main"), "shop", "billing");
    assert_eq!(ends(&graph, &by_association, EdgeKind::RunsAs), [role_arn("billing")]);
    let entry = json!([{ "principal": role_arn("admin"), "kubernetes_groups": ["masters"], "type": "STANDARD" }]);
    assert_eq!(
        entity(&graph, &arn("eks cluster/main")).attributes["access_entries"],
        entry
    );
    let unknown_cluster = graph_of(federated(
        "pod",
        &oidc(EKS),
        &json!({ "StringLike": { format!("{EKS}:sub"): ["system:serviceaccount:shop:*", "*"] } }),
    ));
    let stands_in = urn::eks_service_account(&oidc(EKS), "shop", "*");
    assert_eq!(
        ends(&unknown_cluster, &oidc(EKS), EdgeKind::AuthenticatesAs),
        [stands_in, urn::federated_identity(&oidc(EKS), "*")]
    );
}

#[test]
fn pools_and_profiles_give_roles() {
    let graph = federation().graph();
    let pool = arn("cognito-identity identitypool/eu-west-1:p1");
    assert_eq!(entity(&graph, &pool).attributes["allows_unauthenticated"], true);
    let given: Vec<(&str, &Value)> = graph
        .edges
        .iter()
        .filter(|edge| edge.from == pool)
        .map(|edge| (edge.to.as_str(), &edge.attributes["authentication"]))
        .collect();
    assert_eq!(
        given,
        [
            (role_arn("customer").as_str(), &json!("authenticated")),
            (role_arn("guest").as_str(), &json!("unauthenticated"))
        ]
    );
    let profile = arn("rolesanywhere profile/1");
    assert_eq!(ends(&graph, &profile, EdgeKind::MayAssume), [role_arn("server")]);
    assert_eq!(
        ends(&graph, &arn("rolesanywhere trust-anchor/1"), EdgeKind::AuthenticatesAs),
        [profile.as_str()]
    );
}

#[test]
fn guests_of_one_pool_are_not_those_of_another() {
    let condition = |pool: &str, state: &str| json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": pool }, "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state } });
    let provider = "cognito-identity.amazonaws.com";
    let roles = [
        federated("a", provider, &condition("p1", "unauthenticated")),
        federated("b", provider, &condition("p2", "authenticated")),
    ];
    let graph = Capture::new().details(json!({ "RoleDetailList": roles })).graph();
    for (subject, role) in [("p1:unauthenticated", "a"), ("p2:authenticated", "b")] {
        let identity = urn::federated_identity(provider, subject);
        assert_eq!(
            ends(&graph, &identity, EdgeKind::MayAssume),
            [role_arn(role)],
            "{subject}"
        );
    }
}

#[test]
fn a_role_is_what_those_are_that_it_trusts() {
    let service = json!({ "Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"] });
    let saml = json!({ "Federated": format!("arn:aws:iam::{DEV}:saml-provider/okta") });
    let both =
        json!({ "Service": "lambda.amazonaws.com", "Federated": format!("arn:aws:iam::{DEV}:saml-provider/okta") });
    let chained = json!({ "AWS": role_arn("first") });
    let root = json!({ "AWS": format!("arn:aws:iam::{DEV}:root") });
    let idp = json!({ "Federated": oidc("idp.example.com") });
    let list = json!([
        trusting("machine", &service, "sts:AssumeRole", &json!({})),
        trusting("person", &saml, "sts:AssumeRoleWithSAML", &json!({})),
        trusting("either", &both, "*", &json!({})),
        trusting("first", &service, "sts:AssumeRole", &json!({})),
        trusting("second", &chained, "sts:AssumeRole", &json!({})),
        trusting("account", &root, "sts:AssumeRole", &json!({})),
        trusting("other", &idp, "sts:AssumeRoleWithWebIdentity", &json!({})),
        trusting("circle", &json!({ "AWS": role_arn("circle") }), "sts:AssumeRole", &json!({})),
        { "Arn": role_arn("untold") }
    ]);
    let graph = Capture::new().details(json!({ "RoleDetailList": list })).graph();
    for (role, class) in [
        ("machine", ActorClass::NonHuman),
        ("person", ActorClass::Human),
        ("either", ActorClass::Both),
        ("second", ActorClass::NonHuman),
        ("account", ActorClass::Unknown),
        ("other", ActorClass::Unknown),
        ("circle", ActorClass::Unknown),
        ("untold", ActorClass::Unknown),
    ] {
        let actor = entity(&graph, &role_arn(role)).actor.as_ref().unwrap();
        assert_eq!(actor.class, class, "{role}: {}", actor.rule);
        assert!(!actor.rule.is_empty());
    }
}

#[test]
fn identities_and_workloads_have_an_actor_and_resources_have_none() {
    let graph = federation().graph();
    let class = |id: &str| entity(&graph, id).actor.as_ref().map(|actor| actor.class);
    assert_eq!(
        class(&urn::federated_identity(
            &oidc(GITHUB),
            "repo:acme/app:environment:production"
        )),
        Some(ActorClass::NonHuman)
    );
    assert_eq!(
        class(&urn::eks_service_account(&arn("eks cluster/main"), "shop", "billing")),
        Some(ActorClass::NonHuman)
    );
    assert_eq!(class(&arn("rolesanywhere profile/1")), Some(ActorClass::NonHuman));
    assert_eq!(class(&role_arn("people")), Some(ActorClass::Human));
    assert_eq!(class(&role_arn("deploy")), Some(ActorClass::NonHuman));
    assert_eq!(class(&arn("eks cluster/main")), None);
    let user = |extra: Value| {
        let mut user = json!({ "Arn": format!("arn:aws:iam::{DEV}:user/u"), "UserName": "u" });
        user.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "UserDetailList": [user] })
    };
    for (page, want) in [
        (user(json!({})), ActorClass::Unknown),
        (
            user(json!({ "PasswordLastUsed": "2026-01-01T00:00:00Z" })),
            ActorClass::Human,
        ),
    ] {
        let graph = Capture::new().details(page).graph();
        assert_eq!(
            entity(&graph, &format!("arn:aws:iam::{DEV}:user/u"))
                .actor
                .as_ref()
                .unwrap()
                .class,
            want
        );
    }
}
