//! A small, slow evaluator for requests whose whole context is known, written from AWS's text and sharing nothing with the engine.

use serde_json::Value;
use sv0_model::decision::Decision;

use super::{ACTION, Estate, Keys};

/// `StringLike`.
pub fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    recurse(&pattern, &text, &|_, _| true)
}

/// The Resource element.
pub fn resource_like(pattern: &str, text: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    recurse(&characters, &text, &|rest, c| {
        let ends_segment = rest.first() == Some(&'*') && matches!(rest.get(1), None | Some(':'));
        c != ':' || ends_segment
    })
}

/// `may_take(rest of the pattern, beginning with the wildcard, character)`.
fn recurse(pattern: &[char], text: &[char], may_take: &dyn Fn(&[char], char) -> bool) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), first) => {
            recurse(&pattern[1..], text, may_take)
                || first.is_some_and(|c| may_take(pattern, *c) && recurse(pattern, &text[1..], may_take))
        }
        (Some('?'), Some(c)) => may_take(pattern, *c) && recurse(&pattern[1..], &text[1..], may_take),
        (Some(own), Some(c)) => own == c && recurse(&pattern[1..], &text[1..], may_take),
        _ => false,
    }
}

struct Side<'a> {
    estate: &'a Estate,
    keys: &'a Keys,
}

/// How a resource-based Allow reaches the principal.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Grant {
    ToAccount,
    ToRole,
    Directly,
}

/// Decides a request for [`ACTION`].
pub fn decide(estate: &Estate, keys: &Keys) -> Decision {
    let side = Side { estate, keys };
    let everything: Vec<&Value> = own_policies(estate)
        .into_iter()
        .chain(
            bound_by_scps(estate)
                .then_some(&estate.scps)
                .into_iter()
                .flatten()
                .flatten(),
        )
        .chain(estate.rcps.iter().flatten())
        .chain(&estate.resource_policy)
        .collect();
    if everything.iter().any(|policy| side.effect(policy, "Deny").is_some()) {
        return Decision::ExplicitDeny;
    }
    let scps_allow = !bound_by_scps(estate) || estate.scps.iter().all(|level| side.any_allows(level.iter()));
    if scps_allow && side.is_allowed() {
        Decision::Allow
    } else {
        Decision::ImplicitDeny
    }
}

fn own_policies(estate: &Estate) -> Vec<&Value> {
    let account_principal = estate.principal.starts_with("arn:");
    if account_principal {
        estate
            .identity
            .iter()
            .chain(&estate.boundary)
            .chain(&estate.session)
            .collect()
    } else {
        Vec::new()
    }
}

fn bound_by_scps(estate: &Estate) -> bool {
    estate.principal.starts_with("arn:")
}

