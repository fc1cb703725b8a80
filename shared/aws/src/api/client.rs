//! The adapter: makes calls, keeps budgets, tries again, takes roles.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use serde_json::{Map, Value};
use sv0_collect::evidence::ObjectReader;
use sv0_collect::{ApiCall, ApiError, AwsApi, BoxFuture, Budgets, Clock, Failure, Session, Target, calls};
use sv0_model::time::Timestamp;

use super::attempt::{Attempts, Next, Prepared, Trouble};
use super::counters::{CallObserver, SentRequest};
use super::endpoint::{CustomEndpoints, partition};
use super::jitter::Jitter;
use super::request;
use super::roles::{self, Kept, RoleOptions, Sessions};
use super::send::{MAX_ANSWER, Sender};
use super::skew::Skew;
use super::wire;
use super::words::bounded;
use crate::s3::{self, S3ObjectReader};

const HOME_REGION: &str = "us-east-1";
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
/// What no call takes of a worker's time, however slow AWS is: a worker that is ended in the middle of a call has stored nothing.
const TIME_TO_STORE: Duration = Duration::from_secs(5);

/// How the adapter behaves.
#[derive(Debug)]
pub struct ClientOptions {
    /// Which roles are taken, and how.
    pub roles: RoleOptions,
    /// How often calls may be made.
    pub budgets: Budgets,
    /// Who is told of every request.
    pub observers: Vec<Arc<dyn CallObserver>>,
    /// Makes waiting times the same in every run: for tests.
    pub seed: Option<u64>,
    /// How long one attempt may take, from connecting to the last byte.
    pub attempt_timeout: Duration,
    /// How large an answer may be, in bytes.
    pub max_answer: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            roles: RoleOptions::default(),
            budgets: Budgets::default(),
            observers: Vec::new(),
            seed: None,
            attempt_timeout: ATTEMPT_TIMEOUT,
            max_answer: MAX_ANSWER,
        }
    }
}

/// Calls AWS. One serves any number of workers.
pub struct AwsClient {
    clock: Arc<dyn Clock>,
    home_region: String,
    provider: Option<SharedCredentialsProvider>,
    endpoints: CustomEndpoints,
    roles: RoleOptions,
    sessions: Sessions,
    budgets: Mutex<Budgets>,
    observers: Vec<Arc<dyn CallObserver>>,
    jitter: Jitter,
    skew: Skew,
    sender: Sender,
    attempt_timeout: Duration,
    objects: S3ObjectReader,
}

