//! One batch of changes.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tracing::{error, info, warn};

use crate::{Answer, Batch, Executions, Failure, OnChangeError};

/// What a batch is handled with; made once.
#[derive(Debug)]
pub struct Host<E> {
    /// Where executions are started.
    pub executions: E,
    /// An account is read again once in so many seconds.
    pub window: NonZeroU64,
}

/// Has each account of a batch read again. The answer names the messages that have to be seen again.
///
/// # Errors
/// [`OnChangeError`] when the event is no batch.
pub async fn handle<E: Executions>(host: &Host<E>, event: Value, now: SystemTime) -> Result<Answer, OnChangeError> {
    let batch: Batch = serde_json::from_value(event).map_err(|error| OnChangeError::BadRequest {
        reason: error.to_string(),
    })?;
    let window = window_of(now, host.window);
    let mut accounts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut failures = Vec::new();
    for message in batch.messages {
        if let Some(account) = message.account() {
            accounts.entry(account).or_default().push(message.id);
        } else {
            // It is seen again until it lies in the dead letter queue, where somebody looks at it.
            warn!(message_id = message.id, "the message names no account");
            failures.push(message.id);
        }
    }
    for (account, messages) in accounts {
        let name = format!("change-{account}-{window}");
        let input = json!({ "account": account }).to_string();
        match host.executions.start(&name, &input).await {
            Ok(()) => info!(
                account,
                execution = name,
                changes = messages.len(),
                "account is read again"
            ),
            Err(reason) => {
                error!(account, execution = name, reason, "execution did not start");
                failures.extend(messages);
            }
        }
    }
    failures.sort();
    Ok(Answer {
        failures: failures.into_iter().map(|message| Failure { message }).collect(),
    })
}

/// When the window began, in seconds since 1970.
fn window_of(now: SystemTime, window: NonZeroU64) -> u64 {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    seconds - seconds % window
}

#[cfg(test)]
mod tests;
