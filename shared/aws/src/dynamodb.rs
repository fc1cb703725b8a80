//! The state of a deployment in one DynamoDB table. `docs/data-model.md` says how it is read; [ADR 16](../../../docs/adr/0016-one-table-and-a-redo-journal.md) why it is so.

mod apply;
mod attributes;
mod configuration;
mod error;
mod head;
mod items;
mod journal;
mod keys;
mod lease;
mod lives;
mod read;
mod record;
mod state;
mod table;

use aws_config::SdkConfig;
pub use aws_sdk_dynamodb::Client;

pub use configuration::TableConfiguration;
pub use error::TableError;
pub use journal::FindingChange;
pub use state::{DynamoState, Options, TimeLeft};

/// A client with these settings.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}
