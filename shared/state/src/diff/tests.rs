use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{Grounds, Partition, SightingKind};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn partition(account: &str) -> Partition {
    Partition::new(account, "global", "iam:authorization-details")
}

fn route(id: &str, content: &str, accounts: &[&str]) -> Sighting {
    Sighting {
        thing: Thing::new(SightingKind::Route, id),
        content_sha256: content.to_owned(),
        rests_on: Arc::new(Grounds {
            partitions: accounts.iter().map(|account| partition(account)).collect(),
            policies_of: BTreeSet::from(["role".to_owned()]),
        }),
        document: None,
    }
}

fn whole(accounts: &[&str]) -> Completeness {
    Completeness {
        partitions: accounts.iter().map(|account| partition(account)).collect(),
        ..Completeness::default()
    }
}

/// The history of route `p` after these runs: time of capture, what was seen, what was read whole.
fn history(runs: &[(i64, &[Sighting], &[&str])]) -> Option<History> {
    let mut book = LifeBook::default();
    for (at, sightings, complete) in runs {
        let delta = diff(&book, time(*at), *sightings, &whole(complete));
        book.apply(delta, time(*at));
    }
    let life = book.lives.get(&Thing::new(SightingKind::Route, "p"));
    life.map(|life| life.history)
}

#[test]
fn a_route_across_accounts_is_gone_only_when_both_were_read_whole() {
    let seen = [route("p", "a", &ACCOUNTS)];
    for (complete, is_gone) in [
        (&ACCOUNTS[..], true),
        (&ACCOUNTS[..1], false),
        (&ACCOUNTS[1..], false),
        (&[], false),
    ] {
        let history = history(&[(1, &seen, &ACCOUNTS), (2, &[], complete)]).unwrap();
        assert_eq!(history.gone_at.is_some(), is_gone, "{complete:?}");
        assert_eq!(history.stale_since.is_some(), !is_gone, "{complete:?}");
    }
}

#[test]
fn a_route_is_in_doubt_while_a_policy_of_its_role_is_unreadable() {
    let seen = [route("p", "a", &ACCOUNTS)];
    let mut book = LifeBook::default();
    book.apply(diff(&book, time(1), &seen, &whole(&ACCOUNTS)), time(1));
    for (unreadable, is_gone) in [("role", false), ("another role", true)] {
        let complete = Completeness {
            unreadable: [unreadable.to_owned()].into(),
            ..whole(&ACCOUNTS)
        };
        let tally = diff(&book, time(2), &[], &complete).tally;
        assert_eq!(
            (tally.gone, tally.doubted),
            (u64::from(is_gone), u64::from(!is_gone)),
            "{unreadable}"
        );
    }
}

#[test]
fn what_rests_on_nothing_is_never_gone() {
    let seen = [route("p", "a", &[])];
    let history = history(&[(1, &seen, &ACCOUNTS), (2, &[], &ACCOUNTS)]).unwrap();
    assert_eq!((history.gone_at, history.stale_since), (None, Some(time(2))));
}

#[test]
fn doubt_keeps_its_first_time_until_it_is_settled() {
    let seen = [route("p", "a", &ACCOUNTS)];
    let doubted = history(&[(1, &seen, &[]), (2, &[], &[]), (3, &[], &[])]).unwrap();
    assert_eq!(doubted.stale_since, Some(time(2)));
    let settled = history(&[(1, &seen, &[]), (2, &[], &[]), (3, &[], &ACCOUNTS), (4, &[], &[])]).unwrap();
    assert_eq!((settled.stale_since, settled.gone_at), (None, Some(time(3))));
}

#[test]
fn what_it_rests_on_is_that_of_its_last_sighting() {
    let (both, one) = ([route("p", "a", &ACCOUNTS)], [route("p", "a", &ACCOUNTS[..1])]);
    let history = history(&[(1, &both, &[]), (2, &one, &[]), (3, &[], &ACCOUNTS[..1])]).unwrap();
    assert_eq!(history.gone_at, Some(time(3)));
    assert_eq!(history.changed_at, time(1), "resting on something else is no change");
}

