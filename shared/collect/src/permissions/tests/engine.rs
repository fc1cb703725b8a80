//! The product's own engine judges the policies that the product asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_iam::catalogue::{actions_matching, service_prefixes};
use sv0_iam::{
    ApplicablePolicies, Context, NamedPolicy, Principal, Question, ResourcePolicyInput, UnknownContext, evaluate,
    parse_policy,
};
use sv0_model::decision::{Decision, Layer};

use super::sample;
use crate::call::Caller;
use crate::permissions::{Home, Policies, actions_of, never, policies, rows};

/// The account that examples of spokes are of.
const SPOKE: &str = "444455556666";
/// No policy speaks of them: AWS answers whoever has credentials, and temporary ones get no others from it.
///
/// Source: IAM User Guide, "Compare AWS STS credentials"; AWS STS API Reference, GetCallerIdentity, GetSessionToken.
const BEYOND_POLICIES: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// A role of the product with its policies.
struct Subject {
    principal: Principal,
    account: &'static str,
    identity: Vec<NamedPolicy>,
    boundaries: Vec<NamedPolicy>,
}

impl Subject {
    fn new(made: &Policies, caller: Caller) -> Self {
        let account = match caller {
            Caller::Spoke => SPOKE,
            Caller::Management => "999999999999",
            _ => "111122223333",
        };
        let arn = format!("arn:aws:iam::{account}:role/securityv0-{}", caller.name());
        let identity = made.of(caller).map(|policy| match policy.home {
            Home::Spoke => named(&policy.name, &in_account(policy.document.example(), account)),
            Home::Hub | Home::Management => named(&policy.name, &policy.document.example()),
        });
        Self {
            principal: Principal::parse(&arn, None).unwrap(),
            account,
            identity: identity.collect(),
            boundaries: Vec::new(),
        }
    }

    fn bounded(mut self, made: &Policies) -> Self {
        let boundary = made.get("spoke-boundary").unwrap();
        self.boundaries = vec![named(
            "boundary",
            &in_account(boundary.document.example(), self.account),
        )];
        self
    }

    /// Somebody attached a policy that allows everything.
    fn broadened(mut self) -> Self {
        let everything =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        self.identity.push(named("broad", &everything));
        self
    }

    fn without_denial(mut self) -> Self {
        self.identity.retain(|policy| !policy.name.ends_with("-deny"));
        self
    }

    fn ask(&self, action: &str, resource: &str) -> (Decision, Vec<Layer>) {
        // Keys and roles answer whom their own policies let in: here the role that asks.
        let own = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": self.principal.text()}, "Action": "*", "Resource": "*"}});
        let own = named("own", &own);
        let needs_own = resource != "*" && (action.starts_with("kms:") || action.starts_with("sts:"));
        let context = Context::new();
        let question = Question {
            principal: &self.principal,
            action,
            resource,
            resource_account: resource.starts_with("arn:aws:s3:::").then_some(self.account),
            context: &context,
            now: None,
            unknown_context: UnknownContext::Absent,
        };
        let applicable = ApplicablePolicies {
            identity: &self.identity,
            boundaries: &self.boundaries,
            resource: if needs_own {
                ResourcePolicyInput::Set(&own)
            } else {
                ResourcePolicyInput::NotSet
            },
            ..ApplicablePolicies::default()
        };
        let evaluation = evaluate(&question, &applicable).unwrap();
        (evaluation.decision, evaluation.blocked_by)
    }
}

fn named(name: &str, document: &Value) -> NamedPolicy {
    let parsed = parse_policy(document);
    assert_eq!(parsed.diagnostics, [], "{name}");
    NamedPolicy {
        name: name.to_owned(),
        policy: Arc::new(parsed.policy),
    }
}

/// The same policy made in another account than that of the examples.
fn in_account(document: Value, account: &str) -> Value {
    serde_json::from_str(&document.to_string().replace(SPOKE, account)).unwrap()
}

fn made() -> Policies {
    policies(rows()).unwrap()
}

#[test]
fn every_call_of_the_table_is_allowed_to_whoever_makes_it() {
    let made = made();
    for caller in Caller::ALL {
        let subject = Subject::new(&made, caller);
        for row in rows().filter(|row| row.callers.contains(&caller)) {
            for action in row.permissions {
                let (decision, blocked_by) = subject.ask(action, &sample(row, subject.account));
                assert_eq!(
                    decision,
                    Decision::Allow,
                    "{} {action} on {}: {blocked_by:?}",
                    caller.name(),
                    sample(row, subject.account)
                );
            }
        }
    }
}

#[test]
fn the_read_list_works_within_its_boundary_and_in_the_accounts_without_a_spoke_role() {
    let made = made();
    let subjects = [
        Subject::new(&made, Caller::Spoke).bounded(&made),
        Subject::new(&made, Caller::Collector),
        Subject::new(&made, Caller::Management),
    ];
    for subject in subjects {
        for row in rows().filter(|row| row.callers.contains(&Caller::Spoke)) {
            let resource = sample(row, subject.account).replace(SPOKE, subject.account);
            for action in row.permissions {
                let (decision, blocked_by) = subject.ask(action, &resource);
                assert_eq!(decision, Decision::Allow, "{action} on {resource}: {blocked_by:?}");
            }
        }
    }
}

