//! Logs as JSON lines, everything at the top: Lambda's own names where it has them (`timestamp`, `level`, `requestId`, `message`), then what the spans say, then the event.
//!
//! Source: AWS Lambda Developer Guide, "Log-level filtering": a function of a custom runtime prints JSON objects with `level`, and a `timestamp` in RFC 3339.

use std::error::Error;
use std::fmt;
use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::invocation::Output;

const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";
/// The beginning of the names of the product's own crates.
const OWN: &str = "sv0";
/// Characters of a text that are printed.
const MOST_CHARACTERS: usize = 8 * 1024;

/// The level that is set for the function; `INFO` where none is.
#[must_use]
pub fn level(variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    match variable(LEVEL).unwrap_or_default().to_ascii_uppercase().as_str() {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    }
}

/// The level's name in a line.
pub(crate) fn level_name(level: LevelFilter) -> &'static str {
    level.into_level().map_or("INFO", |level| level.as_str())
}

/// Makes what is logged in this process JSON lines that go to `output`. Only the first call counts.
pub fn start(level: LevelFilter, output: Output) {
    let _ = tracing::subscriber::set_global_default(subscriber(level, output));
}

/// A subscriber that prints JSON lines. What other crates log counts from `WARN` on: below it they print requests, with what signs them.
#[must_use]
pub fn subscriber(level: LevelFilter, output: Output) -> impl Subscriber + Send + Sync {
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(OWN, level);
    Registry::default().with(JsonLines { output }.with_filter(filter))
}

/// Prints a line to standard output, whole.
pub(crate) fn print(line: &str) {
    let mut text = String::with_capacity(line.len() + 1);
    text.push_str(line);
    text.push('\n');
    // There is nowhere to say that it failed.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

struct JsonLines {
    output: Output,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.0.extend(fields.0.clone());
            }
        }
        event.record(&mut line);
        // Last, so that no field of an event takes their place.
        line.text("timestamp", &Timestamp::now().to_string());
        line.text("level", event.metadata().level().as_str());
        if *event.metadata().level() <= Level::WARN {
            line.text("target", event.metadata().target());
        }
        (self.output)(&Value::Object(line.0).to_string());
    }
}

/// Fields by name; a later one takes the place of an earlier one.
#[derive(Debug, Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }

    fn text(&mut self, name: &str, text: &str) {
        let text: String = text.chars().take(MOST_CHARACTERS).collect();
        self.0.insert(name.to_owned(), Value::from(text));
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, Value::from(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let causes = std::iter::successors(Some(value), |error| (*error).source());
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        self.text(field.name(), &causes.join(": "));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests;
