//! The port to AWS: one call, one answer in the form that the AWS CLI prints.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use sv0_model::coverage::CoverageStatus;
use sv0_model::time::Timestamp;

use crate::call::{ApiCall, Caller};
use crate::evidence::ObjectReader;

/// A future that may be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whose credentials a call is made with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    /// The hub's own: the function's role, or the caller's chain on one machine.
    Hub,
    /// The spoke role of an account, taken on behalf of a hub component.
    Spoke {
        /// 12 digits.
        account: String,
        /// The component it is taken for.
        caller: Caller,
    },
    /// The role in the management account.
    Management {
        /// The component it is taken for.
        caller: Caller,
    },
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Whose credentials it is made with.
    pub session: Session,
    /// The Region of the endpoint; a global service is asked in the partition's own Region whatever stands here.
    pub region: String,
}

/// What became of a call that was not answered, so far as anybody acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The caller's permissions do not allow it.
    Denied,
    /// AWS still throttled the last attempt.
    Throttled,
    /// The Region is not enabled for the account.
    RegionDisabled,
    /// The service is not enabled in the account or Region, or is not offered there.
    ServiceDisabled,
    /// What was asked about does not exist.
    NotFound,
    /// The role could not be taken: it is not there, or does not trust the hub.
    RoleRefused,
    /// The credentials ran out, and could not be renewed.
    Expired,
    /// No answer in time.
    Timeout,
    /// No connection, or it broke off.
    Connection,
    /// AWS failed (5xx) at the last attempt.
    Server,
    /// The answer cannot be read.
    Malformed,
    /// The answer is larger than is read.
    TooLarge,
    /// AWS refused the request as it was put.
    Invalid,
    /// The worker's time is up: the call was not made, or not made again.
    Deadline,
}

impl Failure {
    /// How the ledger calls it.
    #[must_use]
    pub fn status(self) -> CoverageStatus {
        match self {
            Self::Denied | Self::RoleRefused => CoverageStatus::Denied,
            Self::Throttled => CoverageStatus::Throttled,
            Self::RegionDisabled | Self::ServiceDisabled => CoverageStatus::Disabled,
            Self::NotFound
            | Self::Expired
            | Self::Timeout
            | Self::Connection
            | Self::Server
            | Self::Malformed
            | Self::TooLarge
            | Self::Invalid
            | Self::Deadline => CoverageStatus::Failed,
        }
    }
}

/// A call that was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {code}: {message}")]
pub struct ApiError {
    /// What became of it.
    pub failure: Failure,
    /// AWS's name of the error (`AccessDeniedException`), or ours where AWS gave none (`Timeout`).
    pub code: String,
    /// AWS's words, bounded and without anything that looks like a credential.
    pub message: String,
    /// The call, as [`ApiCall::name`] gives it; `sts:AssumeRole` where the role could not be taken.
    pub call: String,
}

impl ApiError {
    /// The refusal of the hub, with what came of asking with the role in the management account in its place. Where that was no refusal but a mishap, it stands, and the
    /// refusal is told beside it.
    pub(crate) fn after_refusal(self, refused: Self) -> Self {
        let is_decided = matches!(
            self.failure,
            Failure::Denied | Failure::RoleRefused | Failure::Invalid | Failure::NotFound
        );
        let (told, beside) = if is_decided {
            let beside = format!("and with the role in the management account: {self}");
            (refused, beside)
        } else {
            let beside = format!("after the hub itself was refused: {refused}");
            (self, beside)
        };
        Self {
            message: format!("{}; {beside}", told.message),
            ..told
        }
    }
}

/// Makes calls. Credentials, signing, budgets and retries are the adapter's: what it returns is final.
pub trait AwsApi: Send + Sync {
    /// Makes `call` with `parameters` (by the names of the API's model) and gives the answer as the AWS CLI prints it: times in RFC 3339, lists that XML leaves out
    /// empty as empty lists.
    ///
    /// # Errors
    /// [`ApiError`] when there is no answer, after whatever retries its kind and the time allow.
    fn call<'a>(
        &'a self,
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>>;

    /// Objects of the hub's own bucket, into which Athena writes; `None` where they cannot be read.
    fn objects(&self) -> Option<Arc<dyn ObjectReader>> {
        None
    }

    /// Objects of buckets in a Region, with the hub's own credentials; `None` where they cannot be read.
    fn objects_in(&self, _region: &str) -> Option<Arc<dyn ObjectReader>> {
        self.objects()
    }
}

/// The time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// How long a worker may go on; `None` where nothing ends it.
    fn time_left(&self) -> Option<Duration>;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}