#[test]
fn a_read_of_another_account_is_not_allowed() {
    let made = made();
    let subject = Subject::new(&made, Caller::Spoke);
    for row in rows().filter(|row| row.callers == [Caller::Spoke]) {
        let resource = sample(row, SPOKE);
        if !resource.contains(SPOKE) {
            continue;
        }
        for action in row.permissions {
            let (decision, _) = subject.ask(action, &resource.replace(SPOKE, "777788889999"));
            assert_eq!(decision, Decision::ImplicitDeny, "{action} on {resource}");
        }
    }
}

/// Every action that is never granted, and every action that AWS has at all, but those of the list.
#[test]
fn everything_else_is_denied_explicitly_even_when_somebody_attaches_a_policy_that_allows_all() {
    let made = made();
    for caller in [Caller::Spoke, Caller::Management] {
        let subject = Subject::new(&made, caller).broadened();
        let mut granted: BTreeSet<&str> = actions_of(Caller::Spoke).into_iter().collect();
        granted.extend(actions_of(caller));
        let mut denied = 0;
        for facts in service_prefixes().flat_map(|prefix| actions_matching(prefix_pattern(prefix))) {
            let action = facts.full_name();
            if granted.contains(action.as_str()) || BEYOND_POLICIES.contains(&action.as_str()) {
                continue;
            }
            let (decision, _) = subject.ask(&action, "*");
            assert_eq!(decision, Decision::ExplicitDeny, "{action}");
            denied += 1;
        }
        assert!(denied > 20_000, "{denied}");
    }
}

#[test]
fn what_is_never_granted_is_denied_explicitly_with_and_without_the_boundary() {
    let made = made();
    let subjects = [
        Subject::new(&made, Caller::Spoke),
        Subject::new(&made, Caller::Spoke).bounded(&made),
        Subject::new(&made, Caller::Spoke).bounded(&made).broadened(),
    ];
    let cases = [
        ("s3:GetObject", "arn:aws:s3:::customer-data/payroll.csv"),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-a1b2c3",
        ),
        (
            "ssm:GetParametersByPath",
            "arn:aws:ssm:eu-west-1:444455556666:parameter/prod",
        ),
        ("dynamodb:Scan", "arn:aws:dynamodb:eu-west-1:444455556666:table/orders"),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:444455556666:function:pay",
        ),
        (
            "lambda:GetFunction",
            "arn:aws:lambda:eu-west-1:444455556666:function:pay",
        ),
        (
            "states:GetExecutionHistory",
            "arn:aws:states:eu-west-1:444455556666:execution:pay:1",
        ),
        (
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000000",
        ),
        ("iam:PutRolePolicy", "arn:aws:iam::444455556666:role/admin"),
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/admin"),
    ];
    for subject in &subjects {
        for (action, resource) in cases {
            assert_eq!(
                subject.ask(action, resource).0,
                Decision::ExplicitDeny,
                "{action} on {resource}"
            );
        }
        for never in never::KINDS.iter().chain(never::DATA_EXPOSING_READS) {
            // Patterns of verbs are of every service; the test above asks all of them.
            for pattern in never.actions.iter().filter(|pattern| !pattern.starts_with("*:")) {
                for facts in actions_matching(pattern) {
                    let action = facts.full_name();
                    if !BEYOND_POLICIES.contains(&action.as_str()) {
                        assert_eq!(subject.ask(&action, "*").0, Decision::ExplicitDeny, "{action}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_boundary_alone_stops_a_policy_that_allows_all() {
    let made = made();
    let subject = Subject::new(&made, Caller::Spoke)
        .without_denial()
        .bounded(&made)
        .broadened();
    for action in [
        "iam:CreateUser",
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "ec2:TerminateInstances",
    ] {
        assert_eq!(
            subject.ask(action, "*"),
            (Decision::ImplicitDeny, vec![Layer::Boundary]),
            "{action}"
        );
    }
    let unbounded = Subject::new(&made, Caller::Spoke).without_denial().broadened();
    assert_eq!(
        unbounded.ask("iam:CreateUser", "*").0,
        Decision::Allow,
        "the test can fail"
    );
}

#[test]
fn a_hub_role_has_nothing_of_another() {
    let made = made();
    for caller in [
        Caller::Inventory,
        Caller::Findings,
        Caller::Identity,
        Caller::Evidence,
        Caller::Preflight,
    ] {
        let subject = Subject::new(&made, caller);
        let own = actions_of(caller);
        for row in rows() {
            for action in row.permissions.iter().filter(|action| !own.contains(action)) {
                assert_eq!(
                    subject.ask(action, &sample(row, subject.account)).0,
                    Decision::ImplicitDeny,
                    "{} {action}",
                    caller.name()
                );
            }
        }
    }
}

fn prefix_pattern(prefix: &'static str) -> &'static str {
    // The iterator borrows its pattern for as long as the catalogue lives.
    Box::leak(format!("{prefix}:*").into_boxed_str())
}
