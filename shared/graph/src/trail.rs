//! CloudTrail trails: which events they record.

mod advanced;
mod classic;

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::observation::{DataEventScope, EventScope, Trail};
use sv0_model::record::Record;

use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Source};
use crate::json::{at, bool_at, field, first_arn, list_at, text_at};

/// Management events that one selector records.
struct ManagementEvents {
    scope: EventScope,
    excluded_sources: Vec<String>,
}

/// Reads one line of `cloudtrail/trails.ndjson`.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    let body = at(&record.body, "Trail").unwrap_or(&record.body);
    let Some(arn) = first_arn(body, &["TrailARN"]) else {
        let help = "record it again with aws cloudtrail describe-trails";
        facts.diagnostics.error(
            &record.origin,
            "",
            "trail_without_arn",
            "a trail has no TrailARN and was left out",
            help,
        );
        return;
    };
    let home_region = text_at(body, "HomeRegion").or_else(|| Arn::parse(arn).map(|arn| arn.region));
    let (management, data_events) = events(&record.body, body);
    let (management_events, excluded_management_event_sources) = management.map_or((None, Vec::new()), |management| {
        (Some(management.scope), management.excluded_sources)
    });
    let trail = Trail {
        arn: arn.to_owned(),
        is_organization_trail: bool_at(body, "IsOrganizationTrail").unwrap_or(false),
        is_multi_region: bool_at(body, "IsMultiRegionTrail").unwrap_or(false),
        home_region: home_region.unwrap_or_default().to_owned(),
        is_logging: bool_at(&record.body, "Status.IsLogging"),
        management_events,
        excluded_management_event_sources,
        data_events,
    };
    let fact = Fact {
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        value: trail,
    };
    facts.trails.offer(arn.to_owned(), fact);
}

fn events(record: &Value, trail: &Value) -> (Option<ManagementEvents>, Vec<DataEventScope>) {
    let selectors = field(record, "EventSelectors");
    let classic = selectors.map_or(&[][..], |answer| match answer {
        Value::Array(list) => list,
        answer => list_at(answer, "EventSelectors"),
    });
    let advanced = selectors.map_or(&[][..], |answer| list_at(answer, "AdvancedEventSelectors"));
    if !advanced.is_empty() {
        return (
            Some(combined(
                advanced.iter().filter_map(advanced::management_events).collect(),
            )),
            sorted(advanced.iter().flat_map(advanced::data_events).collect()),
        );
    }
    if selectors.is_some() {
        return (
            Some(combined(
                classic.iter().filter_map(classic::management_events).collect(),
            )),
            sorted(classic.iter().flat_map(classic::data_events).collect()),
        );
    }
    (default_management_events(trail), Vec::new())
}

/// A trail without selectors of its own records all management events and no data events.
fn default_management_events(trail: &Value) -> Option<ManagementEvents> {
    (bool_at(trail, "HasCustomEventSelectors") == Some(false)).then(|| ManagementEvents {
        scope: EventScope::All,
        excluded_sources: Vec::new(),
    })
}

fn sorted(mut data_events: Vec<DataEventScope>) -> Vec<DataEventScope> {
    data_events.sort();
    data_events.dedup();
    data_events
}

/// What several selectors record together. Of a source that only some of them leave out we say that it is left out, unless one selector records everything of it.
fn combined(selectors: Vec<ManagementEvents>) -> ManagementEvents {
    let scope = selectors
        .iter()
        .map(|selector| selector.scope)
        .fold(EventScope::None, union);
    let recording_all: Vec<&ManagementEvents> = selectors
        .iter()
        .filter(|selector| selector.scope == EventScope::All)
        .collect();
    let mut excluded_sources: Vec<String> = selectors
        .iter()
        .flat_map(|selector| &selector.excluded_sources)
        .filter(|source| {
            recording_all
                .iter()
                .all(|selector| selector.excluded_sources.contains(source))
        })
        .cloned()
        .collect();
    excluded_sources.sort();
    excluded_sources.dedup();
    ManagementEvents {
        scope,
        excluded_sources,
    }
}

fn union(one: EventScope, other: EventScope) -> EventScope {
    match (one, other) {
        (EventScope::None, scope) | (scope, EventScope::None) => scope,
        (one, other) if one == other => one,
        _ => EventScope::All,
    }
}
