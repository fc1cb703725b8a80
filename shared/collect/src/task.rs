//! What one worker does by itself, and how it goes on where another stopped.

use std::fmt;

use sv0_model::hash::sha256_hex;
use sv0_sources::WriteError;

use crate::central;
use crate::plan::{Plan, PlannedAccount, Spokes};
use crate::spoke;
use crate::step::Step;
use crate::turns::Turns;
use crate::work::{OnStep, Progress, Work, run_steps};

/// So many that the budget of AWS Config's queries is always drawn on, at eight calls a second and an answer within a second.
const INVENTORY_AT_A_TIME: usize = 8;

/// A part of a scan that one worker can do by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Accounts and tree of the organization, and the state of the Config aggregator. It comes first, since the plan rests on these.
    Organization,
    /// Policies and administrators of the organization, and the Config aggregator.
    Inventory,
    /// Security Hub and IAM Access Analyzer.
    Findings,
    /// IAM Identity Center.
    Identity,
    /// Trails.
    Trails,
    /// What the centre lacks of one account.
    Account(PlannedAccount),
}

/// A name that no task of the plan has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the plan has no task {0:?}: tasks are inventory, findings, identity, trails, and the ids of accounts that are read"
)]
pub struct UnknownTask(pub String);

impl Task {
    /// Every task of a plan, central ones first.
    #[must_use]
    pub fn all(plan: &Plan) -> Vec<Self> {
        let mut tasks = vec![Self::Organization];
        tasks.extend(Self::central());
        tasks.extend(Self::accounts(plan));
        tasks
    }

    /// The tasks that ask no spoke and wait for the plan.
    #[must_use]
    pub fn central() -> [Self; 4] {
        [Self::Inventory, Self::Findings, Self::Identity, Self::Trails]
    }

    /// One task an account that is read.
    #[must_use]
    pub fn accounts(plan: &Plan) -> Vec<Self> {
        match plan.options.spokes {
            Spokes::Roles => plan.read_accounts().cloned().map(Self::Account).collect(),
            Spokes::CentralOnly => Vec::new(),
        }
    }

    /// The task of that name, if it is one that a worker is given: not the organization, which belongs to the plan.
    ///
    /// # Errors
    /// [`UnknownTask`].
    pub fn named(plan: &Plan, name: &str) -> Result<Self, UnknownTask> {
        let mut tasks = Self::central().into_iter().chain(Self::accounts(plan));
        tasks
            .find(|task| task.to_string() == name)
            .ok_or_else(|| UnknownTask(name.chars().take(64).collect()))
    }

    /// The turns of whoever has this task of the plan, where so many accounts are read at a time: the central tasks are done side by side before, and then the accounts in the order of
    /// [`Self::accounts`]. `None` where no other worker runs at the same time.
    #[must_use]
    pub fn turns(&self, plan: &Plan, accounts_at_a_time: usize) -> Option<Turns> {
        let central = Self::central();
        if let Some(index) = central.iter().position(|task| task == self) {
            return Turns::of(index, central.len(), central.len());
        }
        let accounts = Self::accounts(plan);
        let index = accounts.iter().position(|task| task == self)?;
        Turns::of(index, accounts.len(), accounts_at_a_time)
    }

    /// What there is to do.
    #[must_use]
    pub fn steps(&self, plan: &Plan) -> Vec<Box<dyn Step>> {
        match self {
            Self::Organization => organization_steps(plan),
            Self::Inventory => central::inventory_steps(plan),
            Self::Findings => central::findings_steps(plan),
            Self::Identity => central::identity_steps(plan),
            Self::Trails => central::trail_steps(plan),
            Self::Account(account) => spoke::account_steps(plan, account),
        }
    }

    /// Steps at a time. All types of AWS Config share one budget: were all of them asked at once, the pages of the most numerous, which come one after the other,
    /// would wait for those of all others, and be left over at the end.
    pub(crate) fn concurrency(&self, plan: &Plan) -> usize {
        match self {
            Self::Inventory => plan.options.concurrency.min(INVENTORY_AT_A_TIME),
            _ => plan.options.concurrency,
        }
    }
}

