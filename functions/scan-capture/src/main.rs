//! Reads the settings once, builds the adapters once, and hands every event to the handler.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_aws::s3::{S3Captures, S3ObjectStore, client};
use sv0_model::time::Timestamp;
use sv0_scan_capture::{Host, Settings, handle};
use sv0_telemetry::Process;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let process = Process::start(variable);
    let settings = Settings::read(variable)?;
    let client = client(&sv0_aws::sdk_config().await);
    let host = Arc::new(Host {
        captures: S3Captures::new(client.clone(), Handle::current()),
        results: S3ObjectStore::new(client, settings.results, Handle::current()),
        limits: settings.limits,
        now: Timestamp::now,
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let host = Arc::clone(&host);
        let invocation = process.invocation(&event.context.request_id, event.context.xray_trace_id.as_deref());
        // The adapters wait, so they must not do it on the thread that drives the runtime.
        let work = spawn_blocking(move || handle(&host, event.payload, &invocation));
        async { Ok::<_, Diagnostic>(work.await.map_err(|error| Diagnostic::from(Error::from(error)))??) }
    }))
    .await
}
