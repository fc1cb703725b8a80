use super::*;

fn anywhere(pattern: &str, text: &str) -> bool {
    Glob::new(pattern, WildcardScope::Anywhere).matches(text)
}

#[test]
fn wildcards_match_as_the_policy_language_says() {
    for (pattern, text, want) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "a:b/c", true),
        ("a*", "abc", true),
        ("a*c", "abbbc", true),
        ("a*c", "abbb", false),
        ("?", "", false),
        ("?", "é", true),
        ("a?c", "abc", true),
        ("**b", "aab", true),
        ("*a*b*", "xxaxxbxx", true),
        ("*a*b*", "xxbxxaxx", false),
        ("s3:Get*", "s3:GetObject", true),
    ] {
        assert_eq!(anywhere(pattern, text), want, "{pattern} on {text}");
    }
}

#[test]
fn a_star_that_ends_its_segment_runs_past_the_colon() {
    for (pattern, resource, want) in [
        ("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:111122223333:orders", true),
        (
            "arn:aws:sqs:*:orders",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            true,
        ),
        ("arn:aws:sqs:*s", "arn:aws:sqs:eu-west-1:111122223333:orders", false),
        ("arn:aws:sqs:eu?west-1:*", "arn:aws:sqs:eu:west-1:orders", false),
        ("arn:aws:s3:::a*/x", "arn:aws:s3:::a1:b/x", true),
        ("arn:aws:s3:::a?b", "arn:aws:s3:::a:b", true),
        ("arn:aws:s3:::b/*.json", "arn:aws:s3:::b/2026-01-01T00:00:00.json", true),
        (
            "arn:aws:lambda:*:*:function:*-prod",
            "arn:aws:lambda:eu-west-1:111122223333:function:f:live-prod",
            true,
        ),
        ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b:c/d", true),
        ("*", "arn:aws:s3:::a", true),
        ("*", "*", true),
        ("arn:aws:s3:::*", "*", false),
    ] {
        assert_eq!(resource_matches(pattern, resource), want, "{pattern} on {resource}");
    }
}

#[test]
fn an_incomplete_arn_is_completed() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:orders";
    for (pattern, want) in [
        ("arn:aws:sqs", true),
        ("arn:aws:sqs:eu-west-1", true),
        ("arn:aws:sqs:eu-*-1", true),
        ("arn:aws:sqs:eu-west-1:111122223333", true),
        ("arn:aws:sns", false),
        ("arn:aws:sqs:us-east-1", false),
        ("arn:aws:sqs:eu-west-1:orders", false),
    ] {
        assert_eq!(resource_matches(pattern, queue), want, "{pattern}");
    }
}

#[test]
fn arn_components_are_compared_one_by_one() {
    for (pattern, text, want) in [
        ("arn:aws:iam::*:role/x", "arn:aws:iam::111122223333:role/x", true),
        ("arn:*:role/x", "arn:aws:iam::111122223333:role/x", false),
        (
            "arn:aws:logs:*:*:*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:x",
            true,
        ),
        ("arn:aws:s3:*", "arn:aws:s3:::bucket", false),
    ] {
        let glob = Glob::new(pattern, WildcardScope::ArnComponents);
        assert_eq!(glob.matches(text), want, "{pattern} on {text}");
    }
}

#[test]
fn actions_ignore_case() {
    assert!(action_matches("S3:get*", "s3:GetObject"));
    assert!(!action_matches("s3:Put*", "s3:GetObject"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4_000))]

    #[test]
    fn plain_patterns_are_what_their_tokens_are(pattern in "(arn:)?[a:]{0,7}[a:*?]{0,3}") {
        for scope in [
            WildcardScope::Literal,
            WildcardScope::Anywhere,
            WildcardScope::ResourceSegments,
            WildcardScope::ArnComponents,
        ] {
            proptest::prop_assert_eq!(Glob::new(&pattern, scope), Glob::of_tokens(&pattern, scope), "{:?}", scope);
        }
    }
}
