//! A small, slow evaluator of AWS authorization for requests whose whole context is known. It is written from the contract and from AWS's documentation,
//! beside the sentences it rests on, and shares nothing with the engine: no parser, no matcher, no formula, no principal.
//!
//! What it does not read (documents that AWS would refuse, operators that do not exist) is [`Outside`] of it.

mod conditions;
mod document;
mod keys;
mod layers;
mod principals;
pub mod residual;
mod services;
pub mod text;
pub mod trace;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use document::{Attached, Document, Element, Statement, outside};
use keys::Keys;
use layers::Layers;
use principals::{Reach, Who};
use trace::Trace;

pub use conditions::{OPERATORS, QUANTIFIERS};
pub use document::Outside;

/// A row of `sv0 evaluate` without its context.
#[derive(Debug)]
pub struct Oracle {
    who: Who,
    action: String,
    resource: String,
    resource_account: Option<String>,
    tests_resource_account: bool,
    identity: Vec<Document>,
    boundaries: Vec<Document>,
    session: Option<Document>,
    scps: Vec<Vec<Document>>,
    rcps: Vec<Document>,
    resource_policy: Option<Document>,
    endpoint: Vec<Document>,
}

/// What the oracle and the engine are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub decision: &'static str,
    pub blocked_by: Vec<&'static str>,
    /// Policy, index and Sid of the statements that decided.
    pub statements: BTreeSet<(String, usize, Option<String>)>,
}

/// The layers in the order of `blocked_by`.
pub const LAYERS: [&str; 7] = ["identity", "resource", "boundary", "session", "scp", "rcp", "endpoint"];

type Found = (String, usize, Option<String>);

/// The statements of one layer that match.
#[derive(Default)]
struct Matches {
    allows: Vec<(Reach, Found)>,
    denies: Vec<Found>,
}

impl Matches {
    fn allow(&self) -> bool {
        !self.allows.is_empty()
    }

    fn found(&self) -> impl Iterator<Item = Found> + '_ {
        self.allows.iter().map(|(_, found)| found.clone())
    }
}

impl Oracle {
    /// Reads a row.
    pub fn read(row: &Value) -> Result<Self, Outside> {
        let text = |field: &str| row.get(field).and_then(Value::as_str);
        const FIELDS: [&str; 14] = [
            "id",
            "principal",
            "principal_type",
            "action",
            "resource",
            "resource_account",
            "context",
            "identity_policies",
            "permission_boundaries",
            "session_policy",
            "scps",
            "rcps",
            "resource_policy",
            "endpoint_policies",
        ];
        if let Some(unknown) = row
            .as_object()
            .and_then(|row| row.keys().find(|field| !FIELDS.contains(&field.as_str())))
        {
            return outside(format!("the field {unknown}"));
        }
        let Some(principal) = text("principal") else {
            return outside("no principal");
        };
        let who = Who::read(principal, text("principal_type"))?;
        let resource = text("resource").unwrap_or_default().to_owned();
        // Null: the ARN's account; where it has none of 12 digits, the principal's (contract, "resource_account").
        let in_arn = resource
            .split(':')
            .nth(4)
            .filter(|id| id.len() == 12)
            .map(str::to_owned);
        let given = text("resource_account").map(str::to_owned);
        let several = |field: &str, attached| documents(&row[field], &format!("/{field}"), attached);
        Ok(Self {
            tests_resource_account: row.to_string().to_lowercase().contains("aws:resourceaccount"),
            resource_account: given.or(in_arn).or_else(|| who.account.clone()),
            who,
            action: text("action").unwrap_or_default().to_lowercase(),
            resource,
            identity: several("identity_policies", Attached::ToIdentity)?,
            boundaries: several("permission_boundaries", Attached::ToIdentity)?,
            session: one(&row["session_policy"], "/session_policy", Attached::ToIdentity)?,
            scps: levels(&row["scps"], "/scps", Attached::ToIdentity)?,
            // RCPs only ever deny, so that levels do not matter.
            rcps: levels(&row["rcps"], "/rcps", Attached::ToResource)?.concat(),
            resource_policy: one(&row["resource_policy"], "/resource_policy", Attached::ToResource)?,
            endpoint: several("endpoint_policies", Attached::ToResource)?,
        })
    }

    /// Decides the request in one context; `now` as RFC 3339.
    ///
    /// Source of the whole: IAM User Guide, "Policy evaluation logic" and "How AWS enforcement code logic evaluates requests to allow or deny access".
    pub fn decide(
        &self,
        given: &BTreeMap<String, Vec<String>>,
        now: Option<&str>,
        trace: &mut Trace,
    ) -> Result<Answer, Outside> {
        let mut keys = Keys::new(given);
        keys.fill_in(&self.who, self.resource_account.as_deref(), now)?;
        if self.tests_resource_account && keys.get("aws:resourceaccount").is_none() {
            return outside("a resource of an unknown account");
        }
        if now.is_some() {
            trace.hit("--now");
        }
        trace.hit(self.who.kind_name());
        if self.resource == "*" {
            trace.hit("called without a resource");
        }
        if self.needs_no_permission() {
            trace.hit("no permission needed");
            return Ok(Answer {
                decision: "allow",
                blocked_by: Vec::new(),
                statements: BTreeSet::new(),
            });
        }
        let layers = self.match_layers(&keys, trace);
        let answer = layers.answer(self, trace);
        trace.hit(answer.decision);
        for layer in &answer.blocked_by {
            trace.hit(layer);
        }
        Ok(answer)
    }

