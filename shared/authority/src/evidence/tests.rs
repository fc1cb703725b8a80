//! What events become, and what their absence means.

mod rows;
mod sessions;
mod stratus;

use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_model::event::{EventPart, LoggedEvent};
use sv0_model::observation::{DataEventScope, EventScope, Evidence, Observation, Trail};
use sv0_model::record::Record;

use super::event::{Call, Calls, Event};
use super::{EvidenceFold, Logs, Sighting};
use crate::testkit::event;

const ACCOUNT: &str = "111111111111";
const ROLE: &str = "arn:aws:iam::111111111111:role/app/reader";

fn session_of(role: &str) -> Value {
    json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/reader/s1", "accountId": ACCOUNT,
           "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}}})
}

fn calls_of(record: &Record) -> Vec<Call> {
    let logged = LoggedEvent {
        account: record.account.as_deref(),
        region: record.region.as_deref(),
        body: EventPart::of(&record.body).unwrap(),
    };
    let calls = |event: Event<'_>| Some(Calls::of(&event)?.each(&event, false).collect());
    Event::of(&logged).and_then(calls).unwrap_or_default()
}

fn fold(events: &[Record]) -> Evidence {
    let mut fold = EvidenceFold::default();
    events.iter().for_each(|event| fold.add(event));
    fold.finish(Vec::new())
}

/// Service, event name, parameters, listed resources; action and resources wanted.
type EventCase = (
    &'static str,
    &'static str,
    Value,
    Value,
    &'static str,
    &'static [&'static str],
);

