//! The whole page, from a made-up organization with hostile names in it.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../examples/estate/estate/mod.rs"]
mod estate;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use estate::{Estate, HOSTILE_DIRECTION, HOSTILE_MARKUP, hostile_length};

fn page(estate: &Estate) -> String {
    sv0_report::render(&estate.input(&estate.digest())).expect("the page renders")
}

/// What stands between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("the page has {start}"));
    rest.split_once(end)
        .unwrap_or_else(|| panic!("the page has {end} after {start}"))
        .0
}

fn style(page: &str) -> &str {
    between(page, "<style>", "</style>")
}

fn script(page: &str) -> &str {
    between(page, "<script>", "</script>")
}

fn island_text(page: &str) -> &str {
    between(
        page,
        "<script type=\"application/json\" id=\"report-data\">",
        "</script>",
    )
}

fn island(page: &str) -> Value {
    serde_json::from_str(island_text(page)).expect("the island is JSON")
}

fn strings(page: &str) -> Vec<String> {
    let island = island(page);
    let strings = island["strings"].as_array().expect("the island has strings");
    strings
        .iter()
        .map(|text| text.as_str().expect("a string").to_owned())
        .collect()
}

/// The page without style, script and data: what the HTML parser takes as markup.
fn markup(page: &str) -> String {
    page.replace(style(page), "")
        .replace(script(page), "")
        .replace(island_text(page), "")
}

#[test]
fn the_same_facts_give_the_same_bytes_in_any_order() {
    let estate = estate::acme();
    let first = page(&estate);
    assert_eq!(first, page(&estate::acme()));
    let mut reversed = estate::acme();
    let routes = estate::routes::of(&reversed.paths);
    let digest = sv0_report::PathDigest::of(&reversed.graph, routes.into_iter().rev());
    reversed.findings.reverse();
    reversed.coverage.reverse();
    reversed.diagnostics.reverse();
    let page = sv0_report::render(&reversed.input(&digest)).expect("the page renders");
    assert_eq!(first, page, "the order of the input does not show");
}

#[test]
fn names_never_become_markup() {
    let page = page(&estate::whole());
    assert_eq!(
        page.matches("<script").count(),
        2,
        "the data island and the script, nothing else"
    );
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!island_text(&page).contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let markup = markup(&page);
    assert!(!markup.contains("<img"), "no element comes of a name");
    assert!(markup.contains("&#60;img src=x"), "the name itself is there, as text");
    assert!(
        !markup.contains('\u{202e}'),
        "no name changes the direction of the text around it"
    );
}

#[test]
fn names_are_whole_in_the_data() {
    let strings = strings(&page(&estate::whole()));
    for name in [HOSTILE_MARKUP, HOSTILE_DIRECTION, &hostile_length()] {
        assert!(strings.iter().any(|text| text == name), "{name:.40}");
    }
}

#[test]
fn the_policy_admits_exactly_the_style_and_the_script_of_the_page() {
    let page = page(&estate::acme());
    let policy = between(&page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">").replace("&#39;", "'");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let directives: Vec<&str> = policy.split("; ").collect();
    assert_eq!(
        directives,
        [
            "default-src 'none'",
            &format!("style-src {}", hash(style(&page))),
            &format!("script-src {}", hash(script(&page))),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    );
    let head = page.split_once("<style>").expect("a style").0;
    assert!(
        head.contains("Content-Security-Policy"),
        "the policy stands before what it governs"
    );
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = page(&estate::whole());
    let markup = markup(&page);
    for attribute in [
        "src=\"",
        "srcset=",
        "<link",
        "<iframe",
        "<object",
        "<embed",
        " style=\"",
        " onclick",
        "<form",
    ] {
        assert!(!markup.contains(attribute), "{attribute}");
    }
    for link in markup.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "{link:.60}");
    }
    for loader in ["url(", "@import", "@font-face"] {
        assert!(!style(&page).contains(loader), "{loader}");
    }
    let svg_namespace = "http://www.w3.org/2000/svg";
    let script = script(&page).replace(svg_namespace, "");
    for sink in [
        "http:",
        "https:",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "import(",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        ".style",
        "setTimeout(\"",
    ] {
        assert!(!script.contains(sink), "{sink}");
    }
}