/// Without credentials, which nothing prints.
impl std::fmt::Debug for AwsClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AwsClient")
            .field("home_region", &self.home_region)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl AwsClient {
    /// A client with the credentials, Region and endpoints of `config`. Without a Region, roles are taken in us-east-1.
    #[must_use]
    pub fn new(config: &SdkConfig, clock: Arc<dyn Clock>, options: ClientOptions) -> Self {
        let services = calls::ALL.iter().filter_map(|call| Some(wire::facts(call)?.service));
        Self {
            clock,
            home_region: config.region().map_or(HOME_REGION, AsRef::as_ref).to_owned(),
            provider: config.credentials_provider(),
            endpoints: CustomEndpoints::of(config, services),
            roles: options.roles,
            sessions: Sessions::default(),
            budgets: Mutex::new(options.budgets),
            observers: options.observers,
            jitter: Jitter::new(options.seed),
            skew: Skew::default(),
            sender: Sender::new(options.max_answer),
            attempt_timeout: options.attempt_timeout,
            objects: S3ObjectReader::new(s3::client(config)),
        }
    }

    /// The Region in which roles are taken.
    #[must_use]
    pub fn home_region(&self) -> &str {
        &self.home_region
    }

    async fn make(
        &self,
        target: &Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> Result<Value, ApiError> {
        let prepared = self.prepare(target, call, &parameters)?;
        let mut attempts = Attempts::default();
        loop {
            let credentials = self.credentials(&target.session).await?;
            self.pace(&prepared, &attempts).await?;
            let outcome = self.attempt(&prepared, &credentials).await;
            let trouble = match outcome {
                Ok(answer) => {
                    self.tell(&prepared, &attempts, None);
                    return Ok(answer);
                }
                Err(trouble) => trouble,
            };
            self.tell(&prepared, &attempts, Some(trouble.failure()));
            match attempts.next(&trouble, &self.skew) {
                // It might have been answered, had there been time.
                Next::GiveUp if trouble.failure() == Failure::Timeout && self.is_over() => {
                    return Err(attempts.deadline(call));
                }
                Next::GiveUp => return Err(attempts.error(call, &trouble)),
                Next::Renew => self.forget(&target.session, &credentials).await,
                Next::AtOnce => {}
                Next::After(most) => self.wait_after(&prepared, &attempts, &trouble, most).await?,
            }
        }
    }

    fn prepare(
        &self,
        target: &Target,
        call: &'static ApiCall,
        parameters: &Map<String, Value>,
    ) -> Result<Prepared, ApiError> {
        let facts = wire::facts(call)
            .ok_or_else(|| invalid(call, "UnknownCall", "the table of calls and its wire facts differ"))?;
        let endpoint = self.endpoints.resolve(facts.service, &target.region);
        let endpoint = endpoint.map_err(|fault| invalid(call, "InvalidEndpoint", &fault.to_string()))?;
        let request = request::build(facts, parameters, || self.jitter.token());
        let mut request = request.map_err(|fault| invalid(call, "InvalidParameters", &fault.to_string()))?;
        // A user's own address has no hosts of its own for accounts.
        request.host_prefix = request.host_prefix.filter(|_| !endpoint.is_custom);
        let account = match &target.session {
            Session::Hub => "hub".to_owned(),
            Session::Spoke { account, .. } => account.clone(),
            Session::Management { .. } => "management".to_owned(),
        };
        Ok(Prepared {
            call,
            facts,
            endpoint,
            request,
            account,
        })
    }

    /// Waits for the call's place in its budget.
    async fn pace(&self, prepared: &Prepared, attempts: &Attempts) -> Result<(), ApiError> {
        let now = self.since_epoch();
        let at = {
            let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
            budgets.reserve(prepared.call, &prepared.account, &prepared.endpoint.region, now)
        };
        self.wait(prepared.call, attempts, at.saturating_sub(now)).await
    }

    /// Waits, if there is time for it.
    async fn wait(&self, call: &'static ApiCall, attempts: &Attempts, duration: Duration) -> Result<(), ApiError> {
        if self.time_left().is_some_and(|left| left <= duration) {
            return Err(attempts.deadline(call));
        }
        if !duration.is_zero() {
            self.clock.sleep(duration).await;
        }
        Ok(())
    }

    async fn wait_after(
        &self,
        prepared: &Prepared,
        attempts: &Attempts,
        trouble: &Trouble,
        most: Duration,
    ) -> Result<(), ApiError> {
        let duration = self.jitter.up_to(most);
        if trouble.failure() == Failure::Throttled {
            let until = self.since_epoch() + duration;
            let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
            budgets.hold_until(prepared.call, &prepared.account, &prepared.endpoint.region, until);
            return Ok(());
        }
        self.wait(prepared.call, attempts, duration).await
    }

    fn is_over(&self) -> bool {
        self.time_left().is_some_and(|left| left.is_zero())
    }

    /// How long calls may take: what is left of the worker's time but for storing what there is.
    fn time_left(&self) -> Option<Duration> {
        self.clock.time_left().map(|left| left.saturating_sub(TIME_TO_STORE))
    }

    /// What budgets count time by.
    fn since_epoch(&self) -> Duration {
        Duration::try_from(self.clock.now().duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default()
    }

    async fn attempt(&self, prepared: &Prepared, credentials: &Credentials) -> Result<Value, Trouble> {
        let ahead = self.skew.ahead();
        let time = self.skew.corrected(self.clock.now());
        let request = prepared.signed(credentials, time.into())?;
        let left = self.time_left().unwrap_or(self.attempt_timeout);
        let reply = self.sender.send(request, left.min(self.attempt_timeout)).await?;
        prepared.read(&reply, self.clock.now(), ahead)
    }

    fn tell(&self, prepared: &Prepared, attempts: &Attempts, failure: Option<Failure>) {
        let sent = SentRequest {
            call: prepared.call,
            account: &prepared.account,
            region: &prepared.endpoint.region,
            attempt: attempts.number(),
            failure,
        };
        for observer in &self.observers {
            observer.sent(&sent);
        }
    }

    /// The credentials of a session: those that are kept while they are good, else new ones. Callers that come together wait for one request.
    async fn credentials(&self, session: &Session) -> Result<Credentials, ApiError> {
        let slot = self.sessions.slot(session);
        let mut kept = slot.lock().await;
        if let Some(credentials) = kept.fresh(self.skew.corrected(self.clock.now())) {
            return Ok(credentials);
        }
        if let Kept::Refused(error) = &*kept {
            return Err(error.clone());
        }
        match self.new_credentials(session).await {
            Ok(credentials) => {
                *kept = Kept::Credentials(credentials.clone());
                Ok(credentials)
            }
            Err(error) => {
                if error.failure == Failure::RoleRefused {
                    *kept = Kept::Refused(error.clone());
                }
                Err(error)
            }
        }
    }

    async fn new_credentials(&self, session: &Session) -> Result<Credentials, ApiError> {
        let role = self
            .roles
            .role(session)
            .map_err(|words| invalid(&calls::sts::ASSUME_ROLE, "InvalidRole", words))?;
        let Some(role) = role else {
            return self.own_credentials().await;
        };
        let parameters = self
            .roles
            .parameters(&role, partition(&self.home_region), self.clock.now());
        let hub = Target {
            session: Session::Hub,
            region: self.home_region.clone(),
        };
        // Boxed, as a call takes a role, which is a call.
        let policies = parameters.get("PolicyArns").cloned();
        let answer = Box::pin(self.make(&hub, &calls::sts::ASSUME_ROLE, parameters)).await;
        let answer = answer.map_err(|error| refused_role(error, policies.as_ref()))?;
        roles::credentials(&answer).ok_or_else(|| ApiError {
            failure: Failure::Malformed,
            code: "InvalidAnswer".to_owned(),
            message: "the answer holds no credentials".to_owned(),
            call: calls::sts::ASSUME_ROLE.name(),
        })
    }

    async fn own_credentials(&self) -> Result<Credentials, ApiError> {
        let fault = |words: &str| ApiError {
            failure: Failure::Expired,
            code: "NoCredentials".to_owned(),
            message: bounded(words),
            call: calls::sts::GET_CALLER_IDENTITY.name(),
        };
        let provider = self
            .provider
            .as_ref()
            .ok_or_else(|| fault("no credentials are configured"))?;
        provider
            .provide_credentials()
            .await
            .map_err(|error| fault(&words_about(&error)))
    }

    /// Drops credentials that ran out, unless somebody else has renewed them already.
    async fn forget(&self, session: &Session, expired: &Credentials) {
        let slot = self.sessions.slot(session);
        let mut kept = slot.lock().await;
        if let Kept::Credentials(own) = &*kept
            && own.access_key_id() == expired.access_key_id()
        {
            *kept = Kept::Nothing;
        }
    }
}

impl AwsApi for AwsClient {
    fn call<'a>(
        &'a self,
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            let answer = self.make(target, call, parameters).await;
            if let Err(error) = &answer {
                tracing::warn!(
                    call = error.call,
                    session = ?target.session,
                    region = target.region,
                    failure = ?error.failure,
                    code = error.code,
                    reason = error.message,
                    "call failed"
                );
            }
            answer
        })
    }

    fn objects(&self) -> Option<Arc<dyn ObjectReader>> {
        Some(Arc::new(self.objects.clone()))
    }

    fn objects_in(&self, region: &str) -> Option<Arc<dyn ObjectReader>> {
        Some(Arc::new(self.objects.in_region(region)))
    }
}

