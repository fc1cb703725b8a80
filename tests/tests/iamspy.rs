//! The 39 cases of the IAMSpy suite, asked through `sv0 scan`, `can` and `who-can`.
//!
//! The suite's questions are existential unless `strict_conditions` is set: "is there any context in which it is allowed?"
//! That is *allow* or *conditional* here; a strict case asks with every key that is not given absent.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Capture, Store, repository, sv0};

#[test]
fn every_case_of_the_suite_is_decided_as_expected() {
    let text = fs::read_to_string(folder().join("cases.jsonl")).unwrap();
    let mut asked = 0;
    let mut wrong = Vec::new();
    for case in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let store = capture_of(&case).scan();
        let (want, got) = match case["kind"].as_str().unwrap() {
            "can_i" => (case["expected"]["allowed"].clone(), json!(can(&store, &case))),
            "who_can" => (
                case["expected"]["who"].clone(),
                json!(who_can(&store, &case, resource_of(&case))),
            ),
            "who_can_batch_resource" => (case["expected"]["who"].clone(), json!(who_can_batch(&store, &case))),
            other => panic!("unknown kind {other}"),
        };
        asked += 1;
        if want != got {
            wrong.push(format!("{}: want {want}, got {got}", case["id"]));
        }
    }
    assert_eq!(asked, 39, "the suite has 39 cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folder() -> PathBuf {
    repository().join("tests/fixtures/third-party/iamspy")
}

