//! Reads the settings once, builds the adapters once, and hands every event to the handler.

use std::sync::Arc;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_model::time::Timestamp;
use sv0_record::{Adapters, Host, Invocation, Settings, handle};
use sv0_telemetry::Process;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let process = Process::start(variable);
    let settings = Settings::read(variable)?;
    let host = Arc::new(Host {
        adapters: Adapters::new(&sv0_aws::sdk_config().await, &settings, Handle::current()),
        now: Timestamp::now,
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let host = Arc::clone(&host);
        let deadline = event.context.deadline();
        let invocation = Invocation {
            telemetry: process.invocation(&event.context.request_id, event.context.xray_trace_id.as_deref()),
            time_left: Arc::new(move || deadline.duration_since(SystemTime::now()).unwrap_or_default()),
        };
        // The adapters wait, so they must not do it on the thread that drives the runtime.
        let work = spawn_blocking(move || handle(&host, event.payload, &invocation));
        async { Ok::<_, Diagnostic>(work.await.map_err(|error| Diagnostic::from(Error::from(error)))??) }
    }))
    .await
}
