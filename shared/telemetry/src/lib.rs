//! What the Lambda functions tell of themselves: metrics in CloudWatch's embedded metric format, and logs as JSON lines, both on standard output.
//!
//! [`metrics`] is the list of metrics, which `docs/metrics.md` prints; [`emf`] puts measurements into lines; [`cost`] is the arithmetic of the estimate. These compute and do
//! nothing else. [`log`] is the subscriber of a process, [`Invocation`] what one invocation says in every line.
//!
//! Architecture invariants:
//! - no account id, ARN or other thing of which there may be many is a dimension: each value of one is a metric of its own, which is billed;
//! - what other crates log counts from `WARN` on, whatever the level: below it, HTTP clients print requests with their signatures and tokens.

pub mod cost;
pub mod emf;
pub mod log;
pub mod metrics;

mod invocation;

pub use emf::Measurement;
pub use invocation::{Invocation, Output, Process, Stage};
pub use metrics::{Metric, Unit};
