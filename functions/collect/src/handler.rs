//! One event, one stage.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use sv0_collect::{
    BaseCapture, Clock, CollectOptions, Finishing, HandedStatus, Plan, Planned, Relay, Task, Turns, Work, finish_stage,
    management_account, plan_stage, task_stage,
};
use sv0_model::coverage::CoverageRow;
use sv0_sources::CaptureWriter;
use tokio::task::block_in_place;
use tracing::{Instrument as _, error, info};

use crate::base::base_place;
use crate::event::{FinishAnswer, PlanAnswer, Scope};
use crate::measured::measurements;
use crate::{Adapters, Answer, CollectFunctionError, Event, TaskEvent, TaskList};

/// Unfinished tasks that an answer names, so that it stays small.
const MOST_NAMED: usize = 50;

/// What an event is handled with; made once.
pub struct Host<A> {
    /// The Region in which the hub asks what is asked once.
    pub home_region: String,
    /// Options of every plan that its event leaves out.
    pub options: Map<String, Value>,
    /// AWS.
    pub adapters: A,
}

/// One invocation.
pub struct Invocation {
    /// What it says in every line.
    pub telemetry: sv0_telemetry::Invocation,
    /// The time, and when the invocation ends.
    pub clock: Arc<dyn Clock>,
}

/// Goes through the stage that `event` names. An event that comes twice changes nothing.
///
/// # Errors
/// [`CollectFunctionError`], also logged. What was stored before stays, so the event can be tried again.
pub async fn handle<A: Adapters>(
    host: &Host<A>,
    event: Value,
    invocation: &Invocation,
) -> Result<Answer, CollectFunctionError> {
    let began = invocation.clock.now();
    let (event, unreadable) = match Event::read(event, &host.options) {
        Ok(event) => (Some(event), None),
        Err(error) => (None, Some(error)),
    };
    let stage = event.as_ref().map(Event::stage).unwrap_or_default();
    let logged = async {
        let result = match (&event, unreadable) {
            (Some(event), None) => answer(host, event, invocation).await,
            (_, error) => Err(error.unwrap_or_else(|| CollectFunctionError::BadRequest {
                reason: "it is empty".to_owned(),
            })),
        };
        log_result(&result);
        result
    };
    let result = logged.instrument(invocation.telemetry.span(stage)).await;
    let usage = host.adapters.take_usage();
    let now = invocation.clock.now();
    invocation.telemetry.print_metrics(
        now,
        stage,
        Duration::try_from(now.duration_since(began)).unwrap_or_default(),
        result.as_ref().err().map(CollectFunctionError::name),
        usage.evidence.map_or(0, |cost| cost.micro_dollars.saturating_mul(1000)),
        &measurements(stage.name, result.as_ref().ok(), &usage),
    );
    result
}

fn log_result(result: &Result<Answer, CollectFunctionError>) {
    match result {
        Ok(answer) => info!(
            answer = serde_json::to_string(answer).unwrap_or_default(),
            "stage answered"
        ),
        Err(error) => error!(error_type = error.name(), error = error.to_string(), "stage failed"),
    }
}

async fn answer<A: Adapters>(
    host: &Host<A>,
    event: &Event,
    invocation: &Invocation,
) -> Result<Answer, CollectFunctionError> {
    let run = Run {
        host,
        invocation,
        id: event.run(),
        relay: Relay::new(host.adapters.store(&format!("work/{}/", event.run()))),
    };
    match event {
        Event::Plan { options, .. } => run.plan(options).await,
        Event::Task {
            task,
            accounts_at_a_time,
            ..
        } => run.task(task, *accounts_at_a_time).await,
        Event::Finish { .. } => run.finish(),
    }
}

/// A run, as one invocation sees it.
struct Run<'a, A> {
    host: &'a Host<A>,
    invocation: &'a Invocation,
    id: &'a str,
    relay: Relay,
}

