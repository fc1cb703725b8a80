//! The request context: the keys that the request gives and those that are known from who asks for what.

use std::collections::BTreeMap;

use super::document::{Outside, outside};
use super::principals::{Who, WhoKind};

/// Keys that "AWS global condition context keys" calls multivalued.
const MULTIVALUED: [&str; 6] = [
    "aws:tagkeys",
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:principalservicenameslist",
];

/// Keys in small letters with their values. "Context key names are not case-sensitive." (IAM User Guide, "AWS global condition context keys")
#[derive(Debug, Clone, Default)]
pub struct Keys(BTreeMap<String, Vec<String>>);

impl Keys {
    pub fn new(given: &BTreeMap<String, Vec<String>>) -> Self {
        Self(
            given
                .iter()
                .map(|(key, values)| (key.to_lowercase(), values.clone()))
                .collect(),
        )
    }

    /// The values of a key written in small letters.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// The value of a key as a policy variable: "You can't use a … multivalued context key as a policy variable" ("IAM policy elements: Variables and tags").
    pub fn single(&self, key: &str) -> Option<String> {
        let key = key.to_lowercase();
        if MULTIVALUED.contains(&key.as_str()) {
            return None;
        }
        match self.get(&key) {
            Some([value]) => Some(value.clone()),
            _ => None,
        }
    }

    /// A value that is given wins over one that is known (contract, "Keys the engine fills").
    fn fill(&mut self, key: &str, value: &str) {
        self.0
            .entry(key.to_lowercase())
            .or_insert_with(|| vec![value.to_owned()]);
    }

    /// Adds what AWS puts into every request. Sources: IAM User Guide, "AWS global condition context keys" and, for the values of `aws:PrincipalType`,
    /// `aws:userid` and `aws:username` by kind of principal, "IAM policy elements: Variables and tags", table "Principal key values".
    pub fn fill_in(&mut self, who: &Who, resource_account: Option<&str>, now: Option<&str>) -> Result<(), Outside> {
        self.fill_principal(who)?;
        if let Some(account) = resource_account {
            self.fill("aws:ResourceAccount", account);
        }
        if let Some(now) = now {
            self.fill("aws:CurrentTime", now);
            let seconds = super::values::read_time(now).unwrap_or_default() / 1_000_000_000;
            self.fill("aws:EpochTime", &seconds.to_string());
        }
        Ok(())
    }

    fn fill_principal(&mut self, who: &Who) -> Result<(), Outside> {
        if let Some(kind) = who.principal_type_key() {
            self.fill("aws:PrincipalType", kind);
        }
        match &who.kind {
            WhoKind::User { name } => self.fill("aws:username", name),
            // Unlike a user's or a role's, these unique ids stand in the ARN.
            WhoKind::Root => self.fill("aws:userid", who.account.as_deref().unwrap_or_default()),
            WhoKind::FederatedUser { name } => {
                let id = format!("{}:{name}", who.account.as_deref().unwrap_or_default());
                self.fill("aws:userid", &id);
            }
            WhoKind::Service => self.fill("aws:PrincipalServiceName", &who.text),
            // "For IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed the role": a session's ARN lacks the path.
            WhoKind::Session { .. } if self.get("aws:principalarn").is_none() => {
                return outside("a session of a role whose path is unknown");
            }
            // Which session of the role it is stands in this key alone.
            WhoKind::Role { .. } if self.get("aws:userid").is_none() => {
                return outside("a role whose session is unknown");
            }
            _ => {}
        }
        if who.is_of_account() && !matches!(who.kind, WhoKind::Session { .. }) {
            self.fill("aws:PrincipalArn", &who.text);
        }
        if who.is_of_account() {
            self.fill("aws:PrincipalAccount", who.account.as_deref().unwrap_or_default());
        }
        // "This key is present in the request context for all signed API requests that use AWS credentials. Anonymous requests do not include this key."
        match who.kind {
            WhoKind::Service => self.fill("aws:PrincipalIsAWSService", "true"),
            _ if who.is_of_account() => self.fill("aws:PrincipalIsAWSService", "false"),
            _ => {}
        }
        Ok(())
    }
}
