//! What the names of environment variables tell, where somebody asks for the guess.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Graph};

use super::{Capture, entity};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:f";

fn resources() -> Capture {
    let table = |name: &str| json!({"arn": format!("arn:aws:dynamodb:eu-west-1:111111111111:table/{name}"), "configuration": {"tableName": name}});
    let bucket = |name: &str| json!({"arn": format!("arn:aws:s3:::{name}"), "resourceName": name, "configuration": {"name": name}});
    Capture::new()
        .config("AWS::DynamoDB::Table", table("orders"))
        .config("AWS::DynamoDB::Table", table("acme-prod-payments"))
        .config("AWS::DynamoDB::Table", table("eu-customers"))
        .config("AWS::DynamoDB::Table", table("us-customers"))
        .config("AWS::S3::Bucket", bucket("acme-exports"))
        .config(
            "AWS::SecretsManager::Secret",
            json!({"arn": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-AbCdEf", "resourceName": "prod/db", "configuration": {"Name": "prod/db"}}),
        )
}

fn function(keys: &[&str]) -> Value {
    let variables: serde_json::Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), json!("x"))).collect();
    json!({"arn": FUNCTION, "configuration": {"functionName": "f", "environment": {"variables": variables}}})
}

fn inferred(graph: &Graph) -> Vec<(String, String)> {
    let edges = graph.edges.iter().filter(|edge| edge.kind == EdgeKind::ReadsFrom);
    edges
        .map(|edge| {
            assert_eq!(edge.attributes["inferred"], true);
            let name = edge.to.rsplit([':', '/']).next().unwrap();
            (name.to_owned(), edge.attributes["rule"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn the_name_of_a_variable_tells_what_is_read() {
    let whole = "kind_and_whole_name";
    let part = "kind_and_part_of_name";
    for (variable, want) in [
        ("ORDERS_TABLE_NAME", Some(("orders", whole))),
        ("ordersTable", Some(("orders", whole))),
        ("PAYMENTS_DYNAMODB_TABLE", Some(("acme-prod-payments", part))),
        ("EXPORTS_BUCKET", Some(("acme-exports", part))),
        ("PROD_DB_SECRET_ARN", Some(("db-AbCdEf", whole))),
        ("ACME_PROD_PAYMENTS", Some(("acme-prod-payments", "whole_name"))),
        // Two tables, no table, no kind, another kind, nothing but the kind.
        ("CUSTOMERS_TABLE", None),
        ("INVOICES_TABLE", None),
        ("ORDERS", None),
        ("ORDERS_BUCKET", None),
        ("TABLE_NAME", None),
        ("PAYMENT_TABLE", None),
    ] {
        let mut capture = resources().config("AWS::Lambda::Function", function(&[variable]));
        assert_eq!(inferred(&capture.graph()), [], "{variable}: off by default");
        capture.options.inference.environment_names = true;
        let want: Vec<(String, String)> = want
            .into_iter()
            .map(|(name, rule)| (name.to_owned(), rule.to_owned()))
            .collect();
        assert_eq!(inferred(&capture.graph()), want, "{variable}");
    }
}

#[test]
fn a_container_tells_it_as_well() {
    let task = json!({"arn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1", "configuration": {"Family": "web", "ContainerDefinitions": [
        {"Name": "main", "Environment": [{"Name": "ORDERS_TABLE", "Value": "x"}]}]}});
    let mut capture = resources().config("AWS::ECS::TaskDefinition", task);
    capture.options.inference.environment_names = true;
    assert_eq!(
        inferred(&capture.graph()),
        [("orders".to_owned(), "kind_and_whole_name".to_owned())]
    );
}

#[test]
fn a_resource_of_another_account_is_not_meant() {
    let table = json!({"accountId": "222222222222", "arn": "arn:aws:dynamodb:eu-west-1:222222222222:table/orders", "configuration": {"tableName": "orders"}});
    let mut capture = Capture::new()
        .config("AWS::DynamoDB::Table", table)
        .config("AWS::Lambda::Function", function(&["ORDERS_TABLE"]));
    capture.options.inference.environment_names = true;
    assert_eq!(inferred(&capture.graph()), []);
}

/// Where Config does not tell the names, the service's own answer does.
#[test]
fn names_come_from_the_function_itself_too() {
    let keys = json!({"Arn": FUNCTION, "Keys": ["ORDERS_TABLE", "MODE"]});
    let without = json!({"arn": FUNCTION, "configuration": {"functionName": "f"}});
    let mut capture =
        resources()
            .config("AWS::Lambda::Function", without)
            .spoke("lambda", "environment-keys", keys.clone());
    capture.options.inference.environment_names = true;
    let graph = capture.graph();
    assert_eq!(
        entity(&graph, FUNCTION).attributes["environment_keys"],
        json!(["MODE", "ORDERS_TABLE"])
    );
    assert_eq!(inferred(&graph).len(), 1);
    let told =
        resources()
            .config("AWS::Lambda::Function", function(&["OWN"]))
            .spoke("lambda", "environment-keys", keys);
    assert_eq!(
        entity(&told.graph(), FUNCTION).attributes["environment_keys"],
        json!(["OWN"])
    );
}
