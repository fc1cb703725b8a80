//! Owners as tags name them.
//!
//! Source: AWS Tagging Best Practices whitepaper, "Tags for access control" and "Tagging categories": `owner` and `team` are among the tags it proposes.

/// Tag keys that name an owner, compared without case.
pub const OWNER_TAGS: [&str; 17] = [
    "contact",
    "maintainer",
    "owned-by",
    "owned_by",
    "owner",
    "owner-email",
    "owner_email",
    "owneremail",
    "product-owner",
    "resource-owner",
    "service-owner",
    "support-contact",
    "team",
    "team-owner",
    "technical-owner",
    "technical_owner",
    "technicalowner",
];

/// A tag's value has at most so many characters; what is longer is none of AWS's.
///
/// Source: AWS Tagging Best Practices whitepaper, "Tag naming limits and requirements".
const LONGEST_VALUE: usize = 256;

/// Words that people write where there is no owner.
const NOBODY: [&str; 10] = [
    "-", "?", "n/a", "na", "nobody", "none", "null", "tbd", "todo", "unknown",
];

/// The owner that a tag's value names: without blanks around it, an e-mail address in small letters. `None` where it names nobody, is longer than AWS
/// allows, or holds control characters, which AWS does not allow either.
#[must_use]
pub fn owner_text(value: &str) -> Option<String> {
    let text = value.trim();
    let is_of_aws = text.chars().count() <= LONGEST_VALUE && !text.chars().any(char::is_control);
    let names_nobody = text.is_empty() || NOBODY.iter().any(|word| text.eq_ignore_ascii_case(word));
    if !is_of_aws || names_nobody {
        return None;
    }
    Some(if is_email(text) {
        text.to_lowercase()
    } else {
        text.to_owned()
    })
}

/// Whether a text has the form of one e-mail address.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@,;<>/:".contains(c))
    };
    text.split_once('@')
        .is_some_and(|(user, domain)| is_part(user) && is_part(domain) && domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_names_an_owner() {
        for (value, want) in [
            ("team-payments", Some("team-payments")),
            (" Payments ", Some("Payments")),
            ("Ann@ACME.example", Some("ann@acme.example")),
            (
                "arn:aws:iam::111111111111:user/Ann",
                Some("arn:aws:iam::111111111111:user/Ann"),
            ),
            ("", None),
            ("  ", None),
            ("TBD", None),
            ("n/a", None),
            ("a\u{0}b", None),
            ("a\nb", None),
            ("a\u{85}b", None),
        ] {
            assert_eq!(owner_text(value).as_deref(), want, "{value:?}");
        }
        assert!(owner_text(&"x".repeat(256)).is_some());
        assert!(owner_text(&"x".repeat(257)).is_none());
    }

    #[test]
    fn one_address_is_an_address() {
        for (text, want) in [
            ("a@b.example", true),
            ("a.b+c@d.example", true),
            ("a@b", false),
            ("@b.example", false),
            ("a@", false),
            ("a@b.example,c@d.example", false),
            ("Ann <a@b.example>", false),
            ("a@b@c.example", false),
        ] {
            assert_eq!(is_email(text), want, "{text}");
        }
    }
}
