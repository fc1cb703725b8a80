//! Workloads that Config does not record, and what services answer of a workload beside its description.

use super::Reader;
use crate::config::table::TypeRow;

/// Types that only their service's own answers describe.
pub(crate) static ROWS: &[TypeRow] = &[];

/// Answers that describe no workload by themselves.
pub(super) static READERS: &[Reader] = &[];
