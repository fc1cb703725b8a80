//! The credential report: credentials, who has them, and what their holders gain.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Resolution};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, codes, ends, entity};

const AT: &str = "2026-03-01T00:00:00Z";

fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{DEV}:user/{name}")
}

fn row(capture: Capture, fields: Value) -> Capture {
    let object = format!("accounts/{DEV}/iam/credential-report.csv");
    let mut body = json!({
        "user": "ann", "arn": user_arn("ann"), "user_creation_time": "2024-01-01T00:00:00+00:00",
        "password_enabled": "false", "password_last_used": "N/A", "password_last_changed": "N/A", "password_next_rotation": "N/A", "mfa_active": "false",
        "access_key_1_active": "false", "access_key_1_last_rotated": "N/A", "access_key_1_last_used_date": "N/A",
        "access_key_1_last_used_region": "N/A", "access_key_1_last_used_service": "N/A",
        "access_key_2_active": "false", "access_key_2_last_rotated": "N/A", "access_key_2_last_used_date": "N/A",
        "access_key_2_last_used_region": "N/A", "access_key_2_last_used_service": "N/A",
        "cert_1_active": "false", "cert_1_last_rotated": "N/A", "cert_2_active": "false", "cert_2_last_rotated": "N/A",
    });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    capture.add(RecordKind::CredentialReportRow, &object, Some(DEV), AT, body)
}

/// Ann has a password, two keys and a certificate; the root user has no second factor.
pub(super) fn report() -> Capture {
    let capture = Capture::new().details(json!({"UserDetailList": [{"UserName": "ann", "Arn": user_arn("ann")}]}));
    let capture = row(
        capture,
        json!({
            "password_enabled": "true", "password_last_used": "2026-02-01T00:00:00+00:00", "password_last_changed": "2025-12-01T00:00:00+00:00",
            "access_key_1_active": "true", "access_key_1_last_rotated": "2025-01-01T00:00:00+00:00",
            "access_key_1_last_used_date": "2026-02-02T00:00:00+00:00", "access_key_1_last_used_region": "eu-west-1", "access_key_1_last_used_service": "s3",
            "access_key_2_active": "false", "access_key_2_last_rotated": "2024-01-01T00:00:00+00:00",
            "cert_1_active": "true", "cert_1_last_rotated": "2024-01-01T00:00:00+00:00",
        }),
    );
    row(
        capture,
        json!({"user": "<root_account>", "arn": format!("arn:aws:iam::{DEV}:root"), "password_enabled": "not_supported",
               "password_last_used": "2026-02-03T00:00:00+00:00"}),
    )
}

#[test]
fn credentials_belong_to_their_users() {
    let graph = report().graph();
    let key = format!("urn:sv0:credential:{}:access-key-1", user_arn("ann"));
    let first = entity(&graph, &key);
    assert_eq!(
        (first.kind, first.resolution),
        (EntityKind::Credential, Resolution::Collected)
    );
    assert_eq!(first.account.as_deref(), Some(DEV));
    let want = json!({
        "credential_type": "access_key", "active": true, "last_rotated": "2025-01-01T00:00:00Z",
        "last_used": {"date": "2026-02-02T00:00:00Z", "region": "eu-west-1", "service": "s3"},
    });
    assert_eq!(json!(first.attributes), want);
    assert_eq!(ends(&graph, &user_arn("ann"), EdgeKind::HasCredential).len(), 4);
    let second = entity(&graph, &key.replace("key-1", "key-2"));
    let want = json!({"credential_type": "access_key", "active": false, "last_rotated": "2024-01-01T00:00:00Z", "last_used": null});
    assert_eq!(json!(second.attributes), want, "AWS knows of no use");
    let credentials = graph
        .entities
        .values()
        .filter(|entity| entity.kind == EntityKind::Credential);
    let names: Vec<&str> = credentials.map(|credential| credential.name.as_str()).collect();
    assert_eq!(
        names,
        ["access-key-1", "access-key-2", "certificate-1", "password"],
        "what was never made is no credential"
    );
}

