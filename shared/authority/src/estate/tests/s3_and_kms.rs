//! What decides beside the policies: Block Public Access, access control lists, access points, grants.

use serde_json::{Value, json};
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{Caveat, Decision, Layer};

use super::Decision::{Allow, Conditional, ExplicitDeny, ImplicitDeny};
use super::{BASE, OBJECT, ask, case, check};
use crate::estate::Estate;
use crate::testkit::graph;

const BUCKET: &str = "arn:aws:s3:::orders";
const OUTSIDER: &str = "arn:aws:iam::333333333333:role/app";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k";
const BLOCK: &[Layer] = &[Layer::BlockPublicAccess];
const CANONICAL: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn uncollected(urns: &[&str]) -> Value {
    let test = |urn: &&str| json!({"key": "sv0:UncollectedPolicy", "operator": "Not:Denies", "values": [urn]});
    match urns {
        [one] => test(one),
        several => json!({"all": several.iter().map(test).collect::<Vec<Value>>()}),
    }
}

fn condition(estate: &str, principal: &str, action: &str, resource: &str) -> Value {
    let answer = ask(&format!("{BASE}{estate}"), principal, action, resource).unwrap();
    json!(answer.condition)
}

#[test]
fn block_public_access_that_was_not_collected_is_not_off() {
    let public = |words: &str| {
        leak(format!(
            "bucket 111111111111/orders {words}\n grant * allow s3:GetObject on arn:aws:s3:::orders/*\n role 111111111111/app\n allow s3:* on *"
        ))
    };
    let unknown = &[Caveat::BlockPublicAccessNotCollected];
    check(&[
        case("the account's, off", public(""), Allow, &[]).by("anonymous"),
        case("the account's, on", public("account-blocks-public-access"), ImplicitDeny, BLOCK).by("anonymous"),
        case("the account's, not collected", public("account-block-not-collected"), Conditional, BLOCK).by("anonymous").with(unknown),
        case("the bucket's, not collected", public("block-not-collected"), Conditional, BLOCK).by("anonymous").with(unknown),
        case("another account's caller", leak(format!("{}\n role 333333333333/app external", public("block-not-collected"))), Conditional, &[Layer::Identity, Layer::BlockPublicAccess])
            .by(OUTSIDER).with(&[Caveat::PolicyNotCollected, Caveat::BlockPublicAccessNotCollected]),
        case("one is on, the other not collected", public("blocks-public-access account-block-not-collected"), ImplicitDeny, BLOCK).by("anonymous"),
        case("the own account is not stopped", public("account-block-not-collected"), Allow, &[]),
        case("services are not stopped", public("blocks-public-access"), Allow, &[]).by("config.amazonaws.com"),
        case("a policy that is not public hangs on nothing", "bucket 111111111111/orders account-block-not-collected\n grant 222222222222 allow s3:GetObject on arn:aws:s3:::orders/*\n role 222222222222/app\n allow s3:* on *", Allow, &[])
            .by("arn:aws:iam::222222222222:role/app"),
        case("what is denied anyway hangs on nothing", public("account-block-not-collected"), ImplicitDeny, &[Layer::Resource])
            .by("anonymous").of("s3:PutObject", OBJECT),
    ]);
    assert_eq!(
        condition(
            public("account-block-not-collected block-not-collected"),
            "anonymous",
            "s3:GetObject",
            OBJECT
        ),
        uncollected(&[
            "urn:sv0:block-public-access:111111111111",
            "urn:sv0:block-public-access:arn:aws:s3:::orders"
        ]),
    );
}

