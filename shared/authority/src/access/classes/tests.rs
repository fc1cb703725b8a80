use sv0_iam::catalogue::{Fit, lookup_action, resource_type_fits};
use sv0_model::graph::Graph;

use super::{ActionTarget, rows_of};
use crate::testkit::graph;

/// One resource of every kind that paths end on.
fn estate() -> Graph {
    graph(
        "bucket 111111111111/data
         secret 111111111111/db
         key 111111111111/k1
         lambda 111111111111/f
         layer 111111111111/tools:3
         repository 111111111111/app
         table 111111111111/orders
         queue 111111111111/jobs
         topic 111111111111/news
         parameter 111111111111/prod/db
         database 111111111111/main resource-id db-ABC
         database-cluster 111111111111/main resource-id cluster-ABC
         snapshot 111111111111/before-upgrade
         cluster-snapshot 111111111111/before-upgrade
         warehouse 111111111111/dw
         domain 111111111111/logs
         file-system 111111111111/fs-1
         stream 111111111111/clicks
         bus 111111111111/orders
         state-machine 111111111111/orders
         agent 111111111111/AGENT1
         flow 111111111111/FLOW1
         knowledge-base 111111111111/KB1
         model 111111111111/m
         guardrail 111111111111/g
         runtime 111111111111/r
         gateway 111111111111/g
         task 111111111111/web
         service 111111111111/web
         project 111111111111/build
         cluster 111111111111/main
         glue-job 111111111111/etl",
    )
}

#[test]
fn every_action_is_aws_own_and_takes_what_it_is_asked_on() {
    let graph = estate();
    for entity in graph.entities.values() {
        let rows = rows_of(entity);
        assert!(!rows.is_empty(), "{}", entity.native_id);
        for (action, target) in rows.iter().flat_map(|row| row.actions) {
            let facts = lookup_action(action).unwrap_or_else(|| panic!("{action} is not in the catalogue"));
            let arn = match target {
                ActionTarget::Unscoped => {
                    assert!(facts.resource_types.is_empty(), "{action} takes a resource");
                    continue;
                }
                ActionTarget::Inside => format!("{}/x", entity.native_id),
                ActionTarget::Related(related) => format!("{}/x", crate::related::base(*related, entity).unwrap()),
                ActionTarget::Whole | ActionTarget::WholeOrQualified => entity.native_id.clone(),
            };
            assert!(!facts.resource_types.is_empty(), "{action} takes no resource");
            assert_ne!(resource_type_fits(action, &arn), Fit::RuledOut, "{action} on {arn}");
        }
    }
}

#[test]
fn no_action_is_of_two_classes() {
    let graph = estate();
    for entity in graph.entities.values() {
        let mut actions: Vec<&str> = rows_of(entity)
            .iter()
            .flat_map(|row| row.actions)
            .map(|(name, _)| *name)
            .collect();
        let count = actions.len();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), count, "{}", entity.native_id);
    }
}

#[test]
fn what_cannot_be_shared_or_reached_is_no_end_of_a_path() {
    let graph = graph("snapshot 111111111111/rds:main-2026-01-01-00-00\nrole 111111111111/app");
    assert!(graph.entities.values().all(|entity| rows_of(entity).is_empty()));
}