#[test]
fn every_icon_that_is_used_is_drawn() {
    let page = page(&estate::whole());
    let from_markup = page
        .split("href=\"#icon-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or(""));
    let island = island(&page);
    let strings = strings(&page);
    let cells = island["tables"]["entities"]["columns"]["icon"]["cells"]
        .as_array()
        .expect("entities have icons")
        .clone();
    let from_data = cells
        .iter()
        .map(|cell| strings[cell.as_u64().expect("a number") as usize].as_str());
    for icon in from_markup.chain(from_data) {
        assert!(page.contains(&format!("<symbol id=\"icon-{icon}\"")), "{icon}");
    }
}

#[test]
fn what_stops_a_path_is_said_in_words() {
    let strings = strings(&page(&estate::acme()));
    for sentence in [
        "The service control policies (SCPs) that bind account Shop Development (400000000001) deny it explicitly; no allow outweighs a deny.",
        "The permissions boundary of bastion does not allow it. A boundary grants nothing itself; what it leaves out is out of reach.",
        "The policy of the KMS key that encrypts acme-customer-records does not allow it.",
        "The bucket policy of acme-audit-trail denies it explicitly; no allow outweighs a deny.",
        "It hangs on the identity-based policies of thumbnailer-execution.",
        "the request is sent over TLS and comes through one of the VPC endpoints vpce-0a11, vpce-0b22",
    ] {
        assert!(strings.iter().any(|text| text == sentence), "{sentence}");
    }
}

#[test]
fn statements_are_there_in_full_and_once() {
    let page = page(&estate::acme());
    let strings = strings(&page);
    let statement = r#"{"Action":"s3:*","Effect":"Deny","Resource":["arn:aws:s3:::acme-customer-*","arn:aws:s3:::acme-customer-*/*"],"Sid":"NoCustomerData"}"#;
    assert_eq!(strings.iter().filter(|text| *text == statement).count(), 1);
}

#[test]
fn without_a_script_overview_and_findings_can_be_read() {
    let markup = markup(&page(&estate::acme()));
    for text in [
        "Captured 20 November 2025, 14:03 UTC",
        "Organization o-acme1example",
        "9 open paths lead to a resource, 5 to restricted data; 2 were seen in use.",
        "2 more hold only under a condition, and 4 are granted but blocked.",
        "27 of 37 sources answered completely",
        "Management (100000000001)",
        "the spoke role was removed on 12 November 2025",
        "report-builder in Shop Development reaches customer records in Data Production",
        "Another customer of that vendor could have it act in this account.",
        "<noscript>",
    ] {
        assert!(markup.contains(text), "{text}");
    }
}

#[test]
fn an_empty_run_claims_nothing() {
    let markup = markup(&page(&Estate::default()));
    for text in [
        "Nothing that was collected shows an open path to a resource.",
        "nothing here proves that something is absent",
        "Capture time not known",
    ] {
        assert!(markup.contains(text), "{text}");
    }
}

#[test]
fn a_path_costs_a_few_hundred_bytes() {
    const MORE_PATHS: usize = 4_000;
    let small = page(&estate::acme()).len();
    let large = page(&estate::bulk(MORE_PATHS)).len();
    let each = (large - small) / MORE_PATHS;
    assert!(each <= 300, "{each} bytes a path");
}

#[test]
fn what_is_left_out_is_said_on_the_page() {
    let page = page(&estate::bulk(20_100));
    let sentence = "This page holds 20,000 of 20,115 paths, the most dangerous of every kind and state; the results of the run hold all of them.";
    assert!(markup(&page).contains(sentence));
    let (island, strings) = (island(&page), strings(&page));
    assert_eq!(island["tables"]["paths"]["length"], 20_000);
    let shown = texts(&island, &strings, "paths", "state");
    assert!(
        shown.contains(&"blocked"),
        "what comes last of all is there too, as few of its kind are blocked"
    );
}

/// The texts of a column of a table.
fn texts<'a>(island: &Value, strings: &'a [String], table: &str, column: &str) -> Vec<&'a str> {
    let cells = island["tables"][table]["columns"][column]["cells"].as_array();
    let cells = cells.unwrap_or_else(|| panic!("the table {table} has a column {column}"));
    cells
        .iter()
        .filter_map(Value::as_u64)
        .map(|number| strings[number as usize].as_str())
        .collect()
}

#[test]
fn every_field_of_a_path_reaches_the_data_whoever_wrote_it() {
    let page = page(&estate::whole());
    let (island, strings) = (island(&page), strings(&page));
    let holds = |table: &str, column: &str, text: &str| {
        assert!(
            texts(&island, &strings, table, column).contains(&text),
            "{table}.{column} holds {text:.40}"
        );
    };
    for column in ["environment", "data_domain_rule", "sensitivity_rule"] {
        holds("paths", column, HOSTILE_MARKUP);
    }
    holds("paths", "data_domain", HOSTILE_DIRECTION);
    holds("paths", "egress", "to a language model");
    holds("hops", "relation", HOSTILE_MARKUP);
    holds("hops", "note", "subscription of the topic");
    holds(
        "hops",
        "meaning",
        "The workload is configured with this role; AWS hands it the role's credentials.",
    );
    holds("entities", "actor", "a person");
    holds("entities", "actor_rule", HOSTILE_MARKUP);
    let note = format!("{HOSTILE_MARKUP} {HOSTILE_DIRECTION} {}", hostile_length());
    holds("hops", "note", &note);
}

