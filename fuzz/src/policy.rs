//! Policy documents and the decisions over them.

use serde::Deserialize;
use serde_json::{Value, json};
use sv0_iam::{
    ConditionOperator, Context, RowOptions, UnknownContext, condition_holds, decode_document, evaluate_line,
    parse_policy,
};
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};
use sv0_model::time::parse_timestamp;

/// A document reads the same in each of the three encodings in which AWS hands it out, and every diagnostic names a place in it.
pub(crate) fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let as_sent = Value::from(text);
    let Ok(document) = decode_document(&as_sent) else {
        return;
    };
    assert!(document.is_object());
    let parsed = parse_policy(&document);
    assert!(!parsed.policy.statements().is_empty() || !parsed.diagnostics.is_empty());
    let printed = document.to_string();
    let encoded = percent_encoding::utf8_percent_encode(&printed, percent_encoding::NON_ALPHANUMERIC).to_string();
    for again in [document.clone(), Value::from(printed), Value::from(encoded)] {
        let decoded = decode_document(&again).expect("what was decoded once is a document");
        assert_eq!(decoded, document);
        assert_eq!(parse_policy(&decoded), parsed);
    }
    for (index, statement) in parsed.policy.statements().iter().enumerate() {
        assert_eq!(statement.index(), index);
    }
    for diagnostic in &parsed.diagnostics {
        assert!(
            diagnostic.at.is_empty() || diagnostic.at.starts_with('/'),
            "{diagnostic:?}"
        );
        assert!(!diagnostic.code.is_empty() && !diagnostic.message.is_empty());
    }
}

/// The answer to a line, as contracts.md §2 describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    id: Value,
    decision: Option<Decision>,
    blocked_by: Vec<Layer>,
    condition: Option<ConditionExpression>,
    statements: Vec<StatementRef>,
    caveats: Vec<Caveat>,
    error: Option<Value>,
}

/// Every line is answered by one object on one line that keeps the contract.
fn answer(line: &str, unknown_context: UnknownContext) -> Answer {
    let options = RowOptions {
        unknown_context,
        now: None,
    };
    let answer = evaluate_line(line, &options);
    assert!(!answer.json.contains('\n'));
    assert_eq!(
        evaluate_line(line, &options),
        answer,
        "the same line has the same answer"
    );
    let read: Answer = serde_json::from_str(&answer.json).expect("an answer is a JSON object");
    assert_eq!(read.error.is_some(), answer.is_error);
    assert_eq!(read.error.is_some(), read.decision.is_none());
    assert_eq!(read.condition.is_some(), read.decision == Some(Decision::Conditional));
    let is_open = matches!(read.decision, None | Some(Decision::Allow));
    assert_eq!(read.blocked_by.is_empty(), is_open, "{}", answer.json);
    assert!(
        read.blocked_by.is_sorted() && read.caveats.is_sorted(),
        "{}",
        answer.json
    );
    match read.decision {
        Some(Decision::ImplicitDeny) => assert!(read.statements.is_empty()),
        Some(Decision::ExplicitDeny) => assert!(!read.statements.is_empty()),
        _ => {}
    }
    read
}

/// What holds whatever the context is also holds when no key is given.
pub(crate) fn evaluate_row(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines().take(4) {
        let absent = answer(line, UnknownContext::Absent);
        let any = answer(line, UnknownContext::Any);
        assert_eq!(absent.id, any.id);
        assert_eq!(absent.error, any.error, "what a line is does not hang on the context");
        match any.decision {
            Some(Decision::Allow | Decision::ExplicitDeny) => assert_eq!(absent.decision, any.decision, "{line}"),
            Some(Decision::ImplicitDeny) => assert!(!absent.decision.is_some_and(Decision::is_possible), "{line}"),
            Some(Decision::Conditional) | None => {}
        }
    }
}

/// `operator`, the policy's values and the request's values, one a line, values separated by tabs.
pub(crate) fn condition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let [operator, values, context] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    if let Some(operator) = ConditionOperator::parse(operator) {
        assert_eq!(ConditionOperator::parse(&operator.text()), Some(operator));
    }
    let values: Vec<&str> = values.split('\t').collect();
    let context: Vec<&str> = context.split('\t').collect();
    let statement = |effect: &str, operator: &str| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": {operator: {KEY: values}}});
    symbolic_agrees(&[statement("Allow", operator)], &context);
    let typed: Vec<&str> = context.into_iter().filter(|value| fits(operator, value)).collect();
    symbolic_agrees(&[allow_everything(), statement("Deny", operator)], &typed);
}

/// Whether a value is one that the operator can compare. The opposite of an ordered comparison is another one only among such values.
fn fits(operator: &str, value: &str) -> bool {
    let operator = operator.to_ascii_lowercase();
    if operator.contains("numeric") {
        value.parse::<f64>().is_ok_and(f64::is_finite)
    } else if operator.contains("date") {
        parse_timestamp(value).is_some()
    } else if operator.contains("bool") {
        value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
    } else {
        true
    }
}

fn allow_everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// A Resource element and the value of the variable `svc:key`, one a line.
pub(crate) fn variables(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (resource, context) = text.split_once('\n').unwrap_or((text, ""));
    let on = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": resource});
    let like = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {KEY: resource}}});
    let context: Vec<&str> = context.split('\t').collect();
    symbolic_agrees(&[on("Allow")], &context);
    symbolic_agrees(&[allow_everything(), on("Deny")], &context);
    symbolic_agrees(&[like], &context);
}

/// A key that nothing but the request's context gives.
const KEY: &str = "svc:key";

/// What is said of every context holds without the key and with each of its values alone. A key with several values, or present with none, is not
/// what the operators without a set prefix are made for: AWS leaves open what they say of it.
fn symbolic_agrees(statements: &[Value], values: &[&str]) {
    let row = json!({
        "principal": "arn:aws:iam::111122223333:user/alice",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::data/in/alice",
        "identity_policies": [{"Version": "2012-10-17", "Statement": statements}],
    });
    let symbolic = answer(&row.to_string(), UnknownContext::Any);
    for given in std::iter::once(None).chain(values.iter().map(|value| Some(vec![*value]))) {
        let mut row = row.clone();
        let mut context = Context::new();
        if let Some(given) = &given {
            row["context"] = json!({KEY: given});
            context.insert(KEY, given.iter().map(|value| (*value).to_owned()).collect());
        }
        let concrete = answer(&row.to_string(), UnknownContext::Absent);
        let allowed = concrete.decision == Some(Decision::Allow);
        match (symbolic.decision, &symbolic.condition) {
            (Some(Decision::Conditional), Some(condition)) => {
                // What hangs on a statement that cannot be read hangs on no context.
                let holds = condition_holds(condition, &context);
                if !symbolic.caveats.contains(&Caveat::ConditionsNotEvaluated) && holds.is_some() {
                    assert_eq!(holds, Some(allowed), "{given:?}\n{row}\n{condition:?}");
                }
            }
            (Some(Decision::Allow), _) => assert!(allowed, "{given:?}\n{row}"),
            (Some(Decision::ImplicitDeny | Decision::ExplicitDeny), _) => assert!(!allowed, "{given:?}\n{row}"),
            (decision, _) => assert_eq!(decision, concrete.decision),
        }
    }
}
