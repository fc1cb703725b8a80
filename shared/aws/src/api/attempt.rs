//! One attempt at a call, and whether another one follows.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use jiff::SignedDuration;
use serde_json::Value;
use sv0_collect::{ApiCall, ApiError, Failure};
use sv0_model::time::Timestamp;

use super::answer::{self, AnswerFault, Reply};
use super::endpoint::Endpoint;
use super::error::{Refusal, Verdict, refusal};
use super::request::Request;
use super::send::SendFault;
use super::sign::{Signing, SigningFault, signed};
use super::skew::{Skew, date, longest_wait};
use super::wire::CallFacts;
use super::words::bounded;

const MAX_ATTEMPTS: u32 = 5;

/// A call that is ready to be made, but for its signature.
pub(crate) struct Prepared {
    pub call: &'static ApiCall,
    pub facts: CallFacts,
    pub endpoint: Endpoint,
    pub request: Request,
    /// Whose budget it counts against.
    pub account: String,
}

impl Prepared {
    pub(crate) fn signed(&self, credentials: &Credentials, time: SystemTime) -> Result<HttpRequest, Trouble> {
        let signing = Signing {
            credentials,
            region: &self.endpoint.region,
            service: &self.facts.service.signing_name,
            time,
        };
        Ok(signed(&self.request, &self.endpoint.url, &signing)?)
    }

    pub(crate) fn read(&self, reply: &Reply, now: Timestamp, ahead: SignedDuration) -> Result<Value, Trouble> {
        if reply.is_success() {
            return Ok(answer::read(self.facts, reply)?);
        }
        Err(Trouble::Refused {
            refusal: refusal(self.facts, reply, &self.endpoint.region),
            theirs: reply.header("date").and_then(date),
            ours: now,
            ahead,
        })
    }
}

/// Why an attempt gave no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    Refused {
        refusal: Refusal,
        /// The time at which AWS says it refused.
        theirs: Option<Timestamp>,
        ours: Timestamp,
        /// How far AWS's clock was taken to be ahead when the request was signed.
        ahead: SignedDuration,
    },
    Sending(SendFault),
    Answer(AnswerFault),
    Signing(SigningFault),
}

impl From<SendFault> for Trouble {
    fn from(fault: SendFault) -> Self {
        Self::Sending(fault)
    }
}

impl From<AnswerFault> for Trouble {
    fn from(fault: AnswerFault) -> Self {
        Self::Answer(fault)
    }
}

impl From<SigningFault> for Trouble {
    fn from(fault: SigningFault) -> Self {
        Self::Signing(fault)
    }
}

impl Trouble {
    /// What becomes of the call if it is not made again.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Refused { refusal, .. } => refusal.verdict.failure(),
            Self::Sending(SendFault::Timeout) => Failure::Timeout,
            Self::Sending(SendFault::Connection(_)) => Failure::Connection,
            Self::Sending(SendFault::TooLarge) => Failure::TooLarge,
            Self::Answer(_) => Failure::Malformed,
            Self::Signing(_) => Failure::Invalid,
        }
    }

    fn code_and_message(&self) -> (String, String) {
        let (code, message) = match self {
            Self::Refused { refusal, .. } => return (refusal.code.clone(), refusal.message.clone()),
            Self::Sending(fault @ SendFault::Timeout) => ("Timeout", fault.to_string()),
            Self::Sending(fault @ SendFault::Connection(_)) => ("ConnectionFailed", fault.to_string()),
            Self::Sending(fault @ SendFault::TooLarge) => ("AnswerTooLarge", fault.to_string()),
            Self::Answer(fault) => ("InvalidAnswer", fault.to_string()),
            Self::Signing(fault) => ("InvalidRequest", fault.to_string()),
        };
        (code.to_owned(), bounded(&message))
    }
}

/// What follows an attempt that gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    GiveUp,
    /// Another attempt, after a wait of at most this.
    After(Duration),
    /// Another attempt, without a wait.
    AtOnce,
    /// Another attempt with new credentials.
    Renew,
}

/// The attempts at one call so far.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: u32,
    has_renewed: bool,
    has_corrected: bool,
    last: Option<String>,
}

impl Attempts {
    /// The number of the attempt that is being made.
    pub(crate) fn number(&self) -> u32 {
        self.failed + 1
    }

    /// Counts a failed attempt and says what follows. Renewed credentials and a corrected clock do not count as one, but come once.
    pub(crate) fn next(&mut self, trouble: &Trouble, skew: &Skew) -> Next {
        self.last = Some(trouble.code_and_message().0);
        if let Trouble::Refused {
            refusal,
            theirs,
            ours,
            ahead,
        } = trouble
        {
            match refusal.verdict {
                Verdict::Final(_) => return Next::GiveUp,
                Verdict::Expired if self.has_renewed => return Next::GiveUp,
                Verdict::Expired => {
                    self.has_renewed = true;
                    return Next::Renew;
                }
                Verdict::Skewed if self.has_corrected || !skew.learn(*theirs, *ours, *ahead) => return Next::GiveUp,
                Verdict::Skewed => {
                    self.has_corrected = true;
                    return Next::AtOnce;
                }
                Verdict::Throttled | Verdict::Server => {}
            }
        }
        if matches!(trouble, Trouble::Sending(SendFault::TooLarge) | Trouble::Signing(_)) {
            return Next::GiveUp;
        }
        self.failed += 1;
        if self.failed >= MAX_ATTEMPTS {
            return Next::GiveUp;
        }
        Next::After(longest_wait(self.failed))
    }

    /// The end of it.
    pub(crate) fn error(&self, call: &'static ApiCall, trouble: &Trouble) -> ApiError {
        let (code, message) = trouble.code_and_message();
        ApiError {
            failure: trouble.failure(),
            code,
            message,
            call: call.name(),
        }
    }

    /// The time is up before the next attempt.
    pub(crate) fn deadline(&self, call: &'static ApiCall) -> ApiError {
        let message = match &self.last {
            Some(code) => format!(
                "the time was up after {} failed attempts, the last with {code}",
                self.failed
            ),
            None => "the time was up before the call was made".to_owned(),
        };
        ApiError {
            failure: Failure::Deadline,
            code: "Deadline".to_owned(),
            message,
            call: call.name(),
        }
    }
}
