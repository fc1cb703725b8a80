//! What an authority reaches only through something that is not an authority: places outside AWS through API destinations, topics and the workload itself, and
//! what a knowledge base reads for an agent.
//!
//! Sources: Amazon EventBridge User Guide, "API destinations as targets in Amazon EventBridge" (the target's role needs `events:InvokeApiDestination`); AWS
//! Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows" (`states:InvokeHTTPEndpoint` on the state machine); Amazon SNS Developer Guide,
//! "Fanout to HTTP/S endpoints"; Amazon Bedrock User Guide, "Service role for Amazon Bedrock Agents" (`bedrock:Retrieve`) and "Create a service role for
//! Amazon Bedrock Knowledge Bases".

use serde_json::Value;
use sv0_iam::{Context, UnknownContext};
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::path::{ActionClass, PathState};

use super::ends::{self, End, Ends, Reached, Spot};
use super::hops::{ACCESSES, Ground, INVOKES, Leg, READS_FROM, RUNS_AS, SENDS_TO, Stride};
use super::invoke::Seeker;
use super::workloads::is_switched_off;
use crate::access::ASSUME_ROLE;
use crate::access::{Candidates, Survey};
use crate::estate::{Estate, Place, Request};
use crate::step::Step;

const INVOKE_DESTINATION: &str = "events:InvokeApiDestination";
const INVOKE_ENDPOINT: &str = "states:InvokeHTTPEndpoint";
const RETRIEVE: &str = "bedrock:Retrieve";
const PUBLISH: &str = "sns:Publish";

/// The services that call an API destination under a role. No principal calls one by itself: the action is a permission and no API.
const CALLERS_OF_DESTINATIONS: [&str; 2] = ["events.amazonaws.com", "pipes.amazonaws.com"];

/// Ends with the steps that lead to them from the authority.
pub(crate) struct Further<'e> {
    /// The workload that does it, running as the authority; none where the authority alone is enough.
    pub by: Option<&'e str>,
    pub legs: Vec<Leg>,
    /// The role under which they are reached, where that is another.
    pub role: Option<&'e str>,
    pub ends: Ends<'e>,
}

impl Further<'_> {
    /// The state of the worst of its steps.
    pub(crate) fn state(&self) -> PathState {
        let states = self.legs.iter().map(|leg| leg.hop.state);
        states.max().unwrap_or(PathState::Allowed)
    }
}

/// EventBridge's destinations for calls over HTTP that lead outside.
pub(crate) fn destinations<'e>(estate: &'e Estate<'_>) -> Candidates<'e> {
    Candidates::new(estate, |entity| {
        let resource_type = entity.attributes.get("resource_type").and_then(Value::as_str);
        resource_type == Some("AWS::Events::ApiDestination")
    })
}