#[test]
fn users_and_accounts_say_how_people_sign_in() {
    let graph = report().graph();
    let ann = entity(&graph, &user_arn("ann"));
    for (name, want) in [
        ("password_enabled", json!(true)),
        ("mfa_active", json!(false)),
        ("password_last_changed", json!("2025-12-01T00:00:00Z")),
        ("password_last_used", json!("2026-02-01T00:00:00Z")),
    ] {
        assert_eq!(ann.attributes.get(name), Some(&want), "{name}");
    }
    assert_eq!(ann.attributes.get("password_next_rotation"), None, "N/A says nothing");
    assert!(
        ann.origins
            .iter()
            .any(|origin| origin.object.ends_with("credential-report.csv"))
    );
    let account = entity(&graph, &format!("urn:sv0:account:{DEV}"));
    assert_eq!(account.attributes["root_user"], json!({"mfa_active": false}));
    assert_eq!(account.attributes["password_last_used"], json!("2026-02-03T00:00:00Z"));
}

#[test]
fn a_user_of_the_report_alone_is_not_one_without_rights() {
    let graph = row(Capture::new(), json!({"mfa_active": "true"})).graph();
    let ann = entity(&graph, &user_arn("ann"));
    assert_eq!(
        ann.resolution,
        Resolution::Referenced,
        "nothing describes what she may do"
    );
    assert_eq!(ann.attributes.get("mfa_active"), Some(&json!(true)));
}

#[test]
fn a_row_without_a_user_is_left_out() {
    for arn in [
        json!("ann"),
        json!(null),
        json!("arn:aws:s3:::ann"),
        json!(7),
        json!(format!("arn:aws:iam::{DEV}:role/ann")),
    ] {
        let output = row(Capture::new(), json!({ "arn": arn })).normalise();
        assert!(
            output
                .graph
                .entities
                .values()
                .all(|entity| entity.kind != EntityKind::Credential)
        );
        assert_eq!(codes(&output), ["credential_row_without_arn"]);
    }
}

#[test]
fn what_cannot_be_read_is_not_what_never_was() {
    let output = row(
        Capture::new(),
        json!({
            "access_key_1_active": "true", "access_key_1_last_rotated": "2020-13-45", "access_key_1_last_used_date": "yesterday",
            "access_key_2_active": "", "access_key_2_last_used_date": "",
        }),
    )
    .normalise();
    let of = |key: &str| output.graph.entities[&format!("urn:sv0:credential:{}:{key}", user_arn("ann"))].clone();
    assert_eq!(
        of("access-key-1").attributes.get("last_used"),
        None,
        "unknown, not never"
    );
    let second = of("access-key-2");
    assert_eq!(second.attributes.get("active"), None, "{second:?}");
    assert_eq!(second.attributes.get("last_used"), None, "{second:?}");
    let said = &output.diagnostics[0];
    assert_eq!(said.code, "unreadable_credential_report");
    for cell in [
        "access_key_1_last_rotated",
        "access_key_1_last_used_date",
        "access_key_2_active",
    ] {
        assert!(said.message.contains(cell), "{}", said.message);
    }
}

#[test]
fn a_report_that_lacks_columns_does_not_tell_who_has_which_credential() {
    let record = row(Capture::new(), json!({ "access_key_2_active": null })).normalise();
    assert_eq!(codes(&record), ["incomplete_credential_report"]);
    assert_eq!(
        record.graph.entities[&user_arn("ann")].attributes["credentials_unknown"],
        json!(true)
    );
    let whole = row(Capture::new(), json!({})).graph();
    assert!(
        !entity(&whole, &user_arn("ann"))
            .attributes
            .contains_key("credentials_unknown")
    );
}

#[test]
fn of_two_rows_about_a_user_the_first_counts_and_the_other_is_told() {
    let key = |active: &str| json!({ "access_key_1_active": active, "access_key_1_last_rotated": "2020-01-01T00:00:00+00:00" });
    let output = row(row(Capture::new(), key("true")), key("false")).normalise();
    assert_eq!(codes(&output), ["credential_row_twice"]);
    let first = &output.graph.entities[&format!("urn:sv0:credential:{}:access-key-1", user_arn("ann"))];
    assert_eq!(first.attributes["active"], json!(true));
    assert_eq!(
        output.graph.entities[&user_arn("ann")].attributes["credentials_unknown"],
        json!(true)
    );
}
