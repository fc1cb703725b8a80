//! A small language in which a test describes an estate in a few lines.
//!
//! ```text
//! organization o-acme management 999999999999
//! account 111111111111 under r-1/ou-prod
//! scp no-secrets on ou-prod
//!   deny secretsmanager:* on *
//! role 111111111111/app
//!   trust service lambda.amazonaws.com
//!   allow s3:GetObject on arn:aws:s3:::orders/* if {"Bool":{"aws:SecureTransport":"true"}}
//!   boundary allow s3:* on *
//! bucket 111111111111/orders restricted
//!   grant 222222222222 allow s3:GetObject on arn:aws:s3:::orders/*
//! lambda 111111111111/handler runs-as app
//! ```
//! A block starts with its kind; the lines `allow`, `deny`, `trust`, `boundary`, `grant`, `list` (of a bucket's
//! access control list) and `key-grant` belong to the block above them.
//! Everything else that a block can carry is a word in its first line: see [`Builder::start`]; `with NAME=VALUE` gives it an attribute. State machines,
//! rules, agents and who signs in from outside are in `orchestra.rs`; credentials, services last accessed, relations and things of any kind in `facts.rs`.

mod build;
mod facts;
mod orchestra;
mod statement;
mod workforce;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::graph::Graph;
use sv0_model::record::{Origin, Record, RecordKind};

pub(crate) use build::Builder;

/// The graph that `text` describes. Panics on a line that it does not understand: a fixture that says nothing proves nothing.
pub(crate) fn graph(text: &str) -> Graph {
    let mut builder = Builder::default();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            builder.line(line);
        }
    }
    builder.finish()
}

/// A CloudTrail event with the fields given by JSON pointer over those of an ordinary management event.
pub(crate) fn event(fields: &[(&str, Value)]) -> Record {
    let mut body = json!({
        "eventID": "e-1", "eventTime": "2025-06-01T00:00:00Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
        "awsRegion": "eu-west-1", "recipientAccountId": "111111111111",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/ann", "accountId": "111111111111"},
    });
    let defaults: BTreeMap<&str, Value> = fields.iter().cloned().collect();
    for (name, value) in defaults {
        body[name] = value;
    }
    record(body)
}

/// The record of an event.
pub(crate) fn record(body: Value) -> Record {
    Record {
        kind: RecordKind::CloudTrailEvent,
        account: None,
        region: None,
        origin: Origin {
            object: "cloudtrail/log.json".to_owned(),
            sha256: sv0_model::hash::sha256_of_json(&body),
        },
        captured_at: None,
        body,
    }
}
