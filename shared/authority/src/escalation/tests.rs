//! Routes beside their nearest misses, and every entry of the third-party data.

mod entries;
mod near_misses;
mod unlisted;

use sv0_model::path::PathState;

use super::{Escalation, Escalations};
use crate::estate::Estate;
use crate::testkit::graph;

const BASE: &str = "
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
";

/// Every gain of one principal, roles that it can assume included.
fn gains<'e>(estate: &'e Estate<'e>, escalations: &Escalations<'e>, principal: &str) -> Vec<Escalation<'e>> {
    let principal = estate.entity(principal).expect("a principal of the fixture");
    let mut found = escalations.assumable_by(principal);
    found.extend(escalations.transfers_of(principal));
    for gain in &found {
        assert_ne!(gain.step.state, PathState::Blocked, "{gain:?}");
    }
    found
}

/// Gains in lines: the best route, `?` where it is conditional, and the name of what is gained.
fn lines(fixture: &str, principal: &str) -> Vec<String> {
    let graph = graph(&format!("{BASE}{fixture}"));
    let estate = Estate::new(&graph);
    let found = gains(&estate, &Escalations::new(&estate), principal);
    let line = |gain: &Escalation<'_>| {
        let doubt = if gain.step.state == PathState::Conditional {
            "?"
        } else {
            ""
        };
        let what = gain.gain.entity().map_or("own", |entity| entity.name.as_str());
        format!("{}{doubt} {what}", gain.route.id)
    };
    found.iter().map(line).collect()
}