/// "The meaning of public": each condition on a grant to everyone, and whether `RestrictPublicBuckets` stops another account because of it.
#[test]
fn the_meaning_of_public() {
    for (condition, want) in [
        (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#, Allow),
        (r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, ImplicitDeny),
        (r#"{"StringEquals":{"aws:PrincipalAccount":"222222222222"}}"#, Allow),
        (
            r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"222222222222"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"ForAllValues:StringEquals":{"aws:PrincipalAccount":"222222222222"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/*"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/app"}}"#,
            Allow,
        ),
        (
            r#"{"StringNotEquals":{"aws:PrincipalAccount":"333333333333"}}"#,
            ImplicitDeny,
        ),
        (r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, Conditional),
        (r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, ImplicitDeny),
        (
            r#"{"StringEquals":{"aws:SourceVpce":["vpce-1","vpce-${aws:username}"]}}"#,
            ImplicitDeny,
        ),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, Conditional),
        (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, Conditional),
        (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#, ImplicitDeny),
        (
            r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","96.0.0.0/7"]}}"#,
            ImplicitDeny,
        ),
        (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#, Conditional),
        (r#"{"IpAddress":{"aws:SourceIp":"2000::/3"}}"#, ImplicitDeny),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}"#, Conditional),
        (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, ImplicitDeny),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, ImplicitDeny),
        (
            r#"{"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:111111111111:key/k"}}"#,
            Conditional,
        ),
        (
            r#"{"StringEquals":{"s3:DataAccessPointAccount":"111111111111"}}"#,
            Conditional,
        ),
        (
            r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111111111111:accesspoint/*"}}"#,
            Conditional,
        ),
        (
            r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:*:accesspoint/a"}}"#,
            ImplicitDeny,
        ),
        // AWS's list does not name the key: not known to be public.
        (
            r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-acme/r-1/*"}}"#,
            Conditional,
        ),
        (
            r#"{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#,
            Conditional,
        ),
    ] {
        let estate = format!(
            "{BASE} bucket 111111111111/orders blocks-public-access\n grant * allow s3:GetObject on arn:aws:s3:::orders/* if {condition}\n role 222222222222/app\n allow s3:* on *"
        );
        let answer = ask(&estate, "arn:aws:iam::222222222222:role/app", "s3:GetObject", OBJECT).unwrap();
        assert_eq!(answer.decision, want, "{condition} {answer:#?}");
        let is_blocked = answer.blocked_by.contains(&Layer::BlockPublicAccess);
        assert_eq!(
            is_blocked,
            want == ImplicitDeny || condition.contains("OrgPaths"),
            "{condition}"
        );
    }
}

#[test]
fn one_public_statement_makes_the_whole_policy_public() {
    check(&[case(
        "a grant to a named account stops too",
        "bucket 111111111111/orders blocks-public-access\n grant 222222222222 allow s3:GetObject on arn:aws:s3:::orders/*\n grant * allow s3:ListBucket on arn:aws:s3:::orders\n role 222222222222/app\n allow s3:* on *",
        ImplicitDeny,
        BLOCK,
    )
    .by("arn:aws:iam::222222222222:role/app")]);
}

#[test]
fn access_control_lists_grant_beside_the_policy() {
    const LIST: &str = "s3:ListBucket";
    let everyone = |words: &str| {
        leak(format!(
            "bucket 111111111111/orders {words}\n list * allow s3:ListBucket on arn:aws:s3:::orders"
        ))
    };
    let both = &[
        Caveat::BlockPublicAccessNotCollected,
        Caveat::AccessControlListNotCollected,
    ];
    check(&[
        case("in force", everyone("ownership ObjectWriter"), Allow, &[]).by("anonymous").of(LIST, BUCKET),
        case("in force, to a role without any policy", leak(format!("{}\n role 111111111111/app", everyone("ownership BucketOwnerPreferred"))), Allow, &[]).of(LIST, BUCKET),
        case("switched off by Object Ownership", everyone(""), ImplicitDeny, &[Layer::Resource]).by("anonymous").of(LIST, BUCKET),
        case("ignored", everyone("ownership ObjectWriter ignores-public-acls"), ImplicitDeny, &[Layer::Resource]).by("anonymous").of(LIST, BUCKET),
        case("Object Ownership not collected", everyone("ownership-not-collected"), Conditional, &[Layer::Resource]).by("anonymous").of(LIST, BUCKET)
            .with(&[Caveat::AccessControlListNotCollected]),
        case("IgnorePublicAcls not collected", everyone("ownership ObjectWriter account-block-not-collected"), Conditional, BLOCK).by("anonymous").of(LIST, BUCKET)
            .with(&[Caveat::BlockPublicAccessNotCollected]),
        case("neither collected", everyone("ownership-not-collected block-not-collected"), Conditional, &[Layer::Resource, Layer::BlockPublicAccess]).by("anonymous").of(LIST, BUCKET)
            .with(both),
        case("the policy denies what the list grants", leak(format!("{}\n grant * deny s3:* on *", everyone("ownership ObjectWriter"))), ExplicitDeny, &[Layer::Resource])
            .by("anonymous").of(LIST, BUCKET),
        case("what the policy allows does not hang on the list", leak(format!("{}\n grant * allow s3:ListBucket on arn:aws:s3:::orders", everyone("ownership-not-collected"))), Allow, &[])
            .by("anonymous").of(LIST, BUCKET),
        case("a list is no public policy", everyone("ownership ObjectWriter account-block-not-collected"), ImplicitDeny, &[Layer::Resource]).by("anonymous").of("s3:DeleteBucket", BUCKET),
        case("an account of the list delegates to its principals", "bucket 111111111111/orders ownership ObjectWriter ignores-public-acls\n list 222222222222 allow s3:PutObject on arn:aws:s3:::orders/*\n role 222222222222/app\n allow s3:* on *", Allow, &[])
            .by("arn:aws:iam::222222222222:role/app").of("s3:PutObject", OBJECT),
        case("who lack permission of their own", "bucket 111111111111/orders ownership ObjectWriter\n list 222222222222 allow s3:PutObject on arn:aws:s3:::orders/*\n role 222222222222/app", ImplicitDeny, &[Layer::Identity])
            .by("arn:aws:iam::222222222222:role/app").of("s3:PutObject", OBJECT),
    ]);
}

#[test]
fn statements_of_a_list_are_the_lists_own() {
    let estate = format!(
        "{BASE} bucket 111111111111/orders ownership ObjectWriter\n grant 111111111111 allow s3:* on *\n list 222222222222 allow s3:PutObject on *\n list * allow s3:ListBucket on arn:aws:s3:::orders"
    );
    let graph = graph(&estate);
    let estate = Estate::new(&graph);
    let explanation = estate
        .explain(&crate::query::Query {
            principal: "anonymous",
            action: "s3:ListBucket",
            resource: BUCKET,
            context: &Context::new(),
            unknown_context: UnknownContext::Any,
        })
        .unwrap();
    let [shown] = explanation.deciding.as_slice() else {
        panic!("{explanation:#?}")
    };
    assert_eq!(
        shown.reference.policy,
        "urn:sv0:access-control-list:arn:aws:s3:::orders"
    );
    assert_eq!(shown.reference.index, 1);
    assert_eq!(shown.layer, Layer::Resource);
    assert_eq!(shown.text.as_ref().unwrap()["Action"], json!(["s3:ListBucket"]));
    let resource = explanation
        .layers
        .iter()
        .find(|layer| layer.layer == Layer::Resource)
        .unwrap();
    assert_eq!(
        resource.policies,
        [
            "urn:sv0:access-control-list:arn:aws:s3:::orders",
            "urn:sv0:resource-policy:arn:aws:s3:::orders"
        ]
    );
}

#[test]
fn lists_that_nobody_read_are_named_on_a_deny() {
    let bucket = |words: &str| leak(format!("bucket 111111111111/orders {words}\n role 111111111111/app"));
    let objects = &[Caveat::ObjectAclsNotCollected];
    check(&[
        case(
            "objects have lists",
            bucket("ownership ObjectWriter"),
            ImplicitDeny,
            &[Layer::Identity],
        )
        .with(objects),
        case(
            "objects may have lists",
            bucket("ownership-not-collected"),
            ImplicitDeny,
            &[Layer::Identity],
        )
        .with(objects),
        case(
            "anonymous",
            bucket("ownership ObjectWriter"),
            ImplicitDeny,
            &[Layer::Resource],
        )
        .by("anonymous")
        .with(objects),
        case(
            "anonymous, ignored",
            bucket("ownership ObjectWriter ignores-public-acls"),
            ImplicitDeny,
            &[Layer::Resource],
        )
        .by("anonymous"),
        case("objects have none", bucket(""), ImplicitDeny, &[Layer::Identity]),
        case(
            "no list grants deletion of an object",
            bucket("ownership ObjectWriter"),
            ImplicitDeny,
            &[Layer::Identity],
        )
        .of("s3:DeleteObjectTagging", OBJECT),
        case(
            "the bucket's list",
            bucket("ownership ObjectWriter list-not-collected"),
            ImplicitDeny,
            &[Layer::Identity],
        )
        .of("s3:ListBucket", BUCKET)
        .with(&[Caveat::AccessControlListNotCollected]),
    ]);
}

#[test]
fn who_can_asks_whom_lists_grants_and_access_points_name() {
    let who = |estate: &str, action: &str, resource: &str| {
        let graph = graph(&format!("{BASE}{estate}"));
        let answer = Estate::new(&graph)
            .who_can(action, resource, &Context::new(), UnknownContext::Any)
            .unwrap();
        let principals: Vec<(String, Decision)> = answer
            .principals
            .into_iter()
            .map(|principal| (principal.principal, principal.decision))
            .collect();
        principals
    };
    let named = |name: &str, decision| (name.to_owned(), decision);
    let root = |account: &str| format!("arn:aws:iam::{account}:root");
    assert_eq!(
        who(
            &format!("bucket 111111111111/orders ownership ObjectWriter\n list {CANONICAL} allow s3:PutObject on *"),
            "s3:PutObject",
            OBJECT
        ),
        [named(CANONICAL, Allow), (root("111111111111"), Allow)]
    );
    assert_eq!(
        who(
            "role 111111111111/app\n key 111111111111/k\n grant 111111111111 allow kms:* on *\n key-grant arn:aws:iam::333333333333:role/app allow kms:Decrypt on *",
            "kms:Decrypt",
            KEY
        ),
        [(root("111111111111"), Allow), named(OUTSIDER, Conditional)]
    );
    let delegated = r#"bucket 111111111111/orders
        grant * allow * on * if {"StringEquals":{"s3:DataAccessPointAccount":"111111111111"}}
        accesspoint 111111111111/team of orders
        grant 222222222222 allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/team/object/*
        role 222222222222/app
        allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/team/object/*
        role 222222222222/direct
        allow s3:GetObject on arn:aws:s3:::orders/*"#;
    assert_eq!(
        who(delegated, "s3:GetObject", OBJECT),
        [
            named("arn:aws:iam::111111111111:root", Allow),
            named("arn:aws:iam::222222222222:role/app", Conditional),
            named("arn:aws:iam::222222222222:root", Conditional),
        ]
    );
}

#[test]
fn access_points() {
    const POINT: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/team";
    const THROUGH: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/team/object/1.json";
    const DELEGATES: &str = r#"grant * allow * on * if {"StringEquals":{"s3:DataAccessPointAccount":"111111111111"}}"#;
    const OTHER: &str = "arn:aws:iam::222222222222:role/app";
    let estate = |bucket: &str, point: &str, role: &str| {
        leak(format!(
            "bucket 111111111111/orders\n {bucket}\n accesspoint 111111111111/team of orders {point}\n {role}"
        ))
    };
    let to_all = "\n grant * allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/team/object/*";
    let to_role = "\n grant arn:aws:iam::222222222222:role/app allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/team/object/*";
    let role = "role 222222222222/app\n allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/*";
    let own = "role 111111111111/app\n allow s3:GetObject on arn:aws:s3:eu-west-1:111111111111:accesspoint/*";
    let read = "s3:GetObject";
    check(&[
        case("both policies let another account in", estate(DELEGATES, to_role, role), Allow, &[]).by(OTHER).of(read, THROUGH),
        case("the access point's policy leaves it out", estate(DELEGATES, "", role), ImplicitDeny, &[Layer::Resource]).by(OTHER).of(read, THROUGH),
        case("the bucket's policy leaves it out", estate("", to_role, role), ImplicitDeny, &[Layer::Resource]).by(OTHER).of(read, THROUGH),
        case("the bucket delegates to other accounts alone", estate(r#"grant * allow * on * if {"StringEquals":{"s3:DataAccessPointAccount":"444444444444"}}"#, to_role, role), ImplicitDeny, &[Layer::Resource])
            .by(OTHER).of(read, THROUGH),
        case("the role's own policy leaves it out", estate(DELEGATES, to_role, "role 222222222222/app"), ImplicitDeny, &[Layer::Identity]).by(OTHER).of(read, THROUGH),
        case("a role of the owner needs no policy but its own", estate("", "", own), Allow, &[]).of(read, THROUGH),
        case("unless the bucket denies", estate("grant * deny s3:GetObject on arn:aws:s3:::orders/*", "", own), ExplicitDeny, &[Layer::Resource]).of(read, THROUGH),
        case("unless the bucket wants its access point", estate(r#"grant * deny s3:* on * if {"StringNotEquals":{"s3:AccessPointNetworkOrigin":"VPC"}}"#, "", own), ExplicitDeny, &[Layer::Resource]).of(read, THROUGH),
        case("from its VPC alone", estate("", "vpc vpc-1", own), Conditional, &[Layer::Resource]).of(read, THROUGH),
        case("the bucket's objects, through it", estate(DELEGATES, to_role, role), Conditional, &[Layer::Resource]).by(OTHER),
        case("the bucket's objects, through it, by the owner's role", estate("", "", own), Conditional, &[Layer::Resource]),
        case("nobody else through it", estate(DELEGATES, to_role, role), ImplicitDeny, &[Layer::Resource]).by("anonymous"),
        case("an access point that is not known", leak(format!("bucket 111111111111/orders\n {DELEGATES}")), Conditional, &[Layer::Resource]).by("anonymous"),
        case("everyone through it", estate(DELEGATES, to_all, ""), Allow, &[]).by("anonymous").of(read, THROUGH),
        case("everyone, but its own Block Public Access is on", estate(DELEGATES, &format!("blocks-public-access{to_all}"), ""), ImplicitDeny, BLOCK).by("anonymous").of(read, THROUGH),
        case("everyone, its account's Block Public Access not collected", estate(DELEGATES, &format!("account-block-not-collected{to_all}"), ""), Conditional, BLOCK).by("anonymous").of(read, THROUGH)
            .with(&[Caveat::BlockPublicAccessNotCollected]),
        case("listing through it", leak(format!("bucket 111111111111/orders\n {DELEGATES}\n accesspoint 111111111111/team of orders\n grant * allow s3:ListBucket on {POINT}")), Allow, &[])
            .by("anonymous").of("s3:ListBucket", POINT),
    ]);
    assert_eq!(
        condition(estate(DELEGATES, to_role, role), OTHER, read, OBJECT),
        json!({"key": "s3:DataAccessPointArn", "operator": "StringEquals", "values": [POINT]})
    );
    assert_eq!(
        condition(estate("", "vpc vpc-1", own), super::APP, read, THROUGH),
        json!({"key": "aws:SourceVpc", "operator": "StringEquals", "values": ["vpc-1"]})
    );
}

#[test]
fn key_grants() {
    const DECRYPT: &str = "kms:Decrypt";
    let key = |key: &str, role: &str| leak(format!("key 111111111111/k {key}\n {role}"));
    let to_app = "\n grant 111111111111 allow kms:* on *\n key-grant arn:aws:iam::111111111111:role/app allow kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/k";
    let app = "role 111111111111/app";
    check(&[
        case("a grant needs no other permission", key(to_app, app), Allow, &[]).of(DECRYPT, KEY),
        case("of its operations alone", key(to_app, app), ImplicitDeny, &[Layer::Identity]).of("kms:Encrypt", KEY),
        case("the key's policy denies", key(&format!("{to_app}\n grant * deny kms:Decrypt on *"), app), ExplicitDeny, &[Layer::Resource]).of(DECRYPT, KEY),
        case("the role's policy denies", key(to_app, "role 111111111111/app\n deny kms:* on *"), ExplicitDeny, &[Layer::Identity]).of(DECRYPT, KEY),
        case("a service control policy denies", key(to_app, "role 111111111111/app\n scp no-keys on ou-prod\n deny kms:* on *"), ExplicitDeny, &[Layer::Scp]).of(DECRYPT, KEY),
        case("a resource control policy denies", key(to_app, "role 111111111111/app\n rcp no-keys on ou-prod\n deny kms:* on *"), ExplicitDeny, &[Layer::Rcp]).of(DECRYPT, KEY),
        case("a principal of another account needs no permission there", key("\n grant 111111111111 allow kms:* on *\n key-grant arn:aws:iam::222222222222:role/app allow kms:Decrypt on *", "role 222222222222/app"), Allow, &[])
            .by("arn:aws:iam::222222222222:role/app").of(DECRYPT, KEY),
        case("nor do its sessions", key("\n grant 111111111111 allow kms:* on *\n key-grant arn:aws:iam::222222222222:role/app allow kms:Decrypt on *", "role 222222222222/app"), Allow, &[])
            .by("arn:aws:sts::222222222222:assumed-role/app/s").of(DECRYPT, KEY),
        case("a grant to one is none to others", key("\n grant 111111111111 allow kms:* on *\n key-grant arn:aws:iam::222222222222:role/other allow kms:Decrypt on *", "role 222222222222/app\n allow kms:* on *"), ImplicitDeny, &[Layer::Resource])
            .by("arn:aws:iam::222222222222:role/app").of(DECRYPT, KEY),
        case("narrowed by its constraint", key(r#"
            grant 111111111111 allow kms:* on *
            key-grant arn:aws:iam::111111111111:role/app allow kms:Decrypt on * if {"StringEquals":{"kms:EncryptionContext:team":"blue"}}"#, app), Conditional, &[Layer::Identity]).of(DECRYPT, KEY),
        case("grants not collected", key("grants-not-collected\n grant 111111111111 allow kms:* on *", app), ImplicitDeny, &[Layer::Identity]).of(DECRYPT, KEY)
            .with(&[Caveat::KeyGrantsNotCollected]),
        case("no grant gives this", key("grants-not-collected\n grant 111111111111 allow kms:* on *", app), ImplicitDeny, &[Layer::Identity]).of("kms:PutKeyPolicy", KEY),
        case("grants not collected, allowed all the same", key("grants-not-collected\n grant 111111111111 allow kms:* on *", "role 111111111111/app\n allow kms:* on *"), Allow, &[]).of(DECRYPT, KEY),
        case("content under the key", key(to_app, "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders key k"), Allow, &[]),
        case("content under a key whose grants were not collected", key("grants-not-collected\n grant 111111111111 allow kms:* on *", "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders key k"), ImplicitDeny, &[Layer::Kms])
            .with(&[Caveat::KeyGrantsNotCollected]),
    ]);
}
