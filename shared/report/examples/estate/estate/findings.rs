//! The findings of the made-up organization.

use sv0_model::decision::Caveat;
use sv0_model::finding::{Finding, FindingKind, FindingSeverity};
use sv0_model::graph::{Sensitivity, urn};
use sv0_model::hash::{sha256_hex, stable_id};
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathState};
use sv0_model::record::Origin;

use super::chains::allow;
use super::graph::{DATA_PROD, SHOP_DEV, SHOP_PROD, bucket, function, role, secret};
use super::{HOSTILE_MARKUP, hostile_length};

pub fn acme(paths: &[AuthorityPath]) -> Vec<Finding> {
    vec![
        cross_account_chain(paths),
        missing_external_id(),
        secret_reach(paths, "shop/payment-provider-Qw34Er", FindingSeverity::Medium),
        secret_reach(paths, "shop/orders-db-Ab12Cd", FindingSeverity::Medium),
        spoke_gone(),
        hostile(),
    ]
}

/// One finding of every kind.
pub fn of_every_kind(paths: &[AuthorityPath]) -> Vec<Finding> {
    use FindingKind as K;
    let (deployer, records) = (role(SHOP_DEV, "deployer"), bucket("acme-customer-records"));
    let reader = role(DATA_PROD, "customer-data-reader");
    let severities = [
        FindingSeverity::Critical,
        FindingSeverity::High,
        FindingSeverity::Medium,
        FindingSeverity::Low,
    ];
    let about = [
        (
            K::AdminEquivalent,
            "deployer can become an administrator of Data Production",
            &deployer,
        ),
        (
            K::PrivilegeEscalation,
            "deployer can raise its own authority",
            &deployer,
        ),
        (
            K::SupplyChainPath,
            "whoever can push to checkout reads a payment secret",
            &records,
        ),
        (
            K::LlmEgressPath,
            "customer-support can tell customer records to whoever talks to it",
            &records,
        ),
        (
            K::DeepTrustChain,
            "report-builder reaches customer records over four authorities",
            &records,
        ),
        (K::PublicAccess, "acme-media-uploads is open to everyone", &records),
        (
            K::CoverageGap,
            "S3 data events were not seen in three accounts",
            &records,
        ),
        (
            K::DormantAuthority,
            "customer-data-reader was not used for 90 days",
            &reader,
        ),
        (
            K::UnusedService,
            "deployer does not use 14 services that it may use",
            &deployer,
        ),
        (
            K::ScopeDrift,
            "Access Analyzer finds customer-data-reader wider than its use",
            &reader,
        ),
        (
            K::TrustsWholeAccount,
            "customer-data-reader trusts all of Shared Services",
            &reader,
        ),
        (
            K::OverPermissiveIntegration,
            "metrics-vendor may do more than read metrics",
            &reader,
        ),
        (
            K::ConfusedDeputy,
            "customer-data-reader lets a service in for anybody",
            &reader,
        ),
        (
            K::OrphanedPrincipal,
            "a trust policy names a user that is gone",
            &reader,
        ),
        (K::StaleAccessKey, "an access key of backup is 412 days old", &deployer),
        (K::NoMfa, "ops can sign in without MFA", &deployer),
        (K::UnrotatedSecret, "shop/orders-db is not rotated", &records),
        (
            K::InvocationLoggingOff,
            "Bedrock in Shop Production does not log invocations",
            &records,
        ),
        (K::RootLogin, "the root user of Shop Development signed in", &deployer),
        (K::ConsoleRoleSwitch, "a person switched into deployer", &deployer),
        (
            K::AssumeRoleAnomaly,
            "release-pipeline was assumed from outside AWS",
            &deployer,
        ),
        (K::PermissionChange, "deployer was given iam:PassRole", &deployer),
        (K::OrphanedOwner, "the owner of acme-customer-records is gone", &records),
        (K::ScannerSelf, "what the scanner's own roles may do", &deployer),
        (
            K::OpenFederation,
            "release-pipeline trusts every branch of a repository",
            &deployer,
        ),
        (
            K::OverPrivilegedOrchestrator,
            "state machine refunds may do more than its definition calls",
            &deployer,
        ),
    ];
    let severities = severities.iter().flat_map(|&severity| [severity; 7]);
    let of = |((kind, title, subject), severity): (&(FindingKind, &str, &String), FindingSeverity)| Finding {
        severity_reason: "An example of its kind.".to_owned(),
        description: format!("{title}. It stands here to show how a finding of this kind is drawn."),
        account: Some(DATA_PROD.to_owned()),
        paths: paths_to(paths, subject),
        verify: vec![format!("sv0 can '{subject}'")],
        ..finding(*kind, severity, title, vec![(*subject).clone()])
    };
    about.iter().zip(severities).map(of).collect()
}

fn finding(kind: FindingKind, severity: FindingSeverity, title: &str, subjects: Vec<String>) -> Finding {
    Finding {
        id: stable_id(&[&format!("{kind:?}"), &subjects.join(" ")]),
        kind,
        severity,
        severity_reason: String::new(),
        title: title.to_owned(),
        description: String::new(),
        account: None,
        subjects,
        paths: Vec::new(),
        statements: Vec::new(),
        event_ids: Vec::new(),
        origins: Vec::new(),
        verify: Vec::new(),
        caveats: Vec::new(),
    }
}

