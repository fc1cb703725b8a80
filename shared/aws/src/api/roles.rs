//! Credentials: the hub's own, and one session of a role for each account and component.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde_json::{Map, Value, json};
use sv0_collect::permissions::{self, PermissionsError};
use sv0_collect::{ApiError, COMPONENT_TAG, Caller, RUN_TAG, Session};
use sv0_model::time::{Timestamp, parse_timestamp};

/// Credentials are renewed when they have less left than this.
const MARGIN: Duration = Duration::from_secs(300);
const DEFAULT_ROLE: &str = "SecurityV0ReadOnly";

/// Which roles are taken, and how.
#[derive(Clone)]
pub struct RoleOptions {
    /// Path and name of the role in each spoke: `SecurityV0ReadOnly`, `audit/SecurityV0ReadOnly`.
    pub spoke_role: String,
    /// The account id of the management account, and path and name of the role there.
    pub management_role: Option<(String, String)>,
    /// What the roles' trust policies ask for; sent with every request for a role.
    pub external_id: Option<String>,
    /// How long a session lasts: 15 minutes to 1 hour, the most that a chained role may.
    pub duration: Duration,
    /// Managed policies that narrow the sessions of a component. `${Partition}` and `${Account}` stand for those of the role, `${Role}` for its path and name.
    pub session_policies: BTreeMap<Caller, Vec<String>>,
    /// The run, for the tag of each session.
    pub run_id: Option<String>,
}

impl Default for RoleOptions {
    fn default() -> Self {
        Self {
            spoke_role: DEFAULT_ROLE.to_owned(),
            management_role: None,
            external_id: None,
            duration: Duration::from_secs(3600),
            session_policies: BTreeMap::new(),
            run_id: None,
        }
    }
}

/// The policies that the product's templates give its roles, by the components that take the role for what they hold: `ROLE-identity`, `ROLE-data` and so on beside the
/// role. A session with them can do nothing else, whatever else the role is given. Where one of them is not there, AWS refuses the role: nothing falls back on a wider session.
///
/// # Errors
/// [`PermissionsError`] when the table of calls cannot be granted as it stands.
pub fn own_session_policies() -> Result<BTreeMap<Caller, Vec<String>>, PermissionsError> {
    let named = |function: &str| format!("arn:${{Partition}}:iam::${{Account}}:policy/${{Role}}-{function}");
    let made = permissions::policies(permissions::rows())?;
    let of_spoke = made.roles.iter().filter(|role| role.caller == Caller::Spoke);
    let functions = of_spoke.flat_map(|role| &role.policies);
    // A denial narrows nothing that the read list has not narrowed, and as a session policy allows nothing.
    let functions = functions.filter_map(|name| name.strip_prefix("spoke-").filter(|function| *function != "deny"));
    let read: Vec<String> = functions.map(named).collect();
    Ok(BTreeMap::from([
        (Caller::Collector, read),
        (Caller::Inventory, vec![named("management")]),
        (Caller::Evidence, vec![named("management")]),
    ]))
}

/// Without the external id: it is no secret, and no one else's affair.
impl fmt::Debug for RoleOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RoleOptions")
            .field("spoke_role", &self.spoke_role)
            .field("management_role", &self.management_role)
            .field("duration", &self.duration)
            .field("session_policies", &self.session_policies)
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}

/// A role that is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub account: String,
    path_and_name: String,
    caller: Caller,
}

impl RoleOptions {
    /// The role of a session; `None` for the hub's own credentials.
    ///
    /// # Errors
    /// Words for what is missing.
    pub(crate) fn role(&self, session: &Session) -> Result<Option<Role>, &'static str> {
        let (account, path_and_name, caller) = match session {
            Session::Hub => return Ok(None),
            Session::Spoke { account, caller } => (account, &self.spoke_role, *caller),
            Session::Management { caller } => {
                let (account, role) = self
                    .management_role
                    .as_ref()
                    .ok_or("no role in the management account is configured")?;
                (account, role, *caller)
            }
        };
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("an account id has 12 digits");
        }
        Ok(Some(Role {
            account: account.clone(),
            path_and_name: path_and_name.trim_matches('/').to_owned(),
            caller,
        }))
    }

    /// The parameters of `AssumeRole`.
    pub(crate) fn parameters(&self, role: &Role, partition: &str, now: Timestamp) -> Map<String, Value> {
        let seconds = self.duration.as_secs().clamp(900, 3600);
        let mut parameters = Map::new();
        let mut set = |name: &str, value: Value| parameters.insert(name.to_owned(), value);
        let arn = format!("arn:{partition}:iam::{}:role/{}", role.account, role.path_and_name);
        set("RoleArn", Value::from(arn));
        set(
            "RoleSessionName",
            Value::from(format!("SecurityV0-{}-{}", role.account, now.as_second())),
        );
        set("DurationSeconds", Value::from(seconds));
        if let Some(id) = &self.external_id {
            set("ExternalId", Value::from(id.as_str()));
        }
        if let Some(arns) = self.session_policies.get(&role.caller).filter(|arns| !arns.is_empty()) {
            let filled = |arn: &String| {
                arn.replace("${Partition}", partition)
                    .replace("${Account}", &role.account)
                    .replace("${Role}", &role.path_and_name)
            };
            set(
                "PolicyArns",
                arns.iter().map(|arn| json!({"arn": filled(arn)})).collect(),
            );
        }
        let mut tags = vec![json!({"Key": COMPONENT_TAG, "Value": role.caller.name()})];
        if let Some(run) = &self.run_id {
            tags.push(json!({"Key": RUN_TAG, "Value": run}));
        }
        set("Tags", Value::Array(tags));
        parameters
    }
}

/// The credentials of an answer to `AssumeRole`.
pub(crate) fn credentials(answer: &Value) -> Option<Credentials> {
    let given = answer.get("Credentials")?;
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let expiry = SystemTime::from(parse_timestamp(text("Expiration")?)?);
    Some(Credentials::new(
        text("AccessKeyId")?,
        text("SecretAccessKey")?,
        Some(text("SessionToken")?.to_owned()),
        Some(expiry),
        "AssumeRole",
    ))
}

/// What is known of a session's credentials.
#[derive(Default)]
pub(crate) enum Kept {
    #[default]
    Nothing,
    Credentials(Credentials),
    /// The role was refused, and is not asked for again.
    Refused(ApiError),
}

impl Kept {
    /// The credentials, if they will still be good when a call with them is made.
    pub(crate) fn fresh(&self, now: Timestamp) -> Option<Credentials> {
        let Self::Credentials(credentials) = self else {
            return None;
        };
        let is_fresh = credentials
            .expiry()
            .is_none_or(|expiry| SystemTime::from(now) + MARGIN < expiry);
        is_fresh.then(|| credentials.clone())
    }
}

/// The credentials of a session. Whoever holds the lock asks for them, so that they are asked for once.
pub(crate) type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// The credentials of all sessions. They are kept in memory alone.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Session, Slot>>);

impl Sessions {
    /// The place of a session's credentials.
    pub(crate) fn slot(&self, session: &Session) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(session.clone()).or_default().clone()
    }
}
