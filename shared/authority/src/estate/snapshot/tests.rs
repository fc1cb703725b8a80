//! When an answer must say that it rests on the snapshot, and when it must not.

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{Caveat, Decision, Layer};
use sv0_model::finding::{Finding, FindingKind};
use sv0_model::observation::Evidence;

use Decision::{Allow, Conditional, ExplicitDeny, ImplicitDeny};

use super::SnapshotText;
use crate::estate::Estate;
use crate::estate::tests::{APP, BASE, ask};
use crate::testkit::graph;
use crate::{FindingOptions, PathOptions, Query, authority_paths, findings};

const OBJECT: &str = "arn:aws:s3:::orders/1.json";
const BUCKET: &str = "bucket 111111111111/orders";

/// What the answer is, and whether it rests on the snapshot.
type Want = (Decision, &'static [Layer], bool);

fn check(cases: &[(&str, &str, Want)]) {
    for (name, role, (decision, blocked_by, rests)) in cases {
        let fixture = format!("{BASE}{role}\n{BUCKET}");
        let answer = ask(&fixture, APP, "s3:GetObject", OBJECT).unwrap();
        assert_eq!(answer.decision, *decision, "{name}: {answer:#?}");
        assert_eq!(answer.blocked_by, *blocked_by, "{name}: {answer:#?}");
        let says_so = answer.caveats.contains(&Caveat::ManagedPolicyFromSnapshot);
        assert_eq!(says_so, *rests, "{name}: {answer:#?}");
    }
}

#[test]
fn an_answer_that_another_text_might_change_says_so() {
    check(&[
        (
            "it allows",
            "role 111111111111/app holds-snapshot Read=allow_s3:Get*_on_*",
            (Allow, &[], true),
        ),
        (
            "it does not allow: AWS may have added the action",
            "role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*",
            (ImplicitDeny, &[Layer::Identity], true),
        ),
        (
            "it denies",
            "role 111111111111/app holds-snapshot Quarantine=deny_s3:*_on_*\n allow s3:* on *",
            (ExplicitDeny, &[Layer::Identity], true),
        ),
        (
            "it denies something else: AWS may have added the action",
            "role 111111111111/app holds-snapshot Quarantine=deny_ec2:*_on_*\n allow s3:* on *",
            (Allow, &[], true),
        ),
        (
            "it allows what a boundary stops",
            "role 111111111111/app holds-snapshot Read=allow_s3:Get*_on_*\n boundary allow ec2:* on *",
            (ImplicitDeny, &[Layer::Boundary], true),
        ),
        (
            "it is the boundary that stops it",
            "role 111111111111/app bounded-by-snapshot Limit=allow_ec2:*_on_*\n allow s3:* on *",
            (ImplicitDeny, &[Layer::Boundary], true),
        ),
        (
            "it is the boundary that lets it pass",
            "role 111111111111/app bounded-by-snapshot Limit=allow_s3:*_on_*\n allow s3:* on *",
            (Allow, &[], true),
        ),
        (
            "another policy allows under a condition, it might without one",
            r#"role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*
            allow s3:* on * if {"Bool":{"aws:SecureTransport":"true"}}"#,
            (Conditional, &[Layer::Identity], true),
        ),
        (
            "a policy is missing besides",
            "role 111111111111/app holds-snapshot Read=allow_ec2:*_on_* holds arn:aws:iam::aws:policy/Unread",
            (Conditional, &[Layer::Identity], true),
        ),
    ]);
}

#[test]
fn an_answer_that_no_other_text_can_change_does_not() {
    check(&[
        (
            "the account's own policy allows",
            "role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*\n allow s3:* on *",
            (Allow, &[], false),
        ),
        (
            "the account's own policy denies",
            "role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*\n allow s3:* on *\n deny s3:* on *",
            (ExplicitDeny, &[Layer::Identity], false),
        ),
        (
            "the account's own boundary stops what its own policy allows",
            "role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*\n allow s3:* on *\n boundary allow ec2:* on *",
            (ImplicitDeny, &[Layer::Boundary], false),
        ),
        (
            "nothing is from the snapshot",
            "role 111111111111/app\n allow ec2:* on *",
            (ImplicitDeny, &[Layer::Identity], false),
        ),
        (
            "another role holds it",
            "role 111111111111/other holds-snapshot Read=allow_s3:*_on_*\n role 111111111111/app\n allow s3:* on *",
            (Allow, &[], false),
        ),
        (
            "a managed policy whose text was collected",
            "role 111111111111/app holds arn:aws:iam::aws:policy/AdministratorAccess",
            (Allow, &[], false),
        ),
    ]);
}

#[test]
fn a_group_hands_it_to_its_members() {
    let fixture = format!(
        "{BASE}group 111111111111/readers holds-snapshot Read=allow_s3:Get*_on_*\n user 111111111111/ann in readers\n{BUCKET}"
    );
    let answer = ask(&fixture, "arn:aws:iam::111111111111:user/ann", "s3:GetObject", OBJECT).unwrap();
    assert_eq!(
        (answer.decision, answer.caveats.as_slice()),
        (Allow, [Caveat::ManagedPolicyFromSnapshot].as_slice())
    );
}

#[test]
fn the_key_of_the_content_counts() {
    let fixture = format!(
        "{BASE}role 111111111111/app holds-snapshot Keys=allow_kms:Decrypt_on_*\n allow s3:* on *
        key 111111111111/k\n grant arn:aws:iam::111111111111:root allow kms:* on *\n bucket 111111111111/orders key k"
    );
    let answer = ask(&fixture, APP, "s3:GetObject", OBJECT).unwrap();
    assert_eq!(
        (answer.decision, answer.caveats.as_slice()),
        (Allow, [Caveat::ManagedPolicyFromSnapshot].as_slice())
    );
}

#[test]
fn an_explanation_names_policy_version_and_day() {
    let graph = graph(&format!(
        "{BASE}role 111111111111/app holds-snapshot Read=allow_ec2:*_on_*\n{BUCKET}"
    ));
    let context = Context::new();
    let explanation = Estate::new(&graph)
        .explain(&Query {
            principal: APP,
            action: "s3:GetObject",
            resource: OBJECT,
            context: &context,
            unknown_context: UnknownContext::Any,
        })
        .unwrap();
    let want = SnapshotText {
        policy: "arn:aws:iam::aws:policy/Read".to_owned(),
        version_id: Some("v7".to_owned()),
        date: "2025-06-01".to_owned(),
        source: "test 1.0".to_owned(),
    };
    assert_eq!(explanation.snapshots, [want]);
}

#[test]
fn a_path_says_so() {
    for (fixture, want) in [
        (
            "role 111111111111/app holds-snapshot Read=allow_s3:Get*_on_*\n trust service lambda.amazonaws.com",
            true,
        ),
        (
            "role 111111111111/app\n trust service lambda.amazonaws.com\n allow s3:Get* on *",
            false,
        ),
    ] {
        let graph = graph(&format!(
            "{BASE}{fixture}\n{BUCKET}\n lambda 111111111111/handler runs-as app"
        ));
        let paths = authority_paths(&Estate::new(&graph), &Evidence::default(), &PathOptions::default()).paths;
        assert!(!paths.is_empty(), "{fixture}");
        for path in paths {
            assert_eq!(
                path.caveats.contains(&Caveat::ManagedPolicyFromSnapshot),
                want,
                "{fixture}: {path:#?}"
            );
        }
    }
}

fn administrators(fixture: &str) -> Vec<(String, bool)> {
    let graph = graph(fixture);
    let found = findings(
        &graph,
        &Estate::new(&graph),
        &[],
        &Evidence::default(),
        &[],
        &FindingOptions::default(),
    );
    let says_so = |finding: &Finding| finding.caveats.contains(&Caveat::ManagedPolicyFromSnapshot);
    let of_kind = found
        .iter()
        .filter(|finding| finding.kind == FindingKind::AdminEquivalent);
    let mut rows: Vec<(String, bool)> = of_kind
        .map(|finding| (finding.title.clone(), says_so(finding)))
        .collect();
    rows.sort();
    rows
}

#[test]
fn an_administrator_by_the_snapshot_is_one_and_so_is_who_can_become_it() {
    let rows = administrators(
        "account 111111111111
        role 111111111111/admin holds-snapshot AdministratorAccess=allow_*_on_*\n trust arn:aws:iam::111111111111:root
        role 111111111111/deputy\n allow sts:AssumeRole on arn:aws:iam::111111111111:role/admin
        group 111111111111/admins holds-snapshot AdministratorAccess=allow_*_on_*
        user 111111111111/joiner\n allow iam:AddUserToGroup on *
        role 111111111111/own\n allow * on *",
    );
    let rows: Vec<(&str, bool)> = rows.iter().map(|(title, says_so)| (title.as_str(), *says_so)).collect();
    assert_eq!(
        rows,
        [
            ("role admin is an administrator", true),
            ("role deputy can become administrator admin", true),
            ("role own is an administrator", false),
            ("user joiner can make itself an administrator", true),
        ]
    );
}
