//! Whoever replaces code or images has the authority under which they run (PATH-05, PATH-06).

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::Decision;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, urn};
use sv0_model::path::{AuthorityPath, PathHop, PathState};

use super::Facts;
use super::admin::Administrators;
use super::draft::{Draft, command, name, name_of};
use super::way::{chain, checks, most_telling, rating, resources};
use crate::access::{Opening, openings};
use crate::estate::{Place, Request, Subject};

/// Most starts that a finding about a repository names.
const MOST_NAMED: usize = 20;

/// One finding for each start and thing whose code or image it replaces; one for each repository whose own policy lets in whole accounts, however many come so;
/// one for each administrator, whatever it replaces; and one for each repository that outsiders may push to.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    let mut groups: BTreeMap<Group<'_>, Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts.paths {
        if let Some(hop) = open_injection(path) {
            let group = group(facts, path, hop, administrators);
            groups.entry(group).or_default().push(path);
        }
    }
    let paths = groups.into_iter().filter_map(|(group, paths)| match group {
        Group::Pair(_, into) => finding(facts, into, &paths),
        Group::Administrator(_) => of_administrator(facts, &paths),
        Group::Repository(repository) => open_repository(facts, repository, &paths),
    });
    let entities = facts.estate.graph().entities.values();
    let repositories = entities.filter(|entity| entity.kind == EntityKind::EcrRepository);
    paths
        .chain(repositories.filter_map(|repository| injection_point(facts, repository)))
        .collect()
}

/// What paths are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group<'p> {
    /// A start and the thing.
    Pair(&'p str, &'p str),
    /// A start whose first authority administers its account.
    Administrator(&'p str),
    /// A repository whose policy lets in whole accounts.
    Repository(&'p str),
}

fn group<'p>(
    facts: &Facts<'_, '_>,
    path: &'p AuthorityPath,
    hop: &'p PathHop,
    administrators: &Administrators<'_>,
) -> Group<'p> {
    let first = path.roles.first().map_or(path.workload.as_str(), String::as_str);
    if lets_accounts_in(facts, hop) {
        return Group::Repository(&hop.to);
    }
    if administrators.contains(&path.workload) || administrators.contains(first) {
        return Group::Administrator(&path.workload);
    }
    Group::Pair(&path.workload, &hop.to)
}

/// Whether the policy of the thing decides the step, and names accounts or everyone rather than who acts.
fn lets_accounts_in(facts: &Facts<'_, '_>, hop: &PathHop) -> bool {
    let own = urn::resource_policy(&hop.to);
    let is_by_policy = hop.statements.iter().any(|statement| statement.policy == own);
    let policy = facts
        .estate
        .entity(&hop.to)
        .and_then(|thing| facts.estate.own_policy(thing));
    let names_all = |policy| {
        openings(policy)
            .iter()
            .all(|opening| !matches!(opening, Opening::Principal(_)))
    };
    is_by_policy && policy.is_some_and(names_all)
}

fn starts_of<'p>(paths: &[&'p AuthorityPath]) -> BTreeSet<&'p str> {
    paths.iter().map(|path| path.workload.as_str()).collect()
}

fn open_repository(facts: &Facts<'_, '_>, repository: &str, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let starts = starts_of(paths);
    let mut draft = finding(facts, repository, paths)?;
    draft.subjects = vec![repository.to_owned()];
    draft
        .subjects
        .extend(starts.iter().take(MOST_NAMED).map(|start| (*start).to_owned()));
    draft.aspect = "pushed to by whole accounts".to_owned();
    let (who, verb) = match starts.len() {
        1 => (name_of(facts.estate, &best.workload), "reaches"),
        count => (format!("{count} workloads and identities"), "reach"),
    };
    draft.title = format!(
        "{} lets whole accounts push: {} so {} {}",
        name_of(facts.estate, repository),
        who,
        verb,
        resources(facts, paths)
    );
    draft.description = format!(
        "Its policy names accounts, not who may push. What is pushed runs under an authority that none of them was given, such as: {}.",
        chain(facts, best)
    );
    Some(draft)
}

fn of_administrator(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let into = &injection(best)?.to;
    let things: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| Some(injection(path)?.to.as_str()))
        .collect();
    let mut draft = finding(facts, into, paths)?;
    draft.aspect = "administrator".to_owned();
    if things.len() > 1 {
        draft.title = format!(
            "{}, an administrator, can replace what {} things run, and so reach {}",
            name_of(facts.estate, &best.workload),
            things.len(),
            resources(facts, paths)
        );
    }
    Some(draft)
}

/// The step on which code or an image is replaced, of a path that can be walked.
pub(super) fn open_injection(path: &AuthorityPath) -> Option<&PathHop> {
    injection(path).filter(|_| path.state != PathState::Blocked)
}

/// The step on which code or an image is replaced.
fn injection(path: &AuthorityPath) -> Option<&PathHop> {
    let mut hops = path.hops.iter().map(|hop| &**hop);
    hops.find(|hop| hop.relation == "CHANGES_CODE_OF" || hop.relation == "PUSHES_IMAGE_TO")
}

