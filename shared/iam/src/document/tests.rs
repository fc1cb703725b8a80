use serde_json::json;

use super::*;

#[test]
fn reads_all_three_encodings() {
    let want = json!({"Version": "2012-10-17", "Statement": []});
    for given in [
        want.clone(),
        json!(want.to_string()),
        json!(
            want.to_string()
                .replace('"', "%22")
                .replace('{', "%7B")
                .replace('}', "%7D")
        ),
        json!(json!(want.to_string()).to_string()),
    ] {
        assert_eq!(decode_document(&given).unwrap(), want, "{given}");
    }
}

#[test]
fn percent_signs_inside_json_text_stay() {
    let given = json!(r#"{"Sid":"100%25"}"#);
    assert_eq!(decode_document(&given).unwrap(), json!({"Sid": "100%25"}));
}

#[test]
fn refuses_what_holds_no_document() {
    for given in [
        json!(null),
        json!(1),
        json!([]),
        json!(""),
        json!("{"),
        json!("%ff%fe"),
        json!("\"\\\"x\\\"\""),
    ] {
        assert!(decode_document(&given).is_err(), "{given}");
    }
}

#[test]
fn an_element_that_stands_twice_is_not_lost() {
    assert_eq!(
        read_json(r#"{"a":1,"a":2}"#).unwrap(),
        json!({"a": 1, "a (duplicate)": 2})
    );
}