/// What AWS decided about a role stands; what merely went wrong may go right the next time. A request that AWS refuses as it was put may be so for a session policy that is
/// not in the account: those that were asked for are named.
fn refused_role(mut error: ApiError, policies: Option<&Value>) -> ApiError {
    if let Some(Value::Array(policies)) = policies
        && matches!(error.failure, Failure::Invalid | Failure::NotFound)
    {
        let arns = policies.iter().filter_map(|policy| policy.get("arn")?.as_str());
        let arns: Vec<&str> = arns.collect();
        error.message = format!(
            "{}; the session was to be narrowed to {}, each of which must be in the account",
            error.message,
            arns.join(", ")
        );
    }
    let is_decided = matches!(
        error.failure,
        Failure::Denied | Failure::NotFound | Failure::Invalid | Failure::RegionDisabled | Failure::ServiceDisabled
    );
    ApiError {
        failure: if is_decided {
            Failure::RoleRefused
        } else {
            error.failure
        },
        ..error
    }
}

/// Why there are no credentials: the whole chain of reasons, and for a profile that signs in with IAM Identity Center what to do.
fn words_about(error: &CredentialsError) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at: Option<&dyn Error> = Some(error);
    while let Some(error) = at {
        let text = error.to_string();
        if !words.contains(&text) {
            words.push(text);
        }
        at = error.source();
    }
    let words = words.join(": ");
    // What the SDK names is the part that it was built without.
    if words.contains("feature(s) enabled: sso") {
        return "the profile signs in with IAM Identity Center, which this program does not do: run `aws sso login`, then `eval \"$(aws configure export-credentials --format env)\"`"
            .to_owned();
    }
    let is_signed_out = ["SSO token", "access token", "UnauthorizedException"]
        .iter()
        .any(|sign| words.contains(sign));
    if is_signed_out {
        return format!("the profile signs in with IAM Identity Center: run `aws sso login` ({words})");
    }
    words
}

fn invalid(call: &'static ApiCall, code: &str, message: &str) -> ApiError {
    ApiError {
        failure: Failure::Invalid,
        code: code.to_owned(),
        message: bounded(message),
        call: call.name(),
    }
}
