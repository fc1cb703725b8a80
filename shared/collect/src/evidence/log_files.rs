//! CloudTrail's log files, read straight from the trail's bucket, in the place of Athena's rows: for whoever has no Athena.

mod folders;
mod key;
mod listing;
mod reading;
mod tally;

use serde::{Deserialize, Serialize};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use super::names::{Account, Bucket, InvalidName, OrganizationId, Prefix, Region};
use super::steps::EvidenceSource;
use super::trail::Recorded;
use super::window::Window;
use super::{TrailLogs, location, planned};
use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::plan::{Plan, PlannedAccount, Treatment};
use crate::step::{Place, Step, StepError, StepRun};
use folders::{Folder, Layout};
use reading::Reader;
use tally::{Lost, Tally, row_of_trails};

/// The source of the rows about the log files of an account and Region.
const LOGS: &str = "cloudtrail:logs";
/// What the ledger calls the step.
const SOURCE: &str = "cloudtrail:log-files";
/// Folders whose first keys are asked for at a time.
const FOLDERS_AT_A_TIME: usize = 16;

/// Which log files are read, and how much of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFilesOptions {
    /// The trail's bucket.
    pub bucket: Bucket,
    /// What stands before `AWSLogs` in its keys.
    pub prefix: Prefix,
    /// Days to look back.
    pub days: u32,
    /// Bytes of all log files together, as they are stored.
    pub max_bytes: u64,
}

/// A text that names no place of log files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLogPlace {
    /// It is no place in Amazon S3.
    #[error("{0:?} is no place of log files: write s3://BUCKET or s3://BUCKET/PREFIX")]
    NoPlace(String),
    /// It goes on where the layout of CloudTrail begins.
    #[error("{0:?} goes into CloudTrail's own folders: name only what stands before AWSLogs")]
    Inside(String),
    /// Bucket or prefix have not their form.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

impl LogFilesOptions {
    /// Bytes of all log files together where nobody says otherwise: 16 GiB.
    pub const MAX_BYTES: u64 = 16 * 1024 * 1024 * 1024;

    /// The log files of `s3://BUCKET` or `s3://BUCKET/PREFIX`, with the defaults of everything else.
    ///
    /// # Errors
    /// [`InvalidLogPlace`].
    pub fn at(place: &str) -> Result<Self, InvalidLogPlace> {
        let told = || place.chars().take(128).collect::<String>();
        let rest = place
            .strip_prefix("s3://")
            .ok_or_else(|| InvalidLogPlace::NoPlace(told()))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if prefix.split('/').any(|part| part == "AWSLogs") {
            return Err(InvalidLogPlace::Inside(told()));
        }
        Ok(Self {
            bucket: Bucket::new(bucket)?,
            prefix: Prefix::new(prefix)?,
            days: EvidenceSource::DAYS,
            max_bytes: Self::MAX_BYTES,
        })
    }
}

/// The step that reads log files: none where nobody asks for it.
pub(crate) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let Some(options) = &plan.options.log_files else {
        return Vec::new();
    };
    vec![Box::new(LogFiles {
        plan: plan.clone(),
        options: options.clone(),
    })]
}

struct LogFiles {
    plan: Plan,
    options: LogFilesOptions,
}

/// How far the step has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Cursor {
    /// Which folders the bucket has: looked for once, so that whoever goes on counts the same ones.
    layout: Option<Layout>,
    /// Folders that are done.
    folder: usize,
    /// Of the next one: the last key that is done.
    after: Option<String>,
    /// What was read of its account and Region so far.
    tally: Tally,
    /// Log files that were read, and the bytes of all that were asked for.
    files: u64,
    bytes: u64,
    /// Whether some were left because they would be too many bytes.
    is_full: bool,
    /// Accounts and Regions of which not every log file was read, and what was first.
    gaps: u64,
    first_gap: Option<Lost>,
}

impl Step for LogFiles {
    fn place(&self) -> Place {
        Place::of_organization(SOURCE)
    }

    /// It writes as many files as it reads, each under its own name.
    fn file(&self) -> Option<CaptureFile> {
        None
    }

    fn after(&self) -> Vec<Place> {
        vec![Place::of_organization("cloudtrail:trails")]
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(self.run(run))
    }
}

