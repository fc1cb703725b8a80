//! The report in a real browser: does its script run, is what it draws right, and does no name break out.

#[path = "../../shared/report/examples/estate/estate/mod.rs"]
mod estate;

mod chromium;
mod report;

use std::path::PathBuf;

use crate::support;
use chromium::{Chromium, Theme, Window};
use report::check_report;
use tempfile::TempDir;

const DESKTOP: Window = Window {
    width: 1360,
    height: 1000,
};
const PHONE: Window = Window {
    width: 500,
    height: 900,
};

struct Page {
    chromium: Chromium,
    file: PathBuf,
    folder: TempDir,
}

/// The page of an estate, and a browser to open it with; `None` where tests of the browser are skipped.
fn page(estate: &estate::Estate) -> Option<Page> {
    let chromium = Chromium::find()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("report.html");
    let html = sv0_report::render(&estate.input(&estate.digest())).expect("the report renders");
    std::fs::write(&file, html).expect("the report is written");
    Some(Page { chromium, file, folder })
}

impl Page {
    fn open(&self, address: &str) -> String {
        self.chromium.dump_dom(&self.file, address)
    }
}

#[test]
fn every_view_of_a_report_runs_without_an_error() {
    let Some(page) = page(&estate::whole()) else { return };
    check_report(&page.chromium, &page.file);
}

#[test]
fn the_report_of_the_example_organization_runs_without_an_error() {
    let Some(chromium) = Chromium::find() else { return };
    let store = support::scan(&support::repository().join("examples/acme/capture"));
    check_report(&chromium, &store.run_folder().join("report/index.html"));
}

#[test]
fn hostile_names_stay_text() {
    let estate = estate::whole();
    let Some(page) = page(&estate) else { return };
    let name = "%3C%2Fscript%3E%3Cimg%20src%3Dx%20onerror%3D%22document.documentElement.dataset.pwned%3D1%22%3E";
    let with_note = estate.paths.iter().find(|path| path.sensitivity_rule.contains("<img"));
    let with_note = with_note.expect("the fixture has a path with hostile texts");
    for address in [
        "#/overview",
        "#/explore",
        &format!("#/explore?q={name}"),
        "#/findings",
        "#/paths",
        &format!("#/paths?environment={name}"),
        &format!("#/paths/{}", with_note.id),
        "#/workloads",
        "#/identities",
        "#/coverage",
        &format!("#/actions/{name}"),
        &format!("#/entities/arn%3Aaws%3Alambda%3Aeu-west-1%3A400000000001%3Afunction%3A{name}"),
        &format!("#/entities/{name}"),
        &format!("#/{name}/{name}?{name}={name}"),
    ] {
        let dom = page.open(address);
        report::assert_healthy(&dom, address);
        assert!(!dom.contains("<img"), "a name became an element at {address}");
        assert!(
            !dom.replace(report::data_island(&dom), "").contains('\u{202e}'),
            "a name turns text around at {address}"
        );
    }
    for address in ["#/paths".to_owned(), format!("#/paths/{}", with_note.id)] {
        assert!(
            page.open(&address).contains("&lt;/script&gt;&lt;img src=x"),
            "the name is shown as it is at {address}"
        );
    }
}

