//! Routes that no source lists: with all of their calls they are open, with one less they are not, and only to a role that trusts the service.

use std::collections::BTreeSet;

use super::{BASE, gains};
use crate::escalation::Escalations;
use crate::escalation::routes::{PASS_ROLE, Route, Target, all};
use crate::estate::Estate;
use crate::testkit::graph;

const EVERYTHING: &str = "
    typed 111111111111/cloudformation:stack/s/1 type AWS::CloudFormation::Stack
    typed 111111111111/transfer:server/s-1 type AWS::Transfer::Server
    role 111111111111/works
      trust service unrelated.amazonaws.com
    lambda 111111111111/f runs-as works
    typed 111111111111/states:stateMachine:m type AWS::StepFunctions::StateMachine
";

fn open(route: &Route, allowed: &[&str], trusted: &str) -> BTreeSet<(&'static str, String)> {
    let allowed = allowed.join(",");
    let app =
        format!("role 111111111111/app\n allow {allowed} on *\n role 111111111111/given\n trust service {trusted}");
    let graph = graph(&format!("{BASE}{EVERYTHING}{app}"));
    let estate = Estate::new(&graph);
    let found = gains(
        &estate,
        &Escalations::new(&estate),
        "arn:aws:iam::111111111111:role/app",
    );
    let of_route = found
        .iter()
        .filter(|gain| gain.route.id == route.id || gain.others.contains(&route.id));
    let named = of_route.map(|gain| {
        (
            route.id,
            gain.gain.entity().map_or(String::new(), |entity| entity.name.clone()),
        )
    });
    named.collect()
}

fn actions(route: &Route) -> Vec<&'static str> {
    route.calls.iter().map(|call| call.action).collect()
}

#[test]
fn all_calls_are_needed_and_a_role_that_trusts_the_service() {
    let mut tried = 0;
    for route in all().filter(|route| route.id.starts_with("sv0:")) {
        let (gained, trusted) = match route.target {
            Target::Passed(services) => ("given", services[0]),
            Target::RunningIn(["AWS::Lambda::Function"]) => ("works", "unrelated.amazonaws.com"),
            _ => continue,
        };
        tried += 1;
        let actions = actions(route);
        assert_eq!(
            open(route, &actions, trusted),
            BTreeSet::from([(route.id, gained.to_owned())])
        );
        for left_out in &actions {
            let rest: Vec<&str> = actions.iter().copied().filter(|action| action != left_out).collect();
            let rest = [rest.as_slice(), &["tag:GetResources"]].concat();
            assert_eq!(
                open(route, &rest, trusted),
                BTreeSet::new(),
                "{} without {left_out}",
                route.id
            );
        }
        if actions.contains(&PASS_ROLE) {
            assert_eq!(
                open(route, &actions, "other.amazonaws.com"),
                BTreeSet::new(),
                "{}",
                route.id
            );
        }
    }
    assert!(tried > 20, "{tried}");
}