fn finding(facts: &Facts<'_, '_>, into: &str, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let (start, thing) = (name_of(facts.estate, &best.workload), name_of(facts.estate, into));
    let mut draft = Draft::new(FindingKind::SupplyChainPath, &best.workload);
    into.clone_into(&mut draft.aspect);
    draft.subjects.push(into.to_owned());
    draft.subjects.extend(best.roles.iter().cloned());
    draft.account = facts.estate.entity(into).and_then(|entity| entity.account.clone());
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = rating(best);
    draft.rate(severity, reason);
    let verb = match injection(best)?.relation.as_str() {
        "PUSHES_IMAGE_TO" => "push images to",
        _ => "replace the code of",
    };
    draft.title = format!("{start} can {verb} {thing}, and so reach {}", resources(facts, paths));
    draft.description = format!(
        "What is put there runs under an authority that {start} was not given: {}. Whoever controls {start} controls that.",
        chain(facts, best)
    );
    draft.verify = checks(facts, best);
    Some(draft)
}

/// A repository whose images run somewhere and whose policy lets somebody outside its organization push.
fn injection_point(facts: &Facts<'_, '_>, repository: &Entity) -> Option<Draft> {
    let edges = facts.estate.graph().edges.iter();
    let runs: Vec<&str> = edges
        .filter(|edge| edge.kind == EdgeKind::DeployedFrom && edge.to == repository.native_id)
        .map(|edge| edge.from.as_str())
        .collect();
    let policy = facts.estate.own_policy(repository).filter(|_| !runs.is_empty())?;
    let known = facts.estate.known_accounts();
    let mut pushers: Vec<(String, PathState)> = Vec::new();
    let mut statements = Vec::new();
    for opening in openings(policy) {
        let (who, named) = match opening {
            Opening::Everyone => (
                "arn:aws:iam::000000000001:root".to_owned(),
                "any AWS account".to_owned(),
            ),
            Opening::Account(account) if !known.contains(account) => (
                format!("arn:{}:iam::{account}:root", facts.estate.partition()),
                format!("account {account}"),
            ),
            Opening::Principal(principal) if is_outside(&known, principal) => {
                (principal.to_owned(), principal.to_owned())
            }
            Opening::Account(_) | Opening::Principal(_) => continue,
        };
        let subject = facts.estate.named_subject(&who)?;
        if let Some((state, found)) = push(facts, &subject, repository) {
            pushers.push((named, state));
            statements.extend(found);
        }
    }
    let state = pushers.iter().map(|(_, state)| *state).min()?;
    let names: Vec<&str> = pushers.iter().map(|(name, _)| name.as_str()).collect();
    let mut draft = Draft::new(FindingKind::SupplyChainPath, &repository.native_id);
    draft.aspect = "repository policy".to_owned();
    draft
        .subjects
        .extend(runs.iter().map(|workload| (*workload).to_owned()));
    draft.account.clone_from(&repository.account);
    draft.statements.extend(statements);
    draft.title = format!(
        "{} may push images to {}, which run here",
        names.join(", "),
        name(repository)
    );
    draft.description = format!(
        "The repository's policy lets in who is outside the organization. What they push can run in {} with its role.",
        runs.iter()
            .map(|workload| name_of(facts.estate, workload))
            .collect::<Vec<_>>()
            .join(", ")
    );
    match state {
        PathState::Allowed => draft.rate(
            FindingSeverity::High,
            "an outsider may push without condition, and images of the repository run here",
        ),
        PathState::Conditional | PathState::Blocked => draft.rate(
            FindingSeverity::Medium,
            "an outsider may push under a condition, and images of the repository run here",
        ),
    }
    draft.verify = vec![
        command(&["sv0", "who-can", "ecr:PutImage", &repository.native_id]),
        command(&[
            "aws",
            "ecr",
            "get-repository-policy",
            "--repository-name",
            &repository.name,
        ]),
    ];
    Some(draft)
}

fn is_outside(known: &BTreeSet<&str>, principal: &str) -> bool {
    let account = sv0_model::arn::account_of(principal);
    account.is_some_and(|account| !known.contains(account))
}

type Push = (PathState, Vec<sv0_model::decision::StatementRef>);

fn push(facts: &Facts<'_, '_>, subject: &Subject<'_>, repository: &Entity) -> Option<Push> {
    let place = Place::of(facts.estate.entity(&repository.native_id)?);
    let context = Context::new();
    let request = Request {
        subject,
        action: "ecr:PutImage",
        place: &place,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let evaluation = facts.estate.judge(&request).ok()?;
    let state = match evaluation.decision {
        Decision::Allow => PathState::Allowed,
        Decision::Conditional => PathState::Conditional,
        Decision::ImplicitDeny | Decision::ExplicitDeny => return None,
    };
    Some((state, evaluation.statements))
}
