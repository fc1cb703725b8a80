//! What other systems read, from a made-up organization with hostile names in it and from one whose every line is known.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../examples/estate/estate/mod.rs"]
mod estate;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind, Graph, Resolution, ResourcePolicy, Sensitivity, urn};
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, Authority, AuthorityPath, PathKind, PathState};
use sv0_report::{ExportFormat, ExportInput, export};

use estate::{Estate, HOSTILE_DIRECTION, HOSTILE_MARKUP, hostile_length};

const FORMATS: [ExportFormat; 4] = [
    ExportFormat::Oaa,
    ExportFormat::OaaIdentityProvider,
    ExportFormat::Csv,
    ExportFormat::GraphMl,
];

fn text(graph: &Graph, paths: &[AuthorityPath], format: ExportFormat) -> String {
    let mut out = Vec::new();
    export(&ExportInput { graph, paths }, format, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("UTF-8")
}

fn json_of(graph: &Graph, paths: &[AuthorityPath], format: ExportFormat) -> Value {
    serde_json::from_str(&text(graph, paths, format)).expect("JSON")
}

/// Cells of every row, as RFC 4180 reads them.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut characters = csv.chars().peekable();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        let row = rows.last_mut().expect("a row");
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                row.last_mut().expect("a cell").push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\r' if !is_quoted => {
                assert_eq!(characters.next(), Some('\n'));
                rows.push(vec![String::new()]);
            }
            other => row.last_mut().expect("a cell").push(other),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last row ends");
    rows
}

#[test]
fn hostile_names_break_no_form() {
    let estate = estate::whole();
    assert!(
        estate
            .graph
            .entities
            .values()
            .any(|entity| entity.name.contains(HOSTILE_MARKUP)
                || entity.name.contains(HOSTILE_DIRECTION)
                || entity.name == hostile_length())
    );
    let digest = estate.digest();
    let input = estate.input(&digest);
    let of = |format| text(input.graph, &estate.paths, format);
    let csv = of(ExportFormat::Csv);
    let cells = rows(&csv);
    assert_eq!(cells.len(), estate.paths.len() + 1);
    for row in &cells {
        assert_eq!(row.len(), cells[0].len(), "{row:?}");
        assert!(
            !row.iter()
                .any(|cell| cell.trim_start().starts_with(['=', '+', '-', '@'])),
            "{row:?}"
        );
    }
    let graphml = of(ExportFormat::GraphMl);
    assert!(!graphml.contains("<img"), "markup");
    let count = |tag: &str| graphml.matches(tag).count();
    assert_eq!(count("<node "), estate.graph.entities.len());
    assert_eq!(count("</node>"), estate.graph.entities.len());
    assert_eq!(count("<edge "), estate.graph.edges.len());
    assert!(!graphml.chars().any(|c| c.is_control() && c != '\n'));
    for format in [ExportFormat::Oaa, ExportFormat::OaaIdentityProvider] {
        let document: Value = serde_json::from_str(&of(format)).expect("JSON");
        assert!(document.is_object());
    }
}

#[test]
fn nothing_gives_empty_forms_and_the_same_facts_the_same_bytes() {
    let empty = Estate::default();
    assert_eq!(rows(&text(&empty.graph, &empty.paths, ExportFormat::Csv)).len(), 1);
    let document = json_of(&empty.graph, &empty.paths, ExportFormat::Oaa);
    assert_eq!(document["identity_to_permissions"], json!([]));
    let (one, other) = (estate::acme(), estate::acme());
    for format in FORMATS {
        assert_eq!(
            text(&one.graph, &one.paths, format),
            text(&other.graph, &other.paths, format),
            "{format:?}"
        );
    }
}

const ACCOUNT: &str = "111111111111";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:orders";
const ROLE: &str = "arn:aws:iam::111111111111:role/orders";
const SSO_ROLE: &str =
    "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Read_0123456789abcdef";
const ELSEWHERE: &str =
    "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Read_0123456789abcdef";
const BUCKET: &str = "arn:aws:s3:::orders";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf";
const ANN: &str = "arn:aws:identitystore:::user/ann";
const STAFF: &str = "arn:aws:identitystore:::group/staff";
const SET: &str = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";

fn thing(kind: EntityKind, id: &str, name: &str, attributes: &Value) -> Entity {
    Entity {
        native_id: id.to_owned(),
        source_system: "test".to_owned(),
        kind,
        name: name.to_owned(),
        account: Some(ACCOUNT.to_owned()),
        region: None,
        resolution: Resolution::Collected,
        sensitivity: Sensitivity::Restricted,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
        actor: None,
        tags: BTreeMap::new(),
        resource_policy: ResourcePolicy::NotSet,
        attributes: serde_json::from_value(attributes.clone()).expect("an object"),
        captured_at: None,
        origins: Vec::new(),
    }
}

fn edge(from: &str, kind: EdgeKind, to: &str, attributes: &Value) -> Edge {
    Edge {
        from: from.to_owned(),
        kind,
        to: to.to_owned(),
        attributes: serde_json::from_value(attributes.clone()).expect("an object"),
        origins: Vec::new(),
    }
}

