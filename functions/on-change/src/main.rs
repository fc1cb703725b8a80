//! Reads the settings once, builds the adapter once, and hands every batch to the handler.

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::BehaviorVersion;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_on_change::{Host, Settings, StepFunctions, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let host = Arc::new(Host {
        executions: StepFunctions::new(aws_sdk_sfn::Client::new(&config), settings.state_machine),
        window: settings.window,
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let host = Arc::clone(&host);
        async move {
            let request_id = event.context.request_id.as_str();
            Ok::<_, Diagnostic>(handle(&host, event.payload, request_id, SystemTime::now()).await?)
        }
    }))
    .await
}
