//! What an invocation asked of AWS, for its metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use sv0_aws::api::{AwsClient, CallCounters, CallObserver};
use sv0_collect::evidence::{Bill, EvidenceCost, ObjectReader};
use sv0_collect::{ApiCall, ApiError, AwsApi, BoxFuture, Failure, Target};

/// What was asked of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests by service and by what became of them.
    pub calls: BTreeMap<(&'static str, &'static str), u64>,
    /// What the evidence cost, where it was asked for.
    pub evidence: Option<EvidenceCost>,
}

/// Counts what is asked until it is taken.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    counters: Arc<CallCounters>,
    bill: Mutex<Arc<Bill>>,
}

impl Meter {
    pub fn observer(&self) -> Arc<dyn CallObserver> {
        Arc::clone(&self.counters) as _
    }

    /// The client, its executions of statements put on the bill.
    pub fn metered(&self, client: AwsClient) -> Arc<dyn AwsApi> {
        let bill = Arc::clone(&self.bill.lock().unwrap_or_else(PoisonError::into_inner));
        Arc::new(Metered { client, bill })
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Usage {
        let mut usage = Usage::default();
        for ((service, _, _, failure), count) in self.counters.take() {
            *usage.calls.entry((service, result_of(failure))).or_default() += count;
        }
        let bill = std::mem::take(&mut *self.bill.lock().unwrap_or_else(PoisonError::into_inner));
        let cost = bill.cost(EvidenceCost::MICRO_DOLLARS_PER_TERABYTE);
        usage.evidence = (cost.executions > 0).then_some(cost);
        usage
    }
}

/// What became of a request, as the metric calls it.
fn result_of(failure: Option<Failure>) -> &'static str {
    match failure {
        None => "answered",
        Some(Failure::Throttled) => "throttled",
        Some(Failure::Denied | Failure::RoleRefused) => "denied",
        Some(Failure::RegionDisabled | Failure::ServiceDisabled) => "disabled",
        Some(Failure::NotFound) => "not_found",
        Some(Failure::Invalid | Failure::TooLarge) => "refused",
        Some(Failure::Deadline) => "out_of_time",
        Some(Failure::Expired | Failure::Timeout | Failure::Connection | Failure::Server | Failure::Malformed) => {
            "unavailable"
        }
    }
}

struct Metered {
    client: AwsClient,
    bill: Arc<Bill>,
}

impl AwsApi for Metered {
    fn call<'a>(
        &'a self,
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            let answer = self.client.call(target, call, parameters).await?;
            if (call.service, call.operation) == ("athena", "GetQueryExecution")
                && let Some((execution, bytes)) = billed(&answer)
            {
                self.bill.add(&execution, bytes);
            }
            Ok(answer)
        })
    }

    fn objects(&self) -> Option<Arc<dyn ObjectReader>> {
        self.client.objects()
    }
}

/// The execution and the bytes that it scanned, once it has ended. Athena bills what was scanned until a statement was stopped, and nothing where it failed ("Amazon Athena
/// pricing").
fn billed(answer: &Value) -> Option<(String, u64)> {
    let execution = answer.get("QueryExecution")?;
    let state = execution.pointer("/Status/State")?.as_str()?;
    let id = execution.get("QueryExecutionId")?.as_str()?;
    let bytes = execution
        .pointer("/Statistics/DataScannedInBytes")
        .and_then(Value::as_u64);
    matches!(state, "SUCCEEDED" | "CANCELLED").then(|| (id.to_owned(), bytes.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sv0_aws::api::SentRequest;
    use sv0_collect::calls;

    use super::*;

    #[test]
    fn requests_are_counted_by_service_and_result_until_they_are_taken() {
        let meter = Meter::default();
        let failures = [
            None,
            None,
            Some(Failure::Throttled),
            Some(Failure::Server),
            Some(Failure::Timeout),
        ];
        for (attempt, failure) in (1..).zip(failures) {
            for account in ["hub", "111122223333"] {
                meter.observer().sent(&SentRequest {
                    call: &calls::sts::GET_CALLER_IDENTITY,
                    account,
                    region: "eu-west-1",
                    attempt,
                    failure,
                });
            }
        }
        let counted = BTreeMap::from([
            (("sts", "answered"), 4),
            (("sts", "throttled"), 2),
            (("sts", "unavailable"), 4),
        ]);
        assert_eq!(meter.take().calls, counted);
        assert_eq!(meter.take(), Usage::default());
    }

    #[test]
    fn statements_are_billed_once_they_ended() {
        let answer = |state: &str| {
            json!({"QueryExecution": {
                "QueryExecutionId": "e", "Status": {"State": state}, "Statistics": {"DataScannedInBytes": 7},
            }})
        };
        for (state, bytes) in [
            ("SUCCEEDED", Some(7)),
            ("CANCELLED", Some(7)),
            ("FAILED", None),
            ("RUNNING", None),
        ] {
            assert_eq!(billed(&answer(state)).map(|(_, bytes)| bytes), bytes, "{state}");
        }
        let meter = Meter::default();
        meter.bill.lock().unwrap().add("e", 7);
        assert_eq!(
            meter
                .take()
                .evidence
                .map(|cost| (cost.bytes_scanned, cost.micro_dollars)),
            Some((7, 50))
        );
        assert_eq!(meter.take().evidence, None);
    }
}
