//! What is asked of every subject.

use serde_json::{Value, json};

use super::entries::{ACCOUNT, Subject};
use super::grants;
use super::row::{Asker, Question, allow, deny, everything, policy};

/// Services of the data on which resource control policies have an effect.
/// Source: AWS Organizations User Guide, "Resource control policies (RCPs)", the services that support RCPs.
const UNDER_RESOURCE_CONTROL_POLICIES: [&str; 7] = [
    "autoscaling",
    "codebuild",
    "cognito-identity",
    "dynamodb",
    "gamelift",
    "s3",
    "sts",
];

pub const IDENTITY: &str = "/identity_policies/0";
const BOUNDARY: &str = "/permission_boundaries/0";
const SESSION: &str = "/session_policy";
const ENDPOINT: &str = "/endpoint_policies/0";

/// Every question about a subject.
pub fn of(subject: &Subject) -> Vec<Question> {
    let mut asker = Asker::new(subject);
    granted_or_removed(&mut asker);
    explicitly_denied(&mut asker);
    within_a_boundary(&mut asker);
    under_service_control_policies(&mut asker);
    under_a_resource_control_policy(&mut asker);
    in_a_session_or_through_an_endpoint(&mut asker);
    grants::ask(&mut asker);
    asker.questions
}

/// Exactly the permission.
pub fn grant(subject: &Subject) -> Value {
    allow(&subject.permission, &subject.resource)
}

/// The entry's other permissions, each in a statement of its own, and one that every principal may hold.
fn others(subject: &Subject) -> Vec<Value> {
    let decoy = allow("tag:GetResources", "*");
    subject
        .others
        .iter()
        .map(|other| allow(other, "*"))
        .chain([decoy])
        .collect()
}

fn granted_or_removed(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let (grant, others) = (grant(subject), others(subject));
    let whole: Vec<Value> = others.iter().cloned().chain([grant.clone()]).collect();
    let separate: Vec<Value> = whole
        .iter()
        .map(|statement| policy(std::slice::from_ref(statement)))
        .collect();
    let place = format!("/identity_policies/{}", others.len());
    asker.allowed(
        "it alone is granted",
        &json!({"identity_policies": [policy(&[grant])]}),
        &[(IDENTITY, 0)],
    );
    asker.allowed(
        "the whole entry is granted",
        &json!({"identity_policies": [policy(&whole)]}),
        &[(IDENTITY, others.len())],
    );
    asker.allowed(
        "each permission has a policy of its own",
        &json!({"identity_policies": separate}),
        &[(&place, 0)],
    );
    asker.lacking(
        "it is removed, the rest of the entry stays",
        &json!({"identity_policies": [policy(&others)]}),
        &["identity"],
    );
    asker.lacking("nothing is granted", &json!({}), &["identity"]);
}

fn explicitly_denied(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let own = |deny: Value| json!({"identity_policies": [policy(&[grant(subject), deny])]});
    let service = format!("{}:*", subject.service());
    asker.denied(
        "a Deny beside the grant",
        &own(deny(&subject.permission, &subject.resource)),
        "identity",
        (IDENTITY, 1),
    );
    asker.denied(
        "a Deny of the service",
        &own(deny(&service, "*")),
        "identity",
        (IDENTITY, 1),
    );
    asker.denied(
        "a Deny in other case",
        &own(deny(&subject.action.to_uppercase(), "*")),
        "identity",
        (IDENTITY, 1),
    );
    asker.denied(
        "a Deny of all but another service",
        &own(json!({"Effect": "Deny", "NotAction": "tag:*", "Resource": "*"})),
        "identity",
        (IDENTITY, 1),
    );
    asker.denied(
        "a Deny in a policy of its own, against everything granted",
        &json!({"identity_policies": [policy(&[everything()]), policy(&[deny(&subject.action, "*")])]}),
        "identity",
        ("/identity_policies/1", 0),
    );
    asker.allowed(
        "a Deny of an action whose name goes on",
        &own(deny(&format!("{}s", subject.action), "*")),
        &[(IDENTITY, 0)],
    );
    asker.allowed(
        "a Deny of all but it",
        &own(json!({"Effect": "Deny", "NotAction": subject.action.to_lowercase(), "Resource": "*"})),
        &[(IDENTITY, 0)],
    );
}

