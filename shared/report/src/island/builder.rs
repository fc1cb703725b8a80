//! Fills the tables of the island.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use sv0_iam::sentence;
use sv0_model::decision::{Caveat, ConditionExpression, StatementRef};
use sv0_model::finding::Finding;
use sv0_model::graph::{Classified, EntityKind, Graph, PolicyRecord, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, AuthorityPath, PathHop};
use sv0_model::time::Timestamp;

use super::budget::TextBudget;
use super::evidence::{observation_row, trail_row};
use super::rows::{
    DiagnosticRow, EntityRow, FindingRow, GrantRow, HopRow, KindRow, LedgerRow, PathRow, PolicyRow, StatementRow,
    UseRow,
};
use super::statements::text_of;
use super::table::{Pool, Table};
use crate::ReportInput;
use crate::askers::Askers;
use crate::danger::{Danger, Surroundings};
use crate::grants::Grant;
use crate::names::{account_name, account_of_entity, entity_name};
use crate::reach::{EntityReach, Reach};
use crate::shown::Shown;
use crate::words::entity::Group;
use crate::words::findings::finding_kind;
use crate::words::layers::layer as layer_words;
use crate::words::limits::LimitWords;
use crate::words::paths::{PATH_KINDS, egress, path_kind};
use crate::words::table::Words;
use crate::words::{coverage, entity, labels, relations};

/// How much text of policies and conditions the page carries: enough for those behind 20,000 paths of any organization seen so far.
const TEXT_BYTES: usize = 8 * 1024 * 1024;

/// The whole of the island.
#[derive(Serialize)]
pub(crate) struct Island {
    captured_at: Option<Timestamp>,
    window: Option<(Timestamp, Timestamp)>,
    strings: Vec<String>,
    lists: Vec<Vec<u64>>,
    tables: Tables,
}

#[derive(Default, Serialize)]
struct Tables {
    entities: Table,
    policies: Table,
    statements: Table,
    observations: Table,
    hops: Table,
    path_kinds: Table,
    paths: Table,
    grants: Table,
    findings: Table,
    coverage: Table,
    trails: Table,
    uses: Table,
    diagnostics: Table,
}

/// Builds the island.
///
/// # Errors
/// When a row cannot be written as JSON.
pub(crate) fn build(
    input: &ReportInput<'_>,
    shown: &Shown<'_>,
    reach: &Reach,
) -> Result<(Island, Vec<String>), serde_json::Error> {
    let mut builder = Builder::new(input, reach);
    builder.path_kinds()?;
    for path in &shown.paths {
        builder.path(path)?;
    }
    for finding in &shown.findings {
        builder.finding(finding)?;
    }
    for id in &shown.entities {
        builder.entity(id)?;
    }
    for grant in &shown.grants {
        builder.grant(grant)?;
    }
    builder.ledger(shown)?;
    builder.evidence(input, shown)?;
    let left_out = builder.texts.left_out();
    let (strings, lists) = builder.pool.into_parts();
    let island = Island {
        captured_at: input.graph.captured_at,
        window: input.evidence.window,
        strings,
        lists,
        tables: builder.tables,
    };
    Ok((island, left_out))
}