impl<'e> Seeker<'e, '_> {
    /// Everything that the principal reaches through something else, in the order of what leads there.
    pub(crate) fn further(&self, destinations: &Candidates<'e>) -> Vec<Further<'e>> {
        let mut found = self.by_destination(destinations);
        found.extend(self.by_topic());
        for workload in self.runs.running_as(self.from) {
            if !is_switched_off(workload) {
                found.extend(self.sent_by(workload));
                found.extend(self.retrieved_by(workload));
            }
        }
        found
    }

    fn by_destination(&self, destinations: &Candidates<'e>) -> Vec<Further<'e>> {
        let mut found = Vec::new();
        let survey = Survey {
            candidates: destinations,
            ..self.survey
        };
        for destination in destinations.of(self.survey.subject, &[INVOKE_DESTINATION]) {
            let Some(access) = survey.access_to(INVOKE_DESTINATION, destination, destination.native_id.clone()) else {
                continue;
            };
            if !self.is_taken_by_eventbridge() {
                break;
            }
            let leg = self.further_leg(INVOKES, destination, INVOKE_DESTINATION, &Step::from(access.evaluation));
            let from = &destination.native_id;
            let places = self.places(destination);
            let sent = places.map(|place| self.ground.sending(from, place, Vec::new(), &Step::allowed()));
            found.extend(self.further_ends(None, vec![leg], sent));
        }
        found
    }

    /// Whether EventBridge may act under the principal.
    fn is_taken_by_eventbridge(&self) -> bool {
        let estate = self.ground.estate;
        let Some(role) = self
            .ground
            .entity(self.from)
            .filter(|role| role.kind == EntityKind::IamRole)
        else {
            return false;
        };
        let mut context = Context::new();
        context.insert("aws:SourceAccount", role.account.iter().cloned().collect());
        CALLERS_OF_DESTINATIONS.into_iter().any(|service| {
            let Some(subject) = estate.named_subject(service) else {
                return false;
            };
            let request = Request {
                subject: &subject,
                action: ASSUME_ROLE,
                place: &Place::of(role),
                context: &context,
                unknown_context: UnknownContext::Any,
            };
            let evaluation = estate.judge(&request);
            evaluation.is_ok_and(|evaluation| evaluation.decision.is_possible())
        })
    }

    fn by_topic(&self) -> Vec<Further<'e>> {
        let publishing = self.ends.iter().filter(|end| {
            let is_topic = end.entity.kind == EntityKind::SnsTopic && end.is_best;
            is_topic && end.actions.iter().any(|action| action == PUBLISH)
        });
        publishing
            .filter_map(|end| {
                let topic = end.entity;
                let leg = self.further_leg(ACCESSES, topic, PUBLISH, &end.step);
                let from = &topic.native_id;
                let places = self.places(topic);
                let sent = places.map(|place| self.ground.sending(from, place, Vec::new(), &Step::allowed()));
                self.further_ends(None, vec![leg], sent)
            })
            .collect()
    }

    /// Places to which a workload sends by itself. A state machine's role must be allowed the call.
    fn sent_by(&self, workload: &'e Entity) -> Vec<Further<'e>> {
        let (step, actions) = if workload.kind == EntityKind::StateMachine && self.places(workload).next().is_some() {
            match self.access_to_one(INVOKE_ENDPOINT, workload) {
                Some(step) => (step, vec![INVOKE_ENDPOINT.to_owned()]),
                None => return Vec::new(),
            }
        } else {
            (Step::allowed(), Vec::new())
        };
        let places = self.places(workload);
        let sent = places.map(|place| self.ground.sending(self.from, place, actions.clone(), &step));
        self.further_ends(Some(&workload.native_id), Vec::new(), sent)
            .into_iter()
            .collect()
    }

    /// What the knowledge bases of an agent or flow read for it, each under its own role.
    fn retrieved_by(&self, workload: &'e Entity) -> Vec<Further<'e>> {
        let mut found = Vec::new();
        for edge in self.ground.estate.edges(&workload.native_id, EdgeKind::ReadsFrom) {
            let is_off = edge.attributes.get("state").is_some_and(|state| state == "DISABLED");
            let base = self.ground.entity(&edge.to);
            let Some(base) = base.filter(|base| base.kind == EntityKind::KnowledgeBase && !is_off) else {
                continue;
            };
            let Some(step) = self.access_to_one(RETRIEVE, base) else {
                continue;
            };
            let retrieving = self.further_leg(READS_FROM, base, RETRIEVE, &step);
            for role in self.ground.estate.targets(&base.native_id, EdgeKind::RunsAs) {
                let running = self.ground.service_leg(base, role, RUNS_AS);
                let legs = vec![retrieving.clone(), running];
                let read = self.further_ends(Some(&workload.native_id), legs, self.read_by(base, role));
                found.extend(read.map(|further| Further {
                    role: Some(role),
                    ..further
                }));
            }
        }
        found
    }

    /// The sources and stores of a knowledge base that its role reads. What a secret opens is read; the secret itself is handed to nobody.
    fn read_by(&self, base: &Entity, role: &'e str) -> Vec<Reached<'e>> {
        let estate = self.ground.estate;
        let subject = self.ground.entity(role).and_then(|role| estate.subject_of(role));
        let sources = estate.targets(&base.native_id, EdgeKind::ReadsFrom);
        let sources = sources.filter_map(|source| self.ground.entity(source));
        let sources = sources.filter(|source| source.kind != EntityKind::Secret);
        let mut found = Vec::new();
        for source in sources {
            let Some(subject) = &subject else { break };
            let candidates = Candidates::of_one(estate, source);
            let survey = Survey {
                candidates: &candidates,
                subject,
                ..self.survey
            };
            let ends = ends::of(survey.reach()).into_iter();
            let read = ends.filter(|end| end.class == ActionClass::ReadData && end.is_best);
            found.extend(read.map(|end| self.ground.ending(role, end)));
        }
        found
    }

    fn access_to_one(&self, action: &str, entity: &'e Entity) -> Option<Step> {
        let candidates = Candidates::of_one(self.ground.estate, entity);
        let survey = Survey {
            candidates: &candidates,
            ..self.survey
        };
        let access = survey.access_to(action, entity, entity.native_id.clone())?;
        Some(Step::from(access.evaluation))
    }

    /// The ends that are reached over these steps, if there are any.
    fn further_ends(
        &self,
        by: Option<&'e str>,
        legs: Vec<Leg>,
        reached: impl IntoIterator<Item = Reached<'e>>,
    ) -> Option<Further<'e>> {
        let reached: Vec<Reached<'e>> = reached.into_iter().collect();
        (!reached.is_empty()).then(|| Further {
            by,
            legs,
            role: None,
            ends: Ends::new(self.ground.estate, reached),
        })
    }

    fn further_leg(&self, relation: &'static str, to: &Entity, action: &str, step: &Step) -> Leg {
        let stride = Stride {
            from: self.from,
            relation,
            to: &to.native_id,
            actions: vec![action.to_owned()],
            on: None,
            note: self.configured_note(to),
        };
        self.ground.leg(stride, step)
    }

    fn places(&self, sender: &'e Entity) -> impl Iterator<Item = &'e Entity> + use<'e> {
        let estate = self.ground.estate;
        let places = estate.targets(&sender.native_id, EdgeKind::SendsTo);
        let places = places.filter_map(|place| estate.entity(place));
        places.filter(|place| place.kind == EntityKind::InternetDestination)
    }
}

impl<'e> Ground<'e, '_> {
    /// A place outside AWS as the end of a path, and the last step to it.
    pub(crate) fn sending(&self, from: &str, place: &'e Entity, actions: Vec<String>, step: &Step) -> Reached<'e> {
        let stride = Stride {
            from,
            relation: SENDS_TO,
            to: &place.native_id,
            actions,
            on: None,
            note: "by its configuration".to_owned(),
        };
        let reason = "CloudTrail does not record what leaves AWS";
        let leg = self.configured(stride, step, reason);
        let spot = Spot {
            entity: place,
            scope: place.native_id.clone(),
            class: ActionClass::WriteData,
            is_best: true,
        };
        Reached::new(*self, spot, leg)
    }

    /// An end with the last step to it.
    pub(crate) fn ending(&self, from: &str, end: End<'e>) -> Reached<'e> {
        let stride = Stride {
            from,
            relation: ACCESSES,
            to: &end.entity.native_id,
            actions: end.actions,
            on: None,
            note: String::new(),
        };
        let leg = self.leg(stride, &end.step);
        let spot = Spot {
            entity: end.entity,
            scope: end.scope,
            class: end.class,
            is_best: end.is_best,
        };
        Reached::new(*self, spot, leg)
    }
}
