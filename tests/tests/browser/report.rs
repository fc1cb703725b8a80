//! What holds for every report, whatever is in it.

use std::path::Path;

use super::chromium::Chromium;

/// Every view, and a text that only its own heading or table holds.
const VIEWS: [(&str, &str); 9] = [
    ("#/overview", "The estate at a glance"),
    ("#/explore", "Search everything"),
    ("#/findings", "Filter by severity"),
    ("#/paths", "Authority paths"),
    ("#/identities", "Principals that policies speak of"),
    ("#/workloads", "What runs code under a role"),
    ("#/resources", "What can be reached"),
    ("#/coverage", "What the logs could show"),
    ("#/glossary", "Reading this report"),
];

/// Opens every view of the report in `file`, the first paths and the first findings it lists, and fails on any error.
pub fn check_report(chromium: &Chromium, file: &Path) {
    for (address, text) in VIEWS {
        let dom = chromium.dump_dom(file, address);
        assert_healthy(&dom, address);
        assert!(
            visible_text(&dom).contains(text) || dom.contains(text),
            "{address} shows {text:?}"
        );
        assert!(
            dom.contains(&format!("href=\"{address}\" aria-current=\"page\"")),
            "{address} is marked as current"
        );
    }
    let paths = chromium.dump_dom(file, "#/paths?blocked=shown");
    for address in path_rows(&paths).iter().take(3) {
        let dom = chromium.dump_dom(file, address);
        assert_healthy(&dom, address);
        let text = visible_text(&dom);
        for part in ["Step by step", "What proves it"] {
            assert!(text.contains(part), "{address} shows {part:?}");
        }
    }
    let findings = chromium.dump_dom(file, "#/findings");
    for id in attributes(&findings, "id=\"finding-").iter().take(3) {
        let address = format!("#/findings/{id}");
        let dom = chromium.dump_dom(file, &address);
        assert_healthy(&dom, &address);
        assert!(dom.contains("Link to this finding"), "{address} is opened");
    }
}

/// The script ran to its end, and nothing failed on the way: no exception, nothing that the page's policy had to stop.
pub fn assert_healthy(dom: &str, address: &str) {
    let html = dom
        .split_once("<html")
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(tag, _)| tag);
    assert!(
        html.contains("data-ready=\"true\""),
        "the script of {address} did not finish: <html{html}>"
    );
    assert!(
        html.contains("data-errors=\"0\""),
        "the script of {address} failed: <html{html}>"
    );
    assert!(!html.contains("data-pwned"), "a name ran as a script at {address}");
    let icons = attributes(dom, "href=\"#icon-");
    assert!(!icons.is_empty(), "{address} has icons");
    for icon in icons {
        assert!(
            dom.contains(&format!("<symbol id=\"icon-{icon}\"")),
            "{address} uses the icon {icon}, which is not drawn"
        );
    }
}

/// The addresses of the paths in the list, in its order.
pub fn path_rows(dom: &str) -> Vec<String> {
    let rows = dom.split("<a class=\"path-row").skip(1);
    let addresses = rows.filter_map(|row| attributes(row, "href=\"").into_iter().next());
    addresses.map(str::to_owned).collect()
}

/// The data island's text.
pub fn data_island(dom: &str) -> &str {
    let start = "id=\"report-data\">";
    let (_, rest) = dom.split_once(start).expect("the document has a data island");
    rest.split_once("</script>").expect("the data island ends").0
}

/// The text of the views that are not hidden, as a person reads it.
pub fn visible_text(dom: &str) -> String {
    let (_, rest) = dom.split_once("<main").expect("the document has a main part");
    let main = rest.split_once("</main>").expect("the main part ends").0;
    let sections = main.split("<section class=\"view\"").skip(1);
    let visible = sections.filter(|section| !section.split('>').next().is_some_and(|tag| tag.contains("hidden")));
    let text: String = visible
        .flat_map(|section| section.split('<'))
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect();
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

/// What follows `start` up to the next quotation mark, wherever it stands.
fn attributes<'a>(dom: &'a str, start: &str) -> Vec<&'a str> {
    dom.split(start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}
