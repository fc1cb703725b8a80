//! The rows of the island's tables. A `usize` that names another table's row is documented as such; the script reads them by these names.

use std::borrow::Cow;

use serde::Serialize;
use sv0_model::coverage::CoverageStatus;
use sv0_model::decision::{Effect, Layer};
use sv0_model::diagnostic::Severity;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Resolution, Sensitivity};
use sv0_model::path::{Authority, PathKind, PathState};
use sv0_model::time::Timestamp;

use crate::words::entity::Group;

/// An entity, with how many paths it stands on.
#[derive(Serialize)]
pub(crate) struct EntityRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) group: Group,
    pub(crate) account: Option<&'a str>,
    pub(crate) account_name: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) sensitivity_rule: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) environment_rule: &'a str,
    pub(crate) data_domain: &'a str,
    pub(crate) data_domain_rule: &'a str,
    /// Whether a person or a machine acts through it, in a word.
    pub(crate) actor: &'static str,
    pub(crate) actor_rule: &'a str,
    pub(crate) resolution: Option<Resolution>,
    /// The principals that `sv0 can` takes to answer for it.
    pub(crate) asks: Vec<Cow<'a, str>>,
    /// The number by which blast radii are compared; 0 for what cannot act.
    pub(crate) danger: usize,
    pub(crate) escalates: bool,
    pub(crate) exposure: Option<&'static str>,
    pub(crate) allowed: usize,
    pub(crate) conditional: usize,
    pub(crate) blocked: usize,
    /// Distinct resources it can reach, by paths that are not blocked.
    pub(crate) reaches: usize,
    /// Those of them that are restricted.
    pub(crate) reaches_restricted: usize,
    /// Distinct workloads that can reach it, by paths that are not blocked.
    pub(crate) reached_by: usize,
}

/// A policy that a statement stands in.
#[derive(Serialize)]
pub(crate) struct PolicyRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: Option<&'static str>,
    /// Name of the entity an inline, trust or resource-based policy belongs to.
    pub(crate) owner: Option<&'a str>,
    /// With the day of the snapshot, where the text comes from one.
    pub(crate) version: Option<Cow<'a, str>>,
    pub(crate) sha256: Option<&'a str>,
    pub(crate) captured_at: Option<Timestamp>,
}

/// A statement.
#[derive(Serialize)]
pub(crate) struct StatementRow<'a> {
    /// Row of the policies.
    pub(crate) policy: usize,
    pub(crate) index: usize,
    /// How many statements the policy has; 0 when its text is not known.
    pub(crate) of: usize,
    pub(crate) sid: Option<&'a str>,
    pub(crate) effect: Effect,
    pub(crate) sha256: Option<&'a str>,
    /// The whole statement as JSON text.
    pub(crate) json: Option<String>,
    /// Why there is no text, when there is none.
    pub(crate) note: Option<String>,
}

/// What the logs say.
#[derive(Serialize)]
pub(crate) struct ObservationRow<'a> {
    pub(crate) status: &'static str,
    pub(crate) count: Option<u64>,
    /// First call, or start of the window.
    pub(crate) first: Option<Timestamp>,
    /// Last call, or end of the window.
    pub(crate) last: Option<Timestamp>,
    pub(crate) event_ids: &'a [String],
    pub(crate) reason: Option<&'a str>,
}

/// One step of a path.
#[derive(Serialize)]
pub(crate) struct HopRow<'a> {
    /// Row of the entities.
    pub(crate) from: usize,
    /// The relation's name in the model.
    pub(crate) relation: &'a str,
    /// The verb on the link of a chain.
    pub(crate) verb: &'a str,
    /// The verb of a sentence.
    pub(crate) says: &'a str,
    /// What such a step is.
    pub(crate) meaning: &'static str,
    /// What this step is, where relation and statements do not tell it.
    pub(crate) note: &'a str,
    /// Row of the entities.
    pub(crate) to: usize,
    pub(crate) actions: &'a [String],
    pub(crate) state: PathState,
    /// Short names of the layers.
    pub(crate) layers: Vec<&'static str>,
    /// What each layer does, in sentences.
    pub(crate) limits: Vec<String>,
    pub(crate) condition: Option<String>,
    /// The condition as JSON text.
    pub(crate) exact: Option<String>,
    /// Rows of the statements.
    pub(crate) statements: Vec<usize>,
    /// Rows of the statements.
    pub(crate) granted_by: Vec<usize>,
    /// Row of the observations.
    pub(crate) observation: usize,
}

