//! Roles that an identity provider's strangers can get: a provider that many share is trusted without saying for whom.
//!
//! Each role is asked as somebody whom nobody named: a token of the provider with another's subject, and with subjects of others that the policy's own
//! patterns fit. What the trust policy still lets in is open.
//!
//! Sources: IAM User Guide, "Create a role for OpenID Connect federation" and "Available keys for AWS OIDC federation"; GitHub Docs, "OpenID Connect
//! reference" (subjects); Amazon Cognito Developer Guide, "IAM roles" (`amr`, unauthenticated identities).

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{Context, Element, Evaluation, Principal, PrincipalPattern, PrincipalType, UnknownContext};
use sv0_model::decision::Effect;
use sv0_model::finding::FindingKind;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution};

use super::Facts;
use super::draft::{Draft, command, name, show_trust_policy};
use super::known::truth;
use super::severity::{Exposure, Reach};
use super::standing::Standings;
use crate::estate::{Place, Request, Subject};

mod strangers;

use strangers::{COGNITO, SHARED, Shared, values};

const ASSUME_WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// An OIDC provider as a trust policy names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Provider<'p> {
    /// The ARN, or the host of a provider that needs none.
    pub id: &'p str,
    /// What its condition keys begin with.
    host: &'p str,
}

impl Provider<'_> {
    /// Whether another system, not the own clusters' pods nor users of an app, gets its tokens there.
    pub(crate) fn is_integration(&self) -> bool {
        let is_cluster = self.host.starts_with("oidc.eks.") || self.host.starts_with("oidc.eks-");
        let is_sign_in = matches!(
            self.host,
            COGNITO | "accounts.google.com" | "www.amazon.com" | "graph.facebook.com"
        );
        !is_cluster && !is_sign_in
    }

    fn shared(&self) -> Option<&'static Shared> {
        SHARED.iter().find(|shared| shared.host == self.host)
    }

    /// Hosts that AWS trusts without a provider of the account: their audience alone says whose app it is.
    fn is_built_in(&self) -> bool {
        !self.id.starts_with("arn:")
    }
}

/// The OIDC providers that the trust policy of a role names in Allow statements.
pub(crate) fn providers_of<'e>(facts: &Facts<'e, '_>, role: &'e Entity) -> BTreeSet<Provider<'e>> {
    let statements = facts
        .estate
        .own_policy(role)
        .map_or(&[][..], |policy| policy.statements());
    let allows = statements
        .iter()
        .filter(|statement| statement.effect() != Some(Effect::Deny));
    let named = allows.filter_map(|statement| match statement.principals() {
        Element::Only(entries) => Some(&entries.items),
        _ => None,
    });
    named
        .flatten()
        .filter_map(|pattern| match pattern {
            PrincipalPattern::Federated(id) => Some(id.as_str()),
            _ => None,
        })
        .filter_map(|id| {
            let host = match id.split_once(":oidc-provider/") {
                Some((_, host)) => host,
                None if id.starts_with("arn:") => return None,
                None => id,
            };
            Some(Provider { id, host })
        })
        .collect()
}

/// One finding for each role and provider, and one for each role that guests of a Cognito identity pool get.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let roles = facts.estate.graph().entities.values();
    roles
        .filter(|entity| entity.kind == EntityKind::IamRole && entity.resolution == Resolution::Collected)
        .flat_map(|role| {
            let providers = providers_of(facts, role);
            let found: Vec<Draft> = providers
                .into_iter()
                .filter_map(|provider| {
                    open_to_strangers(facts, standings, role, provider)
                        .or_else(|| open_to_guests(facts, standings, role, provider))
                })
                .collect();
            found
        })
        .collect()
}

fn open_to_strangers<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    role: &'e Entity,
    provider: Provider<'e>,
) -> Option<Draft> {
    let shared = provider.shared();
    let (evaluation, subject) = strangers(facts, role, provider)
        .into_iter()
        .find_map(|(subject, context)| {
            let evaluation = ask(facts, role, provider, &context)?;
            evaluation.decision.is_possible().then_some((evaluation, subject))
        })?;
    let (whose, exposure) = match shared {
        Some(shared) => (shared.whose.to_owned(), Exposure::Everyone),
        None => (format!("whoever {} vouches for", provider.host), Exposure::Organization),
    };
    let fits_a_pattern = shared.is_some_and(|shared| !shared.subjects.contains(&subject.as_str()));
    let host = provider.host;
    let mut draft = draft(facts, standings, role, provider, &evaluation, exposure);
    draft.title = if fits_a_pattern {
        format!("{whose} whose name fits can get role {}", name(role))
    } else {
        format!("{whose} can get role {}", name(role))
    };
    draft.description = if fits_a_pattern {
        format!(
            "The trust policy's pattern over {host}:sub leaves a part of the tenant's name open: a token with the subject {subject} gets in, and anybody can take a name that fits. Write the name in full up to what ends it."
        )
    } else {
        format!(
            "The trust policy lets in tokens of {host} whose subject nobody named. Test {host}:sub against the subjects that need the role, and {host}:aud against the audience they ask for."
        )
    };
    Some(draft)
}

