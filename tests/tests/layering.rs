//! The plan of the house: which crate may use which, and what the pure ones never reach.
//!
//! The layers are the rows of the table in ARCHITECTURE.md. A crate uses only what stands above it there, and a new crate needs a row.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Crates that compute and do nothing else.
pub const PURE: [&str; 5] = [
    "sv0-model",
    "sv0-iam",
    "sv0-managed-policies",
    "sv0-graph",
    "sv0-authority",
];

/// Folders of the crates that may talk to AWS.
const ADAPTERS: [&str; 3] = ["shared/aws", "functions/", "cli"];

/// What opens connections.
const NETWORK: [&str; 8] = ["aws-", "curl", "hyper", "isahc", "quinn", "reqwest", "rustls", "ureq"];

/// Crates that do not know each other: the first of a pair never reaches the second.
const STRANGERS: [(&str, &str); 2] = [("sv0-authority", "sv0-graph"), ("sv0-graph", "sv0-authority")];

/// What talks to the outside, or makes the same input give another output. A name that ends in `-` stands for all that begin so.
const IMPURE: [&str; 22] = [
    "async-std",
    "aws-",
    "chrono",
    "fastrand",
    "fs-err",
    "getrandom",
    "h2",
    "hyper",
    "mio",
    "native-tls",
    "oorandom",
    "quinn",
    "rand",
    "rand_core",
    "reqwest",
    "rustls",
    "rusqlite",
    "smol",
    "socket2",
    "tempfile",
    "tokio",
    "ureq",
];

/// The crates that a crate uses, by name.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn crates_use_only_what_stands_above_them() {
    let layers = layers(&architecture(), metadata());
    let faults = layer_faults(&workspace_uses(metadata()), &layers);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn crates_that_must_not_know_each_other_do_not() {
    let graph = resolved_uses(metadata());
    for (name, stranger) in STRANGERS {
        assert_eq!(reach_faults(&graph, &[name], &[stranger]), Vec::<String>::new());
    }
}

