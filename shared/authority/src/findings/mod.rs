//! Findings: facts worth a person's time, each with what proves it. The catalogue is `docs/findings.md`.

mod admin;
mod amplification;
mod assume_role_anomaly;
mod confused_deputy;
mod console_role_switch;
mod coverage;
mod deep_trust_chain;
mod dormant_authority;
mod draft;
mod escalation;
mod exploration;
mod exposure;
mod external_id;
mod integration;
mod invocation_logging;
mod known;
mod llm_egress;
mod log_events;
mod no_mfa;
mod open_federation;
mod orchestrator;
mod orphaned_owner;
mod orphaned_principal;
mod permission_change;
mod root_login;
mod scanner_self;
mod scope_drift;
mod secrets;
mod severity;
mod stale_access_key;
mod standing;
mod supply_chain;
#[cfg(test)]
mod tests;
mod unexplained;
mod unrotated_secret;
mod unused_service;
mod way;
mod whole_account;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::Finding;
use sv0_model::graph::{EntityKind, Graph};
use sv0_model::observation::Evidence;
use sv0_model::path::{ActionClass, AuthorityPath, PathKind, PathState};
use sv0_model::route::{CitedPath, Route, RoutePath, RoutePaths};

use crate::estate::Estate;
use crate::evidence::Logs;
use draft::Draft;
pub(crate) use draft::name;
pub(crate) use exposure::opens_to_everyone;

/// How findings are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingOptions {
    /// A chain of at least so many authorities that crosses accounts into a restricted resource is a finding.
    pub min_amplification_depth: usize,
    /// Sources whose refusal means that the role an account is read with is gone.
    pub spoke_sources: Vec<String>,
    /// Authority that was not used for more than so many days is dormant.
    pub dormant_days: u32,
    /// An access key that is older, or idle for longer, than so many days is stale.
    pub stale_access_key_days: u32,
    /// A secret that was not rotated for more than so many days is a finding although its rotation is on.
    pub unrotated_secret_days: u32,
    /// Names of the scanner's own roles and resources, without case; `*` and `?` are wildcards.
    pub scanner_role_names: Vec<String>,
    /// The account that the scan was made from. What is tagged there as the product's is the scanner's own, whatever CloudFormation named it.
    pub hub_account: Option<String>,
}

impl Default for FindingOptions {
    fn default() -> Self {
        Self {
            min_amplification_depth: 2,
            spoke_sources: vec!["iam:authorization-details".to_owned()],
            dormant_days: 90,
            stale_access_key_days: 90,
            unrotated_secret_days: 90,
            scanner_role_names: vec!["SecurityV0*".to_owned()],
            hub_account: None,
        }
    }
}

/// What the rules judge.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'e, 'a> {
    pub estate: &'e Estate<'e>,
    /// Those that a finding may be made of.
    pub paths: &'a [AuthorityPath],
    /// Native ids of functions that reach restricted or confidential content by a path that can be walked.
    pub sensitive_functions: &'a BTreeSet<String>,
    pub logs: &'a Logs<'a>,
    pub coverage: &'a [CoverageRow],
    pub options: &'a FindingOptions,
}

/// Judges an estate, its paths and its evidence. The worst findings come first.
///
/// `graph` is the one that `estate` was compiled from.
#[must_use]
pub fn findings(
    graph: &Graph,
    estate: &Estate<'_>,
    routes: &[RoutePaths],
    evidence: &Evidence,
    coverage: &[CoverageRow],
    options: &FindingOptions,
) -> Vec<Finding> {
    let mut judge = Judge::new(estate, options);
    routes.iter().for_each(|routes| judge.look_at(routes));
    judge.findings(graph, evidence, coverage).findings
}

/// Judges an estate whose routes come one after the other: it keeps the paths that a finding may be made of.
pub struct Judge<'e> {
    estate: &'e Estate<'e>,
    options: &'e FindingOptions,
    administrators: admin::Administrators<'e>,
    kept: Vec<KeptPath>,
    sensitive_functions: BTreeSet<String>,
}

/// A path that a finding may be made of, and what it was put together of.
struct KeptPath {
    path: AuthorityPath,
    route: Arc<Route>,
    access: String,
}

/// What a judge finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// The paths that they name, by id.
    pub cited: Vec<CitedPath>,
}

impl<'e> Judge<'e> {
    /// A judge that has seen no route yet.
    #[must_use]
    pub fn new(estate: &'e Estate<'e>, options: &'e FindingOptions) -> Self {
        Self {
            estate,
            options,
            administrators: admin::Administrators::of(estate),
            kept: Vec::new(),
            sensitive_functions: BTreeSet::new(),
        }
    }

    /// Takes the paths of a route in, in any order of routes.
    pub fn look_at(&mut self, routes: &RoutePaths) {
        let start = self.estate.entity(&routes.route.workload).map(|start| start.kind);
        let is_function = start == Some(EntityKind::LambdaFunction);
        for view in routes.paths() {
            if is_function && exposure::reaches_sensitive_content(&view) {
                self.sensitive_functions.insert(routes.route.workload.clone());
            }
            if self.may_be_of_interest(&view) {
                let path = view.path();
                if self.is_of_interest(&path) {
                    self.kept.push(KeptPath {
                        path,
                        route: routes.route.clone(),
                        access: view.access.id(),
                    });
                }
            }
        }
    }

