//! Sessions, executions, and what is counted of assumptions.

use serde_json::{Value, json};
use sv0_model::observation::{AssumptionKind, Evidence, ObservedChain};
use sv0_model::record::Record;

use super::{ACCOUNT, Logs, fold};
use crate::testkit::event;

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A call in a session of a role.
fn in_session(name: &str, key: &str, fields: &[(&str, Value)]) -> Record {
    let mut all = vec![
        ("eventID", json!(format!("{name}-{key}-{}", fields.len()))),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/s"), "accountId": ACCOUNT, "accessKeyId": key,
                   "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role(name)}}}),
        ),
    ];
    all.extend(fields.iter().cloned());
    event(&all)
}

/// A call that takes the role and is given `issued`.
fn takes<'f>(to: &str, issued: &str) -> Vec<(&'f str, Value)> {
    vec![
        (
            "requestParameters",
            json!({"roleArn": role(to), "roleSessionName": "s"}),
        ),
        ("responseElements", json!({"credentials": {"accessKeyId": issued}})),
    ]
}

fn reads<'f>(secret: &str, at: &str) -> Vec<(&'f str, Value)> {
    vec![
        ("eventID", json!(format!("read {secret} {at}"))),
        ("eventTime", json!(at)),
        ("eventSource", json!("secretsmanager.amazonaws.com")),
        ("eventName", json!("GetSecretValue")),
        (
            "requestParameters",
            json!({"secretId": format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:{secret}-AbCdEf")}),
        ),
    ]
}

fn line(chain: &ObservedChain) -> String {
    let name = |arn: &str| arn.rsplit(['/', ':']).next().unwrap().to_owned();
    let roles: Vec<String> = chain.roles.iter().map(|role| name(role)).collect();
    format!(
        "{} -> {} {} {} {}",
        chain.origin.as_deref().map_or("?".to_owned(), name),
        roles.join(" -> "),
        chain.action,
        name(&chain.resource),
        chain.count
    )
}

fn lines(evidence: &Evidence) -> Vec<String> {
    let without_assumptions = evidence.chains.iter().filter(|chain| !chain.action.starts_with("sts:"));
    without_assumptions.map(line).collect()
}

#[test]
fn an_execution_is_the_roles_that_one_session_after_the_other_was_given() {
    let user = (
        "userIdentity",
        json!({"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/ann"), "accountId": ACCOUNT, "accessKeyId": "AKIA1"}),
    );
    let first = event(&[&[user], takes("a", "ASIA1").as_slice()].concat());
    let second = in_session("a", "ASIA1", &takes("b", "ASIA2"));
    let third = in_session("b", "ASIA2", &takes("c", "ASIA3"));
    let read = in_session("c", "ASIA3", &reads("x", "2025-06-01T01:00:00Z"));
    let again = in_session("c", "ASIA3", &reads("x", "2025-06-01T02:00:00Z"));
    let all = [read, third, first, again, second];
    assert_eq!(
        lines(&fold(&all)),
        ["ann -> a -> b -> c secretsmanager:GetSecretValue x-AbCdEf 1"]
    );
    // Without the first link the beginning is not known, and the rest still is.
    assert_eq!(
        lines(&fold(&[all[0].clone(), all[1].clone(), all[4].clone()])),
        ["? -> a -> b -> c secretsmanager:GetSecretValue x-AbCdEf 1"]
    );
    // Another session of the same role is another execution, and not one of this chain.
    let other = in_session("c", "ASIA9", &reads("x", "2025-06-01T03:00:00Z"));
    assert_eq!(lines(&fold(&[all[1].clone(), other])), Vec::<String>::new());
    // A failed call was not done.
    let mut denied = reads("x", "2025-06-01T01:00:00Z");
    denied.push(("errorCode", json!("AccessDenied")));
    assert_eq!(
        lines(&fold(&[all[1].clone(), in_session("c", "ASIA3", &denied)])),
        Vec::<String>::new()
    );
}

#[test]
fn a_path_is_observed_as_a_chain_only_where_one_execution_took_its_roles() {
    let second = in_session("a", "ASIA1", &takes("b", "ASIA2"));
    let read = in_session("b", "ASIA2", &reads("x", "2025-06-01T01:00:00Z"));
    let evidence = fold(&[second, read]);
    let logs = Logs::new(&evidence);
    let [a, b, c] = ["a", "b", "c"].map(role);
    let secret = format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:x-AbCdEf");
    let seen = |roles: &[&str], action: &str, resource: &str| {
        let executions = logs.executions(roles);
        executions.is_some_and(|seen| seen.doing(&[action.to_owned()], resource).is_some())
    };
    let get = "secretsmanager:GetSecretValue";
    assert!(seen(&[&a, &b], get, &secret));
    assert!(!seen(&[&b], get, &secret), "one role is no chain");
    assert!(!seen(&[&c, &b], get, &secret), "another way to the same role");
    assert!(!seen(&[&a, &b], "secretsmanager:PutSecretValue", &secret));
    assert!(!seen(&[&a, &b], get, &secret.replace(":x-", ":y-")));
}

#[test]
fn sessions_that_a_service_took_begin_a_chain_and_are_none_alone() {
    let service = (
        "userIdentity",
        json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
    );
    let first = event(&[&[service], takes("a", "ASIA1").as_slice()].concat());
    let alone = in_session("a", "ASIA1", &reads("x", "2025-06-01T01:00:00Z"));
    assert_eq!(lines(&fold(&[first.clone(), alone.clone()])), Vec::<String>::new());
    let second = in_session("a", "ASIA1", &takes("b", "ASIA2"));
    let read = in_session("b", "ASIA2", &reads("x", "2025-06-01T01:00:00Z"));
    assert_eq!(
        lines(&fold(&[first, alone, second, read])),
        ["com -> a -> b secretsmanager:GetSecretValue x-AbCdEf 1"]
            .map(|text| text.replace("com", "lambda.amazonaws.com"))
    );
}

#[test]
fn sessions_that_name_each_other_in_a_circle_end() {
    let a = in_session("a", "ASIA1", &takes("b", "ASIA2"));
    let b = in_session("b", "ASIA2", &takes("a", "ASIA1"));
    let read = in_session("a", "ASIA1", &reads("x", "2025-06-01T01:00:00Z"));
    assert_eq!(lines(&fold(&[a, b, read])).len(), 1);
}

#[test]
fn the_copy_in_the_other_account_counts_once_and_names_the_account() {
    let mut own = takes("b", "ASIA2");
    own[0].1["roleArn"] = json!("arn:aws:iam::222222222222:role/b");
    own.push(("sharedEventID", json!("shared")));
    let caller = in_session("a", "ASIA1", &own);
    let mut theirs = own.clone();
    theirs.push(("eventID", json!("copy")));
    theirs.push(("recipientAccountId", json!("222222222222")));
    theirs.push((
        "userIdentity",
        json!({"type": "AWSAccount", "principalId": "AROAX:s", "accountId": ACCOUNT}),
    ));
    let evidence = fold(&[event(&theirs), caller]);
    let [only] = evidence.assumptions.as_slice() else {
        panic!("{:?}", evidence.assumptions)
    };
    assert_eq!((only.from.as_str(), only.count), (role("a").as_str(), 1));
    assert_eq!(only.accounts, [ACCOUNT, "222222222222"]);
}

#[test]
fn an_assumption_tells_how_and_from_where() {
    let mut fields = takes("b", "ASIA2");
    fields[0].1 = json!({"roleArn": role("b"), "roleSessionName": "job-1717171717", "sourceIdentity": "ann", "transitiveTagKeys": ["team"],
        "tags": [{"key": "team", "value": "secret"}, {"key": "cost", "value": "x"}],
        "policy": "{\"Version\":\"2012-10-17\",\"Statement\":[]}", "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]});
    fields.push(("sourceIPAddress", json!("198.51.100.7")));
    fields.push(("userAgent", json!("aws-cli/2.1")));
    let evidence = fold(&[in_session("a", "ASIA1", &fields)]);
    let only = &evidence.assumptions[0];
    assert_eq!(only.how, AssumptionKind::AssumeRole);
    assert_eq!(only.source_identities, ["ann"]);
    assert_eq!(only.session_names, ["job-1717171717"]);
    assert_eq!(only.session_name_shapes[0].value, "job-#");
    assert_eq!(
        (&only.tag_keys[..], &only.transitive_tag_keys[..]),
        (&["cost".to_owned(), "team".to_owned()][..], &["team".to_owned()][..])
    );
    assert_eq!(only.session_policies.len(), 2);
    assert_eq!(only.networks[0].value, "198.51.100.0/24");
    assert_eq!(only.agents[0].value, "cli");
    assert_eq!((only.days[0].day.as_str(), only.days[0].count), ("2025-06-01", 1));
    assert!(
        !serde_json::to_string(&evidence).unwrap().contains("secret"),
        "the values of tags are not kept"
    );
}

#[test]
fn a_web_identity_and_a_switch_in_the_console_say_who_it_was() {
    let web = event(&[
        ("eventName", json!("AssumeRoleWithWebIdentity")),
        (
            "userIdentity",
            json!({"type": "WebIdentityUser", "userName": "repo:acme/app:ref:refs/heads/main",
            "identityProvider": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")}),
        ),
        (
            "requestParameters",
            json!({"roleArn": role("deploy"), "roleSessionName": "GitHubActions"}),
        ),
        (
            "responseElements",
            json!({"credentials": {"accessKeyId": "ASIA1"}, "subjectFromWebIdentityToken": "repo:acme/app:ref:refs/heads/main"}),
        ),
    ]);
    let switch = event(&[
        ("eventID", json!("switch")),
        ("eventSource", json!("signin.amazonaws.com")),
        ("eventName", json!("SwitchRole")),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann"), "accountId": ACCOUNT}),
        ),
        (
            "additionalEventData",
            json!({"SwitchFrom": "arn:aws:iam::222222222222:user/ann"}),
        ),
        ("responseElements", json!({"SwitchRole": "Success"})),
    ]);
    let evidence = fold(&[web, switch]);
    let told: Vec<(&str, &str, AssumptionKind)> = evidence
        .assumptions
        .iter()
        .map(|taken| (taken.from.rsplit('/').next().unwrap(), taken.to.as_str(), taken.how))
        .collect();
    assert_eq!(
        told,
        [
            (
                "token.actions.githubusercontent.com",
                role("deploy").as_str(),
                AssumptionKind::WebIdentity
            ),
            ("ann", role("admin").as_str(), AssumptionKind::ConsoleSwitch),
        ]
    );
    assert_eq!(evidence.assumptions[0].subjects, ["repo:acme/app:ref:refs/heads/main"]);
}

#[test]
fn a_session_is_divided_when_two_networks_take_turns() {
    let from = |network: &str, at: &str| {
        let mut fields = reads("x", at);
        fields.push(("eventID", json!(format!("{network} {at}"))));
        fields.push(("sourceIPAddress", json!(network)));
        in_session("c", "ASIA3", &fields)
    };
    let (one, two, three) = ("2025-06-01T01:00:00Z", "2025-06-01T02:00:00Z", "2025-06-01T03:00:00Z");
    let cases: &[(&str, Vec<Record>, usize)] = &[
        (
            "in turns",
            vec![
                from("198.51.100.7", one),
                from("203.0.113.1", two),
                from("198.51.100.7", three),
            ],
            1,
        ),
        (
            "one after the other",
            vec![
                from("198.51.100.7", one),
                from("203.0.113.1", two),
                from("203.0.113.1", three),
            ],
            0,
        ),
        (
            "one network",
            vec![
                from("198.51.100.7", one),
                from("198.51.100.8", two),
                from("198.51.100.7", three),
            ],
            0,
        ),
        (
            "one of them private",
            vec![
                from("198.51.100.7", one),
                from("10.0.0.1", two),
                from("198.51.100.7", three),
            ],
            0,
        ),
        (
            "IPv4 and IPv6 of one machine",
            vec![
                from("198.51.100.7", one),
                from("2001:db8::1", two),
                from("198.51.100.7", three),
            ],
            0,
        ),
        (
            "a service in between",
            vec![
                from("198.51.100.7", one),
                from("athena.amazonaws.com", two),
                from("198.51.100.7", three),
            ],
            0,
        ),
    ];
    for (name, events, want) in cases {
        assert_eq!(fold(events).divided_sessions.len(), *want, "{name}");
    }
}
