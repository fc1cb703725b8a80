//! Reads the settings once, builds the adapters once, and hands every event to the handler.

use std::sync::Arc;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_aws::api::SystemClock;
use sv0_aws::sdk_config;
use sv0_collect_function::{AwsAdapters, Host, Invocation, Settings, handle};
use sv0_telemetry::Process;
use tokio::runtime::Handle;

// Of several threads, since files are waited for where the steps run.
#[tokio::main]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let process = Arc::new(Process::start(variable));
    let settings = Settings::read(variable)?;
    let host = Arc::new(Host {
        home_region: settings.home_region.clone(),
        options: settings.options.clone(),
        adapters: AwsAdapters::new(sdk_config().await, settings, Handle::current()),
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let (host, process) = (Arc::clone(&host), Arc::clone(&process));
        async move {
            let left = event.context.deadline().duration_since(SystemTime::now());
            let invocation = Invocation {
                telemetry: process.invocation(&event.context.request_id, event.context.xray_trace_id.as_deref()),
                clock: Arc::new(SystemClock::ending_in(left.unwrap_or_default())),
            };
            Ok::<_, Diagnostic>(handle(&host, event.payload, &invocation).await?)
        }
    }))
    .await
}
