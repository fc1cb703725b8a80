use super::*;

fn manifest() -> RunManifest {
    serde_json::from_value(json!({
        "schema": "sv0-run/1", "run_id": "r", "tool_version": "0", "capture": "c", "captured_at": "2026-03-02T06:00:00Z",
        "started_at": "2026-03-02T06:00:00Z", "finished_at": "2026-03-02T06:00:00Z", "configuration_sha256": "x",
        "counts": {"findings": 3}, "inputs": [], "outputs": [],
    }))
    .unwrap()
}

fn change(id: &str, change: Change) -> FindingChange {
    FindingChange {
        id: id.to_owned(),
        change: change.name().to_owned(),
    }
}

fn summary(id: &str, severity: &str) -> (String, BTreeMap<String, String>) {
    let texts = [
        ("severity", severity),
        ("type", "secret_reach"),
        ("name", "A workload reaches a secret"),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    (id.to_owned(), texts.into())
}

fn told(changes: &[FindingChange], summaries: &Summaries) -> (Vec<(&'static str, String)>, EventCounts, Value) {
    let (events, counts) = of_run(&manifest(), "s3://results/", &BTreeMap::new(), changes, summaries);
    let finished = events.last().unwrap().detail.clone();
    let id = |event: &Event| event.detail["id"].as_str().unwrap_or("scan").to_owned();
    (
        events.iter().map(|event| (event.detail_type, id(event))).collect(),
        counts,
        finished,
    )
}

#[test]
fn the_most_severe_comes_first_and_doubt_is_no_news() {
    let changes = [
        change("a", Change::Appeared),
        change("b", Change::Changed),
        change("c", Change::Gone),
        change("d", Change::Doubted),
        change("e", Change::Returned),
        change("f", Change::Confirmed),
    ];
    let severities = ["low", "high", "medium", "critical", "critical", "critical"];
    let summaries = changes
        .iter()
        .zip(severities)
        .map(|(change, severity)| summary(&change.id, severity))
        .collect();
    let (events, counts, finished) = told(&changes, &summaries);
    let want = [
        (OPENED, "e"),
        (CHANGED, "b"),
        (RESOLVED, "c"),
        (OPENED, "a"),
        ("Scan Finished", "scan"),
    ];
    assert_eq!(events, want.map(|(detail_type, id)| (detail_type, id.to_owned())));
    assert_eq!((counts.sent, counts.left_out), (5, 0));
    assert_eq!(finished["findings"], json!({"opened": 2, "changed": 1, "resolved": 1}));
}

#[test]
fn a_first_scan_says_how_many_it_left_out() {
    let changes: Vec<FindingChange> = (0..1000)
        .map(|index| change(&format!("{index:04}"), Change::Appeared))
        .collect();
    let summaries = changes
        .iter()
        .map(|change| summary(&change.id, if change.id == "0999" { "critical" } else { "low" }))
        .collect();
    let (events, counts, finished) = told(&changes, &summaries);
    assert_eq!(events[0].1, "0999", "the one that matters is not left out");
    assert_eq!(
        (counts.sent, counts.left_out),
        (MOST_FINDINGS + 1, 1000 - MOST_FINDINGS)
    );
    assert_eq!(finished["findings_left_out"], 1000 - MOST_FINDINGS);
    assert_eq!(finished["findings"]["opened"], 1000);
}

#[test]
fn an_event_is_small_however_long_a_title_is() {
    let mut summaries: Summaries = [summary("a", "high")].into();
    summaries
        .get_mut("a")
        .unwrap()
        .insert("name".to_owned(), "ü".repeat(100_000));
    let (events, _) = of_run(
        &manifest(),
        "s3://results/",
        &BTreeMap::new(),
        &[change("a", Change::Gone)],
        &summaries,
    );
    assert!(events[0].detail.to_string().len() < 2000);
    let failed = of_failure("r", Some(&"x".repeat(100_000)));
    assert!(failed.detail.to_string().len() < 2000);
}
