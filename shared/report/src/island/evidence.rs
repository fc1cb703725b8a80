//! Rows of what the logs say and of what they could show.

use sv0_model::observation::{DataEventScope, EventScope, Observation, Trail};

use super::rows::{ObservationRow, TrailRow};

/// The row of an observation.
pub(super) fn observation_row(observation: &Observation) -> ObservationRow<'_> {
    let empty = ObservationRow {
        status: "observed",
        count: None,
        first: None,
        last: None,
        event_ids: &[],
        reason: None,
    };
    match observation {
        Observation::Observed {
            count,
            first_seen,
            last_seen,
            event_ids,
        } => ObservationRow {
            count: Some(*count),
            first: Some(*first_seen),
            last: Some(*last_seen),
            event_ids,
            ..empty
        },
        Observation::NotObserved {
            window_start,
            window_end,
        } => ObservationRow {
            status: "not observed",
            first: Some(*window_start),
            last: Some(*window_end),
            ..empty
        },
        Observation::NotObservable { reason } => ObservationRow {
            status: "not observable",
            reason: Some(reason),
            ..empty
        },
    }
}

/// The row of a trail.
pub(super) fn trail_row(trail: &Trail) -> TrailRow<'_> {
    let accounts = if trail.is_organization_trail {
        "the whole organization"
    } else {
        "one account"
    };
    let regions = if trail.is_multi_region {
        "every Region"
    } else {
        trail.home_region.as_str()
    };
    TrailRow {
        id: &trail.arn,
        scope: format!("{accounts}, {regions}"),
        logging: match trail.is_logging {
            Some(true) => "logging",
            Some(false) => "stopped",
            None => "not known",
        },
        management_events: management_events(trail),
        data_events: trail.data_events.iter().map(data_events).collect(),
    }
}

fn management_events(trail: &Trail) -> String {
    let scope = trail.management_events.map_or("not known", event_scope);
    match trail.excluded_management_event_sources.as_slice() {
        [] => scope.to_owned(),
        excluded => format!("{scope}, without those of {}", excluded.join(", ")),
    }
}

fn data_events(scope: &DataEventScope) -> String {
    let of = match scope.arn_prefixes.as_slice() {
        [] => "all".to_owned(),
        prefixes => prefixes.join(", "),
    };
    let further = if scope.has_further_conditions {
        ", with further conditions"
    } else {
        ""
    };
    format!("{} ({}): {of}{further}", scope.resource_type, event_scope(scope.scope))
}

fn event_scope(scope: EventScope) -> &'static str {
    match scope {
        EventScope::All => "reads and writes",
        EventScope::ReadOnly => "reads only",
        EventScope::WriteOnly => "writes only",
        EventScope::None => "none",
    }
}