#[test]
fn a_principal_tells_what_it_reaches_and_a_resource_who_reaches_it() {
    let Some(page) = page(&estate::whole()) else { return };
    let told = |address: &str, texts: &[&str]| {
        let dom = page.open(address);
        report::assert_healthy(&dom, address);
        let text = report::visible_text(&dom);
        for wanted in texts {
            assert!(text.contains(wanted), "{wanted:?} at {address}: {text}");
        }
    };
    told(
        "#/entities/arn%3Aaws%3Aiam%3A%3A400000000001%3Arole%2Fdeployer",
        &[
            "What it can reach (1)",
            "acme-customer-records",
            "Privilege escalation",
            "Who can reach it (1)",
            "report-builder",
            "can raise its authority",
            "sv0 can 'arn:aws:iam::400000000001:role/deployer'",
            "does not mean that nobody can",
        ],
    );
    told(
        "#/entities/arn%3Aaws%3As3%3A%3A%3Aacme-customer-records",
        &[
            "Who can reach it (9)",
            "ada@acme.example",
            "blocked",
            "by rule 3 of sv0.toml",
            "sv0 who-can 's3:GetObject' 'arn:aws:s3:::acme-customer-records/*' --via-assume-role",
        ],
    );
    told(
        "#/entities/arn%3Aaws%3Aiam%3A%3A300000000001%3Arole%2Fmetrics-vendor",
        &[
            "It stands on no path",
            "What its policies say",
            "a finding says that outsiders",
        ],
    );
    told(
        "#/actions/s3%3AGetObject",
        &[
            "Who can do it to what",
            "Statements whose Action matches it",
            "sv0 who-can 's3:GetObject'",
        ],
    );
    told("#/explore?q=getobject", &["s3:GetObject", "Paths"]);
    told("#/explore?q=deployer", &["Identities 1", "Findings"]);
    told("#/explore?q=no-such-thing", &["Nothing in this page matches."]);
}

#[test]
fn every_kind_of_path_can_be_asked_for() {
    let estate = estate::whole();
    let Some(page) = page(&estate) else { return };
    for kind in sv0_model::path::PathKind::ALL {
        let name = serde_json::to_value(kind).expect("a kind has a name");
        let want = estate.paths.iter().filter(|path| path.kinds.contains(&kind)).count();
        assert!(want > 0, "the fixture has a path of kind {name}");
        let address = format!("#/paths?blocked=shown&kind={}", name.as_str().expect("a text"));
        assert_eq!(report::path_rows(&page.open(&address)).len(), want, "{address}");
    }
    for (query, want) in [
        ("environment=production", 9),
        ("domain=customers", 9),
        ("egress=to+a+language+model", 1),
        ("seen=not+observable&kind=supply_chain", 2),
        ("action=ecr%3APutImage", 0),
        ("q=PASSES_ROLE", 1),
        ("q=lambda-create-function", 1),
    ] {
        assert_eq!(
            report::path_rows(&page.open(&format!("#/paths?{query}"))).len(),
            want,
            "{query}"
        );
    }
}

#[test]
fn coverage_says_first_what_was_not_seen_and_what_to_do() {
    let Some(page) = page(&estate::acme()) else { return };
    let text = report::visible_text(&page.open("#/coverage"));
    for wanted in [
        "10 sources did not answer completely, in 5 accounts and for the organization as a whole.",
        "Silent altogether: Management.",
        "Ask the account's owner to restore the spoke role.",
        "not asked",
    ] {
        assert!(text.contains(wanted), "{wanted:?}: {text}");
    }
}

#[test]
fn blocked_paths_are_hidden_until_asked_for() {
    let Some(page) = page(&estate::acme()) else { return };
    let open = page.open("#/paths");
    assert_eq!(report::path_rows(&open).len(), 11);
    assert!(open.contains("Show 4 blocked paths"));
    let all = page.open("#/paths?blocked=shown");
    assert_eq!(report::path_rows(&all).len(), 15);
    let blocked = page.open("#/paths?state=blocked");
    assert_eq!(report::path_rows(&blocked).len(), 4);
    assert!(
        blocked.contains("blocked by SCP"),
        "what blocks it is written on the chain"
    );
}

