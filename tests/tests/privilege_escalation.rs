//! 65 + 101 known privilege escalations over one scan: a role that holds exactly what an entry needs can do that and nothing else,
//! and cannot where a boundary, a Deny or an SCP stands in the way.
//!
//! What the engine makes of each permission in every wording is asked in `shared/iam/tests/privilege_escalation`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::support::{Capture, Store, answer_lines, repository};

/// The roles that `sts:AssumeRole` is granted on, by whom they trust: the account, a service, nobody knows.
const ROLES: [&str; 3] = ["target", "of-a-service", "not-collected"];
/// No SCP but the one that allows everything.
const FREE: &str = "111122223333";
/// Below an SCP that denies everything that the entries need.
const FENCED: &str = "444455556666";

#[test]
fn every_entry_is_decided_right_over_a_scan() {
    let entries = entries();
    let permissions: usize = entries.iter().map(|entry| entry.permissions.len()).sum();
    assert_eq!(
        (entries.len(), permissions),
        (65 + 101, 132 + 224),
        "the data is complete"
    );
    let store = capture(&entries).scan();
    each_role_can_do_exactly_what_its_entry_needs(&entries, &store);
    what_stands_in_the_way_is_named(&entries, &store);
    who_is_trusted_decides_what_can_be_assumed(&entries, &store);
}

fn each_role_can_do_exactly_what_its_entry_needs(entries: &[Entry], store: &Store) {
    let actions: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| &entry.permissions)
        .map(String::as_str)
        .filter(|action| !action.contains('*'))
        .collect();
    assert_eq!(actions.len(), 125, "distinct actions");
    let mut questions = Questions::default();
    for entry in entries {
        for action in &actions {
            let want = match (entry.holds(action), has_uncollected_policy(action)) {
                (true, false) => json!({"decision": "allow", "blocked_by": []}),
                (true, true) => conditional(&["resource"]),
                (false, false) => implicit_deny("identity"),
                (false, true) => conditional(&["identity", "resource"]),
            };
            questions.add(&role_arn(FREE, &entry.role("exact")), FREE, action, want);
        }
    }
    assert_eq!(questions.count(), 166 * 125);
    questions.ask(store);
}

fn what_stands_in_the_way_is_named(entries: &[Entry], store: &Store) {
    let mut questions = Questions::default();
    for entry in entries {
        for permission in &entry.permissions {
            let action = permission.replace('*', "RolePolicy");
            let mut ask = |account, variant: &str, want| {
                questions.add(&role_arn(account, &entry.role(variant)), account, &action, want);
            };
            if has_uncollected_policy(&action) {
                ask(FREE, "bounded", conditional(&["resource", "boundary"]));
            } else {
                ask(FREE, "bounded", implicit_deny("boundary"));
            }
            ask(FREE, "denied", explicit_deny("identity"));
            ask(FENCED, "exact", explicit_deny("scp"));
        }
    }
    assert_eq!(questions.count(), 356 * 3);
    questions.ask(store);
}

fn who_is_trusted_decides_what_can_be_assumed(entries: &[Entry], store: &Store) {
    let mut questions = Questions::default();
    for entry in entries.iter().filter(|entry| entry.holds("sts:AssumeRole")) {
        let role = role_arn(FREE, &entry.role("exact"));
        questions.add_on(
            &role,
            "sts:AssumeRole",
            &role_arn(FREE, "of-a-service"),
            implicit_deny("resource"),
        );
        questions.add_on(
            &role,
            "sts:AssumeRole",
            &role_arn(FREE, "not-collected"),
            conditional(&["resource"]),
        );
    }
    assert_eq!(questions.count(), 9 * 2);
    questions.ask(store);
}

/// A policy on a table is not in Config, and the capture holds none: it might grant to the role by name, or deny.
fn has_uncollected_policy(action: &str) -> bool {
    action.starts_with("dynamodb:")
}

fn conditional(layers: &[&str]) -> Value {
    json!({"decision": "conditional", "blocked_by": layers})
}

fn implicit_deny(layer: &str) -> Value {
    json!({"decision": "implicit_deny", "blocked_by": [layer]})
}

fn explicit_deny(layer: &str) -> Value {
    json!({"decision": "explicit_deny", "blocked_by": [layer]})
}

/// Questions to `sv0 can --requests`, each with what must come out.
#[derive(Default)]
struct Questions {
    lines: Vec<Value>,
    wants: Vec<Value>,
}

impl Questions {
    fn add(&mut self, principal: &str, account: &str, action: &str, want: Value) {
        self.add_on(principal, action, &resource_of(action, account), want);
    }

    fn add_on(&mut self, principal: &str, action: &str, resource: &str, want: Value) {
        self.lines
            .push(json!({"id": self.lines.len(), "principal": principal, "action": action, "resource": resource}));
        self.wants.push(want);
    }

    fn count(&self) -> usize {
        self.lines.len()
    }

