//! What leaves to the internet, and what agents read.

use sv0_model::path::{EgressCategory, PathKind};

use super::super::paths;
use super::{PROD, ways};

#[test]
fn data_leaves_to_the_internet() {
    let sender = |words: &str| {
        format!(
            "destination hooks.example.com
            lambda 111111111111/caller runs-as reader {words}
            {PROD}"
        )
    };
    assert_eq!(
        ways(&sender("sends-to hooks.example.com")),
        ["caller: RUNS_AS ACCESSES [direct internet_egress] allowed"]
    );
    assert_eq!(ways(&sender("")), ["caller: RUNS_AS ACCESSES [direct] allowed"]);
    let found = paths(&sender("sends-to hooks.example.com"));
    let sent = found
        .iter()
        .find(|path| path.resource.contains("internet-destination"))
        .unwrap();
    assert_eq!(
        (sent.kind, sent.egress_category),
        (PathKind::InternetEgress, Some(EgressCategory::Internet))
    );
}

/// What leads to a place outside AWS or to the bucket of documents: each path's start, relations, kinds and state.
fn ways_out(fixture: &str) -> Vec<String> {
    let mut found: Vec<String> = paths(fixture)
        .iter()
        .filter(|path| path.resource.contains("internet-destination") || path.resource.ends_with(":documents"))
        .map(|path| {
            let relations: Vec<&str> = path.hops.iter().map(|hop| hop.relation.as_str()).collect();
            let start = path.workload.rsplit([':', '/']).next().unwrap_or_default();
            let words = serde_json::to_value((&path.kinds, path.state, path.egress_category)).unwrap();
            format!("{start}: {} {words}", relations.join(" "))
        })
        .collect();
    found.sort();
    found
}

const DESTINATION: &str = "arn:aws:events:eu-west-1:111111111111:api-destination/carrier/1";

/// A rule that calls an API destination under a role with `lines`.
fn carrier(lines: &str, rule: &str) -> String {
    format!(
        "destination hooks.example.com
        thing resource/generic {DESTINATION} 111111111111 with resource_type=AWS::Events::ApiDestination sends-to hooks.example.com
        rule 111111111111/delivered runs-as carrier invokes-under carrier {DESTINATION} {rule}
        role 111111111111/carrier
          {lines}"
    )
}

#[test]
fn api_destinations_topics_and_http_tasks_lead_outside() {
    let call = format!("allow events:InvokeApiDestination on {DESTINATION}");
    let trusted = format!("trust service events.amazonaws.com\n {call}");
    let out = "delivered: RUNS_AS INVOKES SENDS_TO [[\"internet_egress\"],\"allowed\",\"internet\"]";
    let topic = |subscribed: &str, lines: &str| {
        format!(
            "destination hooks.example.com
            lambda 111111111111/caller runs-as app
            topic 111111111111/news {subscribed}
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}"
        )
    };
    let machine = |lines: &str| {
        format!(
            "destination hooks.example.com
            state-machine 111111111111/flow runs-as steps sends-to hooks.example.com
            lambda 111111111111/caller runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              allow states:StartExecution on *
            role 111111111111/steps
              trust service states.amazonaws.com
              {lines}"
        )
    };
    for (name, fixture, want) in [
        ("a rule's target", carrier(&trusted, ""), vec![out]),
        (
            "nobody asked the destination for a policy: it has none",
            carrier(&trusted, "").replace("sends-to hooks", "policy-not-collected sends-to hooks"),
            vec![out],
        ),
        ("switched off", carrier(&trusted, "disabled"), vec![]),
        (
            "another destination",
            carrier(&trusted.replace("carrier/1", "other/*"), ""),
            vec![],
        ),
        (
            "reading is no calling",
            carrier(
                "trust service events.amazonaws.com\n allow events:DescribeApiDestination on *",
                "",
            ),
            vec![],
        ),
        (
            "the role trusts another service",
            carrier(
                &format!("trust service lambda.amazonaws.com\n {call}\n lambda 111111111111/caller runs-as carrier"),
                "",
            ),
            vec![],
        ),
        (
            "a control policy forbids it",
            format!(
                "organization o-acme management 999999999999\n account 111111111111 under r-1/ou-prod\n scp no on ou-prod\n deny events:* on *\n{}",
                carrier(&trusted, "")
            ),
            vec!["delivered: RUNS_AS INVOKES SENDS_TO [[\"internet_egress\"],\"blocked\",\"internet\"]"],
        ),
        (
            "whoever sets the rule going",
            format!(
                "{}\n bus 111111111111/main\n lambda 111111111111/caller runs-as app\n role 111111111111/app\n trust service lambda.amazonaws.com\n allow events:PutEvents on *",
                carrier(
                    &trusted,
                    r#"with event_pattern={"source":["acme"]} triggered-by arn:aws:events:eu-west-1:111111111111:event-bus/main"#
                )
            ),
            vec![
                "caller: RUNS_AS INVOKES RUNS_AS INVOKES SENDS_TO [[\"internet_egress\",\"orchestrated\"],\"allowed\",\"internet\"]",
                out,
            ],
        ),
        (
            "a topic with a subscription outside",
            topic("sends-to hooks.example.com", "allow sns:Publish on *"),
            vec!["caller: RUNS_AS ACCESSES SENDS_TO [[\"internet_egress\"],\"allowed\",\"internet\"]"],
        ),
        ("a topic without one", topic("", "allow sns:Publish on *"), vec![]),
        (
            "subscribing is no publishing",
            topic("sends-to hooks.example.com", "allow sns:Subscribe on *"),
            vec![],
        ),
        (
            "an HTTP task, and whoever starts it",
            machine("allow states:InvokeHTTPEndpoint on *"),
            vec![
                "caller: RUNS_AS INVOKES RUNS_AS SENDS_TO [[\"internet_egress\",\"orchestrated\"],\"allowed\",\"internet\"]",
                "flow: RUNS_AS SENDS_TO [[\"direct\",\"internet_egress\"],\"allowed\",\"internet\"]",
            ],
        ),
        (
            "a role that may not call",
            machine("allow events:RetrieveConnectionCredentials on *"),
            vec![],
        ),
    ] {
        assert_eq!(ways_out(&fixture), want, "{name}");
    }
}

