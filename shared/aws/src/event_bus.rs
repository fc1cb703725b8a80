//! Events on the hub's own bus.

use std::time::Duration;

use aws_config::SdkConfig;
pub use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;
use thiserror::Error;
use tokio::runtime::Handle;

use crate::api::Jitter;

/// What PutEvents takes at once: 10 entries, of which the whole request is at most 1 MB (Amazon EventBridge User Guide, "PutEvents"). Ours stay far below.
const ENTRIES_AT_ONCE: usize = 10;
const BYTES_AT_ONCE: usize = 200 * 1024;
const ATTEMPTS: u32 = 6;
const LONGEST_WAIT: Duration = Duration::from_millis(3200);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened, such as `Scan Finished`.
    pub detail_type: &'static str,
    /// What there is to say of it.
    pub detail: Value,
}

impl Event {
    fn bytes(&self) -> usize {
        self.detail_type.len() + self.detail.to_string().len() + 256
    }
}

/// Events were not taken.
#[derive(Debug, Error)]
#[error("{code}: {message}")]
pub struct EventBusError {
    /// EventBridge's name of the error.
    pub code: String,
    /// Its words.
    pub message: String,
}

/// An event bus, and the source in whose name events are put on it.
#[derive(Debug)]
pub struct EventBus {
    client: Client,
    bus: String,
    source: &'static str,
    runtime: Handle,
    jitter: Jitter,
}

/// A client with these settings.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

impl EventBus {
    /// The bus of that name or ARN. Its calls run on `runtime` and must come from a thread that may block.
    #[must_use]
    pub fn new(client: Client, bus: &str, source: &'static str, runtime: Handle) -> Self {
        Self {
            client,
            bus: bus.to_owned(),
            source,
            runtime,
            jitter: Jitter::new(None),
        }
    }

    /// Puts events on the bus, in this order, each at least once.
    ///
    /// # Errors
    /// [`EventBusError`] when some are still not taken after several attempts.
    pub fn put(&self, events: &[Event]) -> Result<(), EventBusError> {
        let mut rest = events;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take(ENTRIES_AT_ONCE).take_while(|event| {
                bytes += event.bytes();
                bytes <= BYTES_AT_ONCE
            });
            let (batch, after) = rest.split_at(fitting.count().max(1));
            self.runtime.block_on(self.put_batch(batch))?;
            rest = after;
        }
        Ok(())
    }

    async fn put_batch(&self, events: &[Event]) -> Result<(), EventBusError> {
        let mut left: Vec<PutEventsRequestEntry> = events.iter().map(|event| self.entry(event)).collect();
        let mut refused = EventBusError {
            code: "Unanswered".to_owned(),
            message: "EventBridge gave no reason".to_owned(),
        };
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let most = Duration::from_millis(50 << attempt).min(LONGEST_WAIT);
                tokio::time::sleep(self.jitter.up_to(most)).await;
            }
            let request = self.client.put_events().set_entries(Some(left.clone()));
            let answer = request.send().await.map_err(|error| failed(&error))?;
            // The answer has an entry for each of the request, in its order.
            let results = answer.entries.unwrap_or_default();
            let is_refused = |index: usize| results.get(index).is_none_or(|result| result.error_code.is_some());
            let refusals = left.into_iter().enumerate().filter(|(index, _)| is_refused(*index));
            left = refusals.map(|(_, entry)| entry).collect();
            if left.is_empty() {
                return Ok(());
            }
            if let Some(result) = results.iter().find(|result| result.error_code.is_some()) {
                refused.code = result.error_code.clone().unwrap_or_default();
                refused.message = result.error_message.clone().unwrap_or_default();
            }
        }
        Err(refused)
    }

    fn entry(&self, event: &Event) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(self.source)
            .detail_type(event.detail_type)
            .detail(event.detail.to_string())
            .build()
    }
}

fn failed<E>(error: &SdkError<E>) -> EventBusError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    EventBusError {
        code: error.code().unwrap_or("Unanswered").to_owned(),
        message: error.message().map_or_else(|| error.to_string(), str::to_owned),
    }
}