    /// Whether a path may be of interest, as far as that costs nothing to tell: there are many.
    fn may_be_of_interest(&self, view: &RoutePath<'_>) -> bool {
        let is_open = view.state() != PathState::Blocked;
        let reads = is_open && view.access.action_class == ActionClass::ReadData;
        let has = |kind| view.kinds.contains(kind);
        // What climbs into production is of the kind as well.
        has(PathKind::TrustAmplification)
            || amplification::may_amplify(view)
            || has(PathKind::ConfusedDeputy)
            || (is_open && (has(PathKind::SupplyChain) || deep_trust_chain::is_deep(view)))
            || (reads && (has(PathKind::Agent) || secrets::secret(self.estate, &view.access.resource).is_some()))
    }

    fn is_of_interest(&self, path: &AuthorityPath) -> bool {
        let min_depth = self.options.min_amplification_depth;
        amplification::is_looked_at(self.estate, path, min_depth, &self.administrators)
            || deep_trust_chain::is_of_a_deep_chain(path)
            || supply_chain::open_injection(path).is_some()
            || llm_egress::tells_data(self.estate, path)
            || confused_deputy::is_of_a_deputy(path)
            || secrets::secret_read_by(self.estate, path).is_some()
    }

    /// What there is to find.
    ///
    /// `graph` is the one that the estate was compiled from.
    #[must_use]
    pub fn findings(mut self, graph: &Graph, evidence: &Evidence, coverage: &[CoverageRow]) -> Judgement {
        let by_order = |a: &KeptPath, b: &KeptPath| order_of(&a.path).cmp(&order_of(&b.path));
        self.kept.sort_by(by_order);
        let mut parts: Vec<(Arc<Route>, String)> = Vec::with_capacity(self.kept.len());
        let mut paths: Vec<AuthorityPath> = Vec::with_capacity(self.kept.len());
        for kept in self.kept {
            parts.push((kept.route, kept.access));
            paths.push(kept.path);
        }
        let logs = Logs::new(evidence);
        let facts = Facts {
            estate: self.estate,
            paths: &paths,
            sensitive_functions: &self.sensitive_functions,
            logs: &logs,
            coverage,
            options: self.options,
        };
        let findings = judged(&facts, graph, &self.administrators);
        let named: BTreeSet<&str> = findings
            .iter()
            .flat_map(|finding| &finding.paths)
            .map(String::as_str)
            .collect();
        let cited = paths
            .into_iter()
            .zip(parts)
            .filter(|(path, _)| named.contains(path.id.as_str()));
        let cited: BTreeSet<CitedPath> = cited
            .map(|(path, (route, access))| CitedPath {
                path: path.id,
                route: route.id(),
                access,
            })
            .collect();
        Judgement {
            cited: cited.into_iter().collect(),
            findings,
        }
    }
}

/// The order of paths over all workloads.
fn order_of(path: &AuthorityPath) -> impl Ord + use<'_> {
    (
        (&path.workload, path.chain_depth, &path.roles),
        (&path.resource, &path.scope, path.action_class),
        (path.state, &path.id),
    )
}

fn judged<'e>(facts: &Facts<'e, '_>, graph: &Graph, administrators: &admin::Administrators<'e>) -> Vec<Finding> {
    let mut drafts: Vec<Draft> = Vec::new();
    drafts.extend(admin::findings(facts, administrators));
    drafts.extend(escalation::findings(facts, administrators));
    drafts.extend(amplification::findings(facts, administrators));
    drafts.extend(deep_trust_chain::findings(facts));
    drafts.extend(supply_chain::findings(facts, administrators));
    drafts.extend(llm_egress::findings(facts));
    drafts.extend(confused_deputy::findings(facts));
    drafts.extend(external_id::findings(facts, administrators));
    drafts.extend(exposure::findings(facts));
    drafts.extend(secrets::findings(facts));
    drafts.extend(coverage::findings(facts, graph));
    let standings = standing::Standings::new(facts, administrators);
    drafts.extend(stale_access_key::findings(facts, &standings));
    drafts.extend(no_mfa::findings(facts, &standings));
    drafts.extend(unrotated_secret::findings(facts));
    drafts.extend(dormant_authority::findings(facts, &standings));
    drafts.extend(unused_service::findings(facts));
    drafts.extend(orphaned_principal::findings(facts));
    drafts.extend(whole_account::findings(facts, &standings));
    drafts.extend(integration::findings(facts, &standings));
    drafts.extend(orchestrator::findings(facts, &standings));
    drafts.extend(open_federation::findings(facts, &standings));
    drafts.extend(invocation_logging::findings(facts));
    drafts.extend(orphaned_owner::findings(facts));
    drafts.extend(scanner_self::findings(facts, &standings));
    let only_of_aws = scope_drift::join(facts, &mut drafts);
    drafts.extend(only_of_aws);
    drafts.extend(exploration::findings(facts));
    drafts.extend(root_login::findings(facts));
    drafts.extend(console_role_switch::findings(facts));
    drafts.extend(assume_role_anomaly::findings(facts));
    drafts.extend(permission_change::findings(facts));
    drafts.extend(unexplained::findings(facts));
    let mut findings: Vec<Finding> = drafts.into_iter().map(|draft| draft.finish(facts.estate)).collect();
    findings.sort_by(|a, b| {
        (Reverse(a.severity), a.kind, &a.subjects, &a.id).cmp(&(Reverse(b.severity), b.kind, &b.subjects, &b.id))
    });
    findings
}
