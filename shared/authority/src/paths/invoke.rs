//! Ways to another authority over what runs with it: setting it going, replacing its code, pushing its image.

use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::graph::{Edge, Entity, EntityKind};
use sv0_model::path::ActionClass;

use super::calls::{Call, calls_on, target_of};
use super::ends::End;
use super::hops::{CHANGES_CODE_OF, Ground, IMAGE_RUNS_IN, INVOKES, Leg, PUSHES_IMAGE_TO, Stride};
use super::runs::{Running, Runs};
use super::transfer::{Transfer, Way};
use super::workloads::is_switched_off;
use crate::access::{Candidates, Survey, rows_of};
use crate::step::Step;

/// Looks for the transfers of one principal.
pub(crate) struct Seeker<'e, 'a> {
    pub ground: Ground<'e, 'a>,
    pub runs: &'a Runs<'e>,
    pub survey: Survey<'e, 'a>,
    /// Workloads that the principal could reach at all.
    pub workloads: &'a Candidates<'e>,
    /// Native id of the principal.
    pub from: &'e str,
    /// What the principal reaches.
    pub ends: &'a [End<'e>],
}

impl<'e> Seeker<'e, '_> {
    /// Every transfer over a workload, in no order.
    pub(crate) fn transfers(&self) -> Vec<Transfer<'e>> {
        let mut found = Vec::new();
        let mut known: BTreeMap<&str, Vec<&End<'e>>> = BTreeMap::new();
        for end in self.ends {
            known.entry(&end.entity.native_id).or_default().push(end);
        }
        let actions: Vec<&str> = super::calls::CALLS.iter().map(|call| call.action).collect();
        for workload in self.workloads.of(self.survey.subject, &actions) {
            for call in calls_on(workload) {
                let ends = known.get(workload.native_id.as_str()).map_or(&[][..], Vec::as_slice);
                if let Some(step) = self.step(call, workload, ends) {
                    self.over(call, workload, &step, &mut found);
                }
            }
        }
        for end in self.ends.iter().filter(|end| end.is_best) {
            self.by_trigger(end, &mut found);
            self.by_image(end, &mut found);
        }
        // What leads back to the principal gains nothing.
        found.retain(|transfer| transfer.to != self.from);
        found
    }

    /// Whether some statement lets the principal make the call. Where paths end on the workload the answer is known already.
    fn step(&self, call: &Call, workload: &'e Entity, ends: &[&End<'e>]) -> Option<Step> {
        let is_end = rows_of(workload)
            .iter()
            .flat_map(|row| row.actions)
            .any(|(action, _)| *action == call.action);
        if !is_end {
            let access = self.survey.access_to(call.action, workload, target_of(workload))?;
            return Some(Step::from(access.evaluation));
        }
        let of_call = ends
            .iter()
            .filter(|end| end.actions.iter().any(|action| action == call.action));
        of_call.min_by_key(|end| end.step.state).map(|end| end.step.clone())
    }

    fn over(&self, call: &Call, workload: &'e Entity, step: &Step, found: &mut Vec<Transfer<'e>>) {
        if call.way == Way::ChangeCode {
            let leg = self.call_leg(CHANGES_CODE_OF, call, workload, step);
            let own = self.runs.own_of(&workload.native_id);
            found.extend(own.map(|running| through(call.way, std::slice::from_ref(&leg), running)));
            return;
        }
        let leg = self.call_leg(INVOKES, call, workload, step);
        for running in self.runs.of(&workload.native_id) {
            match call.passes_role_to {
                None => found.push(through(call.way, std::slice::from_ref(&leg), running)),
                Some(service) => {
                    if let Some(passed) = self.pass_role(service, running.0) {
                        let step = step.clone().and(passed);
                        let mut leg = self.call_leg(INVOKES, call, workload, &step);
                        let hop = Arc::make_mut(&mut leg.hop);
                        hop.actions.push("iam:PassRole".to_owned());
                        hop.actions.sort();
                        found.push(through(call.way, &[leg], running));
                    }
                }
            }
        }
    }

    /// Whether some statement lets the principal pass the role to the service.
    fn pass_role(&self, service: &str, role: &str) -> Option<Step> {
        let role = self.ground.entity(role)?;
        let mut context = self.survey.context.clone();
        context.insert("iam:PassedToService", vec![service.to_owned()]);
        let candidates = Candidates::of_one(self.ground.estate, role);
        let survey = Survey {
            context: &context,
            candidates: &candidates,
            ..self.survey
        };
        let access = survey.access_to("iam:PassRole", role, role.native_id.clone())?;
        Some(Step::from(access.evaluation))
    }

    fn call_leg(&self, relation: &'static str, call: &Call, workload: &Entity, step: &Step) -> Leg {
        let stride = Stride {
            from: self.from,
            relation,
            to: &workload.native_id,
            actions: vec![call.action.to_owned()],
            on: None,
            note: self.configured_note(workload),
        };
        self.ground.leg(stride, step)
    }

    /// Says so where a workload that runs as the principal invokes the other by its configuration.
    pub(crate) fn configured_note(&self, workload: &Entity) -> String {
        let callers = self
            .runs
            .configured_callers(self.ground.estate, self.from, &workload.native_id);
        callers
            .first()
            .map(|caller| format!("{} invokes it by its configuration", caller.name))
            .unwrap_or_default()
    }

    /// Writing to a queue, bucket, stream or topic sets its readers going.
    fn by_trigger(&self, end: &End<'e>, found: &mut Vec<Transfer<'e>>) {
        if end.class != ActionClass::WriteData {
            return;
        }
        let resource = end.entity.native_id.as_str();
        for workload in self.runs.triggered_by(resource) {
            if is_switched_off(workload) {
                continue;
            }
            let step = match workload.kind {
                EntityKind::EventBridgeRule => self.by_event(end, workload),
                _ => Some(end.step.clone()),
            };
            let Some(step) = step else {
                continue;
            };
            let stride = Stride {
                from: self.from,
                relation: INVOKES,
                to: &workload.native_id,
                actions: end.actions.clone(),
                on: Some(resource),
                note: format!("by writing to {}, which sets it going", end.entity.name),
            };
            let leg = self.ground.leg(stride, &step);
            let running = self.runs.of(&workload.native_id).iter();
            found.extend(running.map(|running| through(Way::Invoke, std::slice::from_ref(&leg), running)));
        }
    }

    /// What is pushed to a repository runs in what is deployed from it, unless that names its image by digest.
    fn by_image(&self, end: &End<'e>, found: &mut Vec<Transfer<'e>>) {
        let pushes = end.entity.kind == EntityKind::EcrRepository && end.class == ActionClass::ChangeCode;
        if !pushes {
            return;
        }
        let repository = end.entity;
        let stride = Stride {
            from: self.from,
            relation: PUSHES_IMAGE_TO,
            to: &repository.native_id,
            actions: end.actions.clone(),
            on: None,
            note: String::new(),
        };
        let push = self.ground.leg(stride, &end.step);
        for edge in self.runs.deployed_from(&repository.native_id) {
            if edge.attributes.get("digest").is_some_and(|digest| !digest.is_null()) {
                continue;
            }
            let legs = [push.clone(), self.image_leg(repository, edge)];
            let running = self.runs.own_of(&edge.from);
            found.extend(running.map(|running| through(Way::PushImage, &legs, running)));
        }
    }

    /// Sources: AWS Lambda Developer Guide, "Create a Lambda function using a container image" (a function keeps the digest that its tag meant when it was
    /// last updated); Amazon ECS Developer Guide, "Container image resolution" (a new task resolves the tag anew).
    fn image_leg(&self, repository: &Entity, edge: &Edge) -> Leg {
        let is_immutable = repository
            .attributes
            .get("image_tag_mutability")
            .is_some_and(|value| value == "IMMUTABLE");
        let is_function = self
            .ground
            .entity(&edge.from)
            .is_some_and(|workload| workload.kind == EntityKind::LambdaFunction);
        let note = match (is_immutable, is_function) {
            (true, _) => "tags of the repository are immutable: what is pushed runs once a deployment names its tag",
            (false, true) => "what is pushed runs once the function is next updated from its tag",
            (false, false) => "what is pushed under the tag runs in the next task",
        };
        let stride = Stride {
            from: &repository.native_id,
            relation: IMAGE_RUNS_IN,
            to: &edge.from,
            actions: Vec::new(),
            on: None,
            note: note.to_owned(),
        };
        let reason = "the service pulls the image; no call of the path's principals would be logged";
        self.ground.configured(stride, &Step::allowed(), reason)
    }
}

fn through<'e>(way: Way, legs: &[Leg], running: &Running<'e>) -> Transfer<'e> {
    let (role, onward) = running;
    let legs: Vec<Leg> = legs.iter().chain(onward).cloned().collect();
    Transfer::new(role, way, legs)
}
