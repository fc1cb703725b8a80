//! Events recorded while attack techniques ran (Stratus Red Team): what of each is worth a look, and what is not.

use std::path::Path;

use serde_json::Value;
use sv0_model::graph::Graph;
use sv0_model::observation::Evidence;

use super::super::EvidenceFold;
use crate::estate::Estate;
use crate::findings::{FindingOptions, findings};
use crate::testkit::record;

fn sample(technique: &str) -> Evidence {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/third-party/stratus-red-team");
    let text = std::fs::read_to_string(folder.join(format!("aws.{technique}.json"))).unwrap();
    let events: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut fold = EvidenceFold::default();
    events.into_iter().for_each(|event| fold.add(&record(event)));
    fold.finish(Vec::new())
}

/// Kinds, actions and outcomes of the notable events, each once.
fn notable(evidence: &Evidence) -> Vec<String> {
    let mut lines: Vec<String> = evidence
        .notable
        .iter()
        .map(|event| {
            let kind = serde_json::to_value(event.kind).unwrap();
            let failed = if event.error.is_some() { " failed" } else { "" };
            format!("{} {}{failed}", kind.as_str().unwrap(), event.action)
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Kind, aspect in the title, and severity of the findings that the events alone bring.
fn judged(evidence: &Evidence) -> Vec<String> {
    let graph = Graph::default();
    let estate = Estate::new(&graph);
    let found = findings(&graph, &estate, &[], evidence, &[], &FindingOptions::default());
    let mut lines: Vec<String> = found
        .iter()
        .map(|finding| {
            let word = |value: Value| value.as_str().unwrap().to_owned();
            let kind = word(serde_json::to_value(finding.kind).unwrap());
            let severity = word(serde_json::to_value(finding.severity).unwrap());
            let done = finding.title.split_once(' ').map_or("", |(_, done)| done);
            let done = done.split_once(" in account ").map_or(done, |(done, _)| done);
            format!("{kind} {severity}: {done}")
        })
        .collect();
    lines.sort();
    lines
}

/// Technique, notable events, findings.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    ("credential-access.ec2-get-password-data", &[], &[]),
    ("credential-access.ec2-steal-instance-credentials", &[], &[]),
    ("credential-access.secretsmanager-batch-retrieve-secrets", &[], &[]),
    ("credential-access.secretsmanager-retrieve-secrets", &[], &[]),
    ("credential-access.ssm-retrieve-securestring-parameters", &[], &[]),
    (
        "defense-evasion.cloudtrail-delete",
        &["logging_change cloudtrail:DeleteTrail"],
        &[],
    ),
    (
        "defense-evasion.cloudtrail-event-selectors",
        &["logging_change cloudtrail:PutEventSelectors"],
        &[],
    ),
    (
        "defense-evasion.cloudtrail-stop",
        &["logging_change cloudtrail:StopLogging"],
        &[],
    ),
    (
        "defense-evasion.dns-delete-logs",
        &["logging_change route53resolver:DeleteResolverQueryLogConfig"],
        &[],
    ),
    (
        "defense-evasion.organizations-leave",
        &["permission_change organizations:LeaveOrganization failed"],
        &["permission_change low: tried to change permissions, and failed"],
    ),
    (
        "defense-evasion.vpc-remove-flow-logs",
        &["logging_change ec2:DeleteFlowLogs"],
        &[],
    ),
    ("discovery.ec2-download-user-data", &[], &[]),
    ("execution.ec2-launch-unusual-instances", &[], &[]),
    ("execution.ec2-user-data", &[], &[]),
    ("execution.ssm-send-command", &[], &[]),
    ("execution.ssm-start-session", &[], &[]),
    ("exfiltration.ec2-security-group-open-port-22-ingress", &[], &[]),
    (
        "exfiltration.ec2-share-ami",
        &["permission_change ec2:ModifyImageAttribute"],
        &["permission_change high: let in a principal of an unknown account"],
    ),
    (
        "exfiltration.ec2-share-ebs-snapshot",
        &["permission_change ec2:ModifySnapshotAttribute"],
        &["permission_change high: let in a principal of an unknown account"],
    ),
    (
        "exfiltration.rds-share-snapshot",
        &["permission_change rds:ModifyDBSnapshotAttribute"],
        &["permission_change high: let in a principal of an unknown account"],
    ),
    ("impact.bedrock-invoke-model", &[], &[]),
    (
        "initial-access.console-login-without-mfa",
        &["console_login_without_mfa signin:ConsoleLogin"],
        &[],
    ),
    ("lateral-movement.ec2-instance-connect", &[], &[]),
    ("lateral-movement.ec2-serial-console-send-ssh-public-key", &[], &[]),
    (
        "persistence.iam-backdoor-role",
        &["permission_change iam:UpdateAssumeRolePolicy"],
        &["permission_change high: let in a principal of an unknown account"],
    ),
    (
        "persistence.iam-backdoor-user",
        &["permission_change iam:CreateAccessKey"],
        &["permission_change medium: made or changed credentials"],
    ),
    (
        "persistence.iam-create-admin-user",
        &[
            "permission_change iam:AttachUserPolicy",
            "permission_change iam:CreateAccessKey",
            "permission_change iam:CreateUser",
        ],
        &[
            "permission_change high: gave administrator permissions",
            "permission_change medium: made or changed credentials",
        ],
    ),
    (
        "persistence.iam-create-backdoor-role",
        &[
            "permission_change iam:AttachRolePolicy",
            "permission_change iam:CreateRole",
        ],
        &[
            "permission_change high: gave administrator permissions",
            "permission_change high: let in a principal of an unknown account",
        ],
    ),
    (
        "persistence.iam-create-user-login-profile",
        &["permission_change iam:CreateLoginProfile"],
        &["permission_change medium: made or changed credentials"],
    ),
    (
        "persistence.lambda-backdoor-function",
        &["permission_change lambda:AddPermission"],
        &["permission_change high: opened something to everyone"],
    ),
    ("persistence.lambda-layer-extension", &[], &[]),
    ("persistence.lambda-overwrite-code", &[], &[]),
    (
        "persistence.rolesanywhere-create-trust-anchor",
        &[
            "permission_change rolesanywhere:CreateProfile",
            "permission_change rolesanywhere:CreateTrustAnchor",
        ],
        &["permission_change medium: changed who may take a role"],
    ),
    ("persistence.sts-federation-token", &[], &[]),
    (
        "privilege-escalation.iam-update-user-login-profile",
        &["permission_change iam:UpdateLoginProfile"],
        &["permission_change medium: made or changed credentials"],
    ),
];

#[test]
fn recorded_attacks_are_told_for_what_they_are() {
    assert_eq!(CASES.len(), 35);
    for (technique, events, found) in CASES {
        let evidence = sample(technique);
        assert_eq!(notable(&evidence), *events, "{technique}");
        assert_eq!(judged(&evidence), *found, "{technique}");
    }
}

#[test]
fn a_federated_user_acts_by_the_authority_of_the_user_who_made_the_token() {
    let evidence = sample("persistence.sts-federation-token");
    let [token] = evidence.assumptions.as_slice() else {
        panic!("{:?}", evidence.assumptions)
    };
    assert!(token.from.ends_with(":user/stratus-red-team-user-federation-user"));
    assert!(token.to.ends_with(":federated-user/stratus_red_team"));
    assert_eq!(token.session_policies.len(), 1);
    assert!(
        token.session_policies[0]
            .document
            .as_deref()
            .unwrap()
            .contains("\"Action\"")
    );
    let [chain] = evidence.chains.as_slice() else {
        panic!("{:?}", evidence.chains)
    };
    assert_eq!(chain.origin.as_deref(), Some(token.from.as_str()));
    assert_eq!((chain.action.as_str(), chain.count), ("sts:GetCallerIdentity", 1));
}

#[test]
fn no_secret_and_no_address_is_written_out() {
    for (technique, ..) in CASES {
        let evidence = serde_json::to_string(&sample(technique)).unwrap();
        for secret in ["ASIA", "AKIA", "sessionToken", "IQoJ", "privateKey"] {
            assert!(!evidence.contains(secret), "{technique}: {secret}");
        }
    }
    let evidence = serde_json::to_string(&sample("credential-access.ec2-steal-instance-credentials")).unwrap();
    assert!(!evidence.contains("18.236.253.47") && evidence.contains("18.236.253.0/24"));
}
