//! Roles that a third party or another system assumes, and that may do more than read what somebody named.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::decision::StatementRef;
use sv0_model::finding::FindingKind;
use sv0_model::graph::{Entity, EntityKind, Resolution, Sensitivity};

use super::Facts;
use super::draft::{Draft, command, name, name_of};
use super::open_federation::providers_of;
use super::severity::{Exposure, Measure, Reach};
use super::standing::{Standing, Standings, reach_of};
use crate::access::Access;

/// Most resources that a finding names.
const MOST_NAMED: usize = 5;

/// One finding for each integration role with broad rights.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let roles = facts.estate.graph().entities.values();
    roles
        .filter(|entity| entity.kind == EntityKind::IamRole && entity.resolution == Resolution::Collected)
        .filter_map(|role| {
            let parties = parties_of(facts, role);
            (!parties.is_empty()).then(|| finding(facts, standings, role, &parties))?
        })
        .collect()
}

/// Outside accounts and principals, and the systems that an OIDC provider vouches for. People of SAML providers, pods of the own clusters and users of
/// Cognito are no integrations.
fn parties_of(facts: &Facts<'_, '_>, role: &Entity) -> BTreeSet<String> {
    let outsiders = facts.estate.outsiders_named_by(role);
    let outsiders = outsiders
        .iter()
        .filter_map(|opening| facts.estate.principal_of(opening));
    let systems = providers_of(facts, role)
        .into_iter()
        .filter(|provider| provider.is_integration())
        .map(|provider| provider.id.to_owned());
    outsiders.chain(systems).collect()
}

fn finding<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    role: &'e Entity,
    parties: &BTreeSet<String>,
) -> Option<Draft> {
    let standing = standings.of(role);
    let broad = Broad::of(facts, &standing)?;
    let mut draft = Draft::new(FindingKind::OverPermissiveIntegration, &role.native_id);
    draft.account.clone_from(&role.account);
    draft.subjects.extend(parties.iter().cloned());
    draft.statements.extend(broad.statements);
    let party = parties
        .first()
        .map_or_else(String::new, |party| name_of(facts.estate, party));
    draft.title = format!("integration role {} may do more than it names", name(role));
    draft.description = format!(
        "{party} gets this role from outside the organization's accounts. {}",
        broad.words
    );
    let measure = Measure {
        reach: broad.reach,
        sensitivity: broad.sensitivity,
        exposure: Exposure::External,
        observed_use: standings.observed_use(role),
    };
    let (severity, reason) = measure.severity();
    draft.rate(severity, reason);
    draft.caveats.extend(standing.caveats.iter().copied());
    draft.verify = vec![
        command(&["sv0", "can", &role.native_id]),
        command(&["aws", "iam", "list-attached-role-policies", "--role-name", &role.name]),
        command(&["aws", "iam", "list-role-policies", "--role-name", &role.name]),
    ];
    Some(draft)
}

/// Rights that no statement narrows to named resources: beyond reading, or reading what is confidential or restricted.
struct Broad {
    reach: Reach,
    sensitivity: Option<Sensitivity>,
    words: String,
    statements: Vec<StatementRef>,
}

impl Broad {
    fn of(facts: &Facts<'_, '_>, standing: &Standing<'_>) -> Option<Self> {
        if standing.reach == Reach::Administrator {
            return Some(Self {
                reach: Reach::Administrator,
                sensitivity: standing.sensitivity,
                words: "It is an administrator, or can become one.".to_owned(),
                statements: Vec::new(),
            });
        }
        let broad: Vec<(&Access<'_>, &StatementRef)> = standing
            .accesses
            .iter()
            .filter(|access| is_weighty(access))
            .filter_map(|access| {
                let mut granting = access.evaluation.granting.iter();
                Some((access, granting.find(|statement| is_unscoped(facts, statement))?))
            })
            .collect();
        let reach = broad
            .iter()
            .filter_map(|(access, _)| access.class)
            .map(reach_of)
            .max()?;
        let actions: BTreeSet<&str> = broad.iter().map(|(access, _)| access.action.as_str()).collect();
        let actions: Vec<&str> = actions.into_iter().take(MOST_NAMED).collect();
        let entities: BTreeSet<&str> = broad
            .iter()
            .map(|(access, _)| access.entity.native_id.as_str())
            .collect();
        let resources = match entities.len() {
            1 => "1 resource".to_owned(),
            count => format!("{count} resources"),
        };
        let statements: BTreeSet<&StatementRef> = broad.iter().map(|(_, statement)| *statement).collect();
        Some(Self {
            reach,
            sensitivity: broad.iter().map(|(access, _)| access.entity.sensitivity).max(),
            words: format!(
                "Statements that name no resource let it do {} on {resources}.",
                actions.join(", ")
            ),
            statements: statements.into_iter().cloned().collect(),
        })
    }
}

fn is_weighty(access: &Access<'_>) -> bool {
    let Some(reach) = access.class.map(reach_of) else {
        return false;
    };
    reach > Reach::Reads || access.entity.sensitivity >= Sensitivity::Confidential
}

/// Whether a statement names no particular resource: every one, or every one of a type.
fn is_unscoped(facts: &Facts<'_, '_>, statement: &StatementRef) -> bool {
    let is_identity = facts
        .estate
        .library()
        .record(&statement.policy)
        .is_some_and(|record| !matches!(record.kind, sv0_model::graph::PolicyKind::ResourceBased));
    let Some(body) = facts.estate.library().statement(statement).filter(|_| is_identity) else {
        return false;
    };
    match body.get("Resource") {
        Some(Value::String(pattern)) => names_nothing(pattern),
        Some(Value::Array(patterns)) => patterns.iter().filter_map(Value::as_str).any(names_nothing),
        _ => body.get("NotResource").is_some(),
    }
}

fn names_nothing(pattern: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let Some(arn) = Arn::parse(pattern) else {
        // A wildcard may stand for the colons as well: `arn:aws:s3*`.
        return pattern.ends_with('*');
    };
    let Some((fixed, _)) = arn.resource.split_once(['*', '?', '$']) else {
        return false;
    };
    if arn.service == "s3" {
        return fixed.is_empty();
    }
    let separators = fixed.matches(['/', ':']).count();
    fixed.is_empty() || (separators == 1 && fixed.ends_with(['/', ':']))
}

#[cfg(test)]
mod tests {
    use super::names_nothing;

    #[test]
    fn a_pattern_that_holds_a_name_is_scoped() {
        for (pattern, want) in [
            ("*", true),
            ("arn:aws:s3:::*", true),
            ("arn:aws:s3*", true),
            ("arn:aws:s3:::*/reports/*", true),
            ("arn:aws:lambda:*:*:function:*", true),
            ("arn:aws:dynamodb:eu-west-1:111111111111:table/*", true),
            ("arn:aws:sqs:*:*:*", true),
            ("arn:aws:s3:::orders/*", false),
            ("arn:aws:s3:::orders-*", false),
            ("arn:aws:lambda:*:*:function:app-*", false),
            ("arn:aws:ecr:*:*:repository/team/*", false),
            ("arn:aws:sqs:eu-west-1:111111111111:jobs", false),
        ] {
            assert_eq!(names_nothing(pattern), want, "{pattern}");
        }
    }
}