#[test]
fn events_map_to_iam_actions_and_resources() {
    let cases: &[EventCase] = &[
        (
            "bedrock",
            "Converse",
            json!({"modelId": "anthropic.claude"}),
            Value::Null,
            "bedrock:InvokeModel",
            &["*"],
        ),
        (
            "bedrock",
            "ConverseStream",
            json!({"modelId": "anthropic.claude"}),
            Value::Null,
            "bedrock:InvokeModelWithResponseStream",
            &["*"],
        ),
        (
            "events",
            "PutEvents",
            json!({"entries": [{"eventBusName": "default"}]}),
            json!([{"type": "AWS::Events::EventBus", "ARN": "arn:aws:events:eu-west-1:111111111111:event-bus/default"}]),
            "events:PutEvents",
            &["arn:aws:events:eu-west-1:111111111111:event-bus/default"],
        ),
        (
            "sts",
            "AssumeRole",
            json!({"roleArn": "arn:aws:iam::222222222222:role/x"}),
            Value::Null,
            "sts:AssumeRole",
            &["arn:aws:iam::222222222222:role/x"],
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            json!({"secretId": "prod/db"}),
            Value::Null,
            "secretsmanager:GetSecretValue",
            &["arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db"],
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            json!({"secretId": "prod/db"}),
            json!([{"ARN": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-AbCdEf"}]),
            "secretsmanager:GetSecretValue",
            &["arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-AbCdEf"],
        ),
        (
            "lambda",
            "Invoke",
            json!({"functionName": "orders:live"}),
            Value::Null,
            "lambda:InvokeFunction",
            &["arn:aws:lambda:eu-west-1:111111111111:function:orders"],
        ),
        (
            "lambda",
            "Invoke20150331",
            json!({"functionName": "222222222222:function:orders"}),
            Value::Null,
            "lambda:InvokeFunction",
            &["arn:aws:lambda:eu-west-1:222222222222:function:orders"],
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            json!({"functionName": "arn:aws:lambda:eu-west-1:111111111111:function:orders:7"}),
            Value::Null,
            "lambda:UpdateFunctionCode",
            &["arn:aws:lambda:eu-west-1:111111111111:function:orders"],
        ),
        (
            "s3",
            "GetObject",
            json!({"bucketName": "b", "key": "secret-name"}),
            json!([{"ARN": "arn:aws:s3:::b/secret-name"}, {"ARN": "arn:aws:s3:::b"}]),
            "s3:GetObject",
            &["arn:aws:s3:::b"],
        ),
        (
            "s3",
            "ListObjectsV2",
            json!({"bucketName": "b"}),
            Value::Null,
            "s3:ListBucket",
            &["arn:aws:s3:::b"],
        ),
        (
            "kms",
            "Decrypt",
            json!({}),
            json!([{"ARN": "arn:aws:kms:eu-west-1:111111111111:key/k"}]),
            "kms:Decrypt",
            &["arn:aws:kms:eu-west-1:111111111111:key/k"],
        ),
        (
            "ssm",
            "GetParameters",
            json!({"names": ["/a", "b"]}),
            Value::Null,
            "ssm:GetParameters",
            &[
                "arn:aws:ssm:eu-west-1:111111111111:parameter/a",
                "arn:aws:ssm:eu-west-1:111111111111:parameter/b",
            ],
        ),
        (
            "secretsmanager",
            "BatchGetSecretValue",
            json!({"secretIdList": ["prod/db", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf"]}),
            Value::Null,
            "secretsmanager:BatchGetSecretValue",
            &[
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf",
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db",
            ],
        ),
        (
            "monitoring",
            "PutMetricData",
            Value::Null,
            Value::Null,
            "cloudwatch:PutMetricData",
            &["*"],
        ),
        (
            "ec2",
            "DescribeInstances",
            json!({"filterSet": {}}),
            Value::Null,
            "ec2:DescribeInstances",
            &["*"],
        ),
    ];
    for (service, name, parameters, resources, action, want) in cases {
        let event = event(&[
            ("eventSource", json!(format!("{service}.amazonaws.com"))),
            ("eventName", json!(name)),
            ("requestParameters", parameters.clone()),
            ("resources", resources.clone()),
        ]);
        let calls = calls_of(&event);
        let got: Vec<&str> = calls.iter().map(|call| call.resource.as_str()).collect();
        assert_eq!(got, *want, "{service} {name}");
        assert!(calls.iter().all(|call| call.action == *action), "{service} {name}");
    }
}

#[test]
fn callers_are_counted_under_what_holds_their_authority() {
    let cases = [
        (session_of(ROLE), Some(ROLE)),
        (
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/reader/s1"}),
            Some("arn:aws:iam::111111111111:role/reader"),
        ),
        (
            json!({"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/ann"}),
            Some("arn:aws:iam::111111111111:user/ann"),
        ),
        (
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
            Some("lambda.amazonaws.com"),
        ),
        (
            json!({"type": "AWSAccount", "principalId": "AROAEXAMPLE:session", "accountId": "222222222222"}),
            Some("AROAEXAMPLE"),
        ),
        (
            json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}),
            Some("anonymous"),
        ),
        (
            json!({"type": "WebIdentityUser", "identityProvider": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}),
            Some("arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"),
        ),
        (json!({"type": "AWSService"}), None),
        (json!("hostile"), None),
    ];
    for (identity, want) in cases {
        let calls = calls_of(&event(&[("userIdentity", identity.clone())]));
        assert_eq!(calls.first().map(|call| call.principal.text()), want, "{identity}");
    }
}

#[test]
fn a_redelivered_event_counts_once_and_failures_count_apart() {
    let ok = event(&[("eventID", json!("a"))]);
    let denied = event(&[
        ("eventID", json!("b")),
        ("errorCode", json!("AccessDenied")),
        ("eventTime", json!("2025-06-02T00:00:00Z")),
    ]);
    let evidence = fold(&[ok.clone(), denied, ok]);
    let [only] = evidence.uses.as_slice() else {
        panic!("one use")
    };
    assert_eq!((only.count, only.errors), (1, 1));
    assert_eq!(only.event_ids, ["a"], "a failed call never stands for a successful one");
    assert_eq!(only.last_seen.to_string(), "2025-06-01T00:00:00Z");
}

#[test]
fn the_copies_of_a_cross_account_call_count_once_under_the_caller_that_is_named() {
    let caller = event(&[
        ("eventID", json!("a")),
        ("sharedEventID", json!("s")),
        ("userIdentity", session_of(ROLE)),
    ]);
    let owner = event(&[
        ("eventID", json!("b")),
        ("sharedEventID", json!("s")),
        ("recipientAccountId", json!("222222222222")),
        (
            "userIdentity",
            json!({"type": "AWSAccount", "principalId": "AROAEXAMPLE:s1", "accountId": ACCOUNT}),
        ),
    ]);
    let both = fold(&[owner.clone(), caller.clone()]);
    assert_eq!(
        both,
        EvidenceWithPartitionsOf(&both).of(fold(std::slice::from_ref(&caller)))
    );
    let owner_only = fold(std::slice::from_ref(&owner));
    assert_eq!(owner_only.uses[0].principal, "AROAEXAMPLE", "one copy is still a use");
}

/// Compares the uses of two folds whose logs cover different accounts.
struct EvidenceWithPartitionsOf<'e>(&'e Evidence);

impl EvidenceWithPartitionsOf<'_> {
    fn of(&self, other: Evidence) -> Evidence {
        Evidence {
            uses: other.uses,
            ..self.0.clone()
        }
    }
}

#[test]
fn event_ids_are_the_newest_three_first() {
    let events: Vec<Record> = (1..=5)
        .map(|day| {
            event(&[
                ("eventID", json!(format!("e{day}"))),
                ("eventTime", json!(format!("2025-06-0{day}T00:00:00Z"))),
            ])
        })
        .collect();
    let evidence = fold(&events);
    assert_eq!(evidence.uses[0].event_ids, ["e5", "e4", "e3"]);
    assert_eq!(evidence.uses[0].count, 5);
}

fn trail() -> Trail {
    Trail {
        arn: "arn:aws:cloudtrail:eu-west-1:999999999999:trail/org".to_owned(),
        is_organization_trail: true,
        is_multi_region: true,
        home_region: "eu-west-1".to_owned(),
        is_logging: Some(true),
        management_events: Some(EventScope::All),
        excluded_management_event_sources: Vec::new(),
        data_events: Vec::new(),
    }
}

fn s3_selector(scope: EventScope, prefix: &str, has_further_conditions: bool) -> DataEventScope {
    DataEventScope {
        resource_type: "AWS::S3::Object".to_owned(),
        scope,
        arn_prefixes: vec![prefix.to_owned()],
        has_further_conditions,
    }
}

/// Name, trails, action and resource; whether absence means something.
type TrailCase = (&'static str, Vec<Trail>, (&'static str, &'static str), bool);

#[test]
fn absence_means_something_only_where_a_trail_would_have_shown_the_call() {
    let get_object = ("s3:GetObject", "arn:aws:s3:::b");
    let get_secret = (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-west-1:111111111111:secret:x-AbCdEf",
    );
    let decrypt = ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k");
    let put_events = ("events:PutEvents", "arn:aws:events:eu-west-1:111111111111:event-bus/b");
    let receive = ("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111111111111:q");
    let selector_of = |resource_type: &str, scope| DataEventScope {
        resource_type: resource_type.to_owned(),
        ..s3_selector(scope, "", false)
    };
    let with_data = |selector| Trail {
        data_events: vec![selector],
        ..trail()
    };
    let cases: Vec<TrailCase> = vec![
        ("management event, organization trail", vec![trail()], get_secret, true),
        ("no trail was collected", vec![], get_secret, false),
        (
            "trail is off",
            vec![Trail {
                is_logging: Some(false),
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "status not collected",
            vec![Trail {
                is_logging: None,
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "another account's own trail",
            vec![Trail {
                is_organization_trail: false,
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "one Region, another one",
            vec![Trail {
                is_multi_region: false,
                home_region: "us-east-1".to_owned(),
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "selectors not collected",
            vec![Trail {
                management_events: None,
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "writes only",
            vec![Trail {
                management_events: Some(EventScope::WriteOnly),
                ..trail()
            }],
            get_secret,
            false,
        ),
        (
            "the trail leaves KMS out",
            vec![Trail {
                excluded_management_event_sources: vec!["kms.amazonaws.com".to_owned()],
                ..trail()
            }],
            decrypt,
            false,
        ),
        (
            "the trail leaves the RDS Data API out",
            vec![Trail {
                excluded_management_event_sources: vec!["rdsdata.amazonaws.com".to_owned()],
                ..trail()
            }],
            decrypt,
            true,
        ),
        ("data event, no selector", vec![trail()], get_object, false),
        (
            "data event, selected bucket",
            vec![with_data(s3_selector(EventScope::All, "arn:aws:s3:::b/", false))],
            get_object,
            true,
        ),
        (
            "data event, every bucket",
            vec![with_data(s3_selector(EventScope::ReadOnly, "arn:aws:s3", false))],
            get_object,
            true,
        ),
        (
            "data event, another bucket",
            vec![with_data(s3_selector(EventScope::All, "arn:aws:s3:::c/", false))],
            get_object,
            false,
        ),
        (
            "data event, one folder of it",
            vec![with_data(s3_selector(EventScope::All, "arn:aws:s3:::b/folder", false))],
            get_object,
            false,
        ),
        (
            "data event, writes only",
            vec![with_data(s3_selector(EventScope::WriteOnly, "arn:aws:s3:::b/", false))],
            get_object,
            false,
        ),
        (
            "data event, further conditions",
            vec![with_data(s3_selector(EventScope::All, "arn:aws:s3:::b/", true))],
            get_object,
            false,
        ),
        (
            "events sent to a bus, which the trail does not select",
            vec![with_data(s3_selector(EventScope::All, "", false))],
            put_events,
            false,
        ),
        (
            "events sent to a bus, which the trail selects",
            vec![with_data(selector_of("AWS::Events::EventBus", EventScope::WriteOnly))],
            put_events,
            true,
        ),
        (
            "messages received, of which nothing says whether CloudTrail calls it a read",
            vec![with_data(selector_of("AWS::SQS::Queue", EventScope::WriteOnly))],
            receive,
            false,
        ),
        (
            "messages received, from reads and writes",
            vec![with_data(selector_of("AWS::SQS::Queue", EventScope::All))],
            receive,
            true,
        ),
        (
            "a second trail sees it",
            vec![
                Trail {
                    is_logging: Some(false),
                    ..trail()
                },
                Trail {
                    arn: "arn:aws:cloudtrail:eu-west-1:111111111111:trail/own".to_owned(),
                    ..trail()
                },
            ],
            get_secret,
            true,
        ),
    ];
    for (name, trails, (action, resource), observable) in cases {
        let mut fold = EvidenceFold::default();
        fold.add(&event(&[]));
        let evidence = fold.finish(trails);
        let observation = observe(&evidence, action, resource, Some("eu-west-1"));
        assert_eq!(
            matches!(observation, Observation::NotObserved { .. }),
            observable,
            "{name}: {observation:?}"
        );
    }
}

#[test]
fn a_call_that_names_no_resource_may_have_been_on_any() {
    let mut fold = EvidenceFold::default();
    let invoked = |name: &str| {
        event(&[
            ("eventSource", json!("bedrock.amazonaws.com")),
            ("eventName", json!(name)),
            ("requestParameters", json!({"modelId": "anthropic.claude"})),
            ("userIdentity", session_of(ROLE)),
        ])
    };
    fold.add(&invoked("Converse"));
    let evidence = fold.finish(vec![trail()]);
    let model = "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude";
    let observation = observe(&evidence, "bedrock:InvokeModel", model, Some("eu-west-1"));
    let want = "the logs show bedrock:InvokeModel by this caller, and not on which resource".to_owned();
    assert_eq!(observation, Observation::NotObservable { reason: want });
    let streamed = observe(
        &evidence,
        "bedrock:InvokeModelWithResponseStream",
        model,
        Some("eu-west-1"),
    );
    assert!(matches!(streamed, Observation::NotObserved { .. }), "{streamed:?}");
}

#[test]
fn absence_in_an_account_without_logs_means_nothing() {
    let mut fold = EvidenceFold::default();
    fold.add(&event(&[("recipientAccountId", json!("222222222222"))]));
    let evidence = fold.finish(vec![trail()]);
    let secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:x-AbCdEf";
    let observation = observe(&evidence, "secretsmanager:GetSecretValue", secret, Some("eu-west-1"));
    let want = "no log of account 111111111111 in eu-west-1 was read".to_owned();
    assert_eq!(observation, Observation::NotObservable { reason: want });
}

/// `(log files that were not all read, the Region asked about, whether absence is told)`
#[test]
fn absence_where_log_files_were_not_read_means_nothing() {
    let secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:x-AbCdEf";
    for (incomplete, region, is_told) in [
        (vec![], Some("eu-west-1"), true),
        (vec![(ACCOUNT, "eu-west-1")], Some("eu-west-1"), false),
        (vec![(ACCOUNT, "global")], Some("eu-west-1"), false),
        (vec![(ACCOUNT, "us-east-1")], Some("eu-west-1"), true),
        (vec![("222222222222", "eu-west-1")], Some("eu-west-1"), true),
        // The call may have been recorded in the Region that was not read.
        (vec![(ACCOUNT, "us-east-1")], None, false),
    ] {
        let mut fold = EvidenceFold::default();
        fold.add(&event(&[]));
        let owned = incomplete
            .iter()
            .map(|(account, region)| (account.to_string(), region.to_string()));
        let evidence = Evidence {
            incomplete_logs: owned.collect(),
            ..fold.finish(vec![trail()])
        };
        let observation = observe(&evidence, "secretsmanager:GetSecretValue", secret, region);
        match &observation {
            Observation::NotObserved { .. } => assert!(is_told, "{incomplete:?} {region:?}"),
            Observation::NotObservable { reason } => {
                assert!(
                    !is_told && reason.starts_with("not every log file of account 111111111111"),
                    "{reason}"
                );
            }
            Observation::Observed { .. } => panic!("{observation:?}"),
        }
    }
}

#[test]
fn a_secret_is_found_under_its_name_and_a_role_under_its_session() {
    let evidence = fold(&[event(&[
        ("eventSource", json!("secretsmanager.amazonaws.com")),
        ("eventName", json!("GetSecretValue")),
        ("requestParameters", json!({"secretId": "prod/db"})),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/reader/s1"}),
        ),
    ])]);
    let secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-AbCdEf";
    let found = observe(&evidence, "secretsmanager:GetSecretValue", secret, None);
    assert!(matches!(found, Observation::Observed { count: 1, .. }), "{found:?}");
    let other = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db2-AbCdEf";
    assert!(!matches!(
        observe(&evidence, "secretsmanager:GetSecretValue", other, None),
        Observation::Observed { .. }
    ));
}

fn observe(evidence: &Evidence, action: &str, resource: &str, region: Option<&str>) -> Observation {
    Logs::new(evidence).observation(&Sighting {
        callers: &[ROLE],
        actions: &[action.to_owned()],
        resource,
        accounts: &[ACCOUNT],
        region,
    })
}

/// Events that collide on purpose: few ids, few callers, few sessions, few times, some shared.
pub(super) fn events() -> impl Strategy<Value = Vec<Record>> {
    let one = (
        (0..4u8, 0..3u8, 0..3u8, prop::bool::ANY),
        (prop::option::of(0..2u8), 0..2u8, 0..5u8, 0..3u8, 0..3u8),
    )
        .prop_map(|((id, day, role, failed), (shared, account, what, session, network))| {
            let mut identity = session_of(&format!("arn:aws:iam::111111111111:role/r{role}"));
            identity["accessKeyId"] = json!(format!("ASIA{session}"));
            let (source, name, parameters) = [
                ("sts", "AssumeRole", json!({"roleArn": format!("arn:aws:iam::222222222222:role/r{session}"), "roleSessionName": format!("s-{id}")})),
                ("secretsmanager", "GetSecretValue", json!({"secretId": "a"})),
                ("iam", "AttachRolePolicy", json!({"roleName": "x", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})),
                ("signin", "ConsoleLogin", Value::Null),
                ("cloudtrail", "StopLogging", json!({"name": "t"})),
            ][usize::from(what)].clone();
            if what == 3 {
                identity = json!({"type": "Root", "arn": "arn:aws:iam::111111111111:root", "accountId": ACCOUNT});
            }
            event(&[
                ("eventID", json!(format!("e{id}"))),
                ("eventTime", json!(format!("2025-06-0{}T0{network}:00:00Z", day + 1))),
                ("userIdentity", identity),
                ("eventSource", json!(format!("{source}.amazonaws.com"))),
                ("eventName", json!(name)),
                ("requestParameters", parameters),
                ("responseElements", json!({"credentials": {"accessKeyId": format!("ASIA{id}")}})),
                ("sourceIPAddress", json!(format!("198.51.{network}.7"))),
                ("userAgent", json!("aws-cli/2")),
                ("errorCode", if failed { json!("AccessDenied") } else { Value::Null }),
                (
                    "sharedEventID",
                    shared.map_or(Value::Null, |id| json!(format!("s{id}"))),
                ),
                (
                    "recipientAccountId",
                    json!(if account == 0 { "111111111111" } else { "222222222222" }),
                ),
            ])
        });
    prop::collection::vec(one, 0..24)
}

fn folded(events: &[Record]) -> EvidenceFold {
    let mut fold = EvidenceFold::default();
    events.iter().for_each(|event| fold.add(event));
    fold
}

fn merged(mut left: EvidenceFold, right: EvidenceFold) -> EvidenceFold {
    left.merge(right);
    left
}

proptest! {
    #[test]
    fn folding_is_a_union(a in events(), b in events(), c in events()) {
        let [fa, fb, fc] = [&a, &b, &c].map(|events| folded(events));
        prop_assert_eq!(merged(fa.clone(), fb.clone()), merged(fb.clone(), fa.clone()), "commutative");
        prop_assert_eq!(merged(merged(fa.clone(), fb.clone()), fc.clone()), merged(fa.clone(), merged(fb.clone(), fc)), "associative");
        prop_assert_eq!(merged(fa.clone(), fa.clone()), fa.clone(), "idempotent");
        prop_assert_eq!(merged(fa.clone(), EvidenceFold::default()), fa.clone(), "the empty fold changes nothing");
        let together: Vec<Record> = a.iter().chain(&b).cloned().collect();
        prop_assert_eq!(folded(&together), merged(fa, fb), "one fold or two");
    }

    #[test]
    fn order_does_not_matter((events, shuffled) in events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))) {
        prop_assert_eq!(fold(&events), fold(&shuffled));
    }
}
