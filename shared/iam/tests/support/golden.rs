//! The golden rows as a check of the oracle: what people wrote down, it must say as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::compare::context_in;
use super::generate::context::Given;
use super::oracle::trace::Trace;
use super::oracle::{Answer, Oracle, Outside};

/// Rows whose context is whole, each with what it wants: decision, layers, and place of the statements.
pub fn rows() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/evaluate");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let cases = texts.flat_map(|text| {
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<Value>>()
    });
    cases
        .filter(|case| {
            case["request"].is_object() && case["want"]["error"].is_null() && case["unknown_context"] != "any"
        })
        .collect()
}

/// What the oracle says of a golden row, over all paths and session names that the row leaves open; `conditional` where these differ.
pub fn answer(case: &Value) -> Result<(Answer, Answer), Outside> {
    let oracle = Oracle::read(&case["request"])?;
    let now = case["now"].as_str();
    let answers = completions(&case["request"])
        .iter()
        .map(|given| oracle.decide(given, now, &mut Trace::default()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut answer = answers[0].clone();
    if answers
        .iter()
        .any(|other| (other.decision == "allow") != (answer.decision == "allow"))
    {
        answer = Answer {
            decision: "conditional",
            blocked_by: Vec::new(),
            statements: BTreeSet::new(),
        };
    }
    Ok((answer, wanted(&case["want"])))
}

/// The row's context, with each path of the session's role and each session's name that it does not tell.
fn completions(row: &Value) -> Vec<Given> {
    let given = row["context"].as_object().map(|_| list_values(row)).unwrap_or_default();
    let gives = |key: &str| given.keys().any(|own| own.eq_ignore_ascii_case(key));
    let principal = row["principal"].as_str().unwrap_or_default();
    let complete = |key: &str, values: &[String]| -> Vec<Given> {
        let with = |value: &String| {
            [(key.to_owned(), vec![value.clone()])]
                .into_iter()
                .chain(given.clone())
                .collect()
        };
        values.iter().map(with).collect()
    };
    let parts: Vec<&str> = principal.split([':', '/']).collect();
    match parts.as_slice() {
        ["arn", _, "sts", _, account, "assumed-role", role, _] if !gives("aws:PrincipalArn") => {
            let paths: &[&str] = if role.starts_with("AWSServiceRoleFor") {
                &["", "aws-service-role/ecs.amazonaws.com/"]
            } else {
                &["", "team/"]
            };
            // A policy that names the role without a path is taken to prove that it has none.
            let named = row
                .to_string()
                .contains(&format!("\"arn:aws:iam::{account}:role/{role}\""));
            let paths = if named { &paths[..1] } else { paths };
            complete(
                "aws:PrincipalArn",
                &paths
                    .iter()
                    .map(|path| format!("arn:aws:iam::{account}:role/{path}{role}"))
                    .collect::<Vec<_>>(),
            )
        }
        ["arn", _, "iam", _, _, "role", ..] if !gives("aws:userid") => {
            complete("aws:userid", &["AROAX:s1".to_owned(), "AROAX:other".to_owned()])
        }
        _ => vec![given],
    }
}

fn list_values(row: &Value) -> Given {
    let mut row = row.clone();
    for values in row["context"].as_object_mut().unwrap().values_mut() {
        if !values.is_array() {
            *values = Value::from(vec![values.as_str().map_or_else(|| values.to_string(), str::to_owned)]);
        }
    }
    context_in(&row)
}

fn wanted(want: &Value) -> Answer {
    let name = |text: &Value, names: &[&'static str]| *names.iter().find(|own| text == **own).unwrap();
    let conditional = want["decision"] == "conditional";
    let statements = want["statements"].as_array().unwrap().iter();
    Answer {
        decision: name(
            &want["decision"],
            &["allow", "conditional", "implicit_deny", "explicit_deny"],
        ),
        blocked_by: want["blocked_by"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|_| !conditional)
            .map(|layer| name(layer, &super::oracle::LAYERS))
            .collect(),
        statements: statements
            .filter(|_| !conditional)
            .map(|statement| {
                (
                    statement["policy"].as_str().unwrap().to_owned(),
                    statement["index"].as_u64().unwrap() as usize,
                    statement["sid"].as_str().map(str::to_owned),
                )
            })
            .collect(),
    }
}