    fn ask(&self, store: &Store) {
        let lines: Vec<String> = self.lines.iter().map(Value::to_string).collect();
        let arguments = ["can", "--store", store.path().to_str().unwrap()];
        let (answers, _) = answer_lines(&arguments, &lines.join("\n"));
        assert_eq!(answers.len(), lines.len());
        let wrong: Vec<String> = answers
            .iter()
            .zip(&self.wants)
            .zip(&self.lines)
            .filter(|((answer, want), _)| {
                answer["decision"] != want["decision"] || answer["blocked_by"] != want["blocked_by"]
            })
            .map(|((answer, want), question)| format!("{question}\n  want {want}\n  got  {answer}"))
            .collect();
        let shown = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} of {}:\n{shown}", wrong.len(), answers.len());
    }
}

/// A path or combination of the data.
struct Entry {
    /// Unique, and fit for the name of a role.
    name: String,
    permissions: Vec<String>,
}

impl Entry {
    fn role(&self, variant: &str) -> String {
        format!("{}-{variant}", self.name)
    }

    fn holds(&self, action: &str) -> bool {
        self.permissions
            .iter()
            .any(|permission| match permission.strip_suffix('*') {
                Some(beginning) => action.starts_with(beginning),
                None => permission == action,
            })
    }

    /// One statement for each permission, on exactly its resource.
    fn statements(&self, effect: &str, account: &str) -> Vec<Value> {
        let statement = |permission: &String| {
            let resource = match permission.as_str() {
                "sts:AssumeRole" => json!(ROLES.map(|name| role_arn(account, name))),
                pattern if pattern.contains('*') => json!("*"),
                action => json!(resource_of(action, account)),
            };
            json!({"Effect": effect, "Action": permission, "Resource": resource})
        };
        self.permissions.iter().map(statement).collect()
    }
}

