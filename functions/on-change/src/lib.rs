//! Has the accounts read again in which something changed: messages of the queue of changes in, executions of the state machine `rescan-account` out.
//!
//! However many changes an account has, it is read again once in a window of time: the execution's name is that of account and window, and Step Functions takes a name once.
//! Nothing is lost by that. A message becomes visible one window after it was sent, so whatever execution there is of the present window began after the change.
//!
//! Architecture invariant: what changed is not looked at. The scan asks AWS, not the event.

mod error;
mod event;
mod executions;
mod handler;
mod settings;

pub use error::OnChangeError;
pub use event::{Answer, Batch, Failure, Message};
pub use executions::{Executions, StepFunctions};
pub use handler::{Host, handle};
pub use settings::{Settings, SettingsError};
