//! Random policy documents and statements.

use serde_json::{Map, Value, json};

use super::conditions;
use super::vocabulary::{ACCOUNT, OTHER_PRINCIPALS, PRINCIPALS, ROLES_OF_SESSION};
use crate::support::random::Random;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An identity: it grants.
    Identity,
    /// A boundary, a session or an organization's tree: it limits, so that most of them allow everything.
    Limit,
    /// A resource control policy: it denies to everyone.
    ResourceControl,
    Resource,
    Endpoint,
}

/// The request that the policies are about.
pub struct Ask<'a> {
    pub principal: &'a str,
    pub action: &'a str,
    pub resource: &'a str,
}

impl Ask<'_> {
    pub fn document(&self, place: Place, random: &mut Random) -> Value {
        let count = [1, 2, 3][random.weighted(&[55, 33, 12])];
        let mut statements: Vec<Value> = (0..count).map(|_| self.statement(place, random)).collect();
        let statement = match (statements.len(), random.percent(20)) {
            (1, true) => statements.remove(0),
            _ => Value::Array(statements),
        };
        // Outside of version 2012 a variable is text, and no Boolean.
        let text = statement.to_string();
        let needs_variables = text.contains("${svc:flag") || text.contains("${aws:PrincipalIsAWSService}");
        match random.weighted(&[86, 8, 6]) {
            _ if needs_variables => json!({"Version": "2012-10-17", "Statement": statement}),
            0 => json!({"Version": "2012-10-17", "Statement": statement}),
            1 => json!({"Version": "2008-10-17", "Statement": statement}),
            _ => json!({"Statement": statement}),
        }
    }

    fn statement(&self, place: Place, random: &mut Random) -> Value {
        let mut statement = Map::new();
        let mut set = |name: &str, value: Value| statement.insert(name.to_owned(), value);
        let is_deny = random.percent(match place {
            Place::ResourceControl => 88,
            Place::Identity | Place::Resource => 18,
            Place::Limit | Place::Endpoint => 14,
        });
        set("Effect", json!(if is_deny { "Deny" } else { "Allow" }));
        if random.percent(12) {
            set("Sid", json!(random.pick(&["One", "Two"])));
        }
        // What limits allows everything in most statements; a Deny is narrow in most.
        let is_wide = !is_deny && matches!(place, Place::Limit | Place::Endpoint) && random.percent(60);
        let (name, value) = if is_wide {
            ("Action", json!("*"))
        } else {
            self.actions(random)
        };
        set(name, value);
        let is_trust = self.action.starts_with("sts:") && place == Place::Resource;
        if !(is_trust && random.percent(80) || place == Place::Resource && random.percent(5)) {
            let (name, value) = if is_wide {
                ("Resource", json!("*"))
            } else {
                self.resources(random)
            };
            set(name, value);
        }
        match place {
            Place::Identity | Place::Limit => {}
            Place::ResourceControl => {
                set("Principal", json!("*"));
            }
            Place::Resource | Place::Endpoint => {
                let (name, value) = self.principals(is_deny, place, random);
                set(name, value);
            }
        }
        conditions::add(&mut statement, random);
        Value::Object(statement)
    }

    fn actions(&self, random: &mut Random) -> (&'static str, Value) {
        let is_not = random.percent(10);
        let (service, name) = self.action.split_once(':').unwrap_or_default();
        let matching = |random: &mut Random| match random.below(6) {
            0 => "*".to_owned(),
            1 => format!("{service}:*"),
            2 => self.action.to_owned(),
            3 => self.action.to_uppercase(),
            4 => format!("{service}:{}*", &name[..1 + random.below(name.len() - 1)]),
            _ => format!("{service}:?{}", &name[1..]),
        };
        let other = |random: &mut Random| match random.below(4) {
            0 => format!("{service}:Put?*"),
            1 => "dynamodb:*".to_owned(),
            2 => format!("{service}:{name}X"),
            _ => format!("{service}:{name}?"),
        };
        let value = one_or_two(if is_not { 15 } else { 82 }, &matching, &other, random);
        (if is_not { "NotAction" } else { "Action" }, value)
    }

    fn resources(&self, random: &mut Random) -> (&'static str, Value) {
        let is_not = random.percent(10);
        let matching = |random: &mut Random| {
            if random.percent(35) {
                "*".to_owned()
            } else {
                self.variation(random)
            }
        };
        let other = |random: &mut Random| {
            random
                .pick(&[
                    "arn:aws:s3:::other/*",
                    "arn:aws:sqs:*:*:*",
                    "arn:aws:s3:::data?x",
                    "arn:aws:s3:*:a",
                ])
                .to_owned()
        };
        let value = one_or_two(if is_not { 25 } else { 85 }, &matching, &other, random);
        (if is_not { "NotResource" } else { "Resource" }, value)
    }

    /// A pattern made from the resource: it matches in most cases, but wildcards do not cross every colon.
    fn variation(&self, random: &mut Random) -> String {
        if self.resource == "*" {
            return random.pick(&["*", "**", "arn:aws:s3:::*", "?"]).to_owned();
        }
        let length = self.resource.len();
        // A cut must not go through what looks like a variable.
        let length = if self.resource.contains("${") {
            self.resource.find('$').unwrap_or(length)
        } else {
            length
        };
        let (start, end) = {
            let (a, b) = (random.below(length + 1), random.below(length + 1));
            (a.min(b), a.max(b))
        };
        let before = &self.resource[..start.max(8).min(length)];
        let after = &self.resource[end.max(8).min(length)..];
        let separators: &[char] = if self.resource.contains("${") {
            &['/']
        } else {
            &['/', ':']
        };
        let (prefix, last) = self.resource.rsplit_once(separators).unwrap_or_default();
        let separator = &self.resource[prefix.len()..prefix.len() + 1];
        match random.below(12) {
            0 => self.resource.to_owned(),
            1 => format!("{before}*"),
            2 | 3 => format!("{before}*{after}"),
            4 => format!("{}?{}", &self.resource[..length - 1], &self.resource[length..]),
            5 => self.resource.replacen("eu-west-1", "*", 1),
            6 => format!("{prefix}{separator}${{svc:one}}"),
            7 => format!(
                "{prefix}{separator}${{Aws:PrincipalTag/team, '{}'}}",
                last.replace(['$', '{', '}', '*', ':'], "")
            ),
            8 => format!("{prefix}{separator}${{svc:two}}*"),
            9 => format!(
                "{prefix}{separator}{}",
                last.replace('*', "${*}")
                    .replace("${svc", "${$}{svc")
                    .replace('?', "${?}")
            ),
            10 => format!("{prefix}{separator}*{}", &last[last.len() - 1..]),
            _ => format!("{prefix}{separator}${{aws:TagKeys}}"),
        }
    }

    fn principals(&self, is_deny: bool, place: Place, random: &mut Random) -> (&'static str, Value) {
        // AWS does not say what an Allow with NotPrincipal does beside a boundary, nor whom a listed account spares: see `Who::is_meant`.
        let is_not = random.percent(if place == Place::Endpoint { 4 } else { 10 });
        if !is_not && random.percent(22) {
            return ("Principal", json!("*"));
        }
        let mut element: Map<String, Value> = Map::new();
        for _ in 0..=random.weighted(&[60, 30, 10]) {
            let name = Some(self.principal_name(is_deny, random)).filter(|name| !is_not || name != "*");
            let name = name.unwrap_or_else(|| ACCOUNT.to_owned());
            let entry = element.entry(namespace_of(&name)).or_insert_with(|| json!([]));
            if let Some(names) = entry.as_array_mut() {
                names.push(json!(name));
            }
        }
        for names in element.values_mut() {
            if let Some([name]) = names.as_array().map(Vec::as_slice) {
                *names = name.clone();
            }
        }
        (
            if is_not { "NotPrincipal" } else { "Principal" },
            Value::Object(element),
        )
    }

    fn principal_name(&self, is_deny: bool, random: &mut Random) -> String {
        let own = if self.principal == "anonymous" {
            "*"
        } else {
            self.principal
        };
        match random.weighted(&[if is_deny { 25 } else { 40 }, 18, 12, 20, 10]) {
            0 => own.to_owned(),
            1 => random.pick(&[ACCOUNT, "arn:aws:iam::111122223333:root"]).to_owned(),
            2 => random.pick(&ROLES_OF_SESSION).to_owned(),
            3 => match random.pick(&PRINCIPALS).0 {
                "anonymous" => "*".to_owned(),
                name => name.to_owned(),
            },
            _ => random.pick(&OTHER_PRINCIPALS).to_owned(),
        }
    }
}

fn namespace_of(name: &str) -> &'static str {
    match name {
        _ if name.contains("-provider/") || name.ends_with(".google.com") || name.ends_with(".example.org") => {
            "Federated"
        }
        _ if name.ends_with(".amazonaws.com") => "Service",
        _ if name.len() == 64 && !name.contains(':') => "CanonicalUser",
        _ => "AWS",
    }
}

/// One or two texts, so many of a hundred of them matching; one of them may stand alone or in a list.
fn one_or_two(
    percent: usize,
    matching: &dyn Fn(&mut Random) -> String,
    other: &dyn Fn(&mut Random) -> String,
    random: &mut Random,
) -> Value {
    let text = |random: &mut Random| {
        if random.percent(percent) {
            matching(random)
        } else {
            other(random)
        }
    };
    match random.below(4) {
        0 => json!([text(random), text(random)]),
        1 => json!([text(random)]),
        _ => json!(text(random)),
    }
}
