//! Reads the settings once, builds the adapter once, and hands every batch to the handler.

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::BehaviorVersion;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_on_change::{Host, Settings, StepFunctions, handle};
use sv0_telemetry::{Process, Stage};
use tracing::Instrument as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    let process = Process::start(variable);
    let settings = Settings::read(variable)?;
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let host = Arc::new(Host {
        executions: StepFunctions::new(aws_sdk_sfn::Client::new(&config), settings.state_machine),
        window: settings.window,
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let host = Arc::clone(&host);
        let telemetry = process.invocation(&event.context.request_id, event.context.xray_trace_id.as_deref());
        async move {
            let handled = handle(&host, event.payload, SystemTime::now());
            Ok::<_, Diagnostic>(
                handled
                    .instrument(telemetry.span(Stage {
                        name: "on-change",
                        ..Stage::default()
                    }))
                    .await?,
            )
        }
    }))
    .await
}