#[test]
fn search_and_filters_narrow_the_list() {
    let Some(page) = page(&estate::acme()) else { return };
    let cases = [
        ("q=checkout", 2),
        ("q=checkout+payment", 1),
        ("q=ReadOrders", 1),
        ("q=no-such-thing", 0),
        ("account=400000000001", 4),
        ("sensitivity=internal", 2),
        ("resource=Secret", 4),
        ("class=Write+data", 1),
        ("seen=observed", 2),
        ("through=arn%3Aaws%3Aiam%3A%3A200000000001%3Arole%2Frelease-pipeline", 1),
    ];
    for (query, want) in cases {
        let dom = page.open(&format!("#/paths?{query}"));
        assert_eq!(report::path_rows(&dom).len(), want, "{query}");
    }
}

#[test]
fn a_path_tells_what_allows_limits_and_proves_every_step() {
    let estate = estate::whole();
    let Some(page) = page(&estate) else { return };
    let told = |workload: &str, resource: &str, texts: &[&str]| {
        let path = estate
            .paths
            .iter()
            .find(|path| path.workload.ends_with(workload) && path.resource.ends_with(resource))
            .expect("the fixture has the path");
        let text = report::visible_text(&page.open(&format!("#/paths/{}", path.id)));
        for wanted in texts {
            assert!(
                text.contains(wanted),
                "{wanted:?} on the path from {workload} to {resource}"
            );
        }
    };
    told(
        "report-builder",
        "acme-customer-records",
        &[
            "report-builder can read data from acme-customer-records",
            "inline policy of report-builder-execution, its only statement, Sid Release",
            "\"Resource\": \"arn:aws:iam::200000000001:role/release-pipeline\"",
            "Observed once, on 2025-11-19 09:12 UTC.",
            "Last seen 28 hours before the capture.",
            "Not observed in the logs of the window.",
            "The account belongs to an organization whose resource control policies were not collected.",
        ],
    );
    told(
        "agent/AGENTSUPPRT",
        "acme-customer-records",
        &[
            "AI agentLambda to Lambda",
            "Data goesto a language model",
            "Data domaincustomersby rule 3 of sv0.toml",
            "Environmentproductionby account name",
            "What this step isaction group customers",
            "The one sets the other going; what is set going acts with its own authority.",
        ],
    );
    told(
        "thumbnailer",
        "acme-media-uploads",
        &["Only if the request is sent over TLS and comes through one of the VPC endpoints"],
    );
    told(
        "customer-export",
        "acme-customer-records",
        &[
            "Blocked by SCP",
            "deny it explicitly",
            "Deny in development-without-customer-data",
            "\"Sid\": \"NoCustomerData\"",
        ],
    );
}

#[test]
fn ten_thousand_paths_are_shown_a_page_at_a_time() {
    let Some(page) = page(&estate::bulk(10_000)) else {
        return;
    };
    let first = page.open("#/paths");
    report::assert_healthy(&first, "#/paths");
    assert_eq!(report::path_rows(&first).len(), 50);
    assert!(first.contains("Page 1 of 201"));
    let last = page.open("#/paths?page=200");
    assert_eq!(report::path_rows(&last).len(), 11);
    let found = page.open("#/paths?q=tenant-worker-00400");
    assert_eq!(report::path_rows(&found).len(), 20);
}

#[test]
fn it_is_drawn_on_desktop_and_phone_in_light_and_dark() {
    let Some(page) = page(&estate::acme()) else { return };
    let mut images = Vec::new();
    for (name, window) in [("desktop", DESKTOP), ("phone", PHONE)] {
        for theme in [Theme::Light, Theme::Dark] {
            let file = page.folder.path().join(format!("{name}-{theme:?}.png"));
            page.chromium.screenshot(&page.file, "#/overview", window, theme, &file);
            let image = std::fs::read(&file).expect("a screenshot was taken");
            assert_eq!(
                chromium::png_size(&image),
                Some((window.width, window.height)),
                "{name} {theme:?}"
            );
            assert!(
                image.len() > 20_000,
                "{name} {theme:?} shows something: {} bytes",
                image.len()
            );
            images.push(image);
        }
    }
    images.sort();
    images.dedup();
    assert_eq!(images.len(), 4, "every size and theme looks different");
}