fn paths_to(paths: &[AuthorityPath], resource: &str) -> Vec<String> {
    let open = paths
        .iter()
        .filter(|path| path.resource == resource && path.state == PathState::Allowed);
    open.map(|path| path.id.clone()).collect()
}

fn origin(object: &str) -> Origin {
    Origin {
        object: object.to_owned(),
        sha256: sha256_hex(object.as_bytes()),
    }
}

fn cross_account_chain(paths: &[AuthorityPath]) -> Finding {
    let records = bucket("acme-customer-records");
    let behind: Vec<&AuthorityPath> = paths
        .iter()
        .filter(|path| {
            path.cross_account && path.state == PathState::Allowed && path.sensitivity == Sensitivity::Restricted
        })
        .collect();
    let event_ids = behind
        .iter()
        .flat_map(|path| &path.hops)
        .filter(|hop| hop.relation == "ASSUMES")
        .filter_map(|hop| match &hop.observation {
            Observation::Observed { event_ids, .. } => Some(event_ids.clone()),
            Observation::NotObserved { .. } | Observation::NotObservable { .. } => None,
        })
        .flatten()
        .collect();
    Finding {
        description: "A function of the development account reaches customer records in production over two further roles. Whoever can change its code can read them.".to_owned(),
        severity_reason: "Restricted data, three accounts, and the first AssumeRole of the chain was seen within the last two days.".to_owned(),
        account: Some(DATA_PROD.to_owned()),
        paths: behind.iter().map(|path| path.id.clone()).collect(),
        statements: vec![allow(urn::trust_policy(&role(DATA_PROD, "customer-data-reader")), 0, None)],
        event_ids,
        origins: vec![origin("accounts/300000000002/iam/authorization-details.json"), origin("cloudtrail/AWSLogs/400000000001/CloudTrail/eu-west-1/2025/11/19/part-1.json")],
        verify: vec![
            "sv0 explain 'arn:aws:iam::300000000002:role/customer-data-reader' s3:GetObject 'arn:aws:s3:::acme-customer-records/2025/11/a.json'".to_owned(),
            "aws iam get-role --role-name customer-data-reader --query Role.AssumeRolePolicyDocument".to_owned(),
        ],
        caveats: vec![Caveat::RcpsNotCollected, Caveat::NotObservable],
        ..finding(FindingKind::TrustAmplification, FindingSeverity::Critical, "report-builder in Shop Development reaches customer records in Data Production", vec![function(SHOP_DEV, "report-builder"), records])
    }
}

fn missing_external_id() -> Finding {
    let vendor = role(SHOP_PROD, "metrics-vendor");
    Finding {
        description: "The role trusts account 999988887777, which is outside the organization, and asks for no ExternalId. Another customer of that vendor could have it act in this account.".to_owned(),
        severity_reason: "A third party outside the organization, no sts:ExternalId in the trust policy; the role reads no restricted data.".to_owned(),
        account: Some(SHOP_PROD.to_owned()),
        statements: vec![allow(urn::trust_policy(&vendor), 0, None)],
        origins: vec![origin("accounts/300000000001/iam/authorization-details.json")],
        verify: vec!["aws iam get-role --role-name metrics-vendor --query Role.AssumeRolePolicyDocument".to_owned()],
        ..finding(FindingKind::MissingExternalId, FindingSeverity::High, "metrics-vendor trusts a third party without an ExternalId", vec![vendor, urn::external_principal("999988887777")])
    }
}

fn secret_reach(paths: &[AuthorityPath], name: &str, severity: FindingSeverity) -> Finding {
    let arn = secret(SHOP_PROD, name);
    let behind = paths_to(paths, &arn);
    Finding {
        description: format!("{} workloads can read the value of this secret.", behind.len()),
        severity_reason: "Secrets are restricted; every workload is in the secret's own account.".to_owned(),
        account: Some(SHOP_PROD.to_owned()),
        paths: behind,
        verify: vec![format!("sv0 who-can secretsmanager:GetSecretValue '{arn}'")],
        ..finding(
            FindingKind::SecretReach,
            severity,
            &format!("{name} can be read by 2 workloads"),
            vec![arn],
        )
    }
}

fn spoke_gone() -> Finding {
    Finding {
        description: "The scanner could not assume its role in this account. Nothing of the account's own IAM was read; what stands here of it comes from other accounts.".to_owned(),
        severity_reason: "One of six accounts is not seen from the inside.".to_owned(),
        account: Some(super::graph::MANAGEMENT.to_owned()),
        ..finding(FindingKind::SpokeRoleMissing, FindingSeverity::Low, "The spoke role of Management is gone", vec![urn::account(super::graph::MANAGEMENT)])
    }
}

fn hostile() -> Finding {
    let long = hostile_length();
    Finding {
        description: format!("{HOSTILE_MARKUP} {long}"),
        severity_reason: HOSTILE_MARKUP.to_owned(),
        verify: vec![format!("sv0 can '{HOSTILE_MARKUP}'")],
        origins: vec![origin(HOSTILE_MARKUP)],
        ..finding(
            FindingKind::ExternalAccess,
            FindingSeverity::Informational,
            HOSTILE_MARKUP,
            vec![function(SHOP_DEV, HOSTILE_MARKUP)],
        )
    }
}
