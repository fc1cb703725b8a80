//! Puts the page together: what stands in it as text, the data island, style, script and policy.

use askama::Template;
use sv0_model::graph::Graph;

use crate::overview::{self, Overview};
use crate::shown::Shown;
use crate::words::glossary::{TermGroup, glossary};
use crate::words::text::{count, date, shown as visible};
use crate::{ReportError, ReportInput, csp, island};

const STYLE: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/layout.css"),
    include_str!("../assets/css/overview.css"),
    include_str!("../assets/css/chain.css"),
    include_str!("../assets/css/detail.css"),
    include_str!("../assets/css/tables.css"),
    include_str!("../assets/css/print.css"),
);

const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("../assets/js/guard.js"),
    include_str!("../assets/js/data.js"),
    include_str!("../assets/js/dom.js"),
    include_str!("../assets/js/evidence.js"),
    include_str!("../assets/js/chain.js"),
    include_str!("../assets/js/search.js"),
    include_str!("../assets/js/paths.js"),
    include_str!("../assets/js/path.js"),
    include_str!("../assets/js/findings.js"),
    include_str!("../assets/js/entities.js"),
    include_str!("../assets/js/reach.js"),
    include_str!("../assets/js/entity.js"),
    include_str!("../assets/js/explore.js"),
    include_str!("../assets/js/action.js"),
    include_str!("../assets/js/coverage.js"),
    include_str!("../assets/js/main.js"),
    "})();\n",
);

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    title: String,
    subtitle: Vec<String>,
    left_out: Vec<String>,
    policy: String,
    overview: Overview,
    glossary: Vec<TermGroup>,
    style: &'static str,
    script: &'static str,
    data: String,
}

/// Renders the page.
///
/// # Errors
/// When the page or its data cannot be serialised.
pub(crate) fn render(input: &ReportInput<'_>) -> Result<String, ReportError> {
    let reach = &input.paths.reach;
    let shown = Shown::of(input, reach);
    let island = island::text(input, &shown, reach)?;
    let page = Page {
        title: visible(input.title),
        subtitle: subtitle(input),
        left_out: shown.left_out.iter().chain(&island.left_out).cloned().collect(),
        policy: csp::policy(STYLE, SCRIPT),
        overview: overview::of(input, &shown, reach),
        glossary: glossary(),
        style: STYLE,
        script: SCRIPT,
        data: island.json,
    };
    Ok(page.render()?)
}

fn subtitle(input: &ReportInput<'_>) -> Vec<String> {
    let graph: &Graph = input.graph;
    let captured = graph.captured_at.map_or("Capture time not known".to_owned(), |time| {
        format!("Captured {}", date(time))
    });
    let mut parts = vec![captured];
    parts.extend(
        graph
            .organization
            .id
            .as_deref()
            .map(|id| format!("Organization {}", visible(id))),
    );
    parts.push(count(overview::accounts(input).len(), "account"));
    if !graph.partition.is_empty() {
        parts.push(format!("Partition {}", visible(&graph.partition)));
    }
    parts
}
