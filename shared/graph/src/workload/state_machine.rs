//! Definitions of Step Functions state machines.
//!
//! Source: Amazon States Language specification, states.amazon, "Task State", "Map State", "Parallel State".

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::graph::EdgeKind;

use super::called::{Api, parameters_of, role_of};
use crate::config::ConfigItem;
use crate::description::{Description, Link, Reference};
use crate::json::{at, first_at, is_arn, list_at, text_at, texts_along};

const DEFINITION: &[&str] = &["configuration.definition", "configuration.definitionString"];
const LOG_GROUP: &str = "configuration.loggingConfiguration.destinations.cloudWatchLogsLogGroup.logGroupArn";

/// The targets of the definition, and where executions are logged.
pub(crate) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    let groups = texts_along(&item.body, LOG_GROUP);
    description.set("log_groups", Some(groups).filter(|groups| !groups.is_empty()));
    let Some(definition) =
        first_at(&item.body, DEFINITION).filter(|definition| at(definition, "States").is_some_and(Value::is_object))
    else {
        return description.set("definition_collected", Some(false));
    };
    let mut calls = Calls::default();
    calls.read_states(definition);
    description.set("definition_collected", Some(true));
    description.set("calls", Some(calls.apis.into_iter().collect::<Vec<_>>()));
    let open = calls.chosen_at_run_time.into_iter().collect::<Vec<_>>();
    description.set("targets_chosen_at_run_time", Some(open).filter(|open| !open.is_empty()));
    description.links.extend(calls.links);
}

/// Whether a definition was recorded that cannot be read: it is none, or nests too deeply.
pub(crate) fn is_unreadable(item: &ConfigItem<'_>, description: &Description) -> bool {
    let is_read = description.entity.attributes.get("definition_collected") != Some(&Value::Bool(false));
    !is_read && first_at(&item.body, DEFINITION).is_some()
}

/// What the states of a definition call.
#[derive(Default)]
struct Calls {
    links: Vec<Link>,
    /// `service:action` of every task.
    apis: BTreeSet<String>,
    /// Of those, the ones whose target the definition does not name.
    chosen_at_run_time: BTreeSet<String>,
}

impl Calls {
    /// Reads the states of a machine, a branch or an item processor. The depth of JSON is bounded where it is parsed.
    fn read_states(&mut self, machine: &Value) {
        let states = at(machine, "States").and_then(Value::as_object);
        for (name, state) in states.into_iter().flatten() {
            self.read_state(name, state);
            for branch in list_at(state, "Branches") {
                self.read_states(branch);
            }
            for inner in ["Iterator", "ItemProcessor"].iter().filter_map(|name| at(state, name)) {
                self.read_states(inner);
            }
        }
    }

    fn read_state(&mut self, name: &str, state: &Value) {
        self.read_call(name, state, EdgeKind::Invokes);
        for (part, kind) in [("ItemReader", EdgeKind::ReadsFrom), ("ResultWriter", EdgeKind::Invokes)] {
            if let Some(part) = at(state, part) {
                self.read_call(name, part, kind);
            }
        }
    }

    fn read_call(&mut self, name: &str, call: &Value, kind: EdgeKind) {
        let Some(resource) = text_at(call, "Resource").filter(|resource| is_arn(resource)) else {
            return;
        };
        let reached = match integration(resource) {
            Some(api) => self.read_api(&api, call),
            None => vec![Reference::Arn(resource.to_owned())],
        };
        for reference in reached {
            let kind = if matches!(reference, Reference::Host(_)) {
                EdgeKind::SendsTo
            } else {
                kind
            };
            let link = Link::new(kind, reference).with("via", name);
            self.links.push(match role_of(call) {
                Some(role) => link.with("role", role),
                None => link,
            });
        }
    }

    fn read_api(&mut self, api: &Api<'_>, call: &Value) -> Vec<Reference> {
        let reached = parameters_of(call).map_or_else(Vec::new, |parameters| api.reached(parameters));
        self.apis.insert(api.name());
        if reached.is_empty() {
            self.chosen_at_run_time.insert(api.name());
        }
        reached
    }
}

/// The API of `arn:aws:states:::lambda:invoke`; a resource with an account is called itself.
fn integration(resource: &str) -> Option<Api<'_>> {
    let arn = sv0_model::arn::Arn::parse(resource)?;
    (arn.service == "states" && arn.account.is_empty()).then(|| Api::parse(arn.resource))?
}
