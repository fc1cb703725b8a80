//! Reading what entities say of themselves. What is missing or of another shape is not known.

use serde_json::Value;
use sv0_model::graph::Entity;
use sv0_model::time::{Timestamp, parse_timestamp};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A text of an entity.
pub(crate) fn text<'e>(entity: &'e Entity, name: &str) -> Option<&'e str> {
    entity.attributes.get(name)?.as_str()
}

/// A truth value of an entity.
pub(crate) fn truth(entity: &Entity, name: &str) -> Option<bool> {
    entity.attributes.get(name)?.as_bool()
}

/// A time of an entity.
pub(crate) fn time(entity: &Entity, name: &str) -> Option<Timestamp> {
    parse_timestamp(text(entity, name)?)
}

/// What AWS says of the last use of a role or credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LastUse {
    /// AWS was asked and knows of none.
    NoneKnown,
    /// Then.
    At(Timestamp),
}

impl LastUse {
    /// When, where it is known.
    pub(crate) fn time(self) -> Option<Timestamp> {
        match self {
            Self::NoneKnown => None,
            Self::At(time) => Some(time),
        }
    }
}

/// The attribute `last_used`; `None` where nobody asked.
pub(crate) fn last_used(entity: &Entity) -> Option<LastUse> {
    match entity.attributes.get("last_used")? {
        Value::Null => Some(LastUse::NoneKnown),
        used => {
            let date = used.get("date")?.as_str()?;
            parse_timestamp(date).map(LastUse::At)
        }
    }
}

/// Whole days from one time to a later one; 0 where it is not later.
pub(crate) fn days(from: Timestamp, to: Timestamp) -> u64 {
    let seconds = to.as_second().saturating_sub(from.as_second());
    u64::try_from(seconds / DAY).unwrap_or_default()
}

/// The day of a time, as `2025-06-30`.
pub(crate) fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_whole_days() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let start = at("2025-01-01T12:00:00Z");
        assert_eq!(days(start, at("2025-01-02T11:59:59Z")), 0);
        assert_eq!(days(start, at("2025-01-02T12:00:00Z")), 1);
        assert_eq!(days(at("2025-01-02T12:00:00Z"), start), 0);
        assert_eq!(day(start), "2025-01-01");
    }
}