fn organization_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    // Also where no organization was told of: only its own steps say whether there is none, or nobody answered.
    let mut steps = central::organization_steps(plan);
    steps.extend(central::region_steps(plan));
    steps.extend(central::aggregator_steps(plan));
    steps
}

/// The name by which workers are given it: `inventory`, or an account's id.
impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Organization => "organization",
            Self::Inventory => "inventory",
            Self::Findings => "findings",
            Self::Identity => "identity",
            Self::Trails => "trails",
            Self::Account(account) => &account.id,
        })
    }
}

/// Goes on with a task until it is done or the worker's time is up.
///
/// # Errors
/// [`WriteError`] when the capture cannot be written.
pub async fn work_on(
    work: &Work,
    plan: &Plan,
    task: &Task,
    mut progress: Progress,
    on_step: OnStep<'_>,
) -> Result<Progress, WriteError> {
    let steps = task.steps(plan);
    for step in &steps {
        begin_again_if_lost(work, step.as_ref(), &mut progress)?;
    }
    run_steps(work, &steps, progress, task.concurrency(plan), on_step).await
}

/// A worker that died may have written more of a file than anybody remembers. To add to it from the remembered place would write pages twice, so the step
/// begins again unless the file is the one that is remembered.
fn begin_again_if_lost(work: &Work, step: &dyn Step, progress: &mut Progress) -> Result<(), WriteError> {
    let key = step.place().key();
    let (Some(cursor), Some(file)) = (progress.cursors.get(&key), step.file()) else {
        return Ok(());
    };
    let stored = work.store.get(file.path())?.map(|bytes| sha256_hex(&bytes));
    let remembered = progress.files.get(file.path()).map(|object| &object.sha256);
    if cursor.is_null() || stored.as_ref() != remembered {
        progress.cursors.remove(&key);
        progress.files.remove(file.path());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicI64;

    use serde_json::{Value, json};
    use sv0_sources::{CaptureFile, CaptureStore as _, CaptureWriter};

    use super::*;
    use crate::testkit::{ACCOUNT, Aws, Memory, Still, account, done, plan};

    fn aws() -> Aws {
        let role = |name: &str| {
            json!({
                "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "RoleName": name, "RoleId": "AROAEXAMPLE", "Path": "/", "CreateDate": "2026-01-01T00:00:00+00:00",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}, "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
            })
        };
        let roles: Vec<Value> = ["a", "b", "c", "d"].map(role).to_vec();
        Aws::new().pages(
            "iam:GetAccountAuthorizationDetails",
            json!({}),
            "RoleDetailList",
            roles,
            1,
        )
    }

    /// A worker's run, whose time is up after so many looks at the clock.
    fn run(store: &Arc<Memory>, progress: Progress, checks: i64) -> Progress {
        let work = Work {
            api: Arc::new(aws()),
            clock: Arc::new(Still(AtomicI64::new(checks))),
            writer: CaptureWriter::new(store.clone()),
            store: store.clone(),
            base: None,
        };
        done(work_on(&work, &plan(), &Task::Account(account()), progress, &|_| {})).unwrap()
    }

    /// What a worker added of which nobody remembers is not added to, whatever was remembered of the file before.
    #[test]
    fn a_file_that_a_worker_added_to_before_it_died_is_begun_anew() {
        let whole: Arc<Memory> = Arc::default();
        run(&whole, Progress::default(), -1);
        let key = CaptureFile::authorization_details(ACCOUNT).unwrap();
        let expected = whole.get(key.path()).unwrap().unwrap();
        let mut were_added_to = 0;
        for checks in 1..60 {
            let store: Arc<Memory> = Arc::default();
            let remembered = run(&store, Progress::default(), checks);
            let before = store.get(key.path()).unwrap();
            run(&store, remembered.clone(), 40);
            were_added_to += usize::from(before.is_some() && store.get(key.path()).unwrap() != before);
            run(&store, remembered, -1);
            assert!(store.get(key.path()).unwrap() == Some(expected.clone()), "{checks}");
        }
        assert!(were_added_to > 0);
    }
}