/// A path.
#[derive(Serialize)]
pub(crate) struct PathRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: PathKind,
    /// Every rule that it matches.
    pub(crate) kinds: &'a [PathKind],
    /// Row of the entities.
    pub(crate) workload: usize,
    /// Row of the entities.
    pub(crate) resource: usize,
    pub(crate) scope: &'a str,
    pub(crate) class: &'static str,
    pub(crate) can: &'static str,
    pub(crate) actions: &'a [String],
    pub(crate) state: PathState,
    pub(crate) blocked_by: Vec<Layer>,
    /// Short names of the layers.
    pub(crate) layers: Vec<&'static str>,
    pub(crate) condition: Option<String>,
    /// Rows of the hops.
    pub(crate) hops: Vec<usize>,
    pub(crate) depth: usize,
    pub(crate) cross_account: bool,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) sensitivity_rule: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) environment_rule: &'a str,
    pub(crate) data_domain: &'a str,
    pub(crate) data_domain_rule: &'a str,
    /// Where data leaves to, in words.
    pub(crate) egress: Option<&'static str>,
    pub(crate) authority: Authority,
    pub(crate) caveats: Vec<&'static str>,
    /// Row of the observations.
    pub(crate) observation: usize,
}

/// A finding.
#[derive(Serialize)]
pub(crate) struct FindingRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: &'static str,
    /// The kind's name in the model.
    pub(crate) kind_name: FindingKind,
    pub(crate) kind_meaning: &'static str,
    pub(crate) severity: FindingSeverity,
    pub(crate) severity_reason: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) account: Option<&'a str>,
    pub(crate) account_name: Option<&'a str>,
    /// Rows of the entities.
    pub(crate) subjects: Vec<usize>,
    /// Rows of the paths that are in this report.
    pub(crate) paths: Vec<usize>,
    /// Ids of the paths that are not.
    pub(crate) other_paths: Vec<&'a str>,
    /// Rows of the statements.
    pub(crate) statements: Vec<usize>,
    pub(crate) event_ids: &'a [String],
    /// `object` of every origin.
    pub(crate) objects: Vec<&'a str>,
    /// `sha256` of every origin, in the same order.
    pub(crate) hashes: Vec<&'a str>,
    pub(crate) verify: &'a [String],
    pub(crate) caveats: Vec<&'static str>,
}

/// A row of the coverage ledger.
#[derive(Serialize)]
pub(crate) struct LedgerRow<'a> {
    pub(crate) account: &'a str,
    pub(crate) account_name: Option<&'a str>,
    pub(crate) region: &'a str,
    pub(crate) source: &'a str,
    pub(crate) status: CoverageStatus,
    pub(crate) label: &'static str,
    pub(crate) meaning: &'static str,
    /// What makes it answer next time.
    pub(crate) todo: &'static str,
    /// How loudly it is told: the lower, the sooner.
    pub(crate) rank: u8,
    pub(crate) reason: &'a str,
    pub(crate) error_code: Option<&'a str>,
    pub(crate) operation: Option<&'a str>,
    pub(crate) captured_at: Option<Timestamp>,
    pub(crate) items: u64,
}

/// A trail's reach, in words.
#[derive(Serialize)]
pub(crate) struct TrailRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) scope: String,
    pub(crate) logging: &'static str,
    pub(crate) management_events: String,
    pub(crate) data_events: Vec<String>,
}

/// What one principal was seen to do.
#[derive(Serialize)]
pub(crate) struct UseRow<'a> {
    pub(crate) principal: &'a str,
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) count: u64,
    pub(crate) errors: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) event_ids: &'a [String],
}

/// Something wrong with the input.
#[derive(Serialize)]
pub(crate) struct DiagnosticRow<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: Option<u64>,
    pub(crate) at: &'a str,
    pub(crate) severity: Severity,
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    pub(crate) help: &'a str,
}

/// A statement that a principal or resource holds.
#[derive(Serialize)]
pub(crate) struct GrantRow {
    /// Row of the entities.
    pub(crate) holder: usize,
    /// Row of the statements.
    pub(crate) statement: usize,
}

/// A kind of path, for filters.
#[derive(Serialize)]
pub(crate) struct KindRow {
    pub(crate) name: PathKind,
    pub(crate) label: &'static str,
    pub(crate) meaning: &'static str,
}
