//! Policies that AWS would refuse to store, or did not refuse in the past: "you might have existing policies that are not valid because they were
//! created or last saved before the latest updates to the policy engine" (IAM User Guide, "IAM policy validation").
//!
//! What the engine does not understand makes the answer conditional: never a silent allow, never a silent deny, and never for the statements around it.

use serde_json::{Value, json};
use sv0_iam::{RowOptions, evaluate_line, parse_policy};

/// A fault, in a statement or a document that is sound otherwise.
struct Fault {
    /// What is wrong, in words.
    what: &'static str,
    /// Makes the document of the effect `Allow` or `Deny` for `s3:GetObject` on everything. It may be raw text where JSON values cannot say it.
    document: fn(effect: &str) -> Value,
    /// The diagnostic's code and place; none where it is a fault only by what the document is attached to, which its reader does not know.
    diagnostic: Option<(&'static str, &'static str)>,
}

const fn fault(what: &'static str, document: fn(&str) -> Value, diagnostic: (&'static str, &'static str)) -> Fault {
    Fault {
        what,
        document,
        diagnostic: Some(diagnostic),
    }
}

/// A fault in an identity-based policy only.
const fn misplaced(what: &'static str, document: fn(&str) -> Value) -> Fault {
    Fault {
        what,
        document,
        diagnostic: None,
    }
}