/// A role that guests get, with any right at all. A pool that is known to admit no guests gives it to none.
fn open_to_guests<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    role: &'e Entity,
    provider: Provider<'e>,
) -> Option<Draft> {
    if provider.host != COGNITO || standings.of(role).reach == Reach::Nothing || pools_refuse_guests(facts, role) {
        return None;
    }
    let mut context = Context::new();
    context.insert(&format!("{COGNITO}:amr"), vec!["unauthenticated".to_owned()]);
    let evaluation = ask(facts, role, provider, &context).filter(|found| found.decision.is_possible())?;
    let mut draft = draft(facts, standings, role, provider, &evaluation, Exposure::Everyone);
    draft.title = format!("guests of a Cognito identity pool can get role {}", name(role));
    draft.description = "The trust policy lets in identities that did not sign in, and the role reaches resources: whoever knows the id of the pool, which apps carry openly, has what the role has.".to_owned();
    Some(draft)
}

/// Whether every pool that is known to give the role out admits no guests.
fn pools_refuse_guests(facts: &Facts<'_, '_>, role: &Entity) -> bool {
    let giving = facts.estate.graph().edges.iter();
    let mut pools = giving
        .filter(|edge| edge.kind == EdgeKind::MayAssume && edge.to == role.native_id)
        .filter_map(|edge| facts.estate.entity(&edge.from))
        .filter(|pool| pool.kind == EntityKind::CognitoIdentityPool)
        .peekable();
    pools.peek().is_some() && pools.all(|pool| truth(pool, "allows_unauthenticated") == Some(false))
}

/// What tokens of somebody else say, each with its subject: another's subject, and in every other claim that the trust policy asks for something that nobody
/// wrote there in full.
///
/// The audience is the stranger's choice where the account has a provider of its own, which lists the audiences it takes; where AWS trusts the host
/// without one, it is the app's.
fn strangers(facts: &Facts<'_, '_>, role: &Entity, provider: Provider<'_>) -> Vec<(String, Context)> {
    let prefix = format!("{}:", provider.host);
    let shared = provider.shared();
    let claims = claims_of(facts, role, &prefix.to_ascii_lowercase());
    let no_patterns = BTreeSet::new();
    let subjects = values(shared, "sub", claims.get("sub").unwrap_or(&no_patterns)).unwrap_or_default();
    let mut tokens: Vec<(String, Context)> = subjects
        .into_iter()
        .map(|subject| {
            let mut context = Context::new();
            context.insert(&format!("{prefix}sub"), vec![subject.clone()]);
            (subject, context)
        })
        .collect();
    for (claim, patterns) in &claims {
        let is_audience = matches!(claim.as_str(), "aud" | "app_id") && !provider.is_built_in();
        // Whether a guest or a signed-in user asks is not what makes a stranger of it.
        if is_audience || matches!(claim.as_str(), "amr" | "sub") {
            continue;
        }
        let Some(values) = values(shared, claim, patterns) else {
            continue;
        };
        let with_each = tokens.iter().flat_map(|(subject, context)| {
            values.iter().map(|value| {
                let mut context = context.clone();
                context.insert(&format!("{prefix}{claim}"), vec![value.clone()]);
                (subject.clone(), context)
            })
        });
        tokens = with_each.take(MAX_TOKENS).collect();
    }
    tokens
}

/// How many tokens of strangers one role is asked with.
const MAX_TOKENS: usize = 1_024;

/// The claims that the trust policy of a role tests, in lower case, with what it tests them against.
fn claims_of<'e>(facts: &Facts<'e, '_>, role: &'e Entity, prefix: &str) -> BTreeMap<String, BTreeSet<&'e str>> {
    let statements = facts
        .estate
        .own_policy(role)
        .map_or(&[][..], |policy| policy.statements());
    let mut claims: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for clause in statements.iter().flat_map(|statement| statement.conditions()) {
        if let Some(claim) = clause.key().to_ascii_lowercase().strip_prefix(prefix) {
            let patterns = claims.entry(claim.to_owned()).or_default();
            patterns.extend(clause.values().iter().map(|value| value.text()));
        }
    }
    claims
}

fn ask(facts: &Facts<'_, '_>, role: &Entity, provider: Provider<'_>, context: &Context) -> Option<Evaluation> {
    // The host of Cognito would be taken for a service's.
    let subject = Subject {
        principal: Principal::parse(provider.id, Some(PrincipalType::Federated)).ok()?,
        ..facts.estate.named_subject(provider.id)?
    };
    let request = Request {
        subject: &subject,
        action: ASSUME_WITH_WEB_IDENTITY,
        place: &Place::of(role),
        context,
        unknown_context: UnknownContext::Any,
    };
    facts.estate.judge(&request).ok()
}

fn draft<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    role: &'e Entity,
    provider: Provider<'_>,
    evaluation: &Evaluation,
    exposure: Exposure,
) -> Draft {
    let mut draft = Draft::new(FindingKind::OpenFederation, &role.native_id);
    draft.account.clone_from(&role.account);
    let id = facts.estate.entity(provider.id).map(|entity| entity.native_id.clone());
    draft
        .subjects
        .push(id.unwrap_or_else(|| sv0_model::graph::urn::external_principal(provider.id)));
    provider.id.clone_into(&mut draft.aspect);
    draft.statements.extend(evaluation.granting.iter().cloned());
    draft.caveats.extend(evaluation.caveats.iter().copied());
    draft.caveats.extend(standings.of(role).caveats.iter().copied());
    let (severity, reason) = standings
        .measure(role, exposure, standings.observed_use(role))
        .severity();
    draft.rate(severity, reason);
    if !provider.is_built_in() {
        let ask = ["sv0", "explain", provider.id, ASSUME_WITH_WEB_IDENTITY, &role.native_id];
        draft.verify.push(command(&ask));
    }
    draft.verify.push(show_trust_policy(role));
    draft
}
