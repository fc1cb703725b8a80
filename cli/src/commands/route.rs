//! Ways through roles, in one line.

use sv0_authority::{Route, ViaHop};

use crate::text::{dim, name_of, safe};

/// `via role → role`, and what is true of the other way; nothing where ways through roles were not asked for.
pub fn route_line(route: Option<&Route>) -> String {
    let Some(route) = route else {
        return String::new();
    };
    let line = match (route.via.as_slice(), &route.direct, &route.chained) {
        ([], Some(_), Some(chained)) => format!("directly; by assuming roles also {}", name_of(chained)),
        ([], Some(_), None) => "directly".to_owned(),
        ([], None, _) => return String::new(),
        (hops, Some(direct), _) => format!("via {}; directly {}", chain(hops), name_of(direct)),
        (hops, None, _) => format!("via {}", chain(hops)),
    };
    format!("  {}\n", dim(&line))
}

/// `role → role`, each role's ARN in full; a hop that is conditional says so.
pub fn chain(hops: &[ViaHop]) -> String {
    let parts: Vec<String> = hops
        .iter()
        .map(|hop| match &hop.condition {
            Some(_) => format!("{} ({})", safe(&hop.role), name_of(&hop.decision)),
            None => safe(&hop.role),
        })
        .collect();
    parts.join(" → ")
}