fn with(fields: &Value, effect: &str) -> Value {
    let mut statement = json!({"Effect": effect, "Action": "s3:GetObject", "Resource": "*"});
    for (name, value) in fields.as_object().unwrap() {
        statement[name] = value.clone();
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The statement with one element under another name.
fn renamed(from: &str, to: &str, effect: &str) -> Value {
    let mut document = with(&json!({}), effect);
    let statement = document["Statement"][0].as_object_mut().unwrap();
    let value = statement.remove(from).unwrap();
    statement.insert(to.to_owned(), value);
    document
}

fn without(element: &str, effect: &str) -> Value {
    let mut document = with(&json!({}), effect);
    document["Statement"][0].as_object_mut().unwrap().remove(element);
    document
}

fn versioned(version: Value, effect: &str) -> Value {
    let mut document = with(&json!({}), effect);
    document["Version"] = version;
    document
}

fn conditioned(condition: &Value, effect: &str) -> Value {
    with(&json!({"Condition": condition}), effect)
}

/// JSON text, for elements that stand twice.
fn twice(element: &str, effect: &str) -> Value {
    let text = with(&json!({}), effect).to_string();
    json!(text.replacen("{\"Action\"", &format!("{{{element},\"Action\""), 1))
}

/// Faults after which nobody can tell whether the statement matches.
const NOT_UNDERSTOOD: [Fault; 54] = [
    // The effect.
    fault(
        "no Effect",
        |effect| without("Effect", effect),
        ("missing_effect", "/Statement/0"),
    ),
    fault(
        "an Effect in lower case",
        |effect| with(&json!({"Effect": effect.to_lowercase()}), effect),
        ("bad_effect", "/Statement/0/Effect"),
    ),
    fault(
        "an Effect of another name",
        |effect| with(&json!({"Effect": "Permit"}), effect),
        ("bad_effect", "/Statement/0/Effect"),
    ),
    fault(
        "a list as Effect",
        |effect| with(&json!({"Effect": [effect]}), effect),
        ("bad_effect", "/Statement/0/Effect"),
    ),
    fault(
        "null as Effect",
        |effect| with(&json!({"Effect": null}), effect),
        ("bad_effect", "/Statement/0/Effect"),
    ),
    fault(
        "two Effects",
        |effect| twice("\"Effect\":\"Deny\"", effect),
        ("duplicate_element", "/Statement/0/Effect (duplicate)"),
    ),
    // Actions.
    fault(
        "no Action",
        |effect| without("Action", effect),
        ("missing_action", "/Statement/0"),
    ),
    fault(
        "Action and NotAction",
        |effect| with(&json!({"NotAction": "iam:*"}), effect),
        ("both_elements", "/Statement/0"),
    ),
    fault(
        "null as Action",
        |effect| with(&json!({"Action": null}), effect),
        ("bad_type", "/Statement/0/Action"),
    ),
    fault(
        "a number as Action",
        |effect| with(&json!({"Action": 7}), effect),
        ("bad_type", "/Statement/0/Action"),
    ),
    fault(
        "an object as Action",
        |effect| with(&json!({"Action": {"s3": "GetObject"}}), effect),
        ("bad_type", "/Statement/0/Action"),
    ),
    fault(
        "a list within Action",
        |effect| with(&json!({"Action": [["s3:GetObject"]]}), effect),
        ("bad_type", "/Statement/0/Action/0"),
    ),
    fault(
        "an Action without service",
        |effect| with(&json!({"Action": "GetObject"}), effect),
        ("bad_action", "/Statement/0/Action"),
    ),
    fault(
        "an empty Action",
        |effect| with(&json!({"Action": [""]}), effect),
        ("bad_action", "/Statement/0/Action/0"),
    ),
    fault(
        "an Action of three parts",
        |effect| with(&json!({"Action": "s3:Object:Get"}), effect),
        ("bad_action", "/Statement/0/Action"),
    ),
    fault(
        "an Action with a space",
        |effect| with(&json!({"Action": "s3:GetObject "}), effect),
        ("bad_action", "/Statement/0/Action"),
    ),
    fault(
        "two Actions",
        |effect| twice("\"Action\":\"iam:*\"", effect),
        ("duplicate_element", "/Statement/0/Action (duplicate)"),
    ),
    // Resources.
    misplaced("no Resource", |effect| without("Resource", effect)),
    fault(
        "Resource and NotResource",
        |effect| with(&json!({"NotResource": "arn:aws:s3:::other"}), effect),
        ("both_elements", "/Statement/0"),
    ),
    fault(
        "null as Resource",
        |effect| with(&json!({"Resource": null}), effect),
        ("bad_type", "/Statement/0/Resource"),
    ),
    fault(
        "a Resource that is no ARN",
        |effect| with(&json!({"Resource": "data/key"}), effect),
        ("bad_resource", "/Statement/0/Resource"),
    ),
    fault(
        "an ARN in upper case",
        |effect| with(&json!({"Resource": "ARN:aws:s3:::data/key"}), effect),
        ("bad_resource", "/Statement/0/Resource"),
    ),
    fault(
        "an ARN after a space",
        |effect| with(&json!({"Resource": " arn:aws:s3:::data/key"}), effect),
        ("bad_resource", "/Statement/0/Resource"),
    ),
    fault(
        "an empty Resource",
        |effect| with(&json!({"Resource": ""}), effect),
        ("bad_resource", "/Statement/0/Resource"),
    ),
    fault(
        "a NotResource that is no ARN",
        |effect| {
            let mut document = without("Resource", effect);
            document["Statement"][0]["NotResource"] = json!(["data/other"]);
            document
        },
        ("bad_resource", "/Statement/0/NotResource/0"),
    ),
    // Conditions.
    fault(
        "a list as Condition",
        |effect| conditioned(&json!([]), effect),
        ("bad_type", "/Statement/0/Condition"),
    ),
    fault(
        "text as Condition",
        |effect| conditioned(&json!("sometimes"), effect),
        ("bad_type", "/Statement/0/Condition"),
    ),
    fault(
        "an unknown operator",
        |effect| conditioned(&json!({"StringMatches": {"svc:k": "v"}}), effect),
        ("unknown_operator", "/Statement/0/Condition/StringMatches"),
    ),
    fault(
        "an unknown quantifier",
        |effect| conditioned(&json!({"ForEach:StringEquals": {"svc:k": "v"}}), effect),
        ("unknown_operator", "/Statement/0/Condition/ForEach:StringEquals"),
    ),
    fault(
        "an operator with another ending",
        |effect| conditioned(&json!({"StringEqualsIfPresent": {"svc:k": "v"}}), effect),
        ("unknown_operator", "/Statement/0/Condition/StringEqualsIfPresent"),
    ),
    fault(
        "Null with IfExists",
        |effect| conditioned(&json!({"NullIfExists": {"svc:k": "true"}}), effect),
        ("unknown_operator", "/Statement/0/Condition/NullIfExists"),
    ),
    fault(
        "a list of keys",
        |effect| conditioned(&json!({"StringEquals": ["svc:k"]}), effect),
        ("bad_type", "/Statement/0/Condition/StringEquals"),
    ),
    fault(
        "null as value",
        |effect| conditioned(&json!({"StringEquals": {"svc:k": null}}), effect),
        ("bad_type", "/Statement/0/Condition/StringEquals/svc:k"),
    ),
    fault(
        "an object as value",
        |effect| conditioned(&json!({"StringEquals": {"svc:k": {"is": "v"}}}), effect),
        ("bad_type", "/Statement/0/Condition/StringEquals/svc:k"),
    ),
    fault(
        "a list within the values",
        |effect| conditioned(&json!({"StringEquals": {"svc:k": [["v"]]}}), effect),
        ("bad_type", "/Statement/0/Condition/StringEquals/svc:k/0"),
    ),
    fault(
        "a number that is none",
        |effect| conditioned(&json!({"NumericEquals": {"svc:k": "ten"}}), effect),
        ("bad_value", "/Statement/0/Condition/NumericEquals/svc:k"),
    ),
    fault(
        "a date that is none",
        |effect| conditioned(&json!({"DateLessThan": {"svc:k": "yesterday"}}), effect),
        ("bad_value", "/Statement/0/Condition/DateLessThan/svc:k"),
    ),
    fault(
        "an address that is none",
        |effect| conditioned(&json!({"IpAddress": {"svc:k": ["10.0.0.0/8", "300.1.1.1/8"]}}), effect),
        ("bad_value", "/Statement/0/Condition/IpAddress/svc:k/1"),
    ),
    fault(
        "a truth that is none",
        |effect| conditioned(&json!({"Bool": {"svc:k": "maybe"}}), effect),
        ("bad_value", "/Statement/0/Condition/Bool/svc:k"),
    ),
    fault(
        "a null test that is none",
        |effect| conditioned(&json!({"Null": {"svc:k": "perhaps"}}), effect),
        ("bad_value", "/Statement/0/Condition/Null/svc:k"),
    ),
    fault(
        "two Conditions",
        |effect| twice("\"Condition\":{},\"Condition\":{\"Bool\":{\"svc:k\":\"true\"}}", effect),
        ("duplicate_element", "/Statement/0/Condition (duplicate)"),
    ),
    // Elements that do not belong there.
    fault(
        "an unknown element",
        |effect| with(&json!({"Except": "s3:GetObject"}), effect),
        ("unknown_element", "/Statement/0/Except"),
    ),
    fault(
        "a misspelt Condition",
        |effect| with(&json!({"Conditions": {"Bool": {"svc:k": "true"}}}), effect),
        ("unknown_element", "/Statement/0/Conditions"),
    ),
    misplaced("a Principal in an identity policy", |effect| {
        with(&json!({"Principal": {"AWS": "444455556666"}}), effect)
    }),
    misplaced("a NotPrincipal in an identity policy", |effect| {
        with(&json!({"NotPrincipal": {"AWS": "444455556666"}}), effect)
    }),
    fault(
        "an Effect whose name is in lower case",
        |effect| renamed("Effect", "effect", effect),
        ("element_case", "/Statement/0/effect"),
    ),
    fault(
        "an Action whose name is in lower case",
        |effect| renamed("Action", "action", effect),
        ("element_case", "/Statement/0/action"),
    ),
    fault(
        "a Resource whose name is in upper case",
        |effect| renamed("Resource", "RESOURCE", effect),
        ("element_case", "/Statement/0/RESOURCE"),
    ),
    // The document.
    fault(
        "a version that AWS never made",
        |effect| versioned(json!("2011"), effect),
        ("unknown_version", "/Version"),
    ),
    fault(
        "a version of the future",
        |effect| versioned(json!("2030-01-01"), effect),
        ("unknown_version", "/Version"),
    ),
    fault(
        "a number as version",
        |effect| versioned(json!(2012), effect),
        ("unknown_version", "/Version"),
    ),
    fault(
        "an unknown element of the document",
        |effect| {
            let mut document = with(&json!({}), effect);
            document["Scope"] = json!("nowhere");
            document
        },
        ("unknown_element", "/Scope"),
    ),
    fault(
        "a document whose element names are in lower case",
        |effect| {
            let document = with(&json!({}), effect);
            json!({"version": document["Version"], "statement": document["Statement"]})
        },
        ("element_case", "/statement"),
    ),
    fault(
        "a list of a list of statements",
        |effect| {
            let document = with(&json!({}), effect);
            json!({"Version": "2012-10-17", "Statement": [document["Statement"]]})
        },
        ("bad_type", "/Statement/0"),
    ),
];

fn ask(identity: &[Value]) -> Value {
    let row = json!({"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::data/key",
        "context": {"svc:k": "v"}, "identity_policies": identity});
    serde_json::from_str(&evaluate_line(&row.to_string(), &RowOptions::default()).json).unwrap()
}

/// What is wrong with the answer, unless it is conditional because of something that could not be read.
fn mistake(what: &str, answer: &Value) -> Option<String> {
    let caveats = answer["caveats"].as_array().unwrap();
    let has_reason = ["policy_partly_unreadable", "conditions_not_evaluated"]
        .iter()
        .any(|reason| caveats.contains(&json!(reason)));
    let is_open = answer["decision"] == "conditional" && has_reason;
    (!is_open).then(|| {
        format!(
            "{what}: want conditional, with its reason; got {} {caveats:?}",
            answer["decision"]
        )
    })
}

fn document_of(fault: &Fault, effect: &str) -> Value {
    match (fault.document)(effect) {
        text @ Value::String(_) => sv0_iam::decode_document(&text).unwrap(),
        document => document,
    }
}

#[test]
fn every_fault_has_a_diagnostic_with_its_place() {
    let missing: Vec<String> = NOT_UNDERSTOOD
        .iter()
        .filter_map(|fault| {
            let found: Vec<(&str, String)> = parse_policy(&document_of(fault, "Allow"))
                .diagnostics
                .iter()
                .map(|diagnostic| (diagnostic.code, diagnostic.at.clone()))
                .collect();
            let (code, at) = fault.diagnostic?;
            let is_there = found.contains(&(code, at.to_owned()));
            (!is_there).then(|| format!("{}: want {:?}, got {found:?}", fault.what, fault.diagnostic))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {}:\n{}",
        missing.len(),
        NOT_UNDERSTOOD.len(),
        missing.join("\n")
    );
}

#[test]
fn an_allow_that_is_not_understood_is_never_a_silent_answer() {
    let wrong: Vec<String> = NOT_UNDERSTOOD
        .iter()
        .filter_map(|fault| mistake(fault.what, &ask(&[(fault.document)("Allow")])))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        NOT_UNDERSTOOD.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_deny_that_is_not_understood_is_never_a_silent_answer() {
    let grant = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let wrong: Vec<String> = NOT_UNDERSTOOD
        .iter()
        .filter_map(|fault| mistake(fault.what, &ask(&[grant.clone(), (fault.document)("Deny")])))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        NOT_UNDERSTOOD.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_fault_of_one_statement_leaves_the_next_as_it_is() {
    let sound = |sid: &str| json!({"Sid": sid, "Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*"});
    for fault in &NOT_UNDERSTOOD {
        let mut document = document_of(fault, "Allow");
        let Some(statements) = document["Statement"].as_array_mut() else {
            continue;
        };
        statements.insert(0, sound("Before"));
        statements.push(sound("After"));
        let parsed = parse_policy(&document);
        let statements = parsed.policy.statements();
        assert_eq!(statements.len(), 3, "{}", fault.what);
        for (place, sid) in [(0, "Before"), (2, "After")] {
            assert!(statements[place].effect().is_some(), "{}", fault.what);
            assert_eq!(statements[place].sid(), Some(sid), "{}", fault.what);
            assert_eq!(statements[place].actions().items().len(), 1, "{}", fault.what);
        }
        let misplaced = parsed.diagnostics.iter().find(|diagnostic| {
            ["/Statement/0", "/Statement/2"]
                .iter()
                .any(|place| diagnostic.at.starts_with(place))
        });
        assert_eq!(misplaced, None, "{}", fault.what);
    }
}

#[test]
fn a_fault_of_one_policy_leaves_another_principals_answer_as_it_is() {
    let grant =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    for fault in &NOT_UNDERSTOOD {
        let _ = ask(&[(fault.document)("Deny")]);
        assert_eq!(ask(std::slice::from_ref(&grant))["decision"], "allow", "{}", fault.what);
    }
}

/// In a resource's policy, what names the principal can be wrong too.
#[test]
fn a_resource_policy_whose_principal_is_not_understood_is_never_a_silent_answer() {
    let alice = "arn:aws:iam::111122223333:user/alice";
    let cases = [
        ("no Principal", json!({}), ("missing_principal", "/Statement/0")),
        (
            "Principal and NotPrincipal",
            json!({"Principal": {"AWS": alice}, "NotPrincipal": {"AWS": "444455556666"}}),
            ("both_elements", "/Statement/0"),
        ),
        (
            "an unknown type",
            json!({"Principal": {"Robot": alice}}),
            ("bad_principal", "/Statement/0/Principal/Robot"),
        ),
        (
            "a type in lower case",
            json!({"Principal": {"aws": alice}}),
            ("bad_principal", "/Statement/0/Principal/aws"),
        ),
        (
            "a wildcard within an ARN",
            json!({"Principal": {"AWS": "arn:aws:iam::111122223333:user/al*"}}),
            ("bad_principal", "/Statement/0/Principal/AWS"),
        ),
        (
            "a wildcard as account",
            json!({"Principal": {"AWS": ["arn:aws:iam::*:user/alice"]}}),
            ("bad_principal", "/Statement/0/Principal/AWS/0"),
        ),
        (
            "a number",
            json!({"Principal": 7}),
            ("bad_type", "/Statement/0/Principal"),
        ),
        (
            "null",
            json!({"Principal": null}),
            ("bad_type", "/Statement/0/Principal"),
        ),
        (
            "null as ARN",
            json!({"Principal": {"AWS": [null]}}),
            ("bad_type", "/Statement/0/Principal/AWS/0"),
        ),
    ];
    let grant = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let mut wrong = Vec::new();
    for (what, principal, (code, at)) in cases {
        for effect in ["Allow", "Deny"] {
            let mut document = with(&principal, effect);
            document["Statement"][0]["Effect"] = json!(effect);
            let identity: &[Value] = if effect == "Deny" {
                std::slice::from_ref(&grant)
            } else {
                &[]
            };
            let row = json!({"principal": alice, "action": "s3:GetObject", "resource": "arn:aws:s3:::data/key", "identity_policies": identity, "resource_policy": document});
            let answer = serde_json::from_str(&evaluate_line(&row.to_string(), &RowOptions::default()).json).unwrap();
            wrong.extend(mistake(&format!("{effect} with {what}"), &answer));
            let found = parse_policy(&document).diagnostics;
            let is_told = found
                .iter()
                .any(|diagnostic| (diagnostic.code, diagnostic.at.as_str()) == (code, at));
            // Whether a document lacks a Principal depends on what it is attached to, which the reader does not know.
            if !is_told && code != "missing_principal" {
                wrong.push(format!("{effect} with {what}: no {code} at {at}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// AWS accepts only `*` without a type, and policies written for other tools have whole ARNs: there is one way to read them.
#[test]
fn a_principal_without_its_type_is_told_and_read_as_an_arn() {
    let alice = "arn:aws:iam::111122223333:user/alice";
    for principal in [json!(alice), json!([alice])] {
        let document = with(&json!({"Principal": principal}), "Allow");
        let row = json!({"principal": alice, "action": "s3:GetObject", "resource": "arn:aws:s3:::data/key", "resource_policy": document});
        let answer: Value =
            serde_json::from_str(&evaluate_line(&row.to_string(), &RowOptions::default()).json).unwrap();
        assert_eq!(answer["decision"], "allow");
        let found = parse_policy(&document).diagnostics;
        assert_eq!(
            (found[0].code, found[0].at.as_str()),
            ("bare_principal", "/Statement/0/Principal")
        );
    }
}

/// "NotPrincipal must be used with "Effect":"Deny". Using it with "Effect":"Allow" is not supported." And: "You cannot use the NotPrincipal
/// element in an IAM identity-based policy nor in an IAM role trust policy" (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
#[test]
fn not_principal_where_aws_does_not_support_it_is_never_a_silent_answer() {
    let alice = "arn:aws:iam::111122223333:user/alice";
    let of = |effect: &str, action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "NotPrincipal": {"AWS": ["arn:aws:iam::444455556666:user/bob", "444455556666"]}, "Action": action, "Resource": "*"}]});
    let allowing = json!({"principal": alice, "action": "s3:GetObject", "resource": "arn:aws:s3:::data/key", "resource_policy": of("Allow", "s3:GetObject")});
    let trust = |effect: &str| {
        let mut document = of(effect, "sts:AssumeRole");
        let statements = document["Statement"].as_array_mut().unwrap();
        statements[0].as_object_mut().unwrap().remove("Resource");
        statements.push(json!({"Effect": "Allow", "Principal": {"AWS": alice}, "Action": "sts:AssumeRole"}));
        json!({"principal": alice, "action": "sts:AssumeRole", "resource": "arn:aws:iam::111122223333:role/r", "resource_policy": document})
    };
    for (what, row) in [("Allow", allowing), ("Deny in a trust policy", trust("Deny"))] {
        let answer: Value =
            serde_json::from_str(&evaluate_line(&row.to_string(), &RowOptions::default()).json).unwrap();
        assert_eq!(
            answer["caveats"],
            json!(["undocumented_rule"]),
            "NotPrincipal with {what}"
        );
    }
    let found = parse_policy(&of("Allow", "s3:GetObject")).diagnostics;
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.at == "/Statement/0/NotPrincipal"),
        "{found:?}"
    );
}

/// AWS refuses these too, but they read the same whatever was meant.
#[test]
fn a_fault_that_changes_no_meaning_is_told_and_changes_no_answer() {
    let grant = |sid: Value| json!({"Sid": sid, "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let document = |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements});
    let deny_nothing = |element: &str| {
        let mut statement = json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"});
        statement[element] = json!([]);
        document(&[grant(json!("A")), statement])
    };
    let mut wrong = Vec::new();
    for (what, document, (code, at)) in [
        (
            "two statements with one Sid",
            document(&[grant(json!("Same")), grant(json!("Same"))]),
            ("duplicate_sid", "/Statement/1/Sid"),
        ),
        (
            "a Sid that is no text",
            document(&[grant(json!(7))]),
            ("bad_type", "/Statement/0/Sid"),
        ),
        (
            "a Deny of an empty list of actions",
            deny_nothing("Action"),
            ("empty_list", "/Statement/1/Action"),
        ),
        (
            "a Deny on an empty list of resources",
            deny_nothing("Resource"),
            ("empty_list", "/Statement/1/Resource"),
        ),
        (
            "an Id that is no text",
            json!({"Id": 7, "Version": "2012-10-17", "Statement": [grant(json!("A"))]}),
            ("bad_type", "/Id"),
        ),
    ] {
        assert_eq!(ask(std::slice::from_ref(&document))["decision"], "allow", "{what}");
        let found = parse_policy(&document).diagnostics;
        if !found
            .iter()
            .any(|diagnostic| (diagnostic.code, diagnostic.at.as_str()) == (code, at))
        {
            wrong.push(format!("{what}: no {code} at {at}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_document_is_an_error_of_its_row_with_its_place() {
    for (what, document) in [
        ("a list", json!([])),
        ("a number", json!(7)),
        ("a boolean", json!(true)),
        ("no text", json!("")),
        ("text that is no JSON", json!("Allow *")),
        (
            "a document and more",
            json!("{\"Version\": \"2012-10-17\", \"Statement\": []} {}"),
        ),
        (
            "a document that breaks off",
            json!("{\"Version\": \"2012-10-17\", \"Statement\": [{"),
        ),
        (
            "a URL-encoded document that breaks off",
            json!("%7B%22Version%22%3A%20%222012"),
        ),
        ("URL-encoding that is no UTF-8", json!("%7B%22%FF%FE%22%7D")),
        ("a list in a text", json!("[]")),
        (
            "a text in a text in a text in a text",
            json!(json!(json!(json!("{}").to_string()).to_string()).to_string()),
        ),
    ] {
        let answer = ask(&[json!({"Version": "2012-10-17", "Statement": []}), document]);
        assert_eq!(answer["decision"], Value::Null, "{what}");
        assert_eq!(answer["error"]["code"], "bad_document", "{what}");
        assert_eq!(answer["error"]["at"], "/identity_policies/1", "{what}");
    }
}
