//! What comes in and what goes out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_aws::s3::S3Location;
use sv0_lake::{RUN_ID_FORM, is_run_id, manifest_key};
use sv0_model::manifest::RunManifest;
use sv0_model::time::Timestamp;

use crate::ScanCaptureError;

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where the capture lies.
    pub capture: S3Location,
    /// The run's id: that of the event, else that of the invocation, which a retry by Lambda keeps.
    pub run_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    capture: String,
    run_id: Option<String>,
}

impl Request {
    /// Reads an event.
    ///
    /// # Errors
    /// [`ScanCaptureError::BadRequest`].
    pub fn read(event: Value, invocation_id: &str) -> Result<Self, ScanCaptureError> {
        let bad = |reason: String| ScanCaptureError::BadRequest { reason };
        let event: Event = serde_json::from_value(event).map_err(|error| bad(error.to_string()))?;
        let run_id = event.run_id.unwrap_or_else(|| invocation_id.to_owned());
        if !is_run_id(&run_id) {
            return Err(bad(format!("{run_id:?} is no run id: use {RUN_ID_FORM}")));
        }
        let capture = event
            .capture
            .parse::<S3Location>()
            .map_err(|error| bad(error.to_string()))?;
        Ok(Self { capture, run_id })
    }
}

/// A pointer to the run. Whoever wants more reads the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The run.
    pub run_id: String,
    /// The store that holds it.
    pub results: String,
    /// The manifest's key in the store.
    pub manifest_key: String,
    /// When the capture was made.
    pub captured_at: Timestamp,
    /// Counts by name, such as `entities` or `paths`.
    pub counts: BTreeMap<String, u64>,
}

impl Answer {
    /// The pointer to the run of this manifest.
    #[must_use]
    pub fn new(manifest: RunManifest, results: String) -> Self {
        Self {
            manifest_key: manifest_key(&manifest.run_id),
            run_id: manifest.run_id,
            results,
            captured_at: manifest.captured_at,
            counts: manifest.counts,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: Value) -> Result<Request, String> {
        Request::read(event, "8f3c-invocation").map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_may_name_the_run_or_leave_it_to_the_invocation() {
        let named = read(json!({ "capture": "s3://captures/acme", "run_id": "2026-03-02" })).unwrap();
        assert_eq!(
            (named.capture.to_string().as_str(), named.run_id.as_str()),
            ("s3://captures/acme/", "2026-03-02")
        );
        assert_eq!(
            read(json!({ "capture": "s3://captures" })).unwrap().run_id,
            "8f3c-invocation"
        );
    }

    #[test]
    fn what_is_no_event_is_refused_by_name() {
        for (event, reason) in [
            (json!({}), "missing field `capture`"),
            (
                json!({ "capture": "s3://captures", "runid": "x" }),
                "unknown field `runid`",
            ),
            (json!({ "capture": "/tmp" }), "names no place in S3"),
            (json!({ "capture": "s3://captures", "run_id": "../x" }), "no run id"),
            (json!({ "capture": "s3://captures", "run_id": "" }), "no run id"),
            (
                json!({ "capture": "s3://captures", "run_id": "x".repeat(129) }),
                "no run id",
            ),
        ] {
            let error = read(event.clone()).unwrap_err();
            assert!(error.contains(reason), "{event}: {error}");
        }
    }
}
