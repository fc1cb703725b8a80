//! Makes a failing row smaller, part by part, as long as it still fails.

use serde_json::Value;

/// The smallest row found that still `fails`.
pub fn shrink(row: Value, fails: &dyn Fn(&Value) -> bool) -> Value {
    let mut smallest = row;
    while let Some(smaller) = without_one_part(&smallest)
        .into_iter()
        .find(|candidate| fails(candidate))
    {
        smallest = smaller;
    }
    smallest
}

/// Every row that lacks one part of this one, larger parts first.
fn without_one_part(row: &Value) -> Vec<Value> {
    const POLICIES: [&str; 7] = [
        "identity_policies",
        "permission_boundaries",
        "session_policy",
        "scps",
        "rcps",
        "resource_policy",
        "endpoint_policies",
    ];
    let mut candidates = Vec::new();
    for field in POLICIES.into_iter().chain(["context"]) {
        if let Some(part) = row.get(field).filter(|part| !part.is_null()) {
            let mut without = row.clone();
            without.as_object_mut().unwrap().remove(field);
            candidates.push(without);
            for smaller in smaller(part) {
                let mut candidate = row.clone();
                candidate[field] = smaller;
                candidates.push(candidate);
            }
        }
    }
    candidates
}

/// Every value that lacks one entry, or whose one entry lacks something. What a document or a statement cannot do without stays.
fn smaller(value: &Value) -> Vec<Value> {
    const REQUIRED: [&str; 12] = [
        "Version",
        "Statement",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "policies",
        "AWS",
        "Federated",
    ];
    let mut candidates = Vec::new();
    match value {
        Value::Array(items) => {
            for index in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(index);
                candidates.push(Value::Array(fewer));
            }
            for (index, item) in items.iter().enumerate() {
                for smaller in smaller(item) {
                    let mut items = items.clone();
                    items[index] = smaller;
                    candidates.push(Value::Array(items));
                }
            }
        }
        Value::Object(entries) => {
            for key in entries.keys().filter(|key| !REQUIRED.contains(&key.as_str())) {
                let mut fewer = entries.clone();
                fewer.remove(key);
                candidates.push(Value::Object(fewer));
            }
            for (key, entry) in entries {
                for smaller in smaller(entry)
                    .into_iter()
                    .filter(|smaller| *smaller != Value::Array(Vec::new()))
                {
                    let mut entries = entries.clone();
                    entries.insert(key.clone(), smaller);
                    candidates.push(Value::Object(entries));
                }
            }
        }
        _ => {}
    }
    candidates
}
