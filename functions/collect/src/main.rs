//! Reads the settings once, builds the adapters once, and hands every event to the handler.

use std::sync::Arc;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use sv0_aws::api::SystemClock;
use sv0_aws::sdk_config;
use sv0_collect_function::{AwsAdapters, Host, Invocation, Settings, handle};
use tokio::runtime::Handle;

// Of several threads, since files are waited for where the steps run.
#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let host = Arc::new(Host {
        home_region: settings.home_region.clone(),
        options: settings.options.clone(),
        adapters: AwsAdapters::new(sdk_config().await, settings, Handle::current()),
    });
    run(service_fn(move |event: LambdaEvent<Value>| {
        let host = Arc::clone(&host);
        async move {
            let left = event.context.deadline().duration_since(SystemTime::now());
            let invocation = Invocation {
                request_id: event.context.request_id.clone(),
                clock: Arc::new(SystemClock::ending_in(left.unwrap_or_default())),
            };
            Ok::<_, Diagnostic>(handle(&host, event.payload, &invocation).await?)
        }
    }))
    .await
}