#[test]
fn pure_crates_reach_nothing_impure() {
    let graph = resolved_uses(metadata());
    for name in PURE {
        assert!(graph.contains_key(name), "{name} is not in the workspace");
    }
    let faults = reach_faults(&graph, &PURE, &IMPURE);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_adapters_reach_the_network() {
    let packages = metadata().workspace_packages();
    let is_adapter = |folder: &str| ADAPTERS.iter().any(|adapter| folder.starts_with(adapter));
    let others = packages.iter().filter(|package| !is_adapter(&folder(package)));
    let others: Vec<&str> = others.map(|package| package.name.as_str()).collect();
    assert!(others.contains(&"sv0-collect"), "{others:?}");
    let faults = reach_faults(&resolved_uses(metadata()), &others, &NETWORK);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

mod the_checks_can_fail {
    use super::*;

    fn graph(uses: &[(&str, &[&str])]) -> Graph {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        uses.iter()
            .map(|(name, used)| ((*name).to_owned(), owned(used)))
            .collect()
    }

    #[test]
    fn on_a_crate_that_uses_what_stands_below_it() {
        let layers = ["sv0-model", "sv0-iam", "sv0-graph", "sv0-pipeline"].map(str::to_owned);
        let uses = graph(&[("sv0-graph", &["sv0-iam", "sv0-pipeline"]), ("sv0-iam", &["sv0-model"])]);
        assert_eq!(
            layer_faults(&uses, &layers),
            ["sv0-graph uses sv0-pipeline, which stands below it"]
        );
    }

    #[test]
    fn on_a_crate_without_a_layer() {
        let faults = layer_faults(&graph(&[("sv0-new", &[])]), &[]);
        assert_eq!(
            faults,
            ["sv0-new has no layer: give its folder a row in ARCHITECTURE.md"]
        );
    }

    #[test]
    fn because_the_order_is_that_of_the_table() {
        let architecture = "| crate | does |\n|---|---|\n| `xtask` | a |\n| `shared/model` (`sv0-model`) | b |\n";
        assert_eq!(layers(architecture, metadata()), ["xtask", "sv0-model"]);
    }

    #[test]
    fn on_a_pure_crate_that_reaches_tokio_through_another() {
        let uses = graph(&[
            ("sv0-iam", &["helper", "serde"]),
            ("helper", &["tokio", "aws-config"]),
            ("serde", &[]),
            ("sv0-graph", &["tokio-like"]),
        ]);
        let faults = reach_faults(&uses, &["sv0-iam", "sv0-graph"], &IMPURE);
        assert_eq!(faults, ["sv0-iam > helper > aws-config", "sv0-iam > helper > tokio"]);
    }

    #[test]
    fn because_the_real_graph_does_reach_something_impure() {
        let graph = resolved_uses(metadata());
        assert!(!reach_faults(&graph, &["xtask"], &["getrandom"]).is_empty());
        assert!(!reach_faults(&graph, &["sv0-sources"], &["zstd-sys"]).is_empty());
    }
}

/// Uses between crates of the workspace that break the order.
fn layer_faults(uses: &Graph, layers: &[String]) -> Vec<String> {
    let layer = |name: &str| layers.iter().position(|own| *own == name);
    let mut faults = Vec::new();
    for (name, used) in uses {
        let Some(own) = layer(name) else {
            faults.push(format!("{name} has no layer: give its folder a row in ARCHITECTURE.md"));
            continue;
        };
        let below = used.iter().filter(|used| layer(used).is_none_or(|other| other >= own));
        faults.extend(below.map(|used| format!("{name} uses {used}, which stands below it")));
    }
    faults
}

/// The names of the crates in the order of the table, whose rows begin with a crate's folder: ``| `shared/model` … |``.
fn layers(architecture: &str, metadata: &Metadata) -> Vec<String> {
    let packages = metadata.workspace_packages();
    architecture
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter_map(|row| packages.iter().find(|package| folder(package) == row))
        .map(|package| package.name.to_string())
        .collect()
}

/// The folder of a crate below the root, such as `shared/model`.
fn folder(package: &cargo_metadata::Package) -> String {
    let folder = package.manifest_path.parent().unwrap();
    folder
        .strip_prefix(&metadata().workspace_root)
        .unwrap()
        .as_str()
        .replace('\\', "/")
}

fn architecture() -> String {
    let file = metadata().workspace_root.join("ARCHITECTURE.md");
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The ways from `from` to a package that is `banned`, one a line: `sv0-iam > helper > tokio`.
fn reach_faults(uses: &Graph, from: &[&str], banned: &[&str]) -> Vec<String> {
    from.iter()
        .flat_map(|start| reach_faults_of(uses, start, banned))
        .collect()
}

fn reach_faults_of(uses: &Graph, start: &str, banned: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![start]];
    while let Some(way) = ways.pop() {
        let name = way.last().copied().unwrap_or_default();
        if !seen.insert(name) {
            continue;
        }
        if banned.iter().any(|banned| is_meant(banned, name)) {
            faults.push(way.join(" > "));
            continue;
        }
        let used = uses.get(name).into_iter().flatten();
        ways.extend(used.map(|next| [way.as_slice(), &[next.as_str()]].concat()));
    }
    faults.sort();
    faults
}

fn is_meant(banned: &str, name: &str) -> bool {
    name == banned || (banned.ends_with('-') && name.starts_with(banned))
}

/// Benchmarks of any crate ask made-up organizations; nothing that is shipped does.
fn is_measured_with(dependency: &cargo_metadata::Dependency) -> bool {
    dependency.name == "sv0-synth" && dependency.kind == cargo_metadata::DependencyKind::Development
}

/// What each crate of the workspace uses of the workspace, tests and build scripts included, but for what it is measured with.
fn workspace_uses(metadata: &Metadata) -> Graph {
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let used = |dependencies: &[cargo_metadata::Dependency]| -> BTreeSet<String> {
        let used = dependencies.iter().filter(|dependency| !is_measured_with(dependency));
        let used = used.map(|dependency| dependency.name.clone());
        used.filter(|name| names.contains(name.as_str())).collect()
    };
    packages
        .iter()
        .map(|package| (package.name.to_string(), used(&package.dependencies)))
        .collect()
}

/// What each package links, after features and this platform are resolved.
fn resolved_uses(metadata: &Metadata) -> Graph {
    let name = |id: &cargo_metadata::PackageId| metadata[id].name.to_string();
    let nodes = &metadata
        .resolve
        .as_ref()
        .expect("cargo metadata resolves dependencies")
        .nodes;
    let mut uses = Graph::new();
    for node in nodes {
        let linked = node.deps.iter().filter(|dependency| {
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal)
        });
        // Two versions of a package count as one: what either uses is used.
        uses.entry(name(&node.id))
            .or_default()
            .extend(linked.map(|dependency| name(&dependency.pkg)));
    }
    uses
}

/// What cargo says of this workspace, asked once.
pub fn metadata() -> &'static Metadata {
    static METADATA: std::sync::OnceLock<Metadata> = std::sync::OnceLock::new();
    METADATA.get_or_init(|| {
        MetadataCommand::new()
            .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
            // Packages of other platforms were never downloaded, and need not be.
            .other_options(["--filter-platform".to_owned(), host()])
            .exec()
            .expect("cargo metadata answers")
    })
}

/// The platform that rustc runs on, such as `x86_64-unknown-linux-gnu`.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().expect("rustc starts");
    let version = String::from_utf8(version.stdout).expect("rustc prints UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}
