use super::*;

fn lookup<'v>(key: &str) -> VariableValue<'v> {
    match key {
        "aws:username" => VariableValue::Known("alice".into()),
        "aws:PrincipalTag/star" => VariableValue::Known("*".into()),
        "open" => VariableValue::Unknown,
        _ => VariableValue::Null,
    }
}

fn template(text: &str, scope: WildcardScope) -> Template {
    Template::parse(text, scope, VariableSupport::Recognized)
}

fn matches(text: &str, value: &str) -> bool {
    match template(text, WildcardScope::Anywhere).resolve(&lookup) {
        Resolved::Ready(glob) => glob.matches(value),
        _ => false,
    }
}

#[test]
fn variables_are_replaced_by_their_values() {
    assert!(matches("home/${aws:username}/*", "home/alice/notes"));
    assert!(!matches("home/${aws:username}/*", "home/bob/notes"));
    assert!(matches("${missing, 'all'}-x", "all-x"));
    assert!(!matches("${missing}-x", "-x"));
}

#[test]
fn special_characters_stand_for_themselves() {
    assert!(matches("a${*}b${?}c${$}", "a*b?c$"));
    assert!(!matches("a${*}b", "axb"));
}

#[test]
fn a_value_is_never_read_as_a_wildcard() {
    assert!(matches("x${aws:PrincipalTag/star}", "x*"));
    assert!(!matches("x${aws:PrincipalTag/star}", "xy"));
}

#[test]
fn the_older_version_has_no_variables() {
    let template = Template::parse("${aws:username}", WildcardScope::Literal, VariableSupport::LiteralText);
    assert_eq!(template.fixed().and_then(Glob::as_literal), Some("${aws:username}"));
}

#[test]
fn what_is_no_variable_stays_text() {
    assert!(matches("${", "${"));
    assert!(matches("a${}b", "a${}b"));
    assert!(matches("${key, default}", "${key, default}"));
}

#[test]
fn open_variables_are_written_back() {
    let template = template("${aws:PrincipalTag/star}-${open, 'd'}-*", WildcardScope::Anywhere);
    let Resolved::Open(pieces) = template.resolve(&lookup) else {
        panic!("an unknown variable stays open");
    };
    assert_eq!(render(&pieces, WildcardScope::Anywhere), "${*}-${open, 'd'}-*");
}
