//! What comes in and what goes out.

use serde::{Deserialize, Serialize};

/// Messages that Lambda took from the queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records")]
    pub messages: Vec<Message>,
}

/// A message: a change, as the rule of the bus writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// The message's id, by which a failure is reported.
    #[serde(rename = "messageId")]
    pub id: String,
    /// `{"account": "…", "id": "…"}`.
    pub body: String,
}

impl Message {
    /// The account in which something changed; `None` where the message names none.
    #[must_use]
    pub fn account(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Change {
            account: String,
        }
        let change: Change = serde_json::from_str(&self.body).ok()?;
        let is_account = change.account.len() == 12 && change.account.bytes().all(|byte| byte.is_ascii_digit());
        is_account.then_some(change.account)
    }
}

/// Which messages have to be seen again; all others are done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Sorted.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<Failure>,
}

/// A message that has to be seen again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Failure {
    /// The message's id.
    #[serde(rename = "itemIdentifier")]
    pub message: String,
}