struct Builder<'a> {
    graph: &'a Graph,
    reach: &'a Reach,
    limits: LimitWords<'a>,
    surroundings: Surroundings<'a>,
    askers: Askers<'a>,
    texts: TextBudget,
    pool: Pool,
    tables: Tables,
    entities: BTreeMap<&'a str, usize>,
    policies: BTreeMap<&'a str, usize>,
    /// By policy and place in it.
    statements: BTreeMap<(&'a str, usize), usize>,
    observations: BTreeMap<&'a Observation, usize>,
    hops: BTreeMap<(&'a PathHop, ActionClass), usize>,
    paths: BTreeMap<&'a str, usize>,
}

type Numbered = Result<usize, serde_json::Error>;

impl<'a> Builder<'a> {
    fn new(input: &ReportInput<'a>, reach: &'a Reach) -> Self {
        Self {
            graph: input.graph,
            reach,
            limits: LimitWords::new(input.graph),
            surroundings: Surroundings::of(input.graph, input.findings, input.evidence),
            askers: Askers::of(input.graph),
            texts: TextBudget::of(TEXT_BYTES),
            pool: Pool::default(),
            tables: Tables::default(),
            entities: BTreeMap::new(),
            policies: BTreeMap::new(),
            statements: BTreeMap::new(),
            observations: BTreeMap::new(),
            hops: BTreeMap::new(),
            paths: BTreeMap::new(),
        }
    }

    fn path_kinds(&mut self) -> Result<(), serde_json::Error> {
        for &name in PATH_KINDS {
            let Words { label, meaning } = path_kind(name);
            self.tables
                .path_kinds
                .push(&KindRow { name, label, meaning }, &mut self.pool)?;
        }
        Ok(())
    }

    fn path(&mut self, path: &'a AuthorityPath) -> Result<(), serde_json::Error> {
        let hops = path
            .hops
            .iter()
            .map(|hop| self.hop(hop, path))
            .collect::<Result<_, _>>()?;
        let row = PathRow {
            id: &path.id,
            kind: path.kind,
            kinds: &path.kinds,
            workload: self.entity(&path.workload)?,
            resource: self.entity(&path.resource)?,
            scope: &path.scope,
            class: labels::action_class_name(path.action_class),
            can: labels::action_class(path.action_class),
            actions: &path.actions,
            state: path.state,
            blocked_by: path.blocked_by.clone(),
            layers: path.blocked_by.iter().map(|&layer| layer_words(layer).label).collect(),
            condition: path.condition.as_ref().map(sentence),
            hops,
            depth: path.chain_depth,
            cross_account: path.cross_account,
            sensitivity: path.sensitivity,
            sensitivity_rule: &path.sensitivity_rule,
            environment: value(path.environment.as_ref()),
            environment_rule: rule(path.environment.as_ref()),
            data_domain: value(path.data_domain.as_ref()),
            data_domain_rule: rule(path.data_domain.as_ref()),
            egress: path.egress_category.map(|way| egress(way).label),
            authority: path.authority,
            caveats: caveats(&path.caveats),
            observation: self.observation(&path.observation)?,
        };
        let number = self.tables.paths.push(&row, &mut self.pool)?;
        self.paths.insert(&path.id, number);
        Ok(())
    }

    fn hop(&mut self, hop: &'a PathHop, path: &AuthorityPath) -> Numbered {
        // Only the words of the last step hang on what is done.
        let key = (hop, path.action_class);
        if let Some(&number) = self.hops.get(&key) {
            return Ok(number);
        }
        let words = relations::hop(&hop.relation, path.action_class);
        let exact = hop.condition.as_ref().map(exact).transpose()?;
        let row = HopRow {
            from: self.entity(&hop.from)?,
            relation: &hop.relation,
            verb: &words.verb,
            says: &words.says,
            meaning: words.meaning,
            note: &hop.note,
            to: self.entity(&hop.to)?,
            actions: &hop.actions,
            state: hop.state,
            layers: hop.blocked_by.iter().map(|&layer| layer_words(layer).label).collect(),
            limits: self.limits.sentences(hop),
            condition: hop.condition.as_ref().map(sentence),
            exact: exact.filter(|text| self.texts.take(text.len())),
            statements: self.all_statements(hop.statements.iter().map(Arc::as_ref))?,
            granted_by: self.all_statements(hop.granted_by.iter().map(Arc::as_ref))?,
            observation: self.observation(&hop.observation)?,
        };
        let number = self.tables.hops.push(&row, &mut self.pool)?;
        self.hops.insert(key, number);
        Ok(number)
    }

    fn entity(&mut self, id: &'a str) -> Numbered {
        if let Some(&number) = self.entities.get(id) {
            return Ok(number);
        }
        let entity = self.graph.entities.get(id);
        let kind = entity.map(|entity| entity.kind);
        let reach = self.reach.get(id);
        let account = account_of_entity(self.graph, id);
        let danger = self.danger(id, kind);
        let row = EntityRow {
            id,
            name: entity_name(self.graph, id),
            kind: kind.map_or("Not described", entity::kind),
            icon: kind.map_or("cube", entity::icon),
            group: kind.map_or(Group::Other, entity::group),
            account,
            account_name: account.and_then(|account| account_name(self.graph, account)),
            region: entity.and_then(|entity| entity.region.as_deref()),
            sensitivity: entity.map_or(Sensitivity::Unknown, |entity| entity.sensitivity),
            sensitivity_rule: entity.map_or("", |entity| &entity.sensitivity_rule),
            environment: value(entity.and_then(|entity| entity.environment.as_ref())),
            environment_rule: rule(entity.and_then(|entity| entity.environment.as_ref())),
            data_domain: value(entity.and_then(|entity| entity.data_domain.as_ref())),
            data_domain_rule: rule(entity.and_then(|entity| entity.data_domain.as_ref())),
            actor: entity
                .and_then(|entity| entity.actor.as_ref())
                .map_or("", labels::actor),
            actor_rule: entity
                .and_then(|entity| entity.actor.as_ref())
                .map_or("", |actor| &actor.rule),
            resolution: entity.map(|entity| entity.resolution),
            asks: self.askers.principals(id),
            danger: danger.as_ref().map_or(0, Danger::points),
            escalates: danger.as_ref().is_some_and(|danger| danger.escalates),
            exposure: danger.and_then(|danger| danger.exposure),
            allowed: reach.map_or(0, |reach| reach.paths.allowed),
            conditional: reach.map_or(0, |reach| reach.paths.conditional),
            blocked: reach.map_or(0, |reach| reach.paths.blocked),
            reaches: reach.map_or(0, EntityReach::all_resources),
            reaches_restricted: reach.map_or(0, |reach| reach.resources_of(Sensitivity::Restricted)),
            reached_by: reach.map_or(0, |reach| reach.workloads),
        };
        let number = self.tables.entities.push(&row, &mut self.pool)?;
        self.entities.insert(id, number);
        Ok(number)
    }

    fn danger(&self, id: &str, kind: Option<EntityKind>) -> Option<Danger> {
        let acts = kind.is_none_or(|kind| matches!(entity::group(kind), Group::Identity | Group::Workload));
        let nothing = EntityReach::default();
        let reach = self.reach.get(id).unwrap_or(&nothing);
        acts.then(|| self.surroundings.danger(id, reach))
    }

    fn grant(&mut self, grant: &'a Grant<'a>) -> Result<(), serde_json::Error> {
        let row = GrantRow {
            holder: self.entity(grant.holder)?,
            statement: self.statement(&grant.statement)?,
        };
        self.tables.grants.push(&row, &mut self.pool)?;
        Ok(())
    }

    fn all_statements(
        &mut self,
        references: impl IntoIterator<Item = &'a StatementRef>,
    ) -> Result<Vec<usize>, serde_json::Error> {
        references
            .into_iter()
            .map(|reference| self.statement(reference))
            .collect()
    }

    fn statement(&mut self, reference: &'a StatementRef) -> Numbered {
        let key = (reference.policy.as_str(), reference.index);
        if let Some(&number) = self.statements.get(&key) {
            return Ok(number);
        }
        let text = self.texts.bounded(text_of(self.graph, reference));
        let row = StatementRow {
            policy: self.policy(&reference.policy)?,
            index: reference.index,
            of: text.of,
            sid: reference.sid.as_deref(),
            effect: reference.effect,
            sha256: reference.sha256.as_deref(),
            json: text.json,
            note: text.note,
        };
        let number = self.tables.statements.push(&row, &mut self.pool)?;
        self.statements.insert(key, number);
        Ok(number)
    }

    fn policy(&mut self, id: &'a str) -> Numbered {
        if let Some(&number) = self.policies.get(id) {
            return Ok(number);
        }
        let policy = self.graph.policies.get(id);
        let row = PolicyRow {
            id,
            name: policy.map_or_else(|| entity_name(self.graph, id), |policy| &policy.name),
            kind: policy.map(|policy| labels::policy_kind(policy.kind)),
            owner: policy
                .and_then(|policy| policy.owner.as_deref())
                .map(|owner| entity_name(self.graph, owner)),
            version: policy.and_then(version),
            sha256: policy.and_then(|policy| policy.sha256.as_deref()),
            captured_at: policy.and_then(|policy| policy.captured_at),
        };
        let number = self.tables.policies.push(&row, &mut self.pool)?;
        self.policies.insert(id, number);
        Ok(number)
    }

    fn observation(&mut self, observation: &'a Observation) -> Numbered {
        if let Some(&number) = self.observations.get(observation) {
            return Ok(number);
        }
        let number = self
            .tables
            .observations
            .push(&observation_row(observation), &mut self.pool)?;
        self.observations.insert(observation, number);
        Ok(number)
    }

    fn finding(&mut self, finding: &'a Finding) -> Result<(), serde_json::Error> {
        let account = finding.account.as_deref();
        let (known, unknown): (Vec<&String>, Vec<&String>) = finding
            .paths
            .iter()
            .partition(|id| self.paths.contains_key(id.as_str()));
        let row = FindingRow {
            id: &finding.id,
            kind: finding_kind(finding.kind).label,
            kind_name: finding.kind,
            kind_meaning: finding_kind(finding.kind).meaning,
            severity: finding.severity,
            severity_reason: &finding.severity_reason,
            title: &finding.title,
            description: &finding.description,
            account,
            account_name: account.and_then(|account| account_name(self.graph, account)),
            subjects: finding
                .subjects
                .iter()
                .map(|id| self.entity(id))
                .collect::<Result<_, _>>()?,
            paths: known
                .iter()
                .filter_map(|id| self.paths.get(id.as_str()).copied())
                .collect(),
            other_paths: unknown.iter().map(|id| id.as_str()).collect(),
            statements: self.all_statements(&finding.statements)?,
            event_ids: &finding.event_ids,
            objects: finding.origins.iter().map(|origin| origin.object.as_str()).collect(),
            hashes: finding.origins.iter().map(|origin| origin.sha256.as_str()).collect(),
            verify: &finding.verify,
            caveats: caveats(&finding.caveats),
        };
        self.tables.findings.push(&row, &mut self.pool)?;
        Ok(())
    }

    fn ledger(&mut self, shown: &Shown<'a>) -> Result<(), serde_json::Error> {
        for row in &shown.coverage {
            let row = LedgerRow {
                account: &row.account,
                account_name: account_name(self.graph, &row.account),
                region: &row.region,
                source: &row.source,
                status: row.status,
                label: coverage::coverage(row.status).label,
                meaning: coverage::coverage(row.status).meaning,
                todo: coverage::remedy(row.status, &row.source),
                rank: labels::coverage_rank(row.status),
                reason: &row.reason,
                error_code: row.error_code.as_deref(),
                operation: row.operation.as_deref(),
                captured_at: row.captured_at,
                items: row.items,
            };
            self.tables.coverage.push(&row, &mut self.pool)?;
        }
        for item in &shown.diagnostics {
            let row = DiagnosticRow {
                file: &item.file,
                line: item.line,
                at: &item.at,
                severity: item.severity,
                code: &item.code,
                message: &item.message,
                help: &item.help,
            };
            self.tables.diagnostics.push(&row, &mut self.pool)?;
        }
        Ok(())
    }

    fn evidence(&mut self, input: &ReportInput<'a>, shown: &Shown<'a>) -> Result<(), serde_json::Error> {
        for trail in &input.evidence.trails {
            self.tables.trails.push(&trail_row(trail), &mut self.pool)?;
        }
        for seen in &shown.uses {
            let row = UseRow {
                principal: &seen.principal,
                action: &seen.action,
                resource: &seen.resource,
                count: seen.count,
                errors: seen.errors,
                first: seen.first_seen,
                last: seen.last_seen,
                event_ids: &seen.event_ids,
            };
            self.tables.uses.push(&row, &mut self.pool)?;
        }
        Ok(())
    }
}

fn value(classified: Option<&Classified>) -> &str {
    classified.map_or("", |classified| &classified.value)
}

fn rule(classified: Option<&Classified>) -> &str {
    classified.map_or("", |classified| &classified.rule)
}

fn version(policy: &PolicyRecord) -> Option<Cow<'_, str>> {
    let version = policy.version_id.as_deref()?;
    Some(match &policy.snapshot {
        Some(snapshot) => Cow::Owned(format!("{version}, from the snapshot of {}", snapshot.date)),
        None => Cow::Borrowed(version),
    })
}

fn caveats(caveats: &[Caveat]) -> Vec<&'static str> {
    caveats.iter().map(|caveat| caveat.meaning()).collect()
}

fn exact(condition: &ConditionExpression) -> Result<String, serde_json::Error> {
    serde_json::to_string(condition)
}