#[test]
fn the_glossary_has_every_word_that_the_report_uses() {
    let page = page(&estate::whole());
    let markup = markup(&page);
    let (island, strings) = (island(&page), strings(&page));
    let glossary = between(&markup, "id=\"view-glossary\"", "</section>");
    let labels = [("path_kinds", "label"), ("findings", "kind"), ("coverage", "label")];
    for (table, column) in labels {
        for word in texts(&island, &strings, table, column) {
            assert!(glossary.contains(&format!("<dt>{word}</dt>")), "{word} of {table}");
        }
    }
    for word in [
        "passes role",
        "escalates to",
        "SCP",
        "key grants not collected",
        "to a language model",
    ] {
        assert!(glossary.contains(&format!("<dt>{word}</dt>")), "{word}");
    }
    assert_eq!(texts(&island, &strings, "path_kinds", "label").len(), 13);
}

#[test]
fn the_most_dangerous_identity_comes_first_and_the_formula_stands_beside_it() {
    let markup = markup(&page(&estate::whole()));
    let radius = between(&markup, "data-list=\"radius\"", "</ol>");
    let at = |name: &str| radius.find(&format!("<bdi>{name}</bdi>"));
    // deployer: restricted data, a role that it can pass, and a finding that it is open to outsiders: (10 + 50) × 1½.
    assert!(
        at("deployer") < at("orders-api-execution"),
        "escalation outweighs three restricted resources"
    );
    assert!(at("customer-data-reader").is_some());
    assert!(radius.contains("can raise its authority"));
    assert_eq!(radius.matches("<li>").count(), 10);
    assert!(markup.contains("Danger = (reach + escalation)"));
    assert!(
        at("report-builder").is_none(),
        "a workload with the reach of its role is named on the role's line"
    );
}

#[test]
fn an_account_that_was_not_seen_is_marked_on_the_overview() {
    let markup = markup(&page(&estate::acme()));
    let accounts = between(&markup, "data-list=\"accounts\"", "</table>");
    let silent: Vec<&str> = accounts.split("<tr").filter(|row| row.contains("silent")).collect();
    assert_eq!(silent.len(), 1);
    assert!(silent[0].contains("Management") && silent[0].contains("0 of 4 sources"));
}

#[test]
fn statements_that_stand_behind_no_path_are_there_as_written() {
    let page = page(&estate::acme());
    let (island, strings) = (island(&page), strings(&page));
    let holders = island["tables"]["grants"]["columns"]["holder"]["cells"]
        .as_array()
        .expect("grants");
    let names = texts(&island, &strings, "entities", "name");
    let names: Vec<&str> = holders
        .iter()
        .map(|row| names[row.as_u64().expect("a row") as usize])
        .collect();
    assert!(names.contains(&"metrics-vendor"), "its trust policy: {names:?}");
}

#[test]
fn a_page_does_not_grow_with_the_texts_of_policies_without_end() {
    let mut estate = estate::acme();
    let statement = serde_json::json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "x".repeat(50_000)});
    for policy in estate.graph.policies.values_mut() {
        let document = serde_json::json!({"Statement": vec![statement.clone(); 60]});
        policy.document = Some(document);
    }
    // Texts that are the same are written once; these are not.
    for (number, policy) in estate.graph.policies.values_mut().enumerate() {
        let statements = policy
            .document
            .as_mut()
            .and_then(|text| text["Statement"].as_array_mut());
        for (index, statement) in statements.expect("statements").iter_mut().enumerate() {
            statement["Sid"] = serde_json::json!(format!("{number}x{index}"));
        }
    }
    let page = page(&estate);
    assert!(page.len() < 10 * 1024 * 1024, "{} bytes", page.len());
    assert!(markup(&page).contains("policy statements and conditions was left out"));
}

#[test]
fn told_by_routes_every_path_is_what_it_was() {
    let mut paths = estate::whole().paths;
    let routes = estate::routes::of(&paths);
    assert!(routes.len() < paths.len(), "some paths share a route");
    let mut told: Vec<_> = routes
        .iter()
        .flat_map(|routes| routes.paths())
        .map(|path| path.path())
        .collect();
    told.sort();
    paths.sort();
    assert_eq!(told, paths);
}
