//! Our side of `cargo xtask bench-peers`: `answers generate <file> <all|identity> <requests>` writes requests, `answers compiled <file>` and
//! `answers lines <file>` answer them on one thread and print the seconds on the processor that this took and, for each request, whether it was allowed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark may fail by panicking"
)]

mod support;

use std::fs;
use std::io::{BufWriter, Write};
use std::time::Duration;

use serde_json::{Value, json};
use support::Workload;
use sv0_iam::{RowEvaluator, RowOptions, decide};
use sv0_model::decision::Decision;
use sv0_synth::requests::{Layers, OneRequest, RequestPlan, Requests, requests};

/// The allocator of `sv0`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", file, layers, count] => generate(file, layers, count.parse().unwrap()),
        ["compiled", file] => compiled(&read(file)),
        ["lines", file] => lines(&fs::read_to_string(file).unwrap()),
        // As `cargo bench` runs it among all others.
        _ => {}
    }
}

fn generate(file: &str, layers: &str, count: usize) {
    let plan = RequestPlan {
        principals: 200,
        requests: count,
        layers: if layers == "all" {
            Layers::All
        } else {
            Layers::IdentityAndBoundary
        },
        seed: 1,
    };
    let requests = requests(plan).unwrap();
    let mut out = BufWriter::new(fs::File::create(file).unwrap());
    for number in 0..count {
        writeln!(out, "{}", requests.line(number).unwrap()).unwrap();
    }
    out.flush().unwrap();
}

/// The requests of a file. Lines of one principal have the same policies.
fn read(file: &str) -> Requests {
    let mut read = Requests {
        principals: Vec::new(),
        requests: Vec::new(),
    };
    let mut numbers = std::collections::BTreeMap::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let Value::Object(fields) = serde_json::from_str(line).unwrap() else {
            continue;
        };
        let name = fields["principal"].to_string();
        let principal = *numbers.entry(name).or_insert_with(|| {
            read.principals.push(fields.clone());
            read.principals.len() - 1
        });
        read.requests.push(OneRequest { principal, fields });
    }
    read
}

fn compiled(requests: &Requests) {
    let workload = Workload::of(requests);
    // One that is not counted: the catalogue is read by the first that asks.
    let ask = || -> Vec<bool> {
        let answers = workload.asked.iter().map(|one| {
            workload.ask(one, |question, policies| {
                decide(question, policies).unwrap().decision == Decision::Allow
            })
        });
        answers.collect()
    };
    ask();
    print(ask);
}

fn lines(text: &str) {
    print(|| {
        // A new one each time: what is remembered is part of the work.
        let mut evaluator = RowEvaluator::new(RowOptions::default());
        let answers = text.lines().map(|line| evaluator.answer(line));
        answers
            .map(|answer| answer.json.contains("\"decision\":\"allow\""))
            .collect()
    });
}

/// Asks again and again, for what is asked once takes less time than is told of.
fn print(mut ask: impl FnMut() -> Vec<bool>) {
    let mut decisions = Vec::new();
    let (started, mut rounds) = (on_processor(), 0_u32);
    while rounds == 0 || on_processor() - started < ENOUGH {
        decisions = ask();
        rounds += 1;
    }
    let seconds = (on_processor() - started).as_secs_f64() / f64::from(rounds);
    println!("{}", json!({"seconds": seconds, "decisions": decisions}));
}

const ENOUGH: Duration = Duration::from_secs(1);

/// How long this thread has been on a processor: other work on the machine does not count.
///
/// Source: proc(5), `/proc/<pid>/task/<tid>/schedstat`.
fn on_processor() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}
