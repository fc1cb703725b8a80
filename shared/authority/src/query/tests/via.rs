//! Ways through roles.

use serde_json::{Value, json};
use sv0_iam::{Context, UnknownContext};

use super::{Query, with_estate};

const DATA: &str = "arn:aws:s3:::data/1.json";

/// A pipeline of another account gets to the reader in three steps, an outsider in one, CI in two; nobody gets anywhere by the circle.
const ESTATE: &str = r#"
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
    role 111111111111/reader
      trust arn:aws:iam::111111111111:role/hub,arn:aws:iam::111111111111:role/round
      trust 333333333333 if {"StringEquals":{"sts:ExternalId":"x"}}
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/hub
      trust 222222222222
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/reader
    role 111111111111/round
      trust arn:aws:iam::111111111111:role/hub
      allow sts:AssumeRole on *
    role 222222222222/pipeline
      trust service codebuild.amazonaws.com
      trust federated arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/hub
    role 222222222222/stranger
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/reader
    role 222222222222/direct
      allow s3:GetObject on arn:aws:s3:::data/* if {"Bool":{"aws:SecureTransport":"true"}}
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/hub
    user 222222222222/ann
      allow sts:AssumeRole on *
    sso-set Dev
    sso-user cy
    assign user cy Dev 222222222222
    role 222222222222/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/hub
    bucket 111111111111/data
      grant arn:aws:iam::222222222222:role/direct allow s3:GetObject on arn:aws:s3:::data/*
"#;

fn name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}

/// Rows in words: principal, decision, roles on the way.
fn rows(answer: &Value) -> Vec<String> {
    let rows = answer["principals"].as_array().unwrap().iter();
    rows.map(|row| {
        let via = row["via"].as_array().unwrap().iter();
        let via: Vec<&str> = via.map(|hop| name(hop["role"].as_str().unwrap())).collect();
        format!(
            "{} {} via {}",
            name(row["principal"].as_str().unwrap()),
            row["decision"].as_str().unwrap(),
            via.join(" ")
        )
    })
    .collect()
}

fn who_can(fixture: &str, action: &str, resource: &str) -> Value {
    with_estate(fixture, |estate| {
        json!(
            estate
                .who_can_via_roles(action, resource, &Context::new(), UnknownContext::Any)
                .unwrap()
        )
    })
}

#[test]
fn chains_lead_back_to_everyone_who_starts_them() {
    let answer = who_can(ESTATE, "s3:GetObject", DATA);
    assert_eq!(
        rows(&answer),
        [
            "hub allow via reader",
            "reader allow via ",
            "round allow via reader",
            "arn:aws:iam::111111111111:root allow via ",
            "token.actions.githubusercontent.com allow via pipeline hub reader",
            "AWSReservedSSO_Dev_0123456789abcdef allow via hub reader",
            // Direct, but over TLS alone; by roles in every context.
            "direct allow via hub reader",
            "pipeline allow via hub reader",
            "ann allow via hub reader",
            "arn:aws:iam::333333333333:root conditional via reader",
            "id-cy allow via AWSReservedSSO_Dev_0123456789abcdef hub reader",
            "codebuild.amazonaws.com allow via pipeline hub reader",
        ]
    );
}

#[test]
fn each_row_says_which_ways_there_are() {
    let answer = who_can(ESTATE, "s3:GetObject", DATA);
    let row = |principal: &str| {
        let rows = answer["principals"].as_array().unwrap().iter();
        let mut found = rows.filter(|row| name(row["principal"].as_str().unwrap()) == principal);
        found.next().cloned().unwrap()
    };
    assert_eq!(
        row("reader"),
        json!({"principal": "arn:aws:iam::111111111111:role/reader", "decision": "allow", "condition": null, "via": [], "direct": "allow", "chained": null})
    );
    let direct = row("direct");
    assert_eq!(
        (&direct["direct"], &direct["chained"]),
        (&json!("conditional"), &json!("allow"))
    );
    let outsider = row("arn:aws:iam::333333333333:root");
    let external_id = json!({"key": "sts:ExternalId", "operator": "StringEquals", "values": ["x"]});
    assert_eq!(
        outsider["via"],
        json!([{"role": "arn:aws:iam::111111111111:role/reader", "decision": "conditional", "condition": external_id}])
    );
    assert_eq!(outsider["condition"], external_id);
}

/// The same question asked from the other end has the same answer, for everyone.
#[test]
fn can_and_who_can_agree() {
    for fixture in [ESTATE, ESTATE_OF_CHOICES] {
        let listed = who_can(fixture, "s3:GetObject", DATA);
        let listed = listed["principals"].as_array().unwrap();
        with_estate(fixture, |estate| {
            let context = Context::new();
            let known = estate.graph().entities.values();
            let known = known.filter(|entity| entity.kind.is_iam_principal() || entity.native_id.contains(":user/id-"));
            let names = listed.iter().map(|row| row["principal"].as_str().unwrap());
            let mut compared = 0;
            for principal in known.map(|entity| entity.native_id.as_str()).chain(names) {
                let query = Query {
                    principal,
                    action: "s3:GetObject",
                    resource: DATA,
                    context: &context,
                    unknown_context: UnknownContext::Any,
                };
                // A fixture has no entities for providers and accounts that only a policy names.
                let Ok(answer) = estate.decide_via_roles(&query) else {
                    continue;
                };
                let answer = json!(answer);
                compared += 1;
                let row = listed.iter().find(|row| row["principal"] == principal);
                let is_possible = answer["decision"] == "allow" || answer["decision"] == "conditional";
                assert_eq!(row.is_some(), is_possible, "{principal}: {answer:#}");
                for field in ["decision", "condition", "via", "direct", "chained"] {
                    let want = row.map_or(&answer[field], |row| &row[field]);
                    assert_eq!(&answer[field], want, "{principal} {field}");
                }
            }
            assert!(compared > 9, "{compared}");
        });
    }
}

/// Two ways to the data of different length and strength, a circle, and a role whose trust policy nobody recorded.
const ESTATE_OF_CHOICES: &str = r#"
    role 111111111111/reader
      trust arn:aws:iam::111111111111:role/a,arn:aws:iam::111111111111:role/b
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/other-reader
      trust arn:aws:iam::111111111111:role/b if {"Bool":{"aws:MultiFactorAuthPresent":"true"}}
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/a
      trust arn:aws:iam::111111111111:role/start,arn:aws:iam::111111111111:role/b
    role 111111111111/b
      trust arn:aws:iam::111111111111:role/start,arn:aws:iam::111111111111:role/a
    role 111111111111/start
      trust arn:aws:iam::111111111111:role/a
    role 111111111111/keen
      trust arn:aws:iam::111111111111:role/eager
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/eager
      trust arn:aws:iam::111111111111:role/keen
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/lone
      trust arn:aws:iam::111111111111:role/mate
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/mate
      trust arn:aws:iam::111111111111:role/lone
    role 111111111111/dark policy-not-collected
      allow s3:GetObject on arn:aws:s3:::data/*
    user 111111111111/bob
      allow sts:AssumeRole on *
    sso-set Two
    sso-user eve
    assign user eve Two 111111111111
    role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Two_0123456789abcdef
      allow sts:AssumeRole on arn:aws:iam::111111111111:role/dark
    bucket 111111111111/data
"#;

#[test]
fn the_best_chain_is_listed() {
    let answer = who_can(ESTATE_OF_CHOICES, "s3:GetObject", DATA);
    assert_eq!(
        rows(&answer),
        [
            "a allow via reader",
            "AWSReservedSSO_Two_0123456789abcdef conditional via dark",
            "b allow via reader",
            "dark allow via ",
            "eager allow via ",
            "keen allow via ",
            "lone allow via ",
            "mate allow via lone",
            "other-reader allow via ",
            "reader allow via ",
            "start allow via a reader",
            "arn:aws:iam::111111111111:root allow via ",
            "bob conditional via dark",
            "id-eve conditional via AWSReservedSSO_Two_0123456789abcdef dark",
        ]
    );
    let chained: Vec<(&str, &Value)> = answer["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (name(row["principal"].as_str().unwrap()), &row["chained"]))
        .filter(|(principal, _)| ["eager", "keen", "lone", "reader"].contains(principal))
        .collect();
    let (allow, none) = (&json!("allow"), &Value::Null);
    assert_eq!(
        chained,
        [("eager", allow), ("keen", allow), ("lone", none), ("reader", none)],
        "what leads back to where it began is no chain"
    );
}

/// A trust policy may single out one user of a permission set.
#[test]
fn the_first_hop_is_made_by_the_users_own_session() {
    let fixture = "
        sso-set Ops
        sso-user ann
        sso-user bob
        assign user ann Ops 111111111111
        assign user bob Ops 111111111111
        role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef
          allow sts:AssumeRole on *
        role 111111111111/keeper
          trust arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ann
          allow s3:GetObject on *
        bucket 111111111111/data
    ";
    let answer = who_can(fixture, "s3:GetObject", DATA);
    let rows = rows(&answer);
    assert!(
        rows.contains(&"id-ann allow via AWSReservedSSO_Ops_0123456789abcdef keeper".to_owned()),
        "{rows:?}"
    );
    assert!(!rows.iter().any(|row| row.starts_with("id-bob")), "{rows:?}");
}

#[test]
fn chains_end_at_the_hop_limit() {
    let roles = (0..9).map(|number| {
        format!(
            "role 111111111111/r{number}\n trust arn:aws:iam::111111111111:role/r{}\n",
            number + 1
        )
    });
    let fixture = format!(
        "{}role 111111111111/r0\n trust arn:aws:iam::111111111111:role/r1\n allow s3:GetObject on *\n bucket 111111111111/data",
        roles.skip(1).collect::<String>()
    );
    let answer = who_can(&fixture, "s3:GetObject", DATA);
    let rows = rows(&answer);
    assert!(rows.contains(&"r5 allow via r4 r3 r2 r1 r0".to_owned()), "{rows:?}");
    assert!(!rows.iter().any(|row| row.starts_with("r6 ")), "{rows:?}");
}

#[test]
fn grants_by_roles_come_after_those_of_ones_own() {
    with_estate(ESTATE, |estate| {
        let principal = "arn:aws:iam::222222222222:role/direct";
        let answer = estate
            .grants_via_roles(principal, None, &Context::new(), UnknownContext::Any)
            .unwrap();
        let grants = json!(answer)["grants"].clone();
        let grants = grants.as_array().unwrap();
        let in_words: Vec<(String, usize)> = grants
            .iter()
            .map(|grant| {
                (
                    grant["decision"].as_str().unwrap().to_owned(),
                    grant["via"].as_array().unwrap().len(),
                )
            })
            .collect();
        assert_eq!(
            in_words,
            [("conditional".to_owned(), 0), ("allow".to_owned(), 2)],
            "{grants:#?}"
        );
        let one = estate
            .grants_via_roles("cy", Some("s3:GetObject"), &Context::new(), UnknownContext::Any)
            .unwrap();
        assert_eq!(one.grants.len(), 1, "{one:?}");
        assert_eq!(one.grants[0].via.as_ref().unwrap().len(), 3);
    });
}
