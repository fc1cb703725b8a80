//! The adapter of [`sv0_collect::AwsApi`]: every call of the table, through one client.
//!
//! How a call looks on the wire is data (`wire.json`, generated from botocore's service models), so no code is written or generated for an operation. What a
//! call does, from the inside out: `client` waits for its place in the budget and takes the role, `request` packs the parameters, `sign` signs,
//! `send` makes one attempt, `answer` reads what came back as the AWS CLI prints it, `error` says what a refusal means, `attempt` whether to try again.

mod answer;
mod attempt;
mod client;
mod clock;
mod counters;
mod endpoint;
mod error;
mod jitter;
mod request;
mod roles;
mod send;
mod sign;
mod skew;
mod text;
mod wire;
mod words;

pub use client::{AwsClient, ClientOptions};
pub use clock::SystemClock;
pub use counters::{CallCounters, CallObserver, CountKey, SentRequest};
pub(crate) use error::refused;
pub(crate) use jitter::Jitter;
pub use roles::{RoleOptions, own_session_policies};
pub use sv0_collect::{COMPONENT_TAG, RUN_TAG};
