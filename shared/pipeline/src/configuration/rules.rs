//! Rules that could never say anything, and words that nobody knows: refused, for a rule without effect looks like one that holds.

use sv0_authority::nearest;
use sv0_graph::{ClassificationRule, SensitivityRule};

use super::{Configuration, ConfigurationError};

/// Refuses rules without effect.
pub(super) fn check(configuration: &Configuration) -> Result<(), ConfigurationError> {
    check_all("sensitivity", &configuration.sensitivity, of_sensitivity)?;
    check_all("data_domain", &configuration.data_domain, of_words)?;
    check_all("environment", &configuration.environment, of_words)
}

fn check_all<R>(
    section: &'static str,
    rules: &[R],
    fault: fn(&R) -> Option<&'static str>,
) -> Result<(), ConfigurationError> {
    let first = rules
        .iter()
        .zip(1..)
        .find_map(|(rule, number)| Some((number, fault(rule)?)));
    match first {
        Some((number, fault)) => Err(ConfigurationError::Rule { section, number, fault }),
        None => Ok(()),
    }
}

const NO_CRITERION: &str = "has no criterion: give tag, name_pattern, kind, account or organizational_unit, for without one it matches nothing";
const NO_TAG: &str = "has a value without a tag: name the tag whose value it is";

fn of_sensitivity(rule: &SensitivityRule) -> Option<&'static str> {
    let has_criterion = rule.tag.is_some()
        || rule.name_pattern.is_some()
        || rule.kind.is_some()
        || rule.account.is_some()
        || rule.organizational_unit.is_some();
    match () {
        () if rule.value.is_some() && rule.tag.is_none() => Some(NO_TAG),
        () if !has_criterion => Some(NO_CRITERION),
        () if rule.level.is_none() && rule.tag.is_none() => {
            Some("has no level: give public, internal, confidential or restricted, or a tag whose value names one")
        }
        () => None,
    }
}

fn of_words(rule: &ClassificationRule) -> Option<&'static str> {
    let has_criterion = rule.tag.is_some()
        || rule.name_pattern.is_some()
        || rule.kind.is_some()
        || rule.account.is_some()
        || rule.organizational_unit.is_some();
    match () {
        () if rule.value.is_some() && rule.tag.is_none() => Some(NO_TAG),
        () if !has_criterion => Some(NO_CRITERION),
        () if rule.name.is_none() && rule.tag.is_none() => Some("has no name: give one, or a tag whose value is it"),
        () => None,
    }
}

/// The error of a key or word that is not known, with the one that was meant in the place of all that there are.
pub(super) fn explained(text: &str, error: toml::de::Error) -> ConfigurationError {
    let message = error.message();
    if !message.starts_with("unknown variant `") && !message.starts_with("unknown field `") {
        return ConfigurationError::Syntax(error);
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(word) = quoted.next() else {
        return ConfigurationError::Syntax(error);
    };
    let mut known: Vec<&str> = quoted.collect();
    known.sort_unstable();
    let help = match (nearest(word, known.iter().copied()), known.split_last()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some((last, others))) if !others.is_empty() => format!("it may be {} or {last}", others.join(", ")),
        (None, _) => "docs/configuration.md names every key".to_owned(),
    };
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    ConfigurationError::UnknownWord {
        line: before.matches('\n').count() + 1,
        word: word.to_owned(),
        help,
    }
}
