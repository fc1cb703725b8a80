//! Random contexts for an estate: values for the keys that its policies speak of, so that two of them are two different questions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::vocabulary::{ACCOUNT, ELSEWHERE, EPOCH_TIME, FILLED_KEYS, FREE_KEYS, Key, ROLES_OF_SESSION};
use crate::support::random::Random;

/// A request's keys and their values.
pub type Given = BTreeMap<String, Vec<String>>;

/// What is free in the contexts of one estate.
pub struct ContextSpace {
    principal: String,
    lacks_resource_account: bool,
    /// A policy names the session's role without a path. Role names are unique in an account, so that this is taken to prove that the role has none.
    has_known_path: bool,
    free: Vec<&'static Key>,
    filled: Vec<&'static Key>,
}

impl ContextSpace {
    /// `row`: the estate; `text`: its JSON in small letters.
    pub fn of(row: &Value, text: &str) -> Self {
        let principal = row["principal"].as_str().unwrap_or_default().to_owned();
        let resource = row["resource"].as_str().unwrap_or_default();
        let has_account = |text: &str| text.split(':').nth(4).is_some_and(|id| id.len() == 12);
        let is_spoken_of = |key: &&Key| {
            let name = key.name.to_lowercase();
            text.contains(&format!("{name}\""))
                || text.contains(&format!("{name}}}"))
                || text.contains(&format!("{name},"))
        };
        let role = principal.rsplit('/').nth(1).unwrap_or_default().to_lowercase();
        Self {
            has_known_path: text.contains(&format!(":role/{role}\"")),
            lacks_resource_account: !has_account(resource)
                && !has_account(&principal)
                && row["resource_account"].is_null(),
            principal,
            free: FREE_KEYS.iter().chain([&EPOCH_TIME]).filter(is_spoken_of).collect(),
            filled: FILLED_KEYS.iter().filter(is_spoken_of).collect(),
        }
    }

    /// The keys that may be hidden from a question without AWS filling them.
    pub fn hideable(&self) -> Vec<&'static str> {
        // Only users, roles and sessions have tags: for others the engine knows that the key is absent.
        let has_tags = self.principal.starts_with("arn:aws:iam") && !self.principal.contains("-provider/")
            || self.principal.starts_with("arn:aws:sts");
        let mut names: Vec<&str> = self
            .free
            .iter()
            .map(|key| key.name)
            .filter(|name| has_tags || !name.starts_with("aws:PrincipalTag/"))
            .collect();
        match self.kind() {
            "assumed-role" if self.has_known_path => names.push("aws:userid"),
            "assumed-role" => names.extend(["aws:PrincipalArn", "aws:userid"]),
            "role" => names.push("aws:userid"),
            _ => {}
        }
        names
    }

    fn kind(&self) -> &str {
        let resource = self.principal.splitn(6, ':').nth(5).unwrap_or(&self.principal);
        resource.split('/').next().unwrap_or_default()
    }

    pub fn context(&self, random: &mut Random) -> Given {
        let mut given = Given::new();
        for key in &self.free {
            if random.percent(75) {
                given.insert(in_some_case(key.name, random), values(key, random));
            }
        }
        self.give_filled(&mut given, random);
        given
    }

    /// What AWS fills is left to the engine in most requests; what cannot be known from the principal's text is given.
    fn give_filled(&self, given: &mut Given, random: &mut Random) {
        let mut give = |name: &str, value: &str| {
            given.insert(name.to_owned(), vec![value.to_owned()]);
        };
        match self.kind() {
            "assumed-role" => {
                let mut names = self.principal.rsplit('/');
                let (session, role) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
                let half = if role == "reader" {
                    &ROLES_OF_SESSION[..2]
                } else {
                    &ROLES_OF_SESSION[2..]
                };
                give("aws:PrincipalArn", random.pick(half));
                give("aws:userid", &format!("AROAEXAMPLE:{session}"));
            }
            "role" => give(
                "aws:userid",
                random.pick(&["AROAEXAMPLE:s1", "AROAEXAMPLE:s2", "AROAEXAMPLE:s3"]),
            ),
            _ => {}
        }
        if self.lacks_resource_account {
            give("aws:ResourceAccount", random.pick(&[ACCOUNT, ELSEWHERE]));
        }
        // What AWS fills for services, providers and canonical users is not documented for every key: these requests give it.
        let is_documented = matches!(
            self.kind(),
            "assumed-role" | "role" | "user" | "federated-user" | "root" | "anonymous"
        );
        for key in &self.filled {
            let is_given = match key.name {
                "aws:PrincipalType" | "aws:PrincipalAccount" | "aws:PrincipalIsAWSService" => {
                    !is_documented || random.percent(10)
                }
                "aws:username" | "aws:PrincipalServiceName" => random.percent(10),
                "aws:CurrentTime" => random.percent(60),
                _ => false,
            };
            if is_given {
                give(key.name, random.pick(key.values));
            }
        }
        if self.filled.iter().any(|key| key.name == "aws:userid") {
            match self.kind() {
                "user" if random.percent(60) => give("aws:userid", random.pick(&["AIDAEXAMPLE", "AIDAOTHER"])),
                // AWS's table of principal key values and its text on default values differ on whether it is there.
                "anonymous" => give("aws:userid", "anonymous"),
                _ => {}
            }
        }
    }
}

fn values(key: &Key, random: &mut Random) -> Vec<String> {
    let count = if key.is_set { random.below(4) } else { 1 };
    (0..count).map(|_| random.pick(key.values).to_owned()).collect()
}

fn in_some_case(name: &str, random: &mut Random) -> String {
    if random.percent(95) {
        name.to_owned()
    } else {
        name.to_uppercase()
    }
}
