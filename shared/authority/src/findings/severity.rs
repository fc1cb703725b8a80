//! One formula for how bad a finding is: reach × sensitivity × exposure × observed use, as points that add up. `docs/findings.md` shows the table.

use sv0_model::finding::FindingSeverity;
use sv0_model::graph::Sensitivity;

/// What can be done with the authority that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Nothing that was collected.
    Nothing,
    /// Reading content, or decrypting it.
    Reads,
    /// Changing content, or running code.
    Writes,
    /// Changing code that runs under another role, or who may do what.
    Controls,
    /// Everything: an administrator, or who can become one.
    Administrator,
    /// Everything, above every policy of the account.
    RootUser,
}

/// Who can get hold of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exposure {
    /// Principals of its own account.
    Account,
    /// Principals of other accounts of the organization.
    Organization,
    /// Somebody outside: a third party, or whoever holds a password or key.
    External,
    /// Everyone.
    Everyone,
}

/// What is known of its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Nothing tells.
    NotObservable,
    /// It could have been seen, and was not.
    NotObserved,
    /// It was used.
    Observed,
}

/// The four sides of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measure {
    pub reach: Reach,
    /// The most sensitive content within reach; `None` where there is none.
    pub sensitivity: Option<Sensitivity>,
    pub exposure: Exposure,
    pub observed_use: Use,
}

type Row<T> = (T, &'static str, u8);

const REACH: [Row<Reach>; 6] = [
    (Reach::Nothing, "nothing known", 0),
    (Reach::Reads, "reads", 1),
    (Reach::Writes, "writes", 2),
    (Reach::Controls, "controls permissions or code", 3),
    (Reach::Administrator, "administrator", 4),
    (Reach::RootUser, "root user", 5),
];

const SENSITIVITY: [Row<Option<Sensitivity>>; 6] = [
    (None, "none", 0),
    (Some(Sensitivity::Public), "public", 0),
    (Some(Sensitivity::Unknown), "unknown", 1),
    (Some(Sensitivity::Internal), "internal", 1),
    (Some(Sensitivity::Confidential), "confidential", 2),
    (Some(Sensitivity::Restricted), "restricted", 3),
];

const EXPOSURE: [Row<Exposure>; 4] = [
    (Exposure::Account, "own account", 0),
    (Exposure::Organization, "organization", 1),
    (Exposure::External, "external", 2),
    (Exposure::Everyone, "everyone", 3),
];

const USE: [Row<Use>; 3] = [
    (Use::NotObservable, "not observable", 0),
    (Use::NotObserved, "not observed", 0),
    (Use::Observed, "observed", 1),
];

/// The least points of each severity, the worst first.
const SEVERITIES: [Row<FindingSeverity>; 5] = [
    (FindingSeverity::Critical, "critical", 8),
    (FindingSeverity::High, "high", 6),
    (FindingSeverity::Medium, "medium", 4),
    (FindingSeverity::Low, "low", 2),
    (FindingSeverity::Informational, "informational", 0),
];

impl Measure {
    /// The severity, and in words what made it.
    pub(crate) fn severity(&self) -> (FindingSeverity, String) {
        let (reach, reach_points) = words(&REACH, self.reach);
        let (sensitivity, sensitivity_points) = words(&SENSITIVITY, self.sensitivity);
        let (exposure, exposure_points) = words(&EXPOSURE, self.exposure);
        let (observed, use_points) = words(&USE, self.observed_use);
        let points = reach_points + sensitivity_points + exposure_points + use_points;
        let (severity, name) = of_points(points);
        let reason =
            format!("reach: {reach}; sensitivity: {sensitivity}; exposure: {exposure}; use: {observed} → {name}");
        (severity, reason)
    }
}

fn words<T: PartialEq>(table: &[Row<T>], of: T) -> (&'static str, u8) {
    let row = table.iter().find(|(value, ..)| *value == of);
    row.map_or(("", 0), |(_, name, points)| (*name, *points))
}

fn of_points(points: u8) -> (FindingSeverity, &'static str) {
    let reached = SEVERITIES.iter().find(|(_, _, least)| points >= *least);
    reached.map_or(
        (FindingSeverity::Informational, "informational"),
        |(severity, name, _)| (*severity, *name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../docs/findings.md");

    #[test]
    fn points_add_up() {
        use Exposure::{Account, Everyone, External};
        use FindingSeverity::{Critical, High, Informational, Low, Medium};
        use Sensitivity::{Public, Restricted, Unknown};
        for (reach, sensitivity, exposure, observed_use, want) in [
            (
                Reach::Administrator,
                Some(Restricted),
                External,
                Use::Observed,
                Critical,
            ),
            (Reach::Administrator, Some(Unknown), Account, Use::NotObserved, Medium),
            (Reach::Reads, Some(Restricted), External, Use::NotObservable, High),
            (Reach::Reads, Some(Public), Account, Use::NotObserved, Informational),
            (Reach::Nothing, None, Everyone, Use::NotObservable, Low),
            (Reach::RootUser, Some(Unknown), External, Use::NotObservable, Critical),
        ] {
            let measure = Measure {
                reach,
                sensitivity,
                exposure,
                observed_use,
            };
            assert_eq!(measure.severity().0, want, "{measure:?}");
        }
        let worst = Measure {
            reach: Reach::Administrator,
            sensitivity: Some(Restricted),
            exposure: External,
            observed_use: Use::Observed,
        };
        assert_eq!(
            worst.severity().1,
            "reach: administrator; sensitivity: restricted; exposure: external; use: observed → critical"
        );
    }

    /// What makes a thing worse never makes the finding milder.
    #[test]
    fn more_is_never_milder() {
        fn rises<T>(table: &[Row<T>]) {
            assert!(table.windows(2).all(|pair| pair[0].2 <= pair[1].2));
        }
        rises(&REACH);
        rises(&SENSITIVITY);
        rises(&EXPOSURE);
        rises(&USE);
        assert!(
            SEVERITIES
                .windows(2)
                .all(|pair| pair[0].0 > pair[1].0 && pair[0].2 > pair[1].2)
        );
    }

    #[test]
    fn the_page_shows_the_table() {
        fn shown<T>(side: &str, table: &[Row<T>]) {
            for (_, name, points) in table {
                let row = format!("| {side} | {name} | {points} |");
                assert!(PAGE.contains(&row), "docs/findings.md lacks {row}");
            }
        }
        shown("reach", &REACH);
        shown("sensitivity", &SENSITIVITY);
        shown("exposure", &EXPOSURE);
        shown("use", &USE);
        for (_, name, least) in SEVERITIES {
            let row = format!("| {name} | {least} |");
            assert!(PAGE.contains(&row), "docs/findings.md lacks {row}");
        }
    }
}
