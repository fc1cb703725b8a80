//! Graph and observed use → authority paths and findings.

use sv0_authority::{Estate, FindingOptions, Judge, Judgement, PathOptions, PathProgress, Shard, each_route};
use sv0_lake::{from_ndjson, keys, to_ndjson};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::graph::Graph;
use sv0_model::route::RoutePaths;

use super::StageContext;
use crate::path_rows::{RouteObjects, RouteWriter, share_key};
use crate::{ScanError, finding_rows};

/// How much was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluated {
    /// Paths written.
    pub paths: u64,
    /// Findings written.
    pub findings: u64,
    /// Diagnostics the run holds now.
    pub diagnostics: u64,
}

/// Evaluates effective access and writes paths and findings.
///
/// # Errors
/// [`ScanError::Lake`] when the graph is not there or results cannot be written.
pub fn run(context: &StageContext<'_>, progress: &(dyn Fn(PathProgress) + Sync)) -> Result<Evaluated, ScanError> {
    let snapshot = context.snapshot();
    let graph = snapshot.graph()?;
    let evidence = snapshot.evidence()?;
    let estate = Estate::new(&graph);
    let finding_options = finding_options(context)?;
    let mut judge = Judge::new(&estate, &finding_options);
    let mut writer = RouteWriter::new()?;
    let options = path_options(context, Shard::WHOLE);
    let further = each_route(&estate, &evidence, &options, progress, |routes| {
        judge.look_at(&routes);
        writer.add(account_of(&graph, &routes), &routes)
    })?;
    let judged = judge.findings(&graph, &evidence, &snapshot.coverage()?);
    // What follows needs the results alone, and writing them takes memory of its own.
    drop(estate);
    drop(graph);
    let objects = writer.finish()?;
    objects.write(context)?;
    write_judgement(context, &judged, objects.paths(), further)
}

/// Evaluates effective access from the workloads of a share, so that several processes do it side by side, and lays the share's results down for [`join`].
///
/// # Errors
/// As [`run`].
pub fn walk_share(
    context: &StageContext<'_>,
    shard: Shard,
    progress: &(dyn Fn(PathProgress) + Sync),
) -> Result<(), ScanError> {
    let snapshot = context.snapshot();
    let graph = snapshot.graph()?;
    let evidence = snapshot.evidence()?;
    let estate = Estate::new(&graph);
    let mut writer = RouteWriter::new()?;
    let options = path_options(context, shard);
    let further = each_route(&estate, &evidence, &options, progress, |routes| {
        writer.add(account_of(&graph, &routes), &routes)
    })?;
    writer.finish()?.write_share(context, shard)?;
    let key = share_key(context.run_id, shard, keys::DIAGNOSTICS);
    context.store.put(&key, &to_ndjson(keys::DIAGNOSTICS, &further)?)?;
    Ok(())
}

/// Puts so many shares together, judges their paths, and writes what [`run`] writes, byte for byte.
///
/// # Errors
/// As [`run`]; [`sv0_lake::LakeError::NotFound`] where a share was not walked.
pub fn join(context: &StageContext<'_>, shares: usize) -> Result<Evaluated, ScanError> {
    let mut objects = RouteWriter::new()?.finish()?;
    let mut further = Vec::new();
    for number in 0..shares.max(1) {
        let shard = Shard {
            number,
            of: shares.max(1),
        };
        objects.append(RouteObjects::read_share(context, shard)?);
        let key = share_key(context.run_id, shard, keys::DIAGNOSTICS);
        further.extend(from_ndjson::<Diagnostic>(keys::DIAGNOSTICS, &context.store.get(&key)?)?);
    }
    objects.write(context)?;
    let paths = objects.paths();
    drop(objects);
    let snapshot = context.snapshot();
    let graph = snapshot.graph()?;
    let estate = Estate::new(&graph);
    let finding_options = finding_options(context)?;
    let mut judge = Judge::new(&estate, &finding_options);
    snapshot.each_route(|routes| {
        judge.look_at(&routes);
        Ok(())
    })?;
    let judged = judge.findings(&graph, &snapshot.evidence()?, &snapshot.coverage()?);
    write_judgement(context, &judged, paths, further)
}

fn path_options(context: &StageContext<'_>, shard: Shard) -> PathOptions {
    PathOptions {
        max_assume_hops: usize::from(context.configuration.paths.max_assume_hops),
        threads: context.threads,
        shard,
        ..PathOptions::default()
    }
}

fn finding_options(context: &StageContext<'_>) -> Result<FindingOptions, ScanError> {
    Ok(FindingOptions {
        hub_account: context.snapshot().hub_account()?,
        ..context.configuration.finding_options()
    })
}

fn write_judgement(
    context: &StageContext<'_>,
    judged: &Judgement,
    paths: u64,
    further: Vec<Diagnostic>,
) -> Result<Evaluated, ScanError> {
    let diagnostics = merged(context.snapshot().diagnostics()?, further);
    finding_rows::write(context, &judged.findings)?;
    context.write_rows(keys::CITED_PATHS, &judged.cited)?;
    context.write_rows(keys::DIAGNOSTICS, &diagnostics)?;
    Ok(Evaluated {
        paths,
        findings: judged.findings.len() as u64,
        diagnostics: diagnostics.len() as u64,
    })
}

/// The account of the workload; empty where it is in none, or that is not known.
fn account_of<'g>(graph: &'g Graph, routes: &RoutePaths) -> &'g str {
    let workload = graph.entities.get(&routes.route.workload);
    workload
        .and_then(|workload| workload.account.as_deref())
        .unwrap_or_default()
}

/// Both, each once: a stage that runs a second time adds nothing.
fn merged(mut known: Vec<Diagnostic>, further: Vec<Diagnostic>) -> Vec<Diagnostic> {
    known.extend(further);
    known.sort();
    known.dedup();
    known
}
