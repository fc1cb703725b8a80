//! Events worth a look: the root user, sign-ins, switches of role, changes of permissions and of the logs themselves.

use std::collections::BTreeMap;

use sv0_model::cloudtrail::LOGGING_CHANGES;
use sv0_model::observation::{NotableEvent, NotableKind, NotableTotal};

use super::assumption::{kind_of, session_name, taker_of, target_of as role_taken};
use super::event::{Event, text_at};
use super::permission::{change_of, details, target_of};
use super::seen::{Join, Seen, Sight};

/// Most events that are listed of one kind and action: the newest.
const MOST_LISTED: usize = 256;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notable {
    kinds: BTreeMap<(NotableKind, String), Listed>,
}

/// The newest events of a kind and action, by time and id, and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Listed {
    all: Seen<{ usize::MAX }>,
    newest: BTreeMap<(sv0_model::time::Timestamp, String), NotableEvent>,
}

impl Listed {
    fn list(&mut self, event: NotableEvent) {
        let key = (event.time, event.event_id.clone());
        match self.newest.get_mut(&key) {
            // Two accounts' copies may have one id: the least stands, whatever comes first.
            Some(own) if event < *own => *own = event,
            Some(_) => {}
            None => {
                self.newest.insert(key, event);
            }
        }
        while self.newest.len() > MOST_LISTED {
            self.newest.pop_first();
        }
    }
}

impl Notable {
    pub(super) fn add(&mut self, event: &Event<'_>, action: &str, sight: &Sight<'_>) {
        for kind in kinds_of(event, action).into_iter().flatten() {
            let Some(told) = told(event, kind, action) else {
                continue;
            };
            let listed = self.kinds.entry((kind, action.to_owned())).or_default();
            listed.all.add(&Sight { newest: &[], ..*sight });
            listed.list(told);
        }
    }

    pub(super) fn cut(&self) -> Vec<String> {
        let many = self.kinds.iter().filter(|(_, listed)| {
            let count = usize::try_from(listed.all.count()).unwrap_or(usize::MAX);
            count > MOST_LISTED
        });
        many.map(|((_, action), _)| format!("of the events {action} the newest {MOST_LISTED} are listed"))
            .collect()
    }

    pub(super) fn finish(self) -> (Vec<NotableEvent>, Vec<NotableTotal>) {
        let totals = self.kinds.iter().map(|((kind, action), listed)| NotableTotal {
            kind: *kind,
            action: action.clone(),
            count: listed.all.count(),
        });
        let totals = totals.collect();
        let mut events: Vec<NotableEvent> = self
            .kinds
            .into_values()
            .flat_map(|listed| listed.newest.into_values())
            .collect();
        events.sort();
        (events, totals)
    }
}

impl Join for Notable {
    fn join(&mut self, other: Self) {
        for (key, listed) in other.kinds {
            let own = self.kinds.entry(key).or_default();
            own.all.join(listed.all);
            listed.newest.into_values().for_each(|event| own.list(event));
        }
    }
}

/// What makes the event notable: of the root user that it is the root user's, of every event what it does.
fn kinds_of(event: &Event<'_>, action: &str) -> [Option<NotableKind>; 2] {
    let is_root = event.caller_kind() == Some("Root") && event.invoked_by().is_none();
    let is_login = action == "signin:ConsoleLogin";
    let by_root = is_root.then_some(if is_login {
        NotableKind::RootLogin
    } else {
        NotableKind::RootActivity
    });
    [
        by_root,
        kind_by_action(event, action).filter(|kind| !(is_root && *kind == NotableKind::ConsoleLoginWithoutMfa)),
    ]
}

fn kind_by_action(event: &Event<'_>, action: &str) -> Option<NotableKind> {
    match action {
        "signin:ConsoleLogin" => {
            // Of a federated sign-in AWS does not see the second factor: "No" says nothing there.
            let is_user = event.caller_kind() == Some("IAMUser");
            let is_without = event.text("/additionalEventData/MFAUsed") == Some("No");
            (is_user && is_without && outcome(event).is_none()).then_some(NotableKind::ConsoleLoginWithoutMfa)
        }
        "signin:SwitchRole" => Some(NotableKind::ConsoleRoleSwitch),
        // Services make and retire grants on keys all day for what they encrypt.
        "kms:CreateGrant" | "kms:RetireGrant" if is_by_service(event) => None,
        _ if changes_logging(action) => Some(NotableKind::LoggingChange),
        _ => change_of(event, action).map(|_| NotableKind::PermissionChange),
    }
}

fn is_by_service(event: &Event<'_>) -> bool {
    event.invoked_by().is_some()
}

fn changes_logging(action: &str) -> bool {
    action.split_once(':').is_some_and(|(service, name)| {
        LOGGING_CHANGES
            .iter()
            .any(|(of, names)| *of == service && names.contains(&name))
    })
}

/// The error of a call that failed. A sign-in tells its failure in the answer.
fn outcome(event: &Event<'_>) -> Option<String> {
    let error = event.text("/errorCode").map(str::to_owned);
    let failed = |pointer| {
        event
            .text(pointer)
            .filter(|answer| *answer == "Failure")
            .map(str::to_owned)
    };
    error
        .or_else(|| failed("/responseElements/ConsoleLogin"))
        .or_else(|| failed("/responseElements/SwitchRole"))
}

fn told(event: &Event<'_>, kind: NotableKind, action: &str) -> Option<NotableEvent> {
    let (principal, resource) = match (kind, kind_of(event)) {
        (NotableKind::ConsoleRoleSwitch, Some(how)) => (taker_of(event, how)?, role_taken(event, how)?),
        _ => (event.caller()?, target_of(event, action)),
    };
    let change = (kind == NotableKind::PermissionChange)
        .then(|| change_of(event, action))
        .flatten();
    let mfa = event
        .text("/additionalEventData/MFAUsed")
        .or_else(|| event.text("/userIdentity/sessionContext/attributes/mfaAuthenticated"));
    Some(NotableEvent {
        kind,
        principal: principal.text().to_owned(),
        action: action.to_owned(),
        resource,
        account: event.account.to_owned(),
        region: event.region.to_owned(),
        time: event.time,
        event_id: event.id.to_owned(),
        error: outcome(event),
        details: if change.is_some() { details(event) } else { Vec::new() },
        change,
        session_name: event.text("/userIdentity/arn").and_then(session_name),
        source_identity: event
            .text("/userIdentity/sessionContext/sourceIdentity")
            .map(str::to_owned),
        via: text_at(event.body, "/userIdentity/invokedBy").map(str::to_owned),
        mfa: mfa.and_then(|mfa| match mfa {
            "Yes" | "true" => Some(true),
            "No" | "false" => Some(false),
            _ => None,
        }),
    })
}
