//! How sources answered, and what to do where they did not.

use sv0_model::coverage::CoverageStatus;

use super::table::worded;

worded! {
    /// The words of a status.
    fn coverage,
    /// Every status.
    const COVERAGE_STATUSES of CoverageStatus {
        Ok => "ok", "Everything asked for was answered. Only here does absence mean that nothing is there.";
        Partial => "partial", "Some of it was answered.";
        Denied => "denied", "AWS denied the call.";
        Throttled => "throttled", "AWS throttled the calls until the scan gave up.";
        Disabled => "disabled", "The service or Region is not enabled in the account.";
        Excluded => "excluded", "Left out by configuration.";
        Stale => "stale", "The newest answer is older than this capture.";
        Revoked => "revoked", "The role this account was read with was removed by its owner.";
        NotRecorded => "not recorded", "AWS Config does not record this type there.";
        NotObservable => "not observable", "It leaves no trace that could be read: no log is not the same as no use.";
        Failed => "failed", "The call failed for another reason.";
        Missing => "missing", "The capture holds nothing for it.";
    }
}

/// What makes the source answer next time. Empty where there is nothing to do.
pub(crate) fn remedy(status: CoverageStatus, source: &str) -> &'static str {
    match status {
        CoverageStatus::Ok => "",
        CoverageStatus::Partial => "Read the reason, and collect the rest.",
        CoverageStatus::Denied => "Allow the call to the role that collects, and look for an SCP that denies it.",
        CoverageStatus::Throttled | CoverageStatus::Failed => {
            "Collect again; the error code tells whether that will help."
        }
        CoverageStatus::Disabled => "Nothing, if the service is not used there. Else enable it.",
        CoverageStatus::Excluded => "Nothing, if it is meant. Else take the exclusion out of the configuration.",
        CoverageStatus::Stale => "Find out why the source stopped answering, and collect again.",
        CoverageStatus::Revoked => "Ask the account's owner to restore the spoke role.",
        CoverageStatus::NotRecorded => "Record the type with AWS Config in this account and Region.",
        CoverageStatus::NotObservable if source.starts_with("config:") => {
            "Record the type with AWS Config there, or add config/recorders.ndjson to the capture, which tells whether it is recorded."
        }
        CoverageStatus::NotObservable if source.starts_with("cloudtrail") => {
            "Switch on the data events, or read the trail that records them."
        }
        CoverageStatus::NotObservable => "Read the reason: it says what would have to be collected.",
        CoverageStatus::Missing => "Collect it; docs/capture.md says into which file.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_is_that_of_the_source() {
        let of = |source| remedy(CoverageStatus::NotObservable, source);
        assert!(of("config:AWS::Lambda::Function").contains("AWS Config"));
        assert!(of("cloudtrail:logs").contains("data events"));
        assert!(!of("iam:last-accessed").contains("data events"));
        assert_eq!(remedy(CoverageStatus::Ok, "config:AWS::Lambda::Function"), "");
    }
}
