//! Each kind of path: what must match, and what comes near and must not.

mod climbing;
mod functions;
mod leaving;
mod orchestrators;
mod outside;

use super::paths;

pub(super) const PROD: &str = "
    role 111111111111/reader
      trust service lambda.amazonaws.com
      allow s3:GetObject on arn:aws:s3:::orders/*
    bucket 111111111111/orders
";

pub(super) const F: &str = "arn:aws:lambda:eu-west-1:111111111111:function:";

/// What leads to the bucket: each path's start and hops' relations, its kinds and its state.
pub(super) fn ways(fixture: &str) -> Vec<String> {
    let mut found: Vec<String> = paths(fixture)
        .iter()
        .filter(|path| path.resource.ends_with(":orders"))
        .map(|path| {
            let relations: Vec<&str> = path.hops.iter().map(|hop| hop.relation.as_str()).collect();
            let start = path.workload.rsplit([':', '/']).next().unwrap_or_default();
            let words = serde_json::to_value((&path.kinds, path.state)).unwrap();
            let kinds: Vec<&str> = words[0]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|kind| kind.as_str())
                .collect();
            format!(
                "{start}: {} [{}] {}",
                relations.join(" "),
                kinds.join(" "),
                words[1].as_str().unwrap()
            )
        })
        .collect();
    found.sort();
    found
}

/// The paths of all starts but those that hold the data's own role.
pub(super) fn ways_of(start: &str, fixture: &str) -> Vec<String> {
    let mut ways = ways(fixture);
    ways.retain(|way| way.starts_with(&format!("{start}: ")));
    ways
}

struct Case {
    name: &'static str,
    start: &'static str,
    fixture: String,
    want: Vec<&'static str>,
}

fn check(cases: &[Case]) {
    for Case {
        name,
        start,
        fixture,
        want,
    } in cases
    {
        assert_eq!(&ways_of(start, fixture), want, "{name}");
    }
}

fn case(name: &'static str, start: &'static str, fixture: impl Into<String>, want: &[&'static str]) -> Case {
    Case {
        name,
        start,
        fixture: fixture.into(),
        want: want.to_vec(),
    }
}

/// A function `caller` whose role has `lines`, beside a function `callee` that reads the orders.
fn two_functions(lines: &str) -> String {
    format!(
        "{PROD}
        lambda 111111111111/callee runs-as reader
        lambda 111111111111/caller runs-as app
        role 111111111111/app
          trust service lambda.amazonaws.com
          {lines}"
    )
}