#[test]
fn agents_read_what_their_knowledge_bases_read() {
    let base = "arn:aws:bedrock:eu-west-1:111111111111:knowledge-base/kb";
    let fixture = |agent: &str, agents_role: &str, bases_role: &str| {
        format!(
            "bucket 111111111111/documents
            secret 111111111111/key
            knowledge-base 111111111111/kb runs-as reader
            relation {base} READS_FROM arn:aws:s3:::documents
            relation {base} READS_FROM arn:aws:secretsmanager:eu-west-1:111111111111:secret:key-AbCdEf
            agent 111111111111/helper runs-as helper
            {agent}
            role 111111111111/helper
              trust service bedrock.amazonaws.com
              {agents_role}
            role 111111111111/reader
              {bases_role}"
        )
    };
    let linked = format!("relation arn:aws:bedrock:eu-west-1:111111111111:agent/helper READS_FROM {base}");
    let (asks, reads) = (
        "allow bedrock:Retrieve on *",
        "trust service bedrock.amazonaws.com\n allow s3:GetObject,secretsmanager:GetSecretValue on *",
    );
    let way = |state: &str| {
        vec![format!(
            "helper: RUNS_AS READS_FROM RUNS_AS ACCESSES [[\"agent\"],\"{state}\",\"llm\"]"
        )]
    };
    for (name, fixture, want) in [
        ("all of it", fixture(&linked, asks, reads), way("allowed")),
        ("a base of another agent", fixture("", asks, reads), vec![]),
        (
            "the agent may not ask",
            fixture(&linked, "allow bedrock:GetKnowledgeBase on *", reads),
            vec![],
        ),
        (
            "the base's role reads another bucket",
            fixture(
                &linked,
                asks,
                "trust service bedrock.amazonaws.com\n allow s3:GetObject on arn:aws:s3:::other/*",
            ),
            vec![],
        ),
        (
            "the base's role lets another service in",
            fixture(
                &linked,
                asks,
                "trust service lambda.amazonaws.com\n allow s3:GetObject on *",
            ),
            way("blocked"),
        ),
    ] {
        assert_eq!(ways_out(&fixture), want, "{name}");
        assert!(
            paths(&fixture).iter().all(|path| !path.resource.contains(":secret:")),
            "{name}: what opens a source is shown to nobody"
        );
    }
}
