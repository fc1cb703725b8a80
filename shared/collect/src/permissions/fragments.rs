//! What the owner of the trail's bucket and key adds to their policies, so that the hub's evidence role reads them: from the rows of that role.

use serde_json::{Value, json};

use super::document::{Document, Resource};
use crate::call::{ApiCall, Caller, Scope};

/// The folder of the fragments, below the repository's root.
pub(super) const FOLDER: &str = "cfn-stacksets/log-archive-access";

/// The fragments by the name of their file. `${…}` stands for what the owner fills in.
pub(super) fn fragments(rows: &[&'static ApiCall]) -> [(&'static str, Value); 2] {
    let bucket = statements(
        rows,
        "${TrailBucket}",
        &json!({"StringEquals": {"aws:PrincipalOrgID": "${OrganizationId}"}}),
    );
    // Through S3 alone, and for the files of this trail alone.
    //
    // Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"; AWS KMS Developer Guide, "kms:ViaService".
    let key = json!({
        "StringEquals": {"aws:PrincipalOrgID": "${OrganizationId}"},
        "StringLike": {
            "kms:ViaService": "s3.*.amazonaws.com*",
            "kms:EncryptionContext:aws:cloudtrail:arn": "${TrailArn}",
        },
    });
    [
        ("bucket-policy.json", bucket),
        ("key-policy.json", statements(rows, "${TrailKeyArn}", &key)),
    ]
}

/// The actions of the evidence role on what has this placeholder, as statements of a resource's policy.
fn statements(rows: &[&'static ApiCall], placeholder: &str, condition: &Value) -> Value {
    let own = rows.iter().filter(|row| row.callers.contains(&Caller::Evidence));
    let grants = own.flat_map(|row| {
        let resource = match row.scope {
            Scope::Arn(arn) if arn.contains(placeholder) => Some(Resource::Arn(arn)),
            _ => None,
        };
        resource
            .into_iter()
            .flat_map(|resource| row.permissions.iter().map(move |action| (resource, *action)))
    });
    let mut document = Document::allowing(grants).with_placeholders();
    let statements = document.get_mut("Statement").and_then(Value::as_array_mut);
    for statement in statements.into_iter().flatten().filter_map(Value::as_object_mut) {
        let name = statement.get("Sid").and_then(Value::as_str).unwrap_or_default();
        let name = format!("SecurityV0Evidence{name}");
        statement.insert("Sid".to_owned(), Value::from(name));
        statement.insert("Principal".to_owned(), json!({"AWS": "${EvidenceRoleArn}"}));
        statement.insert("Condition".to_owned(), condition.clone());
        if placeholder == "${TrailKeyArn}" {
            // In the policy of a key, the key itself.
            statement.insert("Resource".to_owned(), Value::from("*"));
        }
    }
    document
}

/// The statements of a fragment for somebody's policy, with `${…}` filled in from `names`.
#[must_use]
pub(crate) fn log_archive_statements(fragment: &str, names: &[(&str, &str)]) -> Value {
    let rows: Vec<&'static ApiCall> = super::rows().collect();
    let found = fragments(&rows).into_iter().find(|(name, _)| *name == fragment);
    let mut statements = found.map_or(Value::Null, |(_, mut document)| {
        document.get_mut("Statement").map(Value::take).unwrap_or_default()
    });
    fill(&mut statements, names);
    statements
}

fn fill(value: &mut Value, names: &[(&str, &str)]) {
    match value {
        Value::String(text) => {
            for (name, filled) in names {
                *text = text.replace(&format!("${{{name}}}"), filled);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, names)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, names)),
        _ => {}
    }
}
