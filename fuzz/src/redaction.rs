//! Secrets: whatever stands around one, it does not leave the reader.

use serde_json::{Map, Value, json};

use crate::capture::{everything, read};
use crate::folder::{HEADER, with_folder, write};

/// No word of any seed.
const PLANTED: &str = "PLANTED";

/// A resource type on the first line, any JSON as its configuration after it. A secret is planted in every object of it.
pub(crate) fn configuration(data: &[u8]) {
    let Some((resource_type, mut configuration)) = typed_json(data) else {
        return;
    };
    plant(&mut configuration, &secrets_of_any_item());
    let item = json!({"accountId": "111122223333", "resourceType": resource_type, "resourceId": "x", "configuration": configuration});
    reads_without_what_was_planted(&item);
    let text = Value::from(configuration.to_string());
    reads_without_what_was_planted(
        &json!({"accountId": "111122223333", "resourceType": resource_type, "resourceId": "x",
        "configuration": text, "supplementaryConfiguration": {"Extra": text}}),
    );
}

/// Any JSON as the definition of a state machine. A literal is planted in every object of it.
pub(crate) fn state_machine(data: &[u8]) {
    let Ok(mut definition) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    plant(&mut definition, &literals_of_a_state());
    for definition in [definition.clone(), Value::from(definition.to_string())] {
        reads_without_what_was_planted(
            &json!({"accountId": "111122223333", "resourceType": "AWS::StepFunctions::StateMachine",
            "resourceId": "x", "configuration": {"Definition": definition, "DefinitionString": definition}}),
        );
    }
}

/// `<service>/<what>` on the first line, any JSON as an item after it. A secret is planted in every object of it.
pub(crate) fn spoke_item(data: &[u8]) {
    let Some((name, mut item)) = typed_json(data) else {
        return;
    };
    plant(&mut item, &secrets_of_any_item());
    let contents = with_folder(|root| {
        write(root, "capture.json", HEADER.as_bytes());
        let key = format!("accounts/111122223333/eu-west-1/{name}.ndjson");
        write(root, &key, item.to_string().as_bytes());
        read(root).expect("damage to one file costs that file")
    });
    let text = everything(&contents);
    assert!(!text.contains(PLANTED), "{name} {item}\n{text}");
}

fn typed_json(data: &[u8]) -> Option<(String, Value)> {
    let text = std::str::from_utf8(data).ok()?;
    let (resource_type, json) = text.split_once('\n')?;
    Some((resource_type.trim().to_owned(), serde_json::from_str(json).ok()?))
}

/// Fields that are secrets wherever they stand.
fn secrets_of_any_item() -> Map<String, Value> {
    let fields = json!({
        "clientPassword": PLANTED,
        "environment": {"variables": {"LOG_LEVEL": PLANTED}},
        "UserData": PLANTED,
        "location": "https://bucket.s3.amazonaws.com/code.zip?X-Amz-Date=1&X-Amz-Signature=PLANTED",
        "note": "-----BEGIN RSA PRIVATE KEY-----\nPLANTED",
    });
    fields.as_object().cloned().unwrap_or_default()
}

fn literals_of_a_state() -> Map<String, Value> {
    let fields = json!({"Comment": PLANTED, "Parameters": {"Payload": [PLANTED, {"deep": PLANTED}]}});
    fields.as_object().cloned().unwrap_or_default()
}

/// Puts `fields` into every object but those inside a policy's statements, which pass on purpose.
fn plant(value: &mut Value, fields: &Map<String, Value>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| plant(value, fields)),
        Value::Object(object) => {
            let inner = object.iter_mut().filter(|(key, _)| *key != "Statement");
            inner.for_each(|(_, value)| plant(value, fields));
            object.extend(fields.clone());
        }
        _ => {}
    }
}

fn reads_without_what_was_planted(item: &Value) {
    let line = item.to_string();
    let contents = with_folder(|root| {
        write(root, "capture.json", HEADER.as_bytes());
        write(root, "config/AWS-StepFunctions-StateMachine.ndjson", line.as_bytes());
        read(root).expect("damage to one file costs that file")
    });
    let text = everything(&contents);
    assert!(!text.contains(PLANTED), "{line}\n{text}");
}
