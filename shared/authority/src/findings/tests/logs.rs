//! Findings that the logs alone bring, each beside its nearest misses.

use serde_json::{Value, json};
use sv0_model::finding::FindingKind;
use sv0_model::record::Record;

use super::{judge, line};
use crate::evidence::EvidenceFold;
use crate::testkit::event;

const APP: &str = "arn:aws:iam::111111111111:role/app";
const PERSON: &str =
    "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef";
const ESTATE: &str = "
    role 111111111111/app
      trust service lambda.amazonaws.com
    role 111111111111/other
      trust 111111111111
    lambda 111111111111/handler runs-as app
";

#[test]
fn events_are_looked_up_where_they_were_recorded() {
    let mut fold = EvidenceFold::default();
    let call = |id: &str, region: &str| {
        with(
            &root("ListBuckets"),
            &[("eventID", json!(id)), ("awsRegion", json!(region))],
        )
    };
    [call("e1", "eu-west-1"), call("e2", "us-east-1")]
        .iter()
        .for_each(|event| fold.add(event));
    let all = judge(ESTATE, &fold.finish(Vec::new()), &[]);
    let of_root: Vec<_> = all
        .iter()
        .filter(|finding| finding.kind == FindingKind::RootLogin)
        .collect();
    let [finding] = of_root.as_slice() else {
        panic!("{of_root:#?}")
    };
    let regions = |id: &str| {
        let of_event = finding.verify.iter().filter(|command| command.contains(id));
        of_event
            .map(|command| command.rsplit(' ').next().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(regions("AttributeValue=e1"), ["eu-west-1"]);
    assert_eq!(regions("AttributeValue=e2"), ["us-east-1"]);
}

/// The findings of these kinds over the estate and the events.
fn found(kinds: &[FindingKind], events: &[Record]) -> Vec<String> {
    let mut fold = EvidenceFold::default();
    events.iter().for_each(|event| fold.add(event));
    let all = judge(ESTATE, &fold.finish(Vec::new()), &[]);
    let mut of_kinds = all.iter().filter(|finding| kinds.contains(&finding.kind)).peekable();
    if let Some(first) = of_kinds.peek() {
        assert!(
            !first.event_ids.is_empty() && !first.verify.is_empty() && !first.severity_reason.is_empty(),
            "{first:#?}"
        );
    }
    of_kinds.map(line).collect()
}

type Fields = Vec<(&'static str, Value)>;

fn with(base: &Fields, more: &[(&'static str, Value)]) -> Record {
    event(&[base.as_slice(), more].concat())
}

fn root(event_name: &str) -> Fields {
    vec![
        (
            "userIdentity",
            json!({"type": "Root", "arn": "arn:aws:iam::111111111111:root", "accountId": "111111111111"}),
        ),
        (
            "eventSource",
            json!(if event_name == "ConsoleLogin" {
                "signin.amazonaws.com"
            } else {
                "s3.amazonaws.com"
            }),
        ),
        ("eventName", json!(event_name)),
    ]
}

#[test]
fn the_root_user() {
    let login = |mfa: &str, answer: &str| {
        with(
            &root("ConsoleLogin"),
            &[
                ("additionalEventData", json!({"MFAUsed": mfa})),
                ("responseElements", json!({"ConsoleLogin": answer})),
            ],
        )
    };
    let service = {
        let mut fields = root("ListBuckets");
        fields[0].1["invokedBy"] = json!("support.amazonaws.com");
        event(&fields)
    };
    let user = with(
        &root("ConsoleLogin"),
        &[(
            "userIdentity",
            json!({"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/root"}),
        )],
    );
    let cases: &[(&str, Record, &[&str])] = &[
        (
            "without MFA",
            login("No", "Success"),
            &["root_login critical: the root user of account 111111111111 signed in without a second factor"],
        ),
        (
            "with MFA",
            login("Yes", "Success"),
            &["root_login high: the root user of account 111111111111 signed in"],
        ),
        (
            "refused",
            login("No", "Failure"),
            &["root_login low: the root user of account 111111111111 was tried, without success"],
        ),
        (
            "a call",
            event(&root("ListBuckets")),
            &["root_login high: the root user of account 111111111111 made calls"],
        ),
        ("a service for it", service, &[]),
        ("a user called root", user, &[]),
    ];
    for (name, event, want) in cases {
        assert_eq!(
            found(&[FindingKind::RootLogin], std::slice::from_ref(event)),
            *want,
            "{name}"
        );
    }
}

fn switch(role: &str, from: &str, answer: &str) -> Record {
    event(&[
        ("eventSource", json!("signin.amazonaws.com")),
        ("eventName", json!("SwitchRole")),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::111111111111:assumed-role/{role}/ann")}),
        ),
        ("additionalEventData", json!({"SwitchFrom": from})),
        ("responseElements", json!({"SwitchRole": answer})),
    ])
}

#[test]
fn switches_in_the_console() {
    let cases: &[(&str, Record, &[&str])] = &[
        (
            "into another account",
            switch("other", "arn:aws:iam::222222222222:user/ann", "Success"),
            &["console_role_switch medium: arn:aws:iam::222222222222:user/ann switched to role other in the console"],
        ),
        (
            "inside an account",
            switch("other", "arn:aws:iam::111111111111:user/ann", "Success"),
            &["console_role_switch low: arn:aws:iam::111111111111:user/ann switched to role other in the console"],
        ),
        (
            "to a role that code runs as",
            switch("app", "arn:aws:iam::111111111111:user/ann", "Success"),
            &["console_role_switch high: arn:aws:iam::111111111111:user/ann switched to role app in the console"],
        ),
        (
            "refused",
            switch("other", "arn:aws:iam::222222222222:user/ann", "Failure"),
            &[],
        ),
    ];
    for (name, event, want) in cases {
        assert_eq!(
            found(&[FindingKind::ConsoleRoleSwitch], std::slice::from_ref(event)),
            *want,
            "{name}"
        );
    }
}

/// `count` calls that take a role, an hour apart, each with the fields that `of` gives it.
fn takings(count: u32, from: &Value, role: &str, of: impl Fn(u32) -> Vec<(&'static str, Value)>) -> Vec<Record> {
    (0..count)
        .map(|number| {
            let mut fields = vec![
                ("eventID", json!(format!("{from}{number}"))),
                (
                    "eventTime",
                    json!(format!("2025-06-{:02}T{:02}:00:00Z", 1 + number / 24, number % 24)),
                ),
                ("userIdentity", from.clone()),
                ("requestParameters", json!({"roleArn": role, "roleSessionName": "s"})),
            ];
            fields.extend(of(number));
            event(&fields)
        })
        .collect()
}

fn lambda() -> Value {
    json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"})
}

fn session(role: &str) -> Value {
    json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/x/ann", "accountId": "111111111111",
           "sessionContext": {"sessionIssuer": {"arn": role}}})
}

#[test]
fn a_person_who_takes_a_role_for_machines() {
    let taken = |from: &str, role: &str, agent: &'static str| {
        takings(1, &session(from), role, |_| vec![("userAgent", json!(agent))])
    };
    let other = "arn:aws:iam::111111111111:role/other";
    let cases: &[(&str, Vec<Record>, &[&str])] = &[
        (
            "by hand",
            taken(PERSON, APP, "aws-cli/2.15"),
            &["assume_role_anomaly medium: role app is for machines, and a person took it"],
        ),
        ("with a tool", taken(PERSON, APP, "Boto3/1.34"), &[]),
        ("a role for people", taken(PERSON, other, "aws-cli/2.15"), &[]),
        ("a machine", taken(other, APP, "aws-cli/2.15"), &[]),
    ];
    for (name, events, want) in cases {
        assert_eq!(found(&[FindingKind::AssumeRoleAnomaly], events), *want, "{name}");
    }
}

#[test]
fn a_role_for_machines_in_the_console() {
    let call = |role: &str, agent: &str| {
        event(&[
            ("eventSource", json!("s3.amazonaws.com")),
            ("eventName", json!("ListBuckets")),
            ("userIdentity", session(role)),
            ("userAgent", json!(agent)),
        ])
    };
    let other = "arn:aws:iam::111111111111:role/other";
    for (name, event, want) in [
        (
            "in the console",
            call(APP, "[S3Console/0.4]"),
            &["assume_role_anomaly high: role app is for machines, and was used in the console"][..],
        ),
        ("from code", call(APP, "Boto3/1.34"), &[]),
        ("a role for people", call(other, "[S3Console/0.4]"), &[]),
    ] {
        assert_eq!(found(&[FindingKind::AssumeRoleAnomaly], &[event]), want, "{name}");
    }
}

/// Name, what is usual, what is odd, findings.
type TwoSided = (&'static str, Vec<Record>, Vec<Record>, &'static [&'static str]);

#[test]
fn a_role_of_services_taken_from_the_internet() {
    let other = session("arn:aws:iam::111111111111:role/other");
    let usual = |count| {
        takings(count, &lambda(), APP, |_| {
            vec![("sourceIPAddress", json!("lambda.amazonaws.com"))]
        })
    };
    let odd = |count, address: &'static str| takings(count, &other, APP, |_| vec![("sourceIPAddress", json!(address))]);
    const TITLE: &str =
        "assume_role_anomaly medium: role app is taken by services, and was taken from a network of the Internet";
    let cases: &[TwoSided] = &[
        ("rare", usual(20), odd(3, "198.51.100.7"), &[TITLE]),
        ("too little is known", usual(19), odd(3, "198.51.100.7"), &[]),
        ("usual", usual(20), odd(4, "198.51.100.7"), &[]),
        ("from inside", usual(20), odd(3, "10.0.0.7"), &[]),
    ];
    for (name, usual, odd, want) in cases {
        let events = [usual.as_slice(), odd.as_slice()].concat();
        assert_eq!(found(&[FindingKind::AssumeRoleAnomaly], &events), *want, "{name}");
    }
}

#[test]
fn unusual_volume_and_names() {
    let caller = session("arn:aws:iam::111111111111:role/other");
    // One call a day on `days` days, and `burst` more on the first.
    let busy = |days: u32, burst: u32| {
        let mut events = takings(days, &caller, APP, |day| {
            vec![("eventTime", json!(format!("2025-06-{:02}T00:00:00Z", day + 1)))]
        });
        events.extend(takings(burst, &caller, APP, |number| {
            vec![
                ("eventID", json!(format!("b{number}"))),
                ("eventTime", json!("2025-06-01T01:00:00Z")),
            ]
        }));
        events
    };
    let named = |usual: u32, odd: u32| {
        takings(usual + odd, &caller, APP, |number| {
            let name = if number < usual {
                format!("job-{number:04}")
            } else {
                "test".to_owned()
            };
            vec![("requestParameters", json!({"roleArn": APP, "roleSessionName": name}))]
        })
    };
    const VOLUME: &str = "assume_role_anomaly low: role app was taken far more often than usual on one day";
    const NAME: &str = "assume_role_anomaly low: role app was taken under an unusual session name";
    let cases: &[(&str, Vec<Record>, &[&str])] = &[
        ("a burst", busy(7, 99), &[VOLUME]),
        ("too few days", busy(6, 99), &[]),
        ("too few calls", busy(7, 98), &[]),
        ("an odd name", named(50, 1), &[NAME]),
        ("a second usual name", named(50, 3), &[]),
        ("too few names", named(48, 1), &[]),
    ];
    for (name, events, want) in cases {
        assert_eq!(found(&[FindingKind::AssumeRoleAnomaly], events), *want, "{name}");
    }
}

#[test]
fn changes_of_permissions() {
    let change = |service: &str, name: &str, parameters: Value| {
        event(&[
            ("eventSource", json!(format!("{service}.amazonaws.com"))),
            ("eventName", json!(name)),
            ("requestParameters", parameters),
        ])
    };
    let policy = |principal: Value| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
        json!({"bucketName": "b", "bucketPolicy": {"Statement": [statement]}})
    };
    let all = r#"{"Statement":{"Effect":"Allow","Action":["*"],"Resource":"*"}}"#;
    let denies = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let ann = "arn:aws:iam::111111111111:user/ann";
    let cases: &[(&str, Record, &str)] = &[
        (
            "AWS's administrator policy",
            change(
                "iam",
                "AttachRolePolicy",
                json!({"roleName": "x", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
            ),
            "high: gave administrator permissions",
        ),
        (
            "a policy of everything",
            change(
                "iam",
                "PutRolePolicy",
                json!({"roleName": "x", "policyName": "p", "policyDocument": all}),
            ),
            "high: gave administrator permissions",
        ),
        (
            "a policy that denies everything",
            change(
                "iam",
                "PutRolePolicy",
                json!({"roleName": "x", "policyName": "p", "policyDocument": denies}),
            ),
            "low: changed permissions",
        ),
        (
            "another policy",
            change(
                "iam",
                "AttachRolePolicy",
                json!({"roleName": "x", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            ),
            "low: changed permissions",
        ),
        (
            "the administrator policy taken away",
            change(
                "iam",
                "DetachRolePolicy",
                json!({"roleName": "x", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
            ),
            "low: changed permissions",
        ),
        (
            "for everyone",
            change("s3", "PutBucketPolicy", policy(json!("*"))),
            "high: opened something to everyone",
        ),
        (
            "for a stranger",
            change(
                "s3",
                "PutBucketPolicy",
                policy(json!({"AWS": "arn:aws:iam::333333333333:root"})),
            ),
            "high: let in a principal of an unknown account",
        ),
        (
            "for an account of the organization",
            change(
                "s3",
                "PutBucketPolicy",
                policy(json!({"AWS": "arn:aws:iam::222222222222:root"})),
            ),
            "low: changed who may use a resource",
        ),
        (
            "a control policy detached",
            change(
                "organizations",
                "DetachPolicy",
                json!({"policyId": "p-1", "targetId": "ou-1"}),
            ),
            "high: took a guardrail away",
        ),
        (
            "a control policy attached",
            change(
                "organizations",
                "AttachPolicy",
                json!({"policyId": "p-1", "targetId": "ou-1"}),
            ),
            "medium: changed a guardrail",
        ),
        (
            "a key",
            change("iam", "CreateAccessKey", json!({"userName": "bob"})),
            "medium: made or changed credentials",
        ),
        (
            "an identity provider",
            change("iam", "CreateOpenIDConnectProvider", json!({})),
            "medium: changed who may take a role",
        ),
    ];
    for (name, event, want) in cases {
        let lines = found(&[FindingKind::PermissionChange], std::slice::from_ref(event));
        let (severity, done) = want.split_once(": ").unwrap();
        assert_eq!(
            lines,
            [format!(
                "permission_change {severity}: {ann} {done} in account 111111111111"
            )],
            "{name}"
        );
    }
    for (name, event) in [
        ("reading", change("iam", "GetRolePolicy", json!({"roleName": "x"}))),
        (
            "code",
            change("lambda", "UpdateFunctionCode20150331v2", json!({"functionName": "f"})),
        ),
        ("a network", change("ec2", "AuthorizeSecurityGroupIngress", json!({}))),
        (
            "an image's description",
            change(
                "ec2",
                "ModifyImageAttribute",
                json!({"imageId": "ami-1", "description": {"value": "x"}}),
            ),
        ),
        (
            "a queue's delay",
            change("sqs", "SetQueueAttributes", json!({"attributes": {}})),
        ),
        ("the logs", change("cloudtrail", "StopLogging", json!({"name": "t"}))),
    ] {
        assert_eq!(
            found(&[FindingKind::PermissionChange], &[event]),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

#[test]
fn what_was_done_and_is_not_allowed() {
    let read = |secret: &str, failed: bool| {
        event(&[
            ("eventSource", json!("secretsmanager.amazonaws.com")),
            ("eventName", json!("GetSecretValue")),
            ("userIdentity", session(APP)),
            ("requestParameters", json!({"secretId": secret})),
            ("errorCode", if failed { json!("AccessDenied") } else { Value::Null }),
        ])
    };
    let estate = format!(
        "{ESTATE} role 111111111111/reader\n allow secretsmanager:GetSecretValue on *\n secret 111111111111/db\n"
    );
    let judged = |event: &Record| {
        let mut fold = EvidenceFold::default();
        fold.add(event);
        let all = judge(&estate, &fold.finish(Vec::new()), &[]);
        let gaps: Vec<String> = all
            .iter()
            .filter(|finding| finding.kind == FindingKind::CoverageGap)
            .map(line)
            .collect();
        gaps
    };
    let title = "coverage_gap low: 1 observed uses are not explained by the collected policies";
    assert_eq!(judged(&read("db", false)), [title]);
    assert_eq!(
        judged(&read("db", true)),
        Vec::<String>::new(),
        "a denied call is what the policies say"
    );
    assert_eq!(
        judged(&read("unknown", false)),
        Vec::<String>::new(),
        "an unknown resource may have a policy"
    );
    let mut allowed = read("db", false);
    allowed.body["userIdentity"] = session("arn:aws:iam::111111111111:role/reader");
    assert_eq!(judged(&allowed), Vec::<String>::new());
}