impl<A: Adapters> Run<'_, A> {
    fn capture(&self) -> String {
        format!("captures/{}/", self.id)
    }

    fn work(&self, management: Option<&str>, base: Option<&str>, turns: Option<Turns>) -> Work {
        let store = self.host.adapters.store(&self.capture());
        let clock = Arc::clone(&self.invocation.clock);
        Work {
            api: self.host.adapters.api(self.id, management, turns, Arc::clone(&clock)),
            clock,
            writer: CaptureWriter::new(Arc::clone(&store) as _),
            store,
            base: base.map(|base| BaseCapture::new(base, self.host.adapters.store(&format!("{base}/")))),
        }
    }

    fn existing_plan(&self) -> Result<Plan, CollectFunctionError> {
        self.relay.plan()?.ok_or_else(|| CollectFunctionError::NotPlanned {
            run: self.id.to_owned(),
        })
    }

    async fn plan(&self, options: &CollectOptions) -> Result<Answer, CollectFunctionError> {
        let mut options = options.clone();
        if options.home_region.is_empty() {
            options.home_region.clone_from(&self.host.home_region);
        }
        let (management, base) = match self.relay.draft()? {
            Some(draft) => (draft.management_account, draft.base.map(|base| base.name)),
            None => {
                let base = options.base.as_deref();
                let base = base.map(|base| base_place(&self.host.adapters, base)).transpose()?;
                let work = self.work(None, None, None);
                (management_account(work.api.as_ref(), &options.home_region).await, base)
            }
        };
        let work = self.work(management.as_deref(), base.as_deref(), None);
        let on_step = |row: &CoverageRow| log_step("organization", row);
        let (plan, handed) = match plan_stage(&work, &self.relay, options, &on_step).await? {
            Planned::Done(plan, handed) => (Some(plan), handed),
            Planned::Continue(handed) => (None, handed),
        };
        Ok(Answer::Plan {
            run: self.id.to_owned(),
            handed,
            planned: plan.map(|plan| self.planned(&plan)).transpose()?,
        })
    }

    fn planned(&self, plan: &Plan) -> Result<PlanAnswer, CollectFunctionError> {
        Ok(PlanAnswer {
            capture: format!("{}{}", self.host.adapters.results(), self.capture()),
            captured_at: plan.header.captured_at,
            accounts: plan.accounts.len(),
            regions: plan.header.regions.len(),
            central: self.list("central.json", &Task::central())?,
            spokes: self.list("spokes.json", &Task::accounts(plan))?,
        })
    }

    /// Stores a list of tasks, in the form that the item reader of a distributed map takes.
    fn list(&self, name: &str, tasks: &[Task]) -> Result<TaskList, CollectFunctionError> {
        let events: Vec<TaskEvent> = tasks
            .iter()
            .map(|task| TaskEvent {
                stage: "task",
                run: self.id.to_owned(),
                task: task.to_string(),
            })
            .collect();
        self.relay.keep(name, &events)?;
        let results = self.host.adapters.results();
        Ok(TaskList {
            bucket: results.bucket().to_owned(),
            key: results.key(&format!("work/{}/{name}", self.id)),
            tasks: events.len(),
        })
    }

    async fn task(&self, name: &str, accounts_at_a_time: usize) -> Result<Answer, CollectFunctionError> {
        let plan = self.existing_plan()?;
        let task = Task::named(&plan, name)?;
        let turns = task.turns(&plan, accounts_at_a_time);
        let work = self.work(plan.management_account.as_deref(), None, turns);
        let on_step = |row: &CoverageRow| log_step(name, row);
        let handed = task_stage(&work, &self.relay, &plan, &task, &on_step).await?;
        Ok(Answer::Task {
            run: self.id.to_owned(),
            task: name.to_owned(),
            handed,
        })
    }

    fn finish(&self) -> Result<Answer, CollectFunctionError> {
        let plan = self.existing_plan()?;
        let base = plan.base.as_ref().map(|base| base.name.as_str());
        let work = self.work(plan.management_account.as_deref(), base, None);
        // Files of a base are waited for by threads, which need the runtime to go on meanwhile.
        let (status, accounts_left, finished) = match block_in_place(|| finish_stage(&work, &self.relay, &plan))? {
            Finishing::Continue(left) => (HandedStatus::Continue, left, None),
            Finishing::Done(finished) => (HandedStatus::Done, 0, Some(finished)),
        };
        Ok(Answer::Finish {
            run: self.id.to_owned(),
            status,
            accounts_left,
            finished: finished.map(|finished| FinishAnswer {
                capture: format!("{}{}", self.host.adapters.results(), self.capture()),
                scope: scope(&plan),
                files: finished.files,
                rows: finished.rows,
                unfinished_tasks: finished.unfinished.len(),
                unfinished: finished.unfinished.into_iter().take(MOST_NAMED).collect(),
            }),
        })
    }
}

fn scope(plan: &Plan) -> Scope {
    match plan.options.accounts.is_empty() {
        true => Scope::All,
        false => Scope::Accounts,
    }
}

fn log_step(task: &str, row: &CoverageRow) {
    info!(
        task,
        account = row.account,
        region = row.region,
        source = row.source,
        status = ?row.status,
        error_code = row.error_code,
        operation = row.operation,
        items = row.items,
        "step done"
    );
}

#[cfg(test)]
mod tests;
