//! Reading the Principal and NotPrincipal elements.

use serde_json::Value;
use sv0_model::arn::{Arn, is_account_id};

use super::Diagnostics;
use super::place::Place;
use super::statement::listed;
use crate::document::type_name;
use crate::policy::{Entries, PrincipalPattern};
use crate::principal::PrincipalType;

pub(super) fn parse(value: &Value, at: Place<'_>, diagnostics: &mut Diagnostics) -> Entries<PrincipalPattern> {
    let mut entries = Entries {
        items: Vec::new(),
        incomplete: false,
    };
    match value {
        Value::Object(by_type) => {
            for (principal_type, names) in by_type {
                read_type(
                    principal_type,
                    names,
                    at.element(principal_type),
                    &mut entries,
                    diagnostics,
                );
            }
        }
        Value::String(text) if text == "*" => entries.items.push(PrincipalPattern::Everyone),
        bare => {
            diagnostics.report(
                "bare_principal",
                at,
                "only * may stand without a principal type: it is read as AWS".to_owned(),
            );
            read_type("AWS", bare, at, &mut entries, diagnostics);
        }
    }
    entries
}

fn read_type(
    principal_type: &str,
    names: &Value,
    at: Place<'_>,
    entries: &mut Entries<PrincipalPattern>,
    diagnostics: &mut Diagnostics,
) {
    for (index, name) in listed(names) {
        let at = at.item_if_listed(index);
        let Some(text) = name.as_str() else {
            entries.incomplete = true;
            diagnostics.report(
                "bad_type",
                at,
                format!("a principal is a string: found {}", type_name(name)),
            );
            continue;
        };
        let pattern = read_name(principal_type, text);
        match &pattern {
            PrincipalPattern::Unknown { .. } => {
                diagnostics.report("bad_principal", at, "AWS does not accept this principal".to_owned());
            }
            PrincipalPattern::UniqueId(_) => {
                let message = "the id of a deleted user or role: it matches nobody".to_owned();
                diagnostics.report("deleted_principal", at, message);
            }
            _ => {}
        }
        entries.items.push(pattern);
    }
}

fn read_name(principal_type: &str, text: &str) -> PrincipalPattern {
    let own = text.to_owned();
    match principal_type {
        "AWS" => read_aws(text),
        "Service" if !text.contains(['*', '?']) && !text.is_empty() => PrincipalPattern::Service(own),
        "Federated" if !text.contains(['*', '?']) && !text.is_empty() => PrincipalPattern::Federated(own),
        "CanonicalUser" if !text.is_empty() => PrincipalPattern::CanonicalUser(own),
        _ => PrincipalPattern::Unknown {
            namespace: PrincipalType::parse(principal_type),
            text: own,
        },
    }
}

fn read_aws(text: &str) -> PrincipalPattern {
    let own = text.to_owned();
    let unknown = |text| PrincipalPattern::Unknown {
        namespace: Some(PrincipalType::Aws),
        text,
    };
    if text == "*" {
        return PrincipalPattern::Everyone;
    }
    if is_account_id(text) {
        return PrincipalPattern::Account(own);
    }
    if is_unique_id(text) {
        return PrincipalPattern::UniqueId(own);
    }
    let Some(arn) = Arn::parse(text).filter(|arn| arn.account_id().is_some() && !text.contains(['*', '?'])) else {
        return unknown(own);
    };
    match (arn.service, arn.resource_type(), arn.resource_id()) {
        ("iam", "", "root") => PrincipalPattern::Account(arn.account.to_owned()),
        ("iam", "user", id) if !id.is_empty() => PrincipalPattern::User(own),
        ("iam", "role", id) if !id.is_empty() => PrincipalPattern::Role(own),
        ("sts", "assumed-role", id) if id.contains('/') => PrincipalPattern::RoleSession(own),
        ("sts", "federated-user", id) if !id.is_empty() => PrincipalPattern::FederatedUser(own),
        _ => unknown(own),
    }
}

/// Whether a text is what AWS leaves in a policy when the user (`AIDA…`) or role (`AROA…`) it named is deleted.
fn is_unique_id(text: &str) -> bool {
    const PREFIXES: [&str; 5] = ["AROA", "AIDA", "AGPA", "ANPA", "ASCA"];
    text.len() >= 16
        && PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
