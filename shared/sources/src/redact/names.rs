//! Field names that announce a secret.

/// How clearly a name announces one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sensitivity {
    None,
    /// It contains such a word.
    Likely,
    /// It can hardly mean anything else.
    Outright,
}

/// Words that make a name sensitive, in normalised form.
const LIKELY: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "privatekey",
    "accesskey",
    "apikey",
    "authkey",
    "sharedkey",
    "presharedkey",
    "credential",
    "connectionstring",
    "signingkey",
    "encryptionkeymaterial",
];

/// Words that make even a tag sensitive.
const OUTRIGHT: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "privatekey",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "accesstoken",
    "authtoken",
    "sessiontoken",
    "connectionstring",
];

/// Endings of names that speak *about* a secret and hold none.
const ABOUT: [&str; 29] = [
    "arn",
    "arns",
    "arnlist",
    "id",
    "ids",
    "name",
    "names",
    "policy",
    "type",
    "status",
    "state",
    "endpoint",
    "url",
    "uri",
    "lastused",
    "lastchanged",
    "lastrotated",
    "date",
    "time",
    "age",
    "length",
    "count",
    "enabled",
    "required",
    "validity",
    "version",
    "valuefrom",
    "reference",
    "stages",
];

/// Names that contain such a word and mean something else.
const OTHERWISE: [&str; 1] = ["httptokens"];

/// The name in lower case, letters and digits alone.
pub(super) fn normalised(name: &str) -> String {
    name.bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// Judges a name, given also in normalised form. Condition keys of policies (`aws:TokenIssueTime`) hold a colon and are none.
pub(super) fn sensitivity_of(name: &str, normalised: &str) -> Sensitivity {
    let is_about = ABOUT.iter().any(|ending| normalised.ends_with(ending)) || OTHERWISE.contains(&normalised);
    if name.contains(':') || is_about {
        return Sensitivity::None;
    }
    if OUTRIGHT.iter().any(|word| normalised.ends_with(word)) {
        return Sensitivity::Outright;
    }
    if LIKELY.iter().any(|word| normalised.contains(word)) {
        Sensitivity::Likely
    } else {
        Sensitivity::None
    }
}

/// Whether a field holds the name of a named value.
pub(super) fn holds_a_name(normalised: &str) -> bool {
    matches!(
        normalised,
        "name" | "key" | "optionname" | "namespace" | "parameterkey" | "parametername" | "outputkey"
    )
}

/// Whether a field holds the value of a named value.
pub(super) fn holds_a_value(normalised: &str) -> bool {
    matches!(
        normalised,
        "value" | "values" | "content" | "text" | "plaintext" | "parametervalue" | "outputvalue" | "string"
    )
}

/// Whether a field holds tags.
pub(super) fn is_tags(normalised: &str) -> bool {
    matches!(normalised, "tags" | "tagset" | "taglist")
}
