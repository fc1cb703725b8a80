//! Live collection: which calls are made, by whom, at what rate, in which order, and what is written down of their answers.
//!
//! Architecture invariants:
//! - nothing here links an AWS SDK, opens a socket or reads a clock: [`AwsApi`] and [`Clock`] are ports;
//! - a call that is not a row of [`calls`] cannot be made, so that the permissions generated from the rows are those that the calls need;
//! - every step ends in rows of the coverage ledger, whatever happened; a failed page, Region or account never ends a scan;
//! - answers pass the redaction of `sv0-sources` before they are kept.

pub mod calls;
pub mod central;
pub mod evidence;
pub mod permissions;
pub mod spoke;

mod aggregated;
mod api;
mod base;
mod budget;
mod call;
mod collect;
mod lacking;
mod ledger;
mod listing;
mod pages;
mod plan;
mod planning;
mod preflight;
mod relay;
mod schedule;
mod stage;
mod step;
mod task;
#[cfg(test)]
mod testkit;
mod turns;
mod work;

pub use api::{ApiError, AwsApi, BoxFuture, Clock, Failure, Session, Target};
pub use base::{BaseCapture, BaseError, PlannedBase};
pub use budget::{Bucket, Budgets};
pub use call::{ApiCall, COMPONENT_TAG, Caller, Pages, RUN_TAG, Rate, Scope};
pub use collect::{CollectError, CollectEvent, Collected, collect};
pub use pages::PageReader;
pub use plan::{CollectOptions, LastAccessed, OrganizationAccess, Plan, PlannedAccount, Spokes, Treatment};
pub use planning::{management_account, outline};
pub use preflight::{Check, CheckStatus, ExternalIdProbe, PreflightOptions, preflight};
pub use relay::{Relay, TaskState};
pub use stage::{Finished, Finishing, Handed, HandedStatus, Planned, StageError, finish_stage, plan_stage, task_stage};
pub use step::{Place, Step, StepError, StepRun};
pub use task::{Task, UnknownTask, work_on};
pub use turns::Turns;
pub use work::{OnStep, Progress, Work, run_steps};
