//! How fast requests are answered: policies compiled once, no result kept; and from lines that carry their policies.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark may fail by panicking; criterion's macro makes an undocumented function"
)]

mod support;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use support::Workload;
use sv0_iam::{
    ApplicablePolicies, Context, NamedPolicy, Principal, Question, RowEvaluator, RowOptions, UnknownContext,
    action_matches, decide, evaluate, evaluate_line, parse_policy,
};

/// The allocator of `sv0`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn full_evaluations(criterion: &mut Criterion) {
    let requests = support::generated();
    let workload = Workload::of(&requests);
    let mut group = criterion.benchmark_group("requests");
    group.throughput(Throughput::Elements(workload.asked.len() as u64));
    group.bench_function("evaluate, owned answers", |bencher| {
        bencher.iter(|| {
            for asked in &workload.asked {
                black_box(workload.ask(asked, |question, policies| evaluate(question, policies).unwrap()));
            }
        });
    });
    group.bench_function("decide, answers that refer to policies", |bencher| {
        bencher.iter(|| {
            for asked in &workload.asked {
                workload.ask(asked, |question, policies| {
                    black_box(decide(question, policies).unwrap()).decision
                });
            }
        });
    });
    group.finish();
}

fn lines(criterion: &mut Criterion) {
    let requests = support::generated();
    let lines: Vec<String> = (0..2_000)
        .map(|number| requests.line(number).unwrap().to_string())
        .collect();
    let mut group = criterion.benchmark_group("lines");
    group.throughput(Throughput::Elements(lines.len() as u64));
    group.bench_function("evaluate_line", |bencher| {
        bencher.iter(|| {
            for line in &lines {
                black_box(evaluate_line(line, &RowOptions::default()));
            }
        });
    });
    group.bench_function("RowEvaluator", |bencher| {
        let mut evaluator = RowEvaluator::new(RowOptions::default());
        bencher.iter(|| {
            for line in &lines {
                black_box(evaluator.answer(line));
            }
        });
    });
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    let requests = support::generated();
    let documents: Vec<_> = requests
        .principals
        .iter()
        .flat_map(|fields| fields["identity_policies"].as_array().unwrap())
        .collect();
    let mut group = criterion.benchmark_group("documents");
    group.throughput(Throughput::Elements(documents.len() as u64));
    group.bench_function("parse_policy", |bencher| {
        bencher.iter(|| {
            for document in &documents {
                black_box(parse_policy(document));
            }
        });
    });
    group.finish();
}

/// Input that is made to take long, each in three sizes: what a byte or a statement takes is to stay the same.
fn contrived(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("contrived");
    group.sample_size(10);
    for kilobytes in [10, 20, 40] {
        let text = "a".repeat(kilobytes * 1_000);
        group.throughput(Throughput::Bytes(text.len() as u64));
        for (name, pattern) in [
            ("*a*a*a*a*b*", "*a*a*a*a*b*".to_owned()),
            ("10 KB of *a", "*a".repeat(5_000) + "b*"),
            ("10 KB of *?", "*?".repeat(5_000) + "b*"),
            ("* and 10 KB of a", format!("*{}b*", "a".repeat(10_000))),
        ] {
            group.bench_function(format!("{name} on {kilobytes} KB"), |bencher| {
                bencher.iter(|| black_box(action_matches(&pattern, &text)));
            });
        }
    }
    for thousands in [25_u64, 50, 100] {
        let statements: Vec<Value> = (0..thousands * 1_000)
            .map(|n| json!({"Effect": "Deny", "Action": ["s3:Get*", "s3:Put*"], "Resource": format!("arn:aws:s3:::b{n}/*")}))
            .collect();
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        group.throughput(Throughput::Elements(thousands * 1_000));
        group.bench_function(format!("reading {thousands},000 statements"), |bencher| {
            bencher.iter(|| black_box(parse_policy(&document)));
        });
        let identity = [NamedPolicy {
            name: "one".to_owned(),
            policy: Arc::new(parse_policy(&document).policy),
        }];
        let policies = ApplicablePolicies {
            identity: &identity,
            ..ApplicablePolicies::default()
        };
        let principal = Principal::parse("arn:aws:iam::111122223333:role/reader", None).unwrap();
        let question = Question {
            principal: &principal,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::data/k",
            resource_account: None,
            context: &Context::new(),
            now: None,
            unknown_context: UnknownContext::Absent,
        };
        group.bench_function(format!("deciding by {thousands},000 statements"), |bencher| {
            bencher.iter(|| black_box(decide(&question, &policies).unwrap()).decision);
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = full_evaluations, lines, documents, contrived
}
criterion_main!(benches);
