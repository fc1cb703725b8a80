//! Records scans in DynamoDB, on the same stage as `sv0 scan` records them in SQLite.
//!
//! One program, three events. `begin` takes the lease that keeps scans apart, or prolongs it; `record` writes a published run into the table and tells the hub's
//! event bus what it found; `end` gives the lease back. `docs/deployment.md` ("The recording function") describes them.
//!
//! Architecture invariant: no logic of its own. What is recorded stands in `sv0_pipeline::stages::record`, how in `sv0_aws::dynamodb`; what this crate adds is the
//! events, the answers, the names of errors and what is told to the bus.

mod error;
mod event;
mod handler;
mod settings;
mod told;

pub use error::RecordError;
pub use event::{Answer, EventCounts, Outcome, Request, Scope, Status};
pub use handler::{Adapters, Host, Invocation, handle};
pub use settings::{Settings, SettingsError};