fn entries() -> Vec<Entry> {
    let paths = read("pathfinding.cloud/paths.json");
    let combinations = read("prowler/combos.json");
    let of_path = |path: &Value| Entry {
        name: format!("pathfinding-{}", path["id"].as_str().unwrap()),
        permissions: texts(
            path["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|required| &required["permission"]),
        ),
    };
    let of_combination = |(index, combination): (usize, &Value)| Entry {
        name: format!("prowler-{index}"),
        permissions: texts(combination["actions"].as_array().unwrap()),
    };
    let paths = paths["paths"].as_array().unwrap().iter().map(of_path);
    let combinations = combinations["combos"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(of_combination);
    paths.chain(combinations).collect()
}

fn read(file: &str) -> Value {
    let path = repository().join("tests/fixtures/third-party").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn texts<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<String> {
    values
        .into_iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}

fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

/// What each action is granted on and asked about: the target of its kind that the capture holds, or `*`.
fn resource_of(action: &str, account: &str) -> String {
    let (service, name) = action.split_once(':').unwrap();
    match service {
        "sts" => role_arn(account, "target"),
        "iam" if name.contains("Role") => role_arn(account, "target"),
        "iam" if name.contains("Group") => format!("arn:aws:iam::{account}:group/target"),
        "iam"
            if ["User", "AccessKey", "LoginProfile"]
                .iter()
                .any(|part| name.contains(part)) =>
        {
            format!("arn:aws:iam::{account}:user/target")
        }
        "iam" => format!("arn:aws:iam::{account}:policy/target"),
        "lambda" if name != "CreateEventSourceMapping" => format!("arn:aws:lambda:eu-west-1:{account}:function:target"),
        "s3" => format!("arn:aws:s3:::target-{account}/key"),
        "dynamodb" => format!("arn:aws:dynamodb:eu-west-1:{account}:table/target"),
        _ => "*".to_owned(),
    }
}

/// One capture with every entry's roles, in an organization with a free account and a fenced one.
fn capture(entries: &[Entry]) -> Capture {
    let capture = Capture::new(Some("o-abcdefghij"));
    write_organization(&capture);
    let mut items: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for account in [FREE, FENCED] {
        capture.write(
            &format!("accounts/{account}/iam/authorization-details.json"),
            authorization_details(entries, account).to_string(),
        );
        for (resource_type, item) in targets(account) {
            items.entry(resource_type).or_default().push(item);
        }
    }
    for (resource_type, items) in items {
        capture.config_items(resource_type, &items);
    }
    capture
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn trust(principal: Value) -> Value {
    document(&[json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})])
}

fn authorization_details(entries: &[Entry], account: &str) -> Value {
    let of_lambda = trust(json!({"Service": "lambda.amazonaws.com"}));
    let mut roles = vec![
        role(account, "target", trust(json!({"AWS": account})), &[]),
        role(account, "of-a-service", of_lambda.clone(), &[]),
        role(account, "not-collected", Value::Null, &[]),
    ];
    let boundary = format!("arn:aws:iam::{account}:policy/boundary");
    for entry in entries {
        let exact = entry.statements("Allow", account);
        let denied = [exact.clone(), entry.statements("Deny", account)].concat();
        let mut bounded = role(account, &entry.role("bounded"), of_lambda.clone(), &exact);
        bounded["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary});
        roles.push(bounded);
        roles.push(role(account, &entry.role("exact"), of_lambda.clone(), &exact));
        roles.push(role(account, &entry.role("denied"), of_lambda.clone(), &denied));
    }
    let details = |name: &str, kind: &str| json!({"Path": "/", format!("{kind}Name"): name, format!("{kind}Id"): "EXAMPLE", "Arn": format!("arn:aws:iam::{account}:{}/{name}", kind.to_lowercase()), "CreateDate": "2024-01-01T00:00:00+00:00"});
    json!({
        "UserDetailList": [details("target", "User")], "GroupDetailList": [details("target", "Group")], "RoleDetailList": roles,
        "Policies": [managed_policy(account, "boundary"), managed_policy(account, "target")]
    })
}

fn role(account: &str, name: &str, trust: Value, statements: &[Value]) -> Value {
    let inline: Vec<Value> = if statements.is_empty() {
        Vec::new()
    } else {
        vec![json!({"PolicyName": "own", "PolicyDocument": document(statements)})]
    };
    let mut role = json!({
        "Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE", "Arn": role_arn(account, name), "CreateDate": "2024-01-01T00:00:00+00:00",
        "RolePolicyList": inline, "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": []
    });
    if !trust.is_null() {
        role["AssumeRolePolicyDocument"] = trust;
    }
    role
}

/// Holds nothing that any entry needs.
fn managed_policy(account: &str, name: &str) -> Value {
    let document = document(&[json!({"Effect": "Allow", "Action": "tag:*", "Resource": "*"})]);
    json!({
        "PolicyName": name, "PolicyId": "ANPAEXAMPLE", "Arn": format!("arn:aws:iam::{account}:policy/{name}"), "Path": "/",
        "DefaultVersionId": "v1", "CreateDate": "2024-01-01T00:00:00+00:00",
        "PolicyVersionList": [{"Document": document, "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": "2024-01-01T00:00:00+00:00"}]
    })
}

/// What the entries' permissions are granted on, outside IAM.
fn targets(account: &str) -> [(&'static str, Value); 3] {
    let item = |arn: String, resource_type: &'static str, configuration: Value, supplementary: Value| {
        let name = arn.rsplit([':', '/']).next().unwrap().to_owned();
        let item = json!({
            "accountId": account, "awsRegion": "eu-west-1", "arn": arn, "resourceId": name, "resourceName": name, "resourceType": resource_type,
            "configurationItemStatus": "OK", "configurationItemCaptureTime": "2026-03-01T00:00:00.000Z",
            "configuration": configuration, "supplementaryConfiguration": supplementary
        });
        (resource_type, item)
    };
    let function = resource_of("lambda:InvokeFunction", account);
    let table = resource_of("dynamodb:PutItem", account);
    let bucket = format!("target-{account}");
    [
        item(
            function.clone(),
            "AWS::Lambda::Function",
            json!({"functionName": "target", "functionArn": function}),
            json!({}),
        ),
        item(
            table.clone(),
            "AWS::DynamoDB::Table",
            json!({"tableName": "target", "tableArn": table}),
            json!({}),
        ),
        item(
            format!("arn:aws:s3:::{bucket}"),
            "AWS::S3::Bucket",
            json!({"name": bucket}),
            json!({"BucketPolicy": {"policyText": null}}),
        ),
    ]
}

fn write_organization(capture: &Capture) {
    let management = "999988887777";
    let account = |id: &str| json!({"Id": id, "Arn": format!("arn:aws:organizations::{management}:account/o-abcdefghij/{id}"), "Name": id, "State": "ACTIVE"});
    let scp = |id: &str, statements: &[Value], targets: &[&str]| {
        json!({
            "Id": id, "Name": id, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false,
            "Arn": format!("arn:aws:organizations::{management}:policy/o-abcdefghij/service_control_policy/{id}"),
            "Content": document(statements).to_string(), "Targets": targets
        })
    };
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let fence = json!({"Effect": "Deny", "NotAction": "tag:*", "Resource": "*"});
    let unit = "ou-abcd-fenced01";
    let parent = |child: &str, parent: &str| json!({"ChildId": child, "ParentId": parent});
    capture.write(
        "organizations/organization.json",
        json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": management}}).to_string(),
    );
    capture.write(
        "organizations/accounts.json",
        json!({"Accounts": [account(management), account(FREE), account(FENCED)]}).to_string(),
    );
    let root = json!({"Id": "r-abcd", "Arn": format!("arn:aws:organizations::{management}:root/o-abcdefghij/r-abcd"), "Name": "Root",
        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]});
    capture.write(
        "organizations/tree.json",
        json!({
            "Roots": [root], "OrganizationalUnits": [{"Id": unit, "Name": "Fenced", "ParentId": "r-abcd"}],
            "Parents": [parent(unit, "r-abcd"), parent(management, "r-abcd"), parent(FREE, "r-abcd"), parent(FENCED, unit)]
        })
        .to_string(),
    );
    capture.write(
        "organizations/policies.json",
        json!({"Policies": [
            scp("p-everything", &[everything], &["r-abcd", unit, management, FREE, FENCED]),
            scp("p-fence", &[fence], &[unit])
        ]})
        .to_string(),
    );
}