fn within_a_boundary(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let fields = |own: Value, boundary: &[Value]| json!({"identity_policies": [policy(&[own])], "permission_boundaries": [policy(boundary)]});
    let all_but = json!({"Effect": "Allow", "NotAction": subject.action, "Resource": "*"});
    asker.allowed(
        "a boundary that holds it",
        &fields(grant(subject), &[grant(subject)]),
        &[(IDENTITY, 0), (BOUNDARY, 0)],
    );
    asker.lacking(
        "a boundary without it",
        &fields(grant(subject), &others(subject)),
        &["boundary"],
    );
    asker.lacking(
        "a boundary of all but it",
        &fields(everything(), &[all_but]),
        &["boundary"],
    );
    asker.denied(
        "a boundary that denies it",
        &fields(grant(subject), &[everything(), deny(&subject.action, "*")]),
        "boundary",
        (BOUNDARY, 1),
    );
    let unused = allow("tag:GetResources", "*");
    asker.lacking(
        "a boundary grants nothing by itself",
        &fields(unused, &[grant(subject)]),
        &["identity"],
    );
    let neither = fields(allow("tag:GetResources", "*"), &[allow("tag:GetResources", "*")]);
    asker.lacking("neither grant nor boundary", &neither, &["identity", "boundary"]);
    let either = json!({"identity_policies": [policy(&[grant(subject)])], "permission_boundaries": [policy(&others(subject)), policy(&[grant(subject)])]});
    asker.allowed(
        "one of two boundaries holds it",
        &either,
        &[(IDENTITY, 0), ("/permission_boundaries/1", 0)],
    );
}

fn under_service_control_policies(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let level = |statements: &[Value]| json!({"org_id": "o-example", "policies": [policy(statements)]});
    let full = || level(&[everything()]);
    let fields = |levels: &[Value]| json!({"identity_policies": [policy(&[grant(subject)])], "scps": levels});
    let each = [
        (IDENTITY, 0),
        ("/scps/0/policies/0", 0),
        ("/scps/1/policies/0", 0),
        ("/scps/2/policies/0", 0),
    ];
    asker.allowed(
        "three levels that allow it",
        &fields(&[full(), level(&[grant(subject)]), full()]),
        &each,
    );
    for (what, at) in [
        ("the root lacks it", 0),
        ("the unit lacks it", 1),
        ("the account lacks it", 2),
    ] {
        let mut levels = [full(), full(), full()];
        levels[at] = level(&others(subject));
        asker.lacking(what, &fields(&levels), &["scp"]);
    }
    let empty = json!({"org_id": "o-example", "policies": []});
    asker.lacking("a level without a policy", &fields(&[full(), empty]), &["scp"]);
    let denying = level(&[everything(), deny(&subject.permission, &subject.resource)]);
    asker.denied(
        "an SCP that denies it",
        &fields(&[full(), denying, full()]),
        "scp",
        ("/scps/1/policies/0", 1),
    );
    let list = level(&[
        everything(),
        json!({"Effect": "Deny", "NotAction": ["tag:*"], "Resource": "*"}),
    ]);
    asker.denied(
        "an SCP that denies all but another service",
        &fields(&[list]),
        "scp",
        ("/scps/0/policies/0", 1),
    );
    let two = json!({"org_id": "o-example", "policies": [policy(&others(subject)), policy(&[grant(subject)])]});
    asker.allowed(
        "one of two SCPs of a level allows it",
        &fields(&[two]),
        &[(IDENTITY, 0), ("/scps/0/policies/1", 0)],
    );
    asker.lacking(
        "an SCP grants nothing by itself",
        &json!({"scps": [full()]}),
        &["identity"],
    );
}

fn under_a_resource_control_policy(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let denying =
        json!({"Effect": "Deny", "Principal": "*", "Action": subject.permission, "Resource": subject.resource});
    let fields = json!({"identity_policies": [policy(&[grant(subject)])], "rcps": [{"org_id": "o-example", "policies": [policy(&[denying])]}]});
    if UNDER_RESOURCE_CONTROL_POLICIES.contains(&subject.service()) {
        asker.denied("an RCP that denies it", &fields, "rcp", ("/rcps/0/policies/0", 0));
    } else {
        asker.allowed("an RCP on a service that has none", &fields, &[(IDENTITY, 0)]);
    }
}

fn in_a_session_or_through_an_endpoint(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let own = || policy(&[grant(subject)]);
    let principal = format!("arn:aws:sts::{ACCOUNT}:assumed-role/attacker/session");
    let session =
        |document: Value| json!({"principal": principal, "identity_policies": [own()], "session_policy": document});
    asker.allowed("a session of the role", &session(Value::Null), &[(IDENTITY, 0)]);
    asker.allowed(
        "a session policy that holds it",
        &session(own()),
        &[(IDENTITY, 0), (SESSION, 0)],
    );
    asker.lacking(
        "a session policy without it",
        &session(policy(&others(subject))),
        &["session"],
    );
    let denying = policy(&[everything(), deny(&subject.action, "*")]);
    asker.denied(
        "a session policy that denies it",
        &session(denying),
        "session",
        (SESSION, 1),
    );
    let user = format!("arn:aws:iam::{ACCOUNT}:user/attacker");
    asker.allowed(
        "a user",
        &json!({"principal": user, "identity_policies": [own()]}),
        &[(IDENTITY, 0)],
    );
    let endpoint =
        |statements: &[Value]| json!({"identity_policies": [own()], "endpoint_policies": [policy(statements)]});
    asker.allowed(
        "an endpoint that lets it pass",
        &endpoint(&[grant(subject)]),
        &[(IDENTITY, 0), (ENDPOINT, 0)],
    );
    asker.lacking("an endpoint without it", &endpoint(&others(subject)), &["endpoint"]);
}
