//! Fills the tables of the island.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use sv0_iam::sentence;
use sv0_model::decision::{Caveat, ConditionExpression, StatementRef};
use sv0_model::finding::Finding;
use sv0_model::graph::{Graph, PolicyRecord, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathHop};
use sv0_model::time::Timestamp;

use super::evidence::{observation_row, trail_row};
use super::rows::{DiagnosticRow, EntityRow, FindingRow, HopRow, LedgerRow, PathRow, PolicyRow, StatementRow, UseRow};
use super::statements::text_of;
use super::table::{Pool, Table};
use crate::ReportInput;
use crate::names::{account_name, account_of_entity, entity_name};
use crate::reach::Reach;
use crate::shown::Shown;
use crate::words::entity::Group;
use crate::words::limits::LimitWords;
use crate::words::{entity, labels};

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
    paths: Table,
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
    reach: &Reach<'_>,
) -> Result<Island, serde_json::Error> {
    let mut builder = Builder::new(input.graph, reach);
    for path in &shown.paths {
        builder.path(path)?;
    }
    for finding in &shown.findings {
        builder.finding(finding)?;
    }
    for id in &shown.entities {
        builder.entity(id)?;
    }
    builder.ledger(shown)?;
    builder.evidence(input, shown)?;
    let (strings, lists) = builder.pool.into_parts();
    Ok(Island {
        captured_at: input.graph.captured_at,
        window: input.evidence.window,
        strings,
        lists,
        tables: builder.tables,
    })
}

struct Builder<'a> {
    graph: &'a Graph,
    reach: &'a Reach<'a>,
    limits: LimitWords<'a>,
    pool: Pool,
    tables: Tables,
    entities: BTreeMap<&'a str, usize>,
    policies: BTreeMap<&'a str, usize>,
    statements: BTreeMap<&'a StatementRef, usize>,
    observations: BTreeMap<&'a Observation, usize>,
    hops: BTreeMap<(&'a PathHop, String), usize>,
    paths: BTreeMap<&'a str, usize>,
}

type Numbered = Result<usize, serde_json::Error>;

impl<'a> Builder<'a> {
    fn new(graph: &'a Graph, reach: &'a Reach<'a>) -> Self {
        Self {
            graph,
            reach,
            limits: LimitWords::new(graph),
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

    fn path(&mut self, path: &'a AuthorityPath) -> Result<(), serde_json::Error> {
        let hops = path
            .hops
            .iter()
            .map(|hop| self.hop(hop, path))
            .collect::<Result<_, _>>()?;
        let row = PathRow {
            id: &path.id,
            kind: path.kind,
            workload: self.entity(&path.workload)?,
            resource: self.entity(&path.resource)?,
            scope: &path.scope,
            class: labels::action_class_name(path.action_class),
            can: labels::action_class(path.action_class),
            actions: &path.actions,
            state: path.state,
            blocked_by: path.blocked_by.clone(),
            layers: path.blocked_by.iter().map(|&layer| labels::layer(layer)).collect(),
            condition: path.condition.as_ref().map(sentence),
            hops,
            depth: path.chain_depth,
            cross_account: path.cross_account,
            sensitivity: path.sensitivity,
            authority: path.authority,
            caveats: caveats(&path.caveats),
            observation: self.observation(&path.observation)?,
        };
        let number = self.tables.paths.push(&row, &mut self.pool)?;
        self.paths.insert(&path.id, number);
        Ok(())
    }

    fn hop(&mut self, hop: &'a PathHop, path: &AuthorityPath) -> Numbered {
        let verb = labels::relation(&hop.relation, path.action_class);
        if let Some(&number) = self.hops.get(&(hop, verb.clone())) {
            return Ok(number);
        }
        let row = HopRow {
            from: self.entity(&hop.from)?,
            verb: verb.clone(),
            to: self.entity(&hop.to)?,
            actions: &hop.actions,
            state: hop.state,
            layers: hop.blocked_by.iter().map(|&layer| labels::layer(layer)).collect(),
            limits: self.limits.sentences(hop),
            condition: hop.condition.as_ref().map(sentence),
            exact: hop.condition.as_ref().map(exact).transpose()?,
            statements: self.all_statements(&hop.statements)?,
            granted_by: self.all_statements(&hop.granted_by)?,
            observation: self.observation(&hop.observation)?,
        };
        let number = self.tables.hops.push(&row, &mut self.pool)?;
        self.hops.insert((hop, verb), number);
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
            resolution: entity.map(|entity| entity.resolution),
            allowed: reach.map_or(0, |reach| reach.allowed),
            conditional: reach.map_or(0, |reach| reach.conditional),
            blocked: reach.map_or(0, |reach| reach.blocked),
            reaches: reach.map_or(0, |reach| reach.resources.len()),
            reaches_restricted: reach.map_or(0, |reach| reach.restricted.len()),
            reached_by: reach.map_or(0, |reach| reach.workloads.len()),
        };
        let number = self.tables.entities.push(&row, &mut self.pool)?;
        self.entities.insert(id, number);
        Ok(number)
    }

    fn all_statements(&mut self, references: &'a [StatementRef]) -> Result<Vec<usize>, serde_json::Error> {
        references.iter().map(|reference| self.statement(reference)).collect()
    }

    fn statement(&mut self, reference: &'a StatementRef) -> Numbered {
        if let Some(&number) = self.statements.get(reference) {
            return Ok(number);
        }
        let text = text_of(self.graph, reference);
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
        self.statements.insert(reference, number);
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
            kind: labels::finding_kind(finding.kind),
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
                label: labels::coverage(row.status),
                meaning: labels::coverage_meaning(row.status),
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
