//! Names that become part of a statement. Each has the form that AWS documents, so that none can be anything else than a name.

use std::fmt;

use serde::{Deserialize, Serialize};
use sv0_model::arn::is_account_id;

/// A name that has not its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {form}")]
pub struct InvalidName {
    text: String,
    what: &'static str,
    form: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $form:literal, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// # Errors
            /// [`InvalidName`] when `text` has another form.
            pub fn new(text: &str) -> Result<Self, InvalidName> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(InvalidName {
                    text: text.chars().take(128).collect(),
                    what: $what,
                    form: $form,
                })
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name!(
    /// A bucket ("General purpose bucket naming rules").
    Bucket, "bucket", "3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit",
    |text| (3..=63).contains(&text.len()) && text.bytes().all(|b| is_lower(b) || b".-".contains(&b)) && has_plain_ends(text)
);
name!(
    /// The beginning of keys, without a slash at either end; empty for none. CloudTrail takes up to 200 characters.
    Prefix, "prefix of keys", "up to 200 letters, digits and any of !_.*()/=+@:- without a slash at either end",
    |text| text.len() <= 200 && !text.starts_with('/') && !text.ends_with('/') && !text.contains("//")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!_.*()/=+@:-".contains(&b))
        && text.split('/').all(|part| part != "." && part != "..")
);
name!(
    /// A database or table of the Glue Data Catalog ("Name databases, tables, and columns": Athena reads lower case, digits and underscores).
    Identifier, "name of a database or table", "1 to 255 lower-case letters, digits and underscores, beginning with a letter",
    |text| (1..=255).contains(&text.len()) && text.bytes().all(|b| is_lower(b) || b == b'_')
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
);
name!(
    /// A workgroup of Athena (`WorkGroupName`).
    Workgroup, "workgroup", "1 to 128 letters, digits and any of ._-",
    |text| (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
);
name!(
    /// An account id.
    Account, "account id", "12 digits", is_account_id
);
name!(
    /// A Region.
    Region, "Region", "lower-case letters, digits and hyphens, such as eu-west-1",
    |text| (5..=32).contains(&text.len()) && text.bytes().all(|b| is_lower(b) || b == b'-') && text.contains('-') && has_plain_ends(text)
);
name!(
    /// An organization's id (`OrganizationId`).
    OrganizationId, "organization id", "o- and 10 to 32 lower-case letters and digits",
    |text| text.strip_prefix("o-").is_some_and(|id| (10..=32).contains(&id.len()) && id.bytes().all(is_lower))
);

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn has_plain_ends(text: &str) -> bool {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    ends.into_iter().flatten().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_form_that_aws_documents() {
        for (is_valid, accepted) in [
            (Bucket::new("acme-org-cloudtrail").is_ok(), true),
            (Bucket::new("a.b-c9").is_ok(), true),
            (Bucket::new("ab").is_ok(), false),
            (Bucket::new("-abc").is_ok(), false),
            (Bucket::new("Abc").is_ok(), false),
            (Bucket::new("abc'def").is_ok(), false),
            (Prefix::new("").is_ok(), true),
            (Prefix::new("logs/2026+x=(a)").is_ok(), true),
            (Prefix::new("/logs").is_ok(), false),
            (Prefix::new("logs/../x").is_ok(), false),
            (Prefix::new("${account}").is_ok(), false),
            (Prefix::new("a\\").is_ok(), false),
            (Identifier::new("sv0_evidence").is_ok(), true),
            (Identifier::new("sv0-evidence").is_ok(), false),
            (Identifier::new("1st").is_ok(), false),
            (Identifier::new("a`b").is_ok(), false),
            (Workgroup::new("sv0-evidence").is_ok(), true),
            (Workgroup::new("").is_ok(), false),
            (Account::new("111122223333").is_ok(), true),
            (Account::new("11112222333").is_ok(), false),
            (Region::new("eu-west-1").is_ok(), true),
            (Region::new("us-gov-west-1").is_ok(), true),
            (Region::new("eu,west").is_ok(), false),
            (Region::new("global").is_ok(), false),
            (OrganizationId::new("o-exampleorgid").is_ok(), true),
            (OrganizationId::new("o-short").is_ok(), false),
            (OrganizationId::new("o-exampleorgid/../x").is_ok(), false),
        ] {
            assert_eq!(is_valid, accepted);
        }
    }

    #[test]
    fn a_refusal_names_what_and_the_form() {
        let words = Account::new("'; DROP").unwrap_err().to_string();
        assert_eq!(words, "\"'; DROP\" is no account id: 12 digits");
    }
}