/// A function under a role, a person who signs in, a pipeline of another system.
fn graph() -> Graph {
    let pipeline = urn::federated_identity(
        "token.actions.githubusercontent.com",
        "repo:acme/app:ref:refs/heads/main",
    );
    let keys = |list: &[(&str, &str)]| -> Value {
        let list: Vec<Value> = list
            .iter()
            .map(|(kind, value)| json!({"kind": kind, "value": value}))
            .collect();
        json!({ "join_keys": list })
    };
    let none = json!({});
    let things = [
        thing(
            EntityKind::LambdaFunction,
            FUNCTION,
            "orders",
            &keys(&[("arn", FUNCTION)]),
        ),
        thing(
            EntityKind::IamRole,
            ROLE,
            "orders",
            &keys(&[("arn", ROLE), ("unique_id", "AROAEXAMPLE")]),
        ),
        thing(
            EntityKind::IamRole,
            SSO_ROLE,
            "AWSReservedSSO_Read_0123456789abcdef",
            &none,
        ),
        thing(EntityKind::S3Bucket, BUCKET, "orders", &none),
        thing(EntityKind::Secret, SECRET, "db", &none),
        thing(EntityKind::PermissionSet, SET, "Read", &none),
        thing(EntityKind::IdentityCenterGroup, STAFF, "Staff", &none),
        thing(
            EntityKind::IdentityCenterUser,
            ANN,
            "Ann",
            &json!({"user_name": "ann@acme.example", "display_name": "Ann", "join_keys": [{"kind": "email", "value": "ann@acme.example"}]}),
        ),
        thing(
            EntityKind::FederatedIdentity,
            &pipeline,
            "acme/app",
            &keys(&[("oidc_subject", "repo:acme/app:ref:refs/heads/main")]),
        ),
    ];
    let mut edges = vec![
        edge(ANN, EdgeKind::MemberOf, STAFF, &none),
        edge(ANN, EdgeKind::AssignedTo, SET, &json!({"account": ACCOUNT})),
        edge(STAFF, EdgeKind::AssignedTo, SET, &json!({"account": "222222222222"})),
        edge(SET, EdgeKind::ProvisionedAs, SSO_ROLE, &none),
        edge(SET, EdgeKind::ProvisionedAs, ELSEWHERE, &none),
        edge(&pipeline, EdgeKind::MayAssume, ROLE, &none),
    ];
    edges.sort_by(|a, b| (&a.from, a.kind, &a.to).cmp(&(&b.from, b.kind, &b.to)));
    let entities = things
        .into_iter()
        .map(|thing| (thing.native_id.clone(), thing))
        .collect();
    Graph {
        entities,
        edges,
        ..Graph::default()
    }
}

fn path(workload: &str, role: &str, resource: &str, action: &str, state: PathState) -> AuthorityPath {
    AuthorityPath {
        id: format!("{workload} {action}"),
        kind: PathKind::Direct,
        kinds: vec![PathKind::Direct],
        workload: workload.to_owned(),
        roles: vec![role.to_owned()],
        resource: resource.to_owned(),
        scope: resource.to_owned(),
        action_class: ActionClass::ReadData,
        actions: vec![action.to_owned()],
        state,
        blocked_by: Vec::new(),
        condition: None,
        hops: Vec::new(),
        chain_depth: 1,
        cross_account: false,
        sensitivity: Sensitivity::Restricted,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
        egress_category: None,
        authority: Authority::Effective,
        caveats: Vec::new(),
        observation: Observation::NotObservable { reason: String::new() },
    }
}

fn paths() -> Vec<AuthorityPath> {
    use PathState::{Allowed, Blocked, Conditional};
    vec![
        path(FUNCTION, ROLE, BUCKET, "s3:GetObject", Allowed),
        path(FUNCTION, ROLE, SECRET, "secretsmanager:GetSecretValue", Conditional),
        path(FUNCTION, ROLE, SECRET, "secretsmanager:PutSecretValue", Blocked),
        path(ANN, SSO_ROLE, BUCKET, "s3:GetObject", Allowed),
    ]
}

#[test]
fn an_assignment_says_what_the_path_says() {
    let document = json_of(&graph(), &paths(), ExportFormat::Oaa);
    let assignment = |role: &str, permission: &str, resource: &str| json!({"application": "AWS 111111111111", "role": format!("{role}#{permission}"), "apply_to_application": false, "resources": [resource]});
    assert_eq!(
        document["identity_to_permissions"],
        json!([
            {"identity": "ann@acme.example", "identity_type": "idp", "application_permissions": [],
             "role_assignments": [assignment(SSO_ROLE, "DataRead", BUCKET)]},
            {"identity": FUNCTION, "identity_type": "local_user", "application_permissions": [],
             "role_assignments": [assignment(ROLE, "DataRead", BUCKET), assignment(ROLE, "DataRead (conditional)", SECRET)]},
        ]),
        "what is blocked is granted to nobody"
    );
    let application = &document["applications"][0];
    assert_eq!(
        application["local_users"][0]["custom_properties"]["join_keys"],
        json!([format!("arn={FUNCTION}")])
    );
    let roles = application["local_roles"].as_array().expect("roles");
    let of_orders = roles
        .iter()
        .find(|role| role["id"] == format!("{ROLE}#DataRead"))
        .expect("the role");
    assert_eq!(
        of_orders["custom_properties"]["join_keys"],
        json!([format!("arn={ROLE}"), "unique_id=AROAEXAMPLE"])
    );
}