    fn match_layers(&self, keys: &Keys, trace: &mut Trace) -> Layers {
        // Only users, roles and their sessions have policies of their own. The root user has none that could limit it, yet a Deny is a Deny
        // (contract: "limited only by denies, SCPs, RCPs").
        let own = self.who.is_of_account();
        // "SCPs affect only IAM users and roles that are managed by accounts that are part of the organization … including the root user … SCPs do not affect
        // any service-linked role." (AWS Organizations User Guide, "Service control policies")
        let is_service_linked = self.who.is_service_linked_role(keys);
        if is_service_linked {
            trace.hit("service-linked role");
        }
        let bound_by_scps = own && !is_service_linked;
        // "RCPs … do not affect … service-linked roles" (AWS Organizations User Guide, "Resource control policies"); they bind every other principal.
        let is_bound_by_rcps = !is_service_linked && self.is_reached_by_rcps();
        if !self.rcps.is_empty() && !is_bound_by_rcps {
            trace.hit("out of reach of RCPs");
        }
        let mut matches = |documents: &[Document], counts: bool| {
            if counts {
                self.matches(documents, keys, trace)
            } else {
                Matches::default()
            }
        };
        Layers {
            identity: matches(&self.identity, own),
            boundary: matches(&self.boundaries, own),
            session: matches(self.session.as_slice(), own),
            scps: self.scps.iter().map(|level| matches(level, bound_by_scps)).collect(),
            bound_by_scps,
            rcp: matches(&self.rcps, is_bound_by_rcps),
            resource: self.without_denies_to_the_owner(matches(self.resource_policy.as_slice(), true)),
            endpoint: matches(&self.endpoint, true),
        }
    }

    fn matches(&self, documents: &[Document], keys: &Keys, trace: &mut Trace) -> Matches {
        let mut matches = Matches::default();
        for document in documents {
            for (index, statement) in document.statements.iter().enumerate() {
                let found = || (document.name.clone(), index, statement.sid.clone());
                let reaches = self.applies(statement, document.has_variables, keys, trace);
                if statement.is_deny {
                    matches.denies.extend(reaches.first().map(|_| found()));
                } else {
                    matches.allows.extend(reaches.into_iter().map(|reach| (reach, found())));
                }
            }
        }
        matches
    }

    /// The ways in which a statement that applies reaches the principal; none if it does not apply. A statement without Principal speaks of the principal it is
    /// attached to.
    fn applies(&self, statement: &Statement, has_variables: bool, keys: &Keys, trace: &mut Trace) -> Vec<Reach> {
        let reaches = match &statement.principal {
            Some(element) => self
                .who
                .is_meant(element, statement.is_deny, !self.boundaries.is_empty(), keys, trace),
            None => vec![Reach::Directly],
        };
        let applies = !reaches.is_empty()
            && self.has_action(statement, trace)
            && statement
                .resource
                .as_ref()
                .is_none_or(|element| self.has_resource(element, has_variables, keys, trace))
            && statement
                .conditions
                .iter()
                .all(|clause| clause.holds(keys, has_variables, trace));
        if applies { reaches } else { Vec::new() }
    }

    /// "The prefix and the action name are case insensitive. … You can use multi-character match wildcards (*) and single-character match wildcards (?)"
    /// (IAM User Guide, "IAM JSON policy elements: Action"). "NotAction … matches everything except the specified list of actions."
    fn has_action(&self, statement: &Statement, trace: &mut Trace) -> bool {
        if statement.action.is_not {
            trace.hit("NotAction");
        }
        let is_listed = statement
            .action_patterns
            .iter()
            .any(|pattern| text::is_like(pattern, &self.action));
        statement.action.is_not != is_listed
    }

    /// "NotResource … matches every resource except those specified." "A resource that includes a policy variable with no value will not match any resource"
    /// ("IAM policy elements: Variables and tags").
    fn has_resource(&self, element: &Element, has_variables: bool, keys: &Keys, trace: &mut Trace) -> bool {
        if element.is_not {
            trace.hit("NotResource");
        }
        let is_listed = element.texts.iter().any(|pattern| {
            text::substitute(pattern, has_variables, &|key| keys.single(key), trace)
                .is_some_and(|pieces| text::is_resource(&pieces, &self.resource))
        });
        element.is_not != is_listed
    }

    fn is_same_account(&self) -> bool {
        self.who.account.is_some() && self.who.account == self.resource_account
    }
}

fn one(value: &Value, name: &str, attached: Attached) -> Result<Option<Document>, Outside> {
    match value {
        Value::Null => Ok(None),
        document => Document::read(name.to_owned(), document, attached).map(Some),
    }
}

fn documents(value: &Value, name: &str, attached: Attached) -> Result<Vec<Document>, Outside> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .enumerate()
        .map(|(index, document)| Document::read(format!("{name}/{index}"), document, attached))
        .collect()
}

fn levels(value: &Value, name: &str, attached: Attached) -> Result<Vec<Vec<Document>>, Outside> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .enumerate()
        .map(|(index, level)| documents(&level["policies"], &format!("{name}/{index}/policies"), attached))
        .collect()
}