impl Side<'_> {
    fn is_allowed(&self) -> bool {
        let estate = self.estate;
        let granted = estate
            .resource_policy
            .iter()
            .filter_map(|policy| self.effect(policy, "Allow"))
            .max();
        if !estate.principal.starts_with("arn:") {
            return granted.is_some();
        }
        let is_root = estate.principal.ends_with(":root");
        let identity = is_root || self.any_allows(estate.identity.iter());
        let limits = [&estate.boundary, &estate.session].into_iter().flatten();
        let within_limits = is_root || limits.into_iter().all(|policy| self.any_allows([policy]));
        let same_account = estate
            .resource_account
            .is_none_or(|account| estate.principal.contains(account));
        if same_account {
            granted == Some(Grant::Directly) || (within_limits && (identity || granted == Some(Grant::ToRole)))
        } else {
            identity && within_limits && granted.is_some()
        }
    }

    fn any_allows<'p>(&self, policies: impl IntoIterator<Item = &'p Value>) -> bool {
        policies
            .into_iter()
            .any(|policy| self.effect(policy, "Allow").is_some())
    }

    /// The widest way in which a statement with this effect applies.
    fn effect(&self, policy: &Value, effect: &str) -> Option<Grant> {
        let statements = policy["Statement"].as_array().unwrap();
        statements
            .iter()
            .filter(|statement| statement["Effect"] == effect)
            .filter_map(|statement| self.applies(statement))
            .max()
    }

    fn applies(&self, statement: &Value) -> Option<Grant> {
        let texts = |element: &str| strings(&statement[element]);
        let action = |texts: Vec<String>| {
            texts
                .iter()
                .any(|text| like(&text.to_lowercase(), &ACTION.to_lowercase()))
        };
        let resource = |texts: Vec<String>| {
            texts
                .iter()
                .filter_map(|text| self.substitute(text))
                .any(|text| resource_like(&text, self.estate.resource))
        };
        let by_element = |only: &str, except: &str, matches: &dyn Fn(Vec<String>) -> bool| {
            if statement.get(only).is_some() {
                matches(texts(only))
            } else {
                !matches(texts(except))
            }
        };
        let applies = by_element("Action", "NotAction", &action)
            && by_element("Resource", "NotResource", &resource)
            && self.conditions_hold(&statement["Condition"]);
        if applies { self.names(statement) } else { None }
    }

    fn names(&self, statement: &Value) -> Option<Grant> {
        let principal = self.estate.principal;
        if statement.get("Principal") == Some(&Value::from("*")) {
            return Some(Grant::Directly);
        }
        if let Some(exempt) = statement.get("NotPrincipal") {
            let always = statement["Effect"] == "Deny"
                && self.estate.boundary.is_some()
                && principal.starts_with("arn:")
                && !principal.ends_with(":root");
            let exempted = strings(&exempt["AWS"]).iter().any(|name| name == principal);
            let grant = if statement["Effect"] == "Allow" {
                Grant::ToRole
            } else {
                Grant::Directly
            };
            return (always || !exempted).then_some(grant);
        }
        let Some(names) = statement.get("Principal") else {
            return Some(Grant::Directly);
        };
        let services = strings(&names["Service"])
            .into_iter()
            .filter(|name| name == principal)
            .map(|_| Grant::Directly);
        let accounts = strings(&names["AWS"]).into_iter().filter_map(|name| {
            let is_account = name.len() == 12 || name.ends_with(":root");
            let account = name
                .trim_start_matches("arn:aws:iam::")
                .trim_end_matches(":root")
                .to_owned();
            if is_account {
                let grant = if principal.ends_with(":root") {
                    Grant::Directly
                } else {
                    Grant::ToAccount
                };
                (principal.starts_with("arn:") && principal.contains(&account)).then_some(grant)
            } else {
                let grant = if name.contains(":role/") {
                    Grant::ToRole
                } else {
                    Grant::Directly
                };
                (name == principal).then_some(grant)
            }
        });
        services.chain(accounts).max()
    }

    /// Replaces variables; `None` where one has no value.
    fn substitute(&self, text: &str) -> Option<String> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (inside, tail) = after.split_once('}')?;
            let (key, default) = match inside.split_once(", ") {
                Some((key, default)) => (key, Some(default.trim_matches('\'').to_owned())),
                None => (inside, None),
            };
            let value = self
                .keys
                .0
                .get(key)
                .filter(|values| values.len() == 1)
                .map(|values| values[0].clone());
            result.push_str(before);
            result.push_str(&value.or(default)?);
            rest = tail;
        }
        Some(result + rest)
    }

    fn conditions_hold(&self, condition: &Value) -> bool {
        let Some(blocks) = condition.as_object() else {
            return true;
        };
        blocks.iter().all(|(operator, keys)| {
            keys.as_object()
                .unwrap()
                .iter()
                .all(|(key, values)| self.holds(operator, key, &scalars(values)))
        })
    }

    fn holds(&self, operator: &str, key: &str, values: &[String]) -> bool {
        let present = self.keys.0.get(key);
        if operator == "Null" {
            return values.iter().any(|value| (value == "true") == present.is_none());
        }
        let for_all = operator.starts_with("ForAllValues:");
        let for_any = operator.starts_with("ForAnyValue:");
        let name = operator.split(':').next_back().unwrap();
        let if_exists = name.ends_with("IfExists");
        let name = name.trim_end_matches("IfExists");
        let negated = name.contains("Not");
        let positive = name.replace("Not", "");
        let Some(present) = present else {
            return for_all || if_exists || (negated && !for_any);
        };
        let values: Vec<String> = values.iter().filter_map(|value| self.substitute(value)).collect();
        let one = |value: &String| values.iter().any(|wanted| compare(&positive, wanted, value));
        match (for_all, for_any, negated) {
            (true, _, false) => present.iter().all(one),
            (true, _, true) | (false, false, true) => !present.iter().any(one),
            (_, _, false) => present.iter().any(one),
            (_, true, true) => present.iter().any(|value| !one(value)),
        }
    }
}

fn compare(name: &str, wanted: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().unwrap();
    let seconds = |text: &str| {
        text.parse::<i64>()
            .unwrap_or_else(|_| text.parse::<jiff::Timestamp>().unwrap().as_second())
    };
    let order = if name.starts_with("Date") {
        seconds(value).cmp(&seconds(wanted))
    } else if name.starts_with("Numeric") {
        number(value).total_cmp(&number(wanted))
    } else {
        std::cmp::Ordering::Equal
    };
    match name.trim_start_matches("Numeric").trim_start_matches("Date") {
        "StringEquals" => wanted == value,
        "StringEqualsIgnoreCase" => wanted.eq_ignore_ascii_case(value),
        "StringLike" => like(wanted, value),
        "Bool" => wanted == value,
        "IpAddress" => in_network(wanted, value),
        "ArnLike" | "ArnEquals" => arn_like(wanted, value),
        "Equals" => order.is_eq(),
        "LessThan" => order.is_lt(),
        "LessThanEquals" => order.is_le(),
        "GreaterThan" => order.is_gt(),
        "GreaterThanEquals" => order.is_ge(),
        other => panic!("the oracle does not know {other}"),
    }
}

fn arn_like(wanted: &str, value: &str) -> bool {
    let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (wanted, value) = (parts(wanted), parts(value));
    wanted.len() == 6 && value.len() == 6 && wanted.iter().zip(&value).all(|(wanted, value)| like(wanted, value))
}

fn in_network(network: &str, address: &str) -> bool {
    let bits = |text: &str| match text.parse().unwrap() {
        std::net::IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        std::net::IpAddr::V6(v6) => (u128::from(v6), 128),
    };
    let (base, length) = network.split_once('/').unwrap();
    let ((base, width), (own, own_width)) = (bits(base), bits(address));
    let shift = width - length.parse::<u32>().unwrap();
    width == own_width && base >> shift == own >> shift
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn scalars(value: &Value) -> Vec<String> {
    strings(value)
}
