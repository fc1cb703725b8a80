//! Core operations, each run once over the same input, for whoever counts instructions: `counted <operation>`. Prints a hash of all answers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a benchmark may fail by panicking"
)]

mod support;

use std::hash::{DefaultHasher, Hash, Hasher};

use support::Workload;
use sv0_iam::{RowEvaluator, RowOptions, UnknownContext, decide, evaluate, evaluate_line, parse_policy};

/// The allocator of `sv0`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let operation = std::env::args().find(|argument| !argument.starts_with('-') && !argument.contains('/'));
    let requests = support::generated();
    let mut hasher = DefaultHasher::new();
    match operation.as_deref() {
        // What the others take before they begin.
        None | Some("generate") => requests.requests.len().hash(&mut hasher),
        Some("parse") => {
            for fields in &requests.principals {
                for document in fields["identity_policies"].as_array().unwrap() {
                    format!("{:?}", parse_policy(document).diagnostics).hash(&mut hasher);
                }
            }
        }
        Some("compile") => Workload::of(&requests).asked.len().hash(&mut hasher),
        Some(asked @ ("evaluate" | "evaluate-unknown")) => {
            let workload = Workload::of(&requests);
            for one in &workload.asked {
                let answer = workload.ask(one, |question, policies| {
                    let unknown_context = if asked == "evaluate" {
                        UnknownContext::Absent
                    } else {
                        UnknownContext::Any
                    };
                    evaluate(
                        &sv0_iam::Question {
                            unknown_context,
                            ..*question
                        },
                        policies,
                    )
                    .unwrap()
                });
                format!("{answer:?}").hash(&mut hasher);
            }
        }
        Some("decide") => {
            let workload = Workload::of(&requests);
            let times = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1);
            for one in (0..times).flat_map(|_| &workload.asked) {
                workload.ask(one, |question, policies| {
                    decide(question, policies).unwrap().decision.hash(&mut hasher)
                });
            }
        }
        Some("known-lines") => {
            let mut evaluator = RowEvaluator::new(RowOptions::default());
            let times = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1);
            let lines: Vec<String> = (0..1_000)
                .map(|number| requests.line(number).unwrap().to_string())
                .collect();
            eprintln!("{} bytes", lines.iter().map(String::len).sum::<usize>());
            for line in (0..times).flat_map(|_| &lines) {
                evaluator.answer(line).json.hash(&mut hasher);
            }
        }
        Some("lines") => {
            for number in 0..1_000 {
                let line = requests.line(number).unwrap().to_string();
                evaluate_line(&line, &RowOptions::default()).json.hash(&mut hasher);
            }
        }
        Some(other) => panic!("no operation is called {other}"),
    }
    println!("{:016x}", hasher.finish());
}