/// Whatever an assignment names is defined, in words that the API knows.
#[test]
fn the_document_is_whole() {
    let acme = estate::acme();
    for (graph, paths) in [(graph(), paths()), (acme.graph, acme.paths)] {
        let document = json_of(&graph, &paths, ExportFormat::Oaa);
        let application = &document["applications"][0];
        let ids = |list: &Value, name: &str| -> BTreeSet<String> {
            let list = list.as_array().expect("a list").iter();
            list.map(|item| item[name].as_str().expect("a text").to_owned())
                .collect()
        };
        let (users, roles, resources) = (
            ids(&application["local_users"], "id"),
            ids(&application["local_roles"], "id"),
            ids(&application["resources"], "id"),
        );
        let permissions = ids(&document["permissions"], "name");
        for identity in document["identity_to_permissions"].as_array().expect("a list") {
            let name = identity["identity"].as_str().expect("a text");
            assert!(identity["identity_type"] == "idp" || users.contains(name), "{name}");
            for assigned in identity["role_assignments"].as_array().expect("a list") {
                assert!(roles.contains(assigned["role"].as_str().expect("a text")), "{assigned}");
                for resource in assigned["resources"].as_array().expect("a list") {
                    assert!(resources.contains(resource.as_str().expect("a text")), "{resource}");
                }
            }
            for direct in identity["application_permissions"].as_array().expect("a list") {
                assert!(
                    permissions.contains(direct["permission"].as_str().expect("a text")),
                    "{direct}"
                );
            }
        }
        for role in application["local_roles"].as_array().expect("a list") {
            for permission in role["permissions"].as_array().expect("a list") {
                assert!(permissions.contains(permission.as_str().expect("a text")), "{role}");
            }
        }
        let known = [
            "DataRead",
            "DataWrite",
            "DataCreate",
            "DataDelete",
            "MetadataRead",
            "MetadataWrite",
            "MetadataCreate",
            "MetadataDelete",
            "NonData",
        ];
        for permission in document["permissions"].as_array().expect("a list") {
            let of = permission["permission_type"].as_array().expect("a list");
            assert!(
                of.iter().all(|word| known.contains(&word.as_str().expect("a text"))),
                "{permission}"
            );
        }
    }
}

#[test]
fn identities_of_a_provider_lead_to_the_roles_they_may_assume() {
    let document = json_of(&graph(), &paths(), ExportFormat::OaaIdentityProvider);
    let of = |list: &str, identity: &str| -> Value {
        let list = document[list].as_array().expect("a list").iter();
        let found = list.filter(|item| item["identity"].as_str().expect("a text").contains(identity));
        json!(
            found
                .map(|item| item["assumed_role_arns"].clone())
                .collect::<Vec<Value>>()
        )
    };
    assert_eq!(
        of("users", ANN),
        json!([[{"identity": SSO_ROLE}]]),
        "in the account of the assignment alone"
    );
    assert_eq!(of("groups", STAFF), json!([[{"identity": ELSEWHERE}]]));
    assert_eq!(of("users", "repo:acme/app"), json!([[{"identity": ROLE}]]));
    let ann = document["users"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|user| user["identity"] == ANN)
        .expect("ann");
    assert_eq!(
        (&ann["name"], &ann["email"], &ann["groups"]),
        (
            &json!("ann@acme.example"),
            &json!("ann@acme.example"),
            &json!([{"identity": STAFF}])
        )
    );
    assert_eq!(
        ann["source_identity"],
        json!({"identity": "ann@acme.example", "provider_type": "any"})
    );
}

#[test]
fn a_row_bears_the_keys_of_its_ends() {
    let csv = text(&graph(), &paths(), ExportFormat::Csv);
    let cells = rows(&csv);
    let column = |name: &str| cells[0].iter().position(|column| column == name).expect("a column");
    let first = &cells[1];
    assert_eq!(first[column("from_join_keys")], format!("arn={FUNCTION}"));
    assert_eq!(
        first[column("role_join_keys")],
        format!("arn={ROLE} | unique_id=AROAEXAMPLE")
    );
    assert_eq!(first[column("canonical_permissions")], "DataRead");
    assert_eq!(cells[3][column("state")], "blocked");
    assert!(text(&graph(), &paths(), ExportFormat::GraphMl).contains("repo:acme/app:ref:refs/heads/main"));
}

#[test]
fn every_path_of_a_large_organization_is_a_row() {
    let estate = estate::bulk(2_000);
    let csv = text(&estate.graph, &estate.paths, ExportFormat::Csv);
    assert_eq!(rows(&csv).len(), estate.paths.len() + 1);
    let document = json_of(&estate.graph, &estate.paths, ExportFormat::Oaa);
    let identities = document["identity_to_permissions"].as_array().expect("a list");
    assert!(!identities.is_empty());
}