fn file(name: &Value) -> Value {
    let path = folder().join("files").join(name.as_str().unwrap());
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn resource_of(case: &Value) -> &str {
    case["resource"].as_str().unwrap()
}

fn context_arguments(case: &Value) -> Vec<String> {
    let mut arguments = vec!["--unknown-context".to_owned()];
    let strict = case["strict_conditions"].as_bool().unwrap();
    arguments.push(if strict { "absent" } else { "any" }.to_owned());
    for condition in case["conditions"].as_array().unwrap() {
        arguments.extend(["--context".to_owned(), condition.as_str().unwrap().to_owned()]);
    }
    arguments
}

/// The suite asks of a principal that its data does not hold: what does not exist can do nothing.
fn exists(store: &Store, principal: &str) -> bool {
    let arguments = ["can", principal, "--store", store.path().to_str().unwrap(), "--json"];
    let output = sv0(&arguments).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["error"]["code"] != "not_found"
}

fn ask(store: &Store, question: &[&str], case: &Value) -> Value {
    let context = context_arguments(case);
    let arguments: Vec<&str> = question
        .iter()
        .copied()
        .chain(context.iter().map(String::as_str))
        .collect();
    store.ask(&arguments)
}

fn can(store: &Store, case: &Value) -> bool {
    let (principal, action) = (case["principal"].as_str().unwrap(), case["action"].as_str().unwrap());
    if !exists(store, principal) {
        return false;
    }
    let answer = ask(store, &["can", principal, action, resource_of(case)], case);
    matches!(answer["decision"].as_str().unwrap(), "allow" | "conditional")
}

/// The suite knows users and roles alone: roots and outsiders that a policy lets in are left out of the comparison.
fn who_can(store: &Store, case: &Value, resource: &str) -> Vec<String> {
    let answer = ask(store, &["who-can", case["action"].as_str().unwrap(), resource], case);
    answer["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["principal"].as_str().unwrap().to_owned())
        .filter(|principal| principal.contains(":role/") || principal.contains(":user/"))
        .collect()
}

fn who_can_batch(store: &Store, case: &Value) -> Vec<[String; 2]> {
    let mut pairs = BTreeSet::new();
    for resource in case["resource"].as_array().unwrap() {
        let resource = resource.as_str().unwrap();
        pairs.extend(
            who_can(store, case, resource)
                .into_iter()
                .map(|who| [who, resource.to_owned()]),
        );
    }
    // The suite lists them by resource, then by principal.
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by(|a, b| (&a[1], &a[0]).cmp(&(&b[1], &b[0])));
    pairs
}

/// Writes what a case is about as AWS would have answered it.
fn capture_of(case: &Value) -> Capture {
    let files = &case["files"];
    let trees: Vec<Value> = list(&files["scps"]).iter().map(file).collect();
    let capture = Capture::new(trees.first().map(|_| "o-abcdefghij"));
    for gaad in list(&files["gaads"]).iter().map(file) {
        let account = account_of_details(&gaad);
        capture.write(
            &format!("accounts/{account}/iam/authorization-details.json"),
            gaad.to_string(),
        );
    }
    write_resources(&capture, case);
    for tree in &trees {
        write_organization(&capture, tree);
    }
    capture
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn account_of_details(gaad: &Value) -> String {
    let first = ["RoleDetailList", "UserDetailList"]
        .iter()
        .find_map(|key| gaad[key][0]["Arn"].as_str())
        .unwrap();
    first.split(':').nth(4).unwrap().to_owned()
}

/// One Config item for every resource with a policy, and for every resource asked about that has none.
fn write_resources(capture: &Capture, case: &Value) {
    let mut policies: Vec<(String, String, Option<Value>)> = Vec::new();
    for resource in list(&case["files"]["resources"])
        .iter()
        .map(file)
        .flat_map(|file| list(&file))
    {
        let arn = resource["Resource"].as_str().unwrap().to_owned();
        policies.push((
            arn,
            resource["Account"].as_str().unwrap().to_owned(),
            Some(resource["Policy"].clone()),
        ));
    }
    let asked = match &case["resource"] {
        Value::Array(resources) => resources.clone(),
        single => vec![single.clone()],
    };
    for resource in asked.iter().filter_map(Value::as_str) {
        let owner = resource.split(':').nth(4).unwrap();
        if !owner.is_empty() && !policies.iter().any(|(arn, ..)| arn == resource) {
            policies.push((resource.to_owned(), owner.to_owned(), None));
        }
    }
    let (functions, buckets): (Vec<_>, Vec<_>) = policies.iter().partition(|(arn, ..)| arn.contains(":lambda:"));
    let functions: Vec<Value> = functions.into_iter().map(function_item).collect();
    let buckets: Vec<Value> = buckets.into_iter().map(bucket_item).collect();
    capture.config_items("AWS::Lambda::Function", &functions);
    capture.config_items("AWS::S3::Bucket", &buckets);
}

fn function_item((arn, account, policy): &(String, String, Option<Value>)) -> Value {
    let name = arn.rsplit(':').next().unwrap();
    let supplementary = policy
        .as_ref()
        .map_or(json!({}), |policy| json!({"Policy": policy.to_string()}));
    json!({
        "accountId": account, "awsRegion": "eu-west-1", "arn": arn, "resourceId": name, "resourceName": name,
        "resourceType": "AWS::Lambda::Function", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-03-01T00:00:00.000Z",
        "configuration": {"functionName": name, "functionArn": arn}, "supplementaryConfiguration": supplementary
    })
}

fn bucket_item((arn, account, policy): &(String, String, Option<Value>)) -> Value {
    let name = arn.rsplit(':').next().unwrap();
    let text = policy.as_ref().map(Value::to_string);
    json!({
        "accountId": account, "awsRegion": "eu-west-1", "arn": arn, "resourceId": name, "resourceName": name,
        "resourceType": "AWS::S3::Bucket", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-03-01T00:00:00.000Z",
        "configuration": {"name": name}, "supplementaryConfiguration": {"BucketPolicy": {"policyText": text}}
    })
}

/// Turns the suite's nested tree into the answers of the Organizations API.
fn write_organization(capture: &Capture, root: &Value) {
    let management = root["Arn"].as_str().unwrap().split(':').nth(4).unwrap();
    let mut parts = Tree::default();
    parts.add(root, None);
    let root_item =
        json!({"Id": root["Id"], "Arn": root["Arn"], "Name": root["Name"], "PolicyTypes": root["PolicyTypes"]});
    capture.write(
        "organizations/organization.json",
        json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": management}}).to_string(),
    );
    capture.write(
        "organizations/accounts.json",
        json!({"Accounts": parts.accounts}).to_string(),
    );
    capture.write(
        "organizations/tree.json",
        json!({"Roots": [root_item], "OrganizationalUnits": parts.units, "Parents": parts.parents}).to_string(),
    );
    capture.write(
        "organizations/policies.json",
        json!({"Policies": parts.policies}).to_string(),
    );
}

#[derive(Default)]
struct Tree {
    accounts: Vec<Value>,
    units: Vec<Value>,
    parents: Vec<Value>,
    policies: Vec<Value>,
}

impl Tree {
    fn add(&mut self, node: &Value, parent: Option<&Value>) {
        for policy in list(&node["Policies"]) {
            self.attach(&policy, &node["Id"]);
        }
        if let Some(parent) = parent {
            self.parents
                .push(json!({"ChildId": node["Id"], "ParentId": parent["Id"]}));
            if node["Type"] == "Account" {
                self.accounts.push(node.clone());
            } else {
                self.units
                    .push(json!({"Id": node["Id"], "Name": node["Name"], "ParentId": parent["Id"]}));
            }
        }
        for child in list(&node["Children"]) {
            self.add(&child, Some(node));
        }
    }

    fn attach(&mut self, policy: &Value, target: &Value) {
        if let Some(known) = self.policies.iter_mut().find(|known| known["Id"] == policy["Id"]) {
            known["Targets"].as_array_mut().unwrap().push(target.clone());
            return;
        }
        let mut policy = policy.clone();
        policy["Targets"] = json!([target]);
        self.policies.push(policy);
    }
}