#[test]
fn an_unchanged_estate_moves_last_sightings_and_nothing_else() {
    let seen = [route("p", "a", &ACCOUNTS), route("q", "b", &ACCOUNTS)];
    let mut book = LifeBook::default();
    let first = diff(&book, time(1), &seen, &whole(&ACCOUNTS));
    book.apply(first, time(1));
    let second = diff(&book, time(2), &seen, &whole(&ACCOUNTS));
    assert_eq!(second.seen_again.len(), 2);
    assert!(second.written.is_empty());
    let rescan = diff(&book, time(1), &seen, &whole(&ACCOUNTS));
    assert_eq!(
        (rescan.seen_again.len(), rescan.written.len()),
        (0, 0),
        "the same capture again changes nothing"
    );
}

#[test]
fn of_two_sightings_of_a_thing_the_first_counts() {
    let seen = [route("p", "b", &ACCOUNTS), route("p", "a", &ACCOUNTS[..1])];
    let delta = diff(&LifeBook::default(), time(1), &seen, &whole(&[]));
    let life = &delta.written[&Thing::new(SightingKind::Route, "p")];
    assert_eq!((life.content_sha256.as_str(), delta.tally.appeared), ("b", 1));
}

#[test]
fn a_late_capture_neither_adds_nor_removes() {
    let (p, q) = ([route("p", "a", &ACCOUNTS)], [route("q", "a", &ACCOUNTS)]);
    let late = history(&[(5, &p, &ACCOUNTS), (3, &q, &ACCOUNTS)]).unwrap();
    assert_eq!(late, born(time(5)));
    assert_eq!(history(&[(5, &q, &ACCOUNTS), (3, &p, &ACCOUNTS)]), None);
}

fn any_sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let one = ("[pq]", "[ab]", prop::sample::subsequence(ACCOUNTS.to_vec(), 0..=2));
    // Each thing once.
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let each: std::collections::BTreeMap<_, _> = all
            .into_iter()
            .map(|(id, content, accounts)| (id, (content, accounts)))
            .collect();
        let sightings = each
            .iter()
            .map(|(id, (content, accounts))| route(id, content, accounts));
        sightings.collect()
    })
}

fn any_run() -> impl Strategy<Value = (i64, Vec<Sighting>, Vec<&'static str>)> {
    (
        0..8_i64,
        any_sightings(),
        prop::sample::subsequence(ACCOUNTS.to_vec(), 0..=2),
    )
}

proptest! {
    #[test]
    fn times_are_in_order_and_gone_is_always_proved(runs in prop::collection::vec(any_run(), 0..10)) {
        let mut book = LifeBook::default();
        for (at, sightings, accounts) in &runs {
            let before = book.clone();
            let delta = diff(&book, time(*at), sightings, &whole(accounts));
            book.apply(delta, time(*at));
            for (thing, life) in &book.lives {
                let h = life.history;
                prop_assert!(h.first_seen <= h.changed_at && h.changed_at <= h.last_seen, "{h:?}");
                prop_assert!(h.stale_since.or(h.gone_at).is_none_or(|missed| h.last_seen <= missed), "{h:?}");
                prop_assert!(h.stale_since.is_none() || h.gone_at.is_none(), "{h:?}");
                let was_gone = before.lives.get(thing).is_some_and(|life| life.history.gone_at.is_some());
                if h.gone_at.is_some() && !was_gone {
                    prop_assert!(!life.rests_on.partitions.is_empty());
                    let read_whole = |partition: &Partition| accounts.contains(&partition.account.as_str());
                    prop_assert!(life.rests_on.partitions.iter().all(read_whole));
                    prop_assert!(sightings.iter().all(|sighting| sighting.thing != *thing));
                }
            }
        }
    }

    #[test]
    fn the_order_of_sightings_does_not_matter(sightings in any_sightings(), at in 0..3_i64) {
        let mut reversed = sightings.clone();
        reversed.reverse();
        let book = LifeBook::default();
        prop_assert_eq!(
            diff(&book, time(at), &sightings, &whole(&[])),
            diff(&book, time(at), &reversed, &whole(&[]))
        );
    }
}