impl LogFiles {
    async fn run(&self, run: &mut StepRun<'_>) -> Result<(), StepError> {
        let target = self.target(run).await?;
        let Some(objects) = run.api().objects_in(&target.region) else {
            run.judge(CoverageStatus::NotObservable, "objects cannot be read here");
            return Ok(());
        };
        let mut cursor: Cursor = run.cursor().unwrap_or_default();
        let layout = match cursor.layout.clone() {
            Some(layout) => layout,
            None => {
                let organization = self.organization();
                let layout = Layout::find(run.api(), &target, &self.options, organization.as_ref()).await?;
                cursor.layout = Some(layout.clone());
                run.checkpoint(&cursor)?;
                layout
            }
        };
        let window = Window::of_days(self.options.days, self.plan.header.captured_at);
        let trails = planned::trails(run)?;
        let logs = TrailLogs {
            bucket: self.options.bucket.clone(),
            prefix: self.options.prefix.clone(),
            organization: self.organization(),
        };
        let recorded = Recorded::by(&trails, &logs, &window);
        let reader = Reader {
            target: &target,
            objects: objects.as_ref(),
            options: &self.options,
            window,
        };
        let folders = layout.folders(&self.accounts(), &self.regions());
        while let Some(rest) = folders.get(cursor.folder..).filter(|rest| !rest.is_empty()) {
            let chunk = rest.get(..FOLDERS_AT_A_TIME).unwrap_or(rest);
            let heads = reader.heads(run.api(), chunk, cursor.after.as_deref()).await;
            for (folder, head) in chunk.iter().zip(heads) {
                reader.read(run, head, &mut cursor).await?;
                if folder.is_last {
                    let tally = std::mem::take(&mut cursor.tally);
                    if let Some(lost) = tally.lost() {
                        cursor.gaps += 1;
                        cursor.first_gap.get_or_insert_with(|| lost.clone());
                    }
                    run.row(tally.row(run.work().clock.now(), folder, &recorded, &window));
                }
                cursor.folder += 1;
                cursor.after = None;
                run.checkpoint(&cursor)?;
            }
        }
        if let Some(row) = row_of_trails(run.work().clock.now(), recorded.gaps) {
            run.row(row);
        }
        self.conclude(run, cursor);
        Ok(())
    }

    /// What the step says of itself.
    fn conclude(&self, run: &mut StepRun<'_>, cursor: Cursor) {
        let place = format!("s3://{}/{}", self.options.bucket, self.options.prefix);
        let read = format!(
            "{} log files were read from {place}, {} bytes",
            cursor.files, cursor.bytes
        );
        run.count(cursor.files);
        match cursor.first_gap {
            None => run.remark(read),
            Some(lost) => run.judge_as(lost.note(cursor.files > 0, |reason| {
                format!(
                    "{read}; not every log file of {} accounts and Regions, first: {reason}",
                    cursor.gaps
                )
            })),
        }
    }

    /// The hub's endpoint in the Region of the bucket.
    async fn target(&self, run: &StepRun<'_>) -> Result<Target, ApiError> {
        let hub = self.plan.hub();
        let bucket = self.options.bucket.as_str();
        match location::bucket_region(run.api(), &self.plan.header.partition, bucket, &hub).await {
            Ok(region) => Ok(Target { region, ..hub }),
            Err(error) if error.failure == Failure::Deadline => Err(error),
            // Whoever may not ask where the bucket is may be let in all the same.
            Err(_) => Ok(hub),
        }
    }

    fn organization(&self) -> Option<OrganizationId> {
        let id = self.plan.header.organization_id.as_deref()?;
        OrganizationId::new(id).ok()
    }

    fn accounts(&self) -> Vec<Account> {
        let is_asked = |account: &&PlannedAccount| !matches!(account.treatment, Treatment::Excluded(_));
        let asked = self.plan.accounts.iter().filter(is_asked);
        asked.filter_map(|account| Account::new(&account.id).ok()).collect()
    }

    /// The Regions of the scan, and the one in which CloudTrail records the events of global services ("CloudTrail concepts", *Global service events*).
    fn regions(&self) -> Vec<Region> {
        let global = match self.plan.header.partition.as_str() {
            "aws-us-gov" => "us-gov-west-1",
            "aws-cn" => "cn-north-1",
            _ => "us-east-1",
        };
        let names = self.plan.header.regions.iter().map(String::as_str);
        let mut regions: Vec<Region> = names
            .chain([global])
            .filter_map(|name| Region::new(name).ok())
            .collect();
        regions.sort();
        regions.dedup();
        regions
    }
}

#[cfg(test)]
mod tests;
