//! The small languages inside documents: ARNs, times, principals, wildcards, the action catalogue.

use std::sync::atomic::{AtomicUsize, Ordering};

use sv0_iam::catalogue::{self, resource_type_fits};
use sv0_iam::{Glob, Principal, PrincipalType, WildcardScope, action_matches, patterns_overlap, resource_matches};
use sv0_model::arn::{Arn, account_of, is_account_id};
use sv0_model::time::{Timestamp, parse_timestamp};

/// An ARN's parts put together are its text, and none of its views lies outside it.
pub(crate) fn arn(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(arn) = Arn::parse(text) else {
        assert!(
            !text.starts_with("arn:") || text.matches(':').count() < 5,
            "six fields make an ARN"
        );
        assert_eq!(account_of(text), None);
        return;
    };
    let Arn {
        partition,
        service,
        region,
        account,
        resource,
    } = arn;
    let printed = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
    assert_eq!(printed, text);
    assert_eq!(Arn::parse(&printed), Some(arn));
    assert!(arn.resource.ends_with(arn.resource_id()) && arn.resource.starts_with(arn.resource_type()));
    assert!(arn.resource.ends_with(arn.name()) && !arn.name().contains(['/', ':']));
    assert_eq!(arn.account_id(), Some(arn.account).filter(|id| is_account_id(id)));
    assert_eq!(account_of(text), arn.account_id());
}

/// A time that was read prints as a text that reads as the same time.
pub(crate) fn timestamp(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(time) = parse_timestamp(text) else { return };
    assert_eq!(parse_timestamp(&time.to_string()), Some(time));
    assert_eq!(time.to_string().parse::<Timestamp>().ok(), Some(time));
    assert_eq!(
        parse_timestamp(&format!(" {text}\n")),
        Some(time),
        "blanks around it say nothing"
    );
}

/// A principal's text reads as the same principal, with its type named or not.
pub(crate) fn principal(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let types = ["AWS", "Service", "Federated", "CanonicalUser", "Anonymous"];
    for principal_type in std::iter::once(None).chain(types.map(PrincipalType::parse)) {
        let Ok(principal) = Principal::parse(text, principal_type) else {
            continue;
        };
        assert_eq!(principal.text(), text);
        if let Some(named) = principal_type {
            assert_eq!(principal.principal_type(), named);
        }
        assert_eq!(
            Principal::parse(principal.text(), Some(principal.principal_type())).as_ref(),
            Ok(&principal),
            "its own type does not contradict it"
        );
        assert!(principal.account().is_none_or(is_account_id));
    }
}

/// `pattern`, `text` and another pattern, one a line: the matcher agrees with the textbook, and overlap with the matcher.
pub(crate) fn glob(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let [pattern, text, other] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    assert!(Glob::literal(text).matches(text));
    assert_eq!(
        Glob::new(pattern, WildcardScope::Literal).matches(text),
        pattern == text
    );
    let anywhere = Glob::new(pattern, WildcardScope::Anywhere);
    assert!(!anywhere.matches_everything() || anywhere.matches(text));
    assert!(!anywhere.matches(text) || text.starts_with(anywhere.literal_prefix()));
    if is_small(&[pattern, text]) {
        assert_eq!(anywhere.matches(text), textbook(pattern, text, Reach::Anywhere));
        let lower = [pattern, text].map(str::to_ascii_lowercase);
        assert_eq!(
            action_matches(pattern, text),
            textbook(&lower[0], &lower[1], Reach::Anywhere)
        );
        if text != "*" {
            assert_eq!(resource_matches(pattern, text), textbook(pattern, text, Reach::Segment));
        }
    }
    let witness = patterns_overlap(pattern, other);
    assert_eq!(witness.is_some(), patterns_overlap(other, pattern).is_some());
    // The whole text `*` asks for a call without a resource, which is another question.
    let both = |text: &str| text != "*" && [pattern, other].iter().all(|own| resource_matches(own, text));
    assert!(!both(text) || witness.is_some(), "{text:?} matches both");
}

/// The textbook takes exponential time.
fn is_small(texts: &[&str]) -> bool {
    texts.iter().all(|text| text.len() <= 16) && texts.iter().map(|text| text.matches('*').count()).sum::<usize>() <= 6
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Anywhere,
    Segment,
}

/// Matching as it is defined, by trying everything.
fn textbook(pattern: &str, text: &str, reach: Reach) -> bool {
    let Some(own) = pattern.chars().next() else {
        return text.is_empty();
    };
    let rest = &pattern[own.len_utf8()..];
    let ends_segment = own == '*' && (rest.is_empty() || rest.starts_with(':'));
    let after = text.chars().next().map(|first| (first, &text[first.len_utf8()..]));
    let is_taken = |first: char| reach == Reach::Anywhere || first != ':' || ends_segment;
    match (own, after) {
        ('*', after) => {
            textbook(rest, text, reach)
                || after.is_some_and(|(first, tail)| is_taken(first) && textbook(pattern, tail, reach))
        }
        ('?', Some((first, tail))) => is_taken(first) && textbook(rest, tail, reach),
        (own, Some((first, tail))) => own == first && textbook(rest, tail, reach),
        (_, None) => false,
    }
}

/// A text in the catalogue's form, then questions to the catalogue that is built in.
pub(crate) fn catalogue(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let named = text.lines().filter(|line| line.starts_with('\t')).count();
    if let Some(text) = kept_for_good(text) {
        assert!(catalogue::actions_in(text) <= named, "an action has a line of its own");
    }
    let (question, arn) = text.split_once('\n').unwrap_or((text, ""));
    let facts = catalogue::lookup_action(question);
    let upper = question.to_ascii_uppercase();
    assert_eq!(
        facts,
        catalogue::lookup_action(&upper),
        "the case of an action says nothing"
    );
    if let Some(facts) = facts {
        assert!(facts.full_name().eq_ignore_ascii_case(question));
        assert!(catalogue::actions_matching(question).any(|found| found == facts));
    }
    for found in catalogue::actions_matching(question) {
        assert!(
            action_matches(question, &found.full_name()),
            "{question:?} does not match {}",
            found.full_name()
        );
    }
    assert_eq!(
        catalogue::is_known_condition_key(question),
        catalogue::is_known_condition_key(&upper)
    );
    let fit = resource_type_fits(question, arn);
    assert_eq!(fit, resource_type_fits(&upper, arn));
}

/// The catalogue's reader borrows its text for good. So much is given to it; a longer run asks the built-in catalogue alone.
fn kept_for_good(text: &str) -> Option<&'static str> {
    const LIMIT: usize = 512 * 1024 * 1024;
    static USED: AtomicUsize = AtomicUsize::new(0);
    let is_text = text.contains("\nservice\t");
    let has_room = is_text && USED.fetch_add(text.len(), Ordering::Relaxed) < LIMIT;
    has_room.then(|| &*Box::leak(text.to_owned().into_boxed_str()))
}
