//! A large estate of one shape, to measure size and speed with.

use serde_json::json;
use sv0_model::graph::{Entity, EntityKind, PolicyKind, Sensitivity, urn};
use sv0_model::path::{ActionClass, PathKind};

use super::chains::{Chain, allow, observed};
use super::graph::{bucket, entity, function, insert, insert_policy, role};
use super::{Estate, acme};

const RESOURCES_PER_WORKLOAD: usize = 20;
const BUCKETS: usize = 400;

/// The organization of [`acme`] with `paths` more paths: each workload with a role of its own that reaches 20 of 400 buckets.
pub fn bulk(paths: usize) -> Estate {
    let mut estate = acme();
    for number in 0..BUCKETS {
        let name = format!("acme-tenant-{number:04}-documents");
        let account = account(number);
        let documents = entity(bucket(&name), EntityKind::S3Bucket, &name, &account);
        insert(
            &mut estate.graph,
            Entity {
                sensitivity: Sensitivity::Confidential,
                ..documents
            },
        );
    }
    for number in 0..paths.div_ceil(RESOURCES_PER_WORKLOAD) {
        let reached = RESOURCES_PER_WORKLOAD.min(paths - number * RESOURCES_PER_WORKLOAD);
        workload(&mut estate, number, reached);
    }
    estate
}

/// A kind of every thirteenth workload each, beside that of the chain.
fn kinds(number: usize) -> Vec<PathKind> {
    let telling = PathKind::ALL.into_iter().cycle().nth(number % PathKind::ALL.len());
    let telling = telling.unwrap_or(PathKind::Direct);
    if telling == PathKind::Direct {
        vec![telling]
    } else {
        vec![PathKind::Direct, telling]
    }
}

fn account(number: usize) -> String {
    format!("5000000{:05}", number % 120)
}

fn workload(estate: &mut Estate, number: usize, reached: usize) {
    let account = account(number);
    let name = format!("tenant-worker-{number:05}");
    let execution = role(&account, &format!("{name}-execution"));
    insert(
        &mut estate.graph,
        entity(function(&account, &name), EntityKind::LambdaFunction, &name, &account),
    );
    insert(
        &mut estate.graph,
        entity(
            execution.clone(),
            EntityKind::IamRole,
            &format!("{name}-execution"),
            &account,
        ),
    );
    let inline = urn::inline_policy(&execution, "tenants");
    let statement = json!({"Sid": "Tenants", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme-tenant-*"});
    insert_policy(
        &mut estate.graph,
        inline.clone(),
        PolicyKind::Inline,
        "tenants",
        Some(execution.clone()),
        json!([statement]),
    );
    for step in 0..reached {
        let target = bucket(&format!("acme-tenant-{:04}-documents", (number * 7 + step) % BUCKETS));
        let last = format!("2025-11-{:02}T{:02}:{:02}:00Z", 1 + step % 19, number % 24, step);
        let chain = Chain::of(function(&account, &name), execution.clone())
            .reaches(
                target,
                ActionClass::ReadData,
                &["s3:GetObject"],
                vec![allow(inline.clone(), 0, Some("Tenants"))],
                observed(3 + step as u64, "2025-08-22T02:10:00Z", &last),
            )
            .sensitive(Sensitivity::Confidential)
            .kinds(&kinds(number));
        estate.paths.push(chain.path());
    }
}
