//! Lines in CloudWatch's embedded metric format.
//!
//! Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format"; `docs/schemas/embedded-metric-format.schema.json` says the same as a schema.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::metrics::{Metric, NAMESPACE};

/// Metrics that one directive may define.
const MOST_METRICS: usize = 100;
/// The longest value of a dimension that is written; CloudWatch takes 1,024 characters.
const LONGEST_VALUE: usize = 256;

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The metric.
    pub metric: &'static Metric,
    /// The values of its dimensions, in their order.
    pub dimensions: Vec<String>,
    /// The value.
    pub value: f64,
}

impl Measurement {
    /// A measurement of a metric.
    #[must_use]
    pub fn new(metric: &'static Metric, dimensions: &[&str], value: f64) -> Self {
        Self {
            metric,
            dimensions: dimensions.iter().map(|value| (*value).to_owned()).collect(),
            value,
        }
    }

    /// A measurement that counts things.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "2^53 things are never counted")]
    pub fn count(metric: &'static Metric, dimensions: &[&str], count: u64) -> Self {
        Self::new(metric, dimensions, count as f64)
    }
}

/// The names and values of a measurement's dimensions.
type Dimensions<'a> = Vec<(&'static str, &'a str)>;

/// Lines that hold the measurements, those with the same dimensions together, with `properties` in each. A value that is no number, or lacks one of its dimensions, is left out:
/// CloudWatch would drop the whole line.
#[must_use]
pub fn lines(now: Timestamp, properties: &Map<String, Value>, measurements: &[Measurement]) -> Vec<String> {
    let mut groups: BTreeMap<Dimensions<'_>, Vec<&Measurement>> = BTreeMap::new();
    for measurement in measurements.iter().filter(|measurement| is_usable(measurement)) {
        let names = measurement.metric.dimensions.iter().copied();
        let dimensions = names.zip(measurement.dimensions.iter().map(String::as_str));
        groups.entry(dimensions.collect()).or_default().push(measurement);
    }
    let of_group = |(dimensions, group): (&Dimensions<'_>, &Vec<&Measurement>)| {
        let chunks = group.chunks(MOST_METRICS);
        chunks
            .map(|chunk| line(now, properties, dimensions, chunk))
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

fn is_usable(measurement: &Measurement) -> bool {
    let has_values = measurement.dimensions.iter().all(|value| !value.is_empty());
    measurement.value.is_finite() && has_values && measurement.dimensions.len() == measurement.metric.dimensions.len()
}

fn line(
    now: Timestamp,
    properties: &Map<String, Value>,
    dimensions: &Dimensions<'_>,
    measurements: &[&Measurement],
) -> String {
    let mut root = properties.clone();
    // One member holds the values of a metric: a list where there are several.
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut definitions = Vec::new();
    for measurement in measurements {
        let known = values.entry(measurement.metric.name).or_default();
        if known.is_empty() {
            definitions.push(json!({"Name": measurement.metric.name, "Unit": measurement.metric.unit.name()}));
        }
        known.push(measurement.value);
    }
    for (name, values) in values {
        let value = match values.as_slice() {
            [value] => json!(value),
            values => json!(values),
        };
        root.insert(name.to_owned(), value);
    }
    for (name, value) in dimensions {
        let value: String = value.chars().take(LONGEST_VALUE).collect();
        root.insert((*name).to_owned(), Value::from(value));
    }
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    root.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [names], "Metrics": definitions}],
        }),
    );
    Value::Object(root).to_string()
}

#[cfg(test)]
mod tests;
