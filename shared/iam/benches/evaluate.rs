//! How fast requests are answered: policies compiled once, no result kept; and from lines that carry their policies.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark may fail by panicking; criterion's macro makes an undocumented function"
)]

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::Workload;
use sv0_iam::{RowEvaluator, RowOptions, decide, evaluate, evaluate_line, parse_policy};

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

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = full_evaluations, lines, documents
}
criterion_main!(benches);
