//! AWS Config items in the forms of its several APIs.

use serde_json::{Value, json};

use crate::testkit::{Capture, MEMBER, REGION, bodies, bucket, codes, config, lines};

/// The same item as `BatchGetAggregateResourceConfig` and its kin may print it.
fn pascal_case(item: &Value) -> Value {
    let fields = item.as_object().unwrap();
    fields
        .iter()
        .map(|(key, value)| {
            let (first, rest) = key.split_at(1);
            (first.to_uppercase() + rest, value.clone())
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn with_configuration_as_text(item: &Value) -> Value {
    let mut item = item.clone();
    item["configuration"] = Value::from(item["configuration"].to_string());
    item
}

#[test]
fn every_api_of_config_gives_the_same_item() {
    let item = bucket("orders");
    let text = Value::from(item.to_string());
    let forms = [
        (
            "select-aggregate-resource-config",
            json!({"Results": [text], "QueryInfo": {"SelectFields": [{"Name": "arn"}]}}),
        ),
        ("select-resource-config, rows as objects", json!({"Results": [item]})),
        (
            "get-aggregate-resource-config",
            json!({"ConfigurationItem": with_configuration_as_text(&item)}),
        ),
        (
            "batch-get-aggregate-resource-config",
            json!({"BaseConfigurationItems": [with_configuration_as_text(&item)], "UnprocessedResourceIdentifiers": []}),
        ),
        (
            "the same in the other casing",
            json!({"BaseConfigurationItems": [pascal_case(&with_configuration_as_text(&item))]}),
        ),
        (
            "get-resource-config-history",
            json!({"configurationItems": [with_configuration_as_text(&item)]}),
        ),
        ("a list", json!([item])),
        ("a list of strings", json!([text])),
        ("an item", item.clone()),
        ("a string", text.clone()),
    ];
    for (what, content) in forms {
        for file in ["config/AWS-S3-Bucket.json", "config/AWS-S3-Bucket.ndjson"] {
            let contents = Capture::new().file(file, content.to_string()).read();
            assert_eq!(codes(&contents), Vec::<String>::new(), "{what}");
            assert_eq!(bodies(&contents, &config("AWS::S3::Bucket")), [&item], "{what}");
            let record = &contents.records[0];
            assert_eq!(
                (record.account.as_deref(), record.region.as_deref()),
                (Some(MEMBER), Some(REGION))
            );
            assert_eq!(record.captured_at.unwrap().to_string(), "2026-01-30T08:00:00Z");
        }
    }
}

#[test]
fn a_snapshot_that_config_delivered_is_read_too() {
    let item = json!({"ARN": "arn:aws:s3:::orders", "awsAccountId": MEMBER, "awsRegion": REGION, "resourceType": "AWS::S3::Bucket"});
    let content = json!({"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": [item]});
    let contents = Capture::new().json("config/AWS-S3-Bucket.json", &content).read();
    assert_eq!(contents.records[0].body["arn"], "arn:aws:s3:::orders");
    assert_eq!(contents.records[0].body["accountId"], MEMBER);
}

#[test]
fn keys_inside_configuration_keep_their_case() {
    let mut native = bucket("native");
    native["configuration"] = json!({"functionName": "orders"});
    let mut from_schema = pascal_case(&bucket("schema"));
    from_schema["Configuration"] = json!("{\"TaskRoleArn\":\"arn:aws:iam::444455556666:role/task\"}");
    let contents = Capture::new()
        .lines("config/AWS-S3-Bucket.ndjson", &[native, from_schema])
        .read();
    let mut configurations: Vec<_> = contents
        .records
        .iter()
        .map(|record| record.body["configuration"].to_string())
        .collect();
    configurations.sort();
    assert_eq!(
        configurations,
        [
            r#"{"TaskRoleArn":"arn:aws:iam::444455556666:role/task"}"#,
            r#"{"functionName":"orders"}"#
        ]
    );
}

/// `(tags as an API prints them, tags as records hold them)`
#[test]
fn tags_become_a_map() {
    let cases = [
        (
            json!([{"key": "env", "value": "prod", "tag": "env=prod"}]),
            json!({"env": "prod"}),
        ),
        (json!([{"Key": "env", "Value": "prod"}]), json!({"env": "prod"})),
        (json!({"env": "prod"}), json!({"env": "prod"})),
        (json!("{\"env\":\"prod\"}"), json!({"env": "prod"})),
        (json!([]), json!({})),
    ];
    for (printed, wanted) in cases {
        let mut item = bucket("orders");
        item["tags"] = printed.clone();
        let contents = Capture::new().lines("config/AWS-S3-Bucket.ndjson", &[item]).read();
        assert_eq!(contents.records[0].body["tags"], wanted, "{printed}");
    }
}

/// `(value as an API prints it, value as records hold it)`: JSON strings are decoded once, policy text stays text.
#[test]
fn supplementary_values_are_decoded_and_policy_texts_are_not() {
    let policy = r#"{"Version":"2012-10-17", "Statement":[]}"#;
    let policy_text = json!({"policyText": policy});
    let cases = [
        (json!(policy_text.to_string()), policy_text.clone()),
        (policy_text.clone(), policy_text),
        (json!(policy), json!(policy)),
        (json!(json!(policy).to_string()), json!(policy)),
        (json!("false"), json!(false)),
        (json!("not json"), json!("not json")),
    ];
    for (printed, wanted) in cases {
        let mut item = bucket("orders");
        item["supplementaryConfiguration"] = json!({"BucketPolicy": printed});
        let contents = Capture::new()
            .lines("config/AWS-S3-Bucket.ndjson", std::slice::from_ref(&item))
            .read();
        assert_eq!(
            contents.records[0].body["supplementaryConfiguration"]["BucketPolicy"], wanted,
            "{printed}"
        );
        item["supplementaryConfiguration"] = Value::from(item["supplementaryConfiguration"].to_string());
        let contents = Capture::new().lines("config/AWS-S3-Bucket.ndjson", &[item]).read();
        assert_eq!(
            contents.records[0].body["supplementaryConfiguration"]["BucketPolicy"], wanted,
            "{printed}"
        );
    }
}

#[test]
fn deleted_and_unrecorded_resources_are_no_records() {
    let with_status = |status: &str| {
        let mut item = bucket(status);
        item["configurationItemStatus"] = Value::from(status);
        item
    };
    let statuses = [
        "OK",
        "ResourceDiscovered",
        "ResourceDeleted",
        "ResourceDeletedNotRecorded",
        "ResourceNotRecorded",
    ];
    let items: Vec<Value> = statuses.map(with_status).to_vec();
    let contents = Capture::new().file("config/AWS-S3-Bucket.ndjson", lines(&items)).read();
    let mut kept: Vec<_> = contents
        .records
        .iter()
        .map(|record| record.body["resourceId"].as_str().unwrap())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, ["OK", "ResourceDiscovered"]);
    let row = crate::testkit::coverage(&contents, MEMBER, REGION, "config:AWS::S3::Bucket");
    assert_eq!(row.items, 2);
    assert_eq!(
        row.reason,
        "2 deleted resources are left out; 1 resources are not recorded by AWS Config"
    );
}

#[test]
fn an_item_that_names_no_account_or_resource_is_reported_and_the_rest_is_read() {
    let items = [
        json!({"arn": "arn:aws:s3:::orders"}),
        json!({"accountId": MEMBER}),
        json!(7),
        bucket("orders"),
    ];
    let contents = Capture::new().lines("config/AWS-S3-Bucket.ndjson", &items).read();
    let wanted: Vec<_> = (1..=3)
        .map(|line| format!("config/AWS-S3-Bucket.ndjson:{line} unexpected_item"))
        .collect();
    assert_eq!(codes(&contents), wanted);
    assert_eq!(contents.records.len(), 1);
}

#[test]
fn the_account_of_an_item_may_stand_in_its_arn_alone() {
    let item = json!({"arn": format!("arn:aws:lambda:eu-west-1:{MEMBER}:function:orders"), "resourceType": "AWS::Lambda::Function"});
    let contents = Capture::new()
        .lines("config/AWS-Lambda-Function.ndjson", &[item])
        .read();
    assert_eq!(contents.records[0].account.as_deref(), Some(MEMBER));
}

#[test]
fn an_unreadable_configuration_costs_the_configuration_only() {
    let mut item = bucket("orders");
    item["configuration"] = json!("{\"name\":");
    let contents = Capture::new().lines("config/AWS-S3-Bucket.ndjson", &[item]).read();
    assert_eq!(
        codes(&contents),
        ["config/AWS-S3-Bucket.ndjson:1 unreadable_configuration"]
    );
    assert!(contents.records[0].body.get("configuration").is_none());
}
