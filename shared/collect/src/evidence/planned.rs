//! Evidence as part of a scan: which trail's log files are asked, once the trails are known.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_model::coverage::CoverageStatus;
use sv0_sources::{CaptureFile, WriteError};

use super::bill::Bill;
use super::names::{Account, Bucket, Identifier, InvalidName, OrganizationId, Prefix, Region, Workgroup};
use super::query::{EvidenceQuery, ResultLocation};
use super::steps::{EvidenceSource, EvidenceStep, doubt_about_uses};
use super::table::{LogTable, TrailLogs};
use super::window::Window;
use crate::api::BoxFuture;
use crate::listing::text;
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

/// What AWS asks for a terabyte that is scanned, in most Regions ("Amazon Athena pricing").
const MICRO_DOLLARS_PER_TERABYTE: u64 = 5_000_000;

/// Where the log files of the organization's trail are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceOptions {
    /// The workgroup, which must enforce a bound on what a statement scans.
    pub workgroup: String,
    /// The database of the Glue Data Catalog.
    pub database: String,
    /// The table in it, made by the statement in `docs/collection-athena.md`.
    pub table: String,
    /// The hub's bucket, into which rows are put.
    pub bucket: String,
    /// The prefix below which they are put.
    pub prefix: String,
    /// Days to look back.
    pub days: u32,
}

impl EvidenceOptions {
    /// The options with the defaults of everything but workgroup and bucket.
    #[must_use]
    pub fn new(workgroup: &str, bucket: &str) -> Self {
        let (database, table) = EvidenceSource::TABLE;
        Self {
            workgroup: workgroup.to_owned(),
            database: database.to_owned(),
            table: table.to_owned(),
            bucket: bucket.to_owned(),
            prefix: "athena".to_owned(),
            days: EvidenceSource::DAYS,
        }
    }
}

/// The steps of a scan's evidence: none where no workgroup is named.
pub(crate) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let Some(options) = &plan.options.evidence else {
        return Vec::new();
    };
    let step = |query| {
        Box::new(PlannedEvidence {
            query,
            plan: plan.clone(),
            options: options.clone(),
        }) as Box<dyn Step>
    };
    EvidenceQuery::ALL.into_iter().map(step).collect()
}

struct PlannedEvidence {
    query: EvidenceQuery,
    plan: Plan,
    options: EvidenceOptions,
}

impl Step for PlannedEvidence {
    fn place(&self) -> Place {
        place(self.query)
    }

    fn file(&self) -> Option<CaptureFile> {
        CaptureFile::athena_rows(self.query.name()).ok()
    }

    fn after(&self) -> Vec<Place> {
        let mut after = vec![Place::of_organization("cloudtrail:trails")];
        if self.query == EvidenceQuery::LogWindows {
            after.push(place(EvidenceQuery::ObservedUse));
        }
        after
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let source = match self.source(run)? {
                Ok(source) => Arc::new(source),
                Err(why) => {
                    run.judge(CoverageStatus::NotObservable, why);
                    return Ok(());
                }
            };
            let uses = run.row_before(&place(EvidenceQuery::ObservedUse)).map(|row| row.status);
            let doubt = match self.query {
                EvidenceQuery::LogWindows => doubt_about_uses(uses),
                _ => None,
            };
            let step = EvidenceStep::new(Arc::clone(&source), self.query, doubt);
            step.run(run).await?;
            let cost = source.bill.cost(MICRO_DOLLARS_PER_TERABYTE);
            if cost.executions > 0 {
                run.remark(format!("asked with {cost}"));
            }
            Ok(())
        })
    }
}

fn place(query: EvidenceQuery) -> Place {
    Place::of_organization(&format!("athena:{}", query.name()))
}

impl PlannedEvidence {
    /// What evidence is asked with; in words why it cannot be asked.
    fn source(&self, run: &StepRun<'_>) -> Result<Result<EvidenceSource, String>, StepError> {
        let trails = trails(run)?;
        let of_organization = |line: &&Value| line.pointer("/Trail/IsOrganizationTrail") == Some(&Value::Bool(true));
        let Some(trail) = trails.iter().find(of_organization).or(trails.first()) else {
            return Ok(Err("the hub sees no trail whose log files could be asked".to_owned()));
        };
        let Some(objects) = run.api().objects() else {
            return Ok(Err("the rows that Athena writes cannot be read here".to_owned()));
        };
        let named = self.named(trail).map_err(|error| error.to_string());
        Ok(named.map(|(logs, workgroup, table, results)| EvidenceSource {
            target: self.plan.hub(),
            workgroup,
            table,
            logs,
            results,
            window: Window::of_days(self.options.days, self.plan.header.captured_at),
            days_at_once: EvidenceSource::DAYS_AT_ONCE,
            accounts: self.accounts(),
            regions: self.regions(),
            trails,
            objects,
            bill: Bill::default(),
        }))
    }

    fn named(&self, line: &Value) -> Result<(TrailLogs, Workgroup, LogTable, ResultLocation), InvalidName> {
        let trail = line.get("Trail").unwrap_or(&Value::Null);
        let organization = self.plan.header.organization_id.as_deref();
        let is_of_organization = trail.get("IsOrganizationTrail") == Some(&Value::Bool(true));
        Ok((
            TrailLogs {
                bucket: Bucket::new(text(trail, "S3BucketName").unwrap_or_default())?,
                prefix: Prefix::new(text(trail, "S3KeyPrefix").unwrap_or_default())?,
                organization: organization
                    .filter(|_| is_of_organization)
                    .map(OrganizationId::new)
                    .transpose()?,
            },
            Workgroup::new(&self.options.workgroup)?,
            LogTable {
                database: Identifier::new(&self.options.database)?,
                table: Identifier::new(&self.options.table)?,
            },
            ResultLocation {
                bucket: Bucket::new(&self.options.bucket)?,
                prefix: Prefix::new(&self.options.prefix)?,
            },
        ))
    }

    fn accounts(&self) -> Vec<Account> {
        let ids = self.plan.accounts.iter().map(|account| account.id.as_str());
        ids.filter_map(|id| Account::new(id).ok()).collect()
    }

    fn regions(&self) -> Vec<Region> {
        let names = self.plan.header.regions.iter();
        names.filter_map(|name| Region::new(name).ok()).collect()
    }
}

/// Lines of `cloudtrail/trails.ndjson`, as they were stored.
pub(super) fn trails(run: &StepRun<'_>) -> Result<Vec<Value>, StepError> {
    let file = CaptureFile::trails();
    let work = run.work();
    let mut trails = Vec::new();
    if let Some(stored) = work.store.get(file.path()).map_err(WriteError::Sink)? {
        work.writer.each_stored(&file, &stored, &mut |line| trails.push(line))?;
    }
    Ok(trails)
}
