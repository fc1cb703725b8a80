use super::*;

#[test]
fn every_name_is_read_and_written_back() {
    for (name, text) in NAMES {
        for prefix in ["", "ForAnyValue:", "ForAllValues:"] {
            for suffix in ["", "IfExists"] {
                let whole = format!("{prefix}{text}{suffix}");
                let parsed = ConditionOperator::parse_answer(&whole);
                match (name, suffix) {
                    (OperatorName::Null, "IfExists") => assert_eq!(parsed, None, "{whole}"),
                    _ => assert_eq!(parsed.unwrap().text(), whole),
                }
            }
        }
    }
}

#[test]
fn complement_is_its_own_inverse() {
    for (name, _) in NAMES {
        assert_eq!(name.complement().complement(), name);
    }
}

#[test]
fn unknown_operators_are_not_guessed() {
    for text in [
        "",
        "StringEqual",
        "ForSomeValue:StringEquals",
        "BinaryNotEquals",
        "IfExists",
    ] {
        assert_eq!(ConditionOperator::parse(text), None, "{text}");
    }
    assert!(ConditionOperator::parse("stringequals").is_some());
}

#[test]
fn a_missing_key_is_treated_as_aws_says() {
    for (text, want) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotEquals", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
        ("NumericLessThan", false),
        ("NotIpAddress", true),
        ("Bool", false),
        ("BoolIfExists", true),
    ] {
        assert_eq!(
            ConditionOperator::parse(text).unwrap().holds_without_key(),
            want,
            "{text}"
        );
    }
}
