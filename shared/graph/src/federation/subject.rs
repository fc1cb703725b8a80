//! What the conditions of a statement say of the caller's token.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::as_list;

/// The claims that a statement's conditions ask for.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Subjects, as the conditions write them. Empty: nothing narrows it.
    pub(super) subjects: BTreeSet<String>,
    /// Audiences.
    pub(super) audience: BTreeSet<String>,
    /// The names of other claims that are asked for.
    pub(super) others: BTreeSet<String>,
}

impl Claims {
    /// Reads the Condition element for one provider. Only conditions that a value must fulfil narrow it: those that exclude values leave all others.
    pub(super) fn read(conditions: Option<&Value>, host: &str, is_saml: bool) -> Self {
        let mut claims = Self::default();
        // Every condition must hold, so any one of several on the subject bounds it; an exact one says most.
        let mut exact = BTreeSet::new();
        let mut like = BTreeSet::new();
        for (operator, keys) in conditions.and_then(Value::as_object).into_iter().flatten() {
            let Some(form) = form_of(operator) else {
                continue;
            };
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values = as_list(values).iter().filter_map(Value::as_str).map(str::to_owned);
                match claim_of(key, host, is_saml).as_deref() {
                    Some("sub" | "id" | "user_id") => match form {
                        Form::Exact => exact.extend(values),
                        Form::Like => like.extend(values),
                    },
                    Some("aud" | "app_id" | "appid") => claims.audience.extend(values),
                    Some("amr") => claims.others.extend(values.map(|value| format!("amr={value}"))),
                    Some(other) => {
                        claims.others.insert(other.to_owned());
                    }
                    None => {}
                }
            }
        }
        claims.subjects = if exact.is_empty() { like } else { exact };
        if host == "cognito-identity.amazonaws.com" && claims.subjects.is_empty() {
            claims.subjects = claims.of_identity_pool();
        }
        claims
    }

    /// Identities of a pool have ids of no meaning; the pool and whether they signed in tell them apart.
    fn of_identity_pool(&self) -> BTreeSet<String> {
        let is_signed_in = |state: &str| self.others.contains(&format!("amr={state}"));
        let state = match (is_signed_in("authenticated"), is_signed_in("unauthenticated")) {
            (true, false) => "authenticated",
            (false, true) => "unauthenticated",
            _ => "*",
        };
        self.audience.iter().map(|pool| format!("{pool}:{state}")).collect()
    }
}

#[derive(Clone, Copy)]
enum Form {
    Exact,
    Like,
}

/// `StringEquals`, `ForAnyValue:StringLike`, `StringEqualsIfExists`, …: operators that a value must match.
fn form_of(operator: &str) -> Option<Form> {
    let operator = operator.rsplit(':').next().unwrap_or(operator).to_ascii_lowercase();
    let operator = operator.strip_suffix("ifexists").unwrap_or(&operator);
    match operator {
        "stringequals" | "stringequalsignorecase" | "arnequals" => Some(Form::Exact),
        "stringlike" | "arnlike" => Some(Form::Like),
        _ => None,
    }
}

/// The claim in `<host>:sub` or `SAML:aud`, in lower case. Keys of other providers and of AWS say nothing of the token.
fn claim_of(key: &str, host: &str, is_saml: bool) -> Option<String> {
    let (prefix, claim) = key.rsplit_once(':')?;
    let wanted = if is_saml { "saml" } else { host };
    let is_of_provider = prefix.eq_ignore_ascii_case(wanted) || (host == "*" && !prefix.eq_ignore_ascii_case("aws"));
    is_of_provider.then(|| claim.to_ascii_lowercase())
}
