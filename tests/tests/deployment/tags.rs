//! What the scanner knows its own by.

use super::{resources, template};

/// `scanner_self` takes for the hub's own what has this tag in the hub's account.
#[test]
fn roles_buckets_and_table_have_the_tag_by_which_a_scan_knows_them() {
    let template = template();
    let tag = serde_json::json!([{"Key": "Product", "Value": "SecurityV0"}]);
    for kind in ["AWS::IAM::Role", "AWS::S3::Bucket", "AWS::DynamoDB::Table"] {
        for (name, resource) in resources(&template, kind) {
            assert_eq!(resource["Properties"]["Tags"], tag, "{name}");
        }
    }
}
