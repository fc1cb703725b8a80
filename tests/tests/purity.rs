//! What the source of a crate never names: the file system, the environment, the clock, chance.
//!
//! The compiler cannot forbid a part of the standard library, so the source itself is read, test code left out.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, Macro, UseTree};
use walkdir::WalkDir;

use crate::layering::{PURE, metadata};

/// What a pure crate never names. Types that only describe, such as `std::net::IpAddr`, are not among it.
const OUTSIDE: [&str; 15] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::os",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::time::SystemTime",
    "std::time::Instant",
    "Timestamp::now",
    "Zoned::now",
];

/// Macros that a pure crate never calls.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Crates that take data and hand data back, and leave files to others.
const WITHOUT_FILES: [&str; 2] = ["sv0-report", "sv0-pipeline"];

#[test]
fn pure_crates_name_nothing_outside() {
    for name in PURE {
        assert_none(name, &OUTSIDE, &PRINTING);
    }
}

#[test]
fn crates_without_files_name_no_file_system() {
    for name in WITHOUT_FILES {
        assert_none(
            name,
            &[
                "std::fs",
                "std::net::TcpStream",
                "std::net::TcpListener",
                "std::net::UdpSocket",
            ],
            &[],
        );
    }
}

mod the_check_can_fail {
    use super::*;

    fn lines(source: &str) -> Vec<String> {
        let faults = faults(source, &OUTSIDE, &PRINTING).unwrap();
        faults
            .into_iter()
            .map(|(line, what)| format!("{line} {what}"))
            .collect()
    }

    #[test]
    fn on_every_way_to_name_a_thing() {
        for (source, want) in [
            ("use std::fs;", "1 std::fs"),
            ("use std::fs::File;", "1 std::fs::File"),
            ("use std::{collections::BTreeMap, env as e};", "1 std::env"),
            ("use std::io::{self, stdout};", "1 std::io::stdout"),
            ("use std::*;", "1 std::*"),
            ("use std::net::*;", "1 std::net::*"),
            ("use std::net::{IpAddr, TcpStream};", "1 std::net::TcpStream"),
            ("use std::io; fn f() { io::stdout(); }", "1 io::stdout"),
            ("fn f() {\n ::std::fs::read(\"x\"); }", "2 std::fs::read"),
            (
                "fn f() -> jiff::Timestamp { jiff::Timestamp::now() }",
                "1 jiff::Timestamp::now",
            ),
            ("fn f() { let g = Timestamp::now; }", "1 Timestamp::now"),
            ("fn f() { vec![std::env::var(\"X\")]; }", "1 std::env::var"),
            ("fn f() { println!(\"x\"); }", "1 println!"),
            ("fn f() { std::eprintln!(\"x\"); }", "1 eprintln!"),
            (
                "mod m { fn f(at: std::time::SystemTime) {} }",
                "1 std::time::SystemTime",
            ),
            ("#[cfg(not(test))] use std::env;", "1 std::env"),
        ] {
            assert_eq!(lines(source), [want], "{source}");
        }
    }

    #[test]
    fn and_only_on_those() {
        for source in [
            "// std::fs\n/// std::env\nconst A: &str = \"std::fs::read\";",
            "#[cfg(test)] mod tests { use std::fs; fn f() { println!(\"x\"); } }",
            "#[cfg(test)] use std::env;",
            "use std::time::Duration; use std::{fmt, io, net::IpAddr}; const V: &str = env!(\"CARGO_PKG_VERSION\");",
            "mod fs {} use crate::fs::File; fn f() { fs::read(); }",
        ] {
            assert_eq!(lines(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn on_source_that_it_cannot_read() {
        assert!(faults("fn {", &OUTSIDE, &PRINTING).is_err());
    }

    #[test]
    fn because_it_reads_the_files_that_there_are() {
        let files = source_files("sv0-model");
        assert!(
            files.iter().any(|file| file.ends_with("shared/model/src/arn.rs")),
            "{files:?}"
        );
        assert!(files.len() > 5);
    }
}

fn assert_none(crate_name: &str, paths: &[&str], macros: &[&str]) {
    let mut messages = Vec::new();
    for file in source_files(crate_name) {
        let source = fs::read_to_string(&file).expect("source is readable");
        let found = faults(&source, paths, macros).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        messages.extend(
            found
                .iter()
                .map(|(line, what)| format!("{}:{line}: {what}", file.display())),
        );
    }
    assert!(
        messages.is_empty(),
        "{crate_name} names what it must not:\n{}",
        messages.join("\n")
    );
}

/// The source files of a crate, without those that hold its unit tests.
fn source_files(crate_name: &str) -> Vec<PathBuf> {
    let packages = metadata().workspace_packages();
    let package = packages.iter().find(|package| package.name.as_str() == crate_name);
    let manifest = &package
        .unwrap_or_else(|| panic!("{crate_name} is not in the workspace"))
        .manifest_path;
    let source = manifest.parent().expect("a manifest is in a folder").join("src");
    let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "rs") && !is_test(path);
    WalkDir::new(source)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("source folder is readable").into_path())
        .filter(|path| is_source(path))
        .collect()
}

fn is_test(path: &Path) -> bool {
    path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

/// The lines of `source` that name one of `paths` or call one of `macros`.
fn faults(source: &str, paths: &[&str], macros: &[&str]) -> syn::Result<Vec<(usize, String)>> {
    let file = syn::parse_file(source)?;
    let mut search = Search {
        paths,
        macros,
        found: Vec::new(),
    };
    search.visit_file(&file);
    Ok(search.found)
}

struct Search<'a> {
    paths: &'a [&'a str],
    macros: &'a [&'a str],
    found: Vec<(usize, String)>,
}

impl Search<'_> {
    fn look_at(&mut self, line: usize, path: &str) {
        if self.paths.iter().any(|banned| names(banned, path)) {
            self.found.push((line, path.to_owned()));
        }
    }

    fn look_at_use(&mut self, before: &str, tree: &UseTree) {
        let at = |ident: &proc_macro2::Ident| (ident.span().start().line, format!("{before}{ident}"));
        match tree {
            UseTree::Path(path) => self.look_at_use(&format!("{}::", at(&path.ident).1), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.look_at_use(before, tree)),
            UseTree::Glob(glob) => self.look_at(glob.star_token.spans[0].start().line, &format!("{before}*")),
            UseTree::Name(name) => self.look_at_named_use(at(&name.ident)),
            UseTree::Rename(rename) => self.look_at_named_use(at(&rename.ident)),
        }
    }

    fn look_at_named_use(&mut self, (line, path): (usize, String)) {
        self.look_at(line, path.strip_suffix("::self").unwrap_or(&path));
    }

    /// Paths inside a macro's arguments, which have no syntax of their own.
    fn look_at_tokens(&mut self, tokens: TokenStream) {
        let mut path = String::new();
        let mut line = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if path.is_empty() || path.ends_with("::") => {
                    line = ident.span().start().line;
                    path.push_str(&ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
                other => {
                    self.look_at(line, path.trim_start_matches(':'));
                    path.clear();
                    if let TokenTree::Group(group) = other {
                        self.look_at_tokens(group.stream());
                    }
                }
            }
        }
        self.look_at(line, path.trim_start_matches(':'));
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.look_at_use("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path
            .segments
            .first()
            .map_or(0, |segment| segment.ident.span().start().line);
        self.look_at(line, &names.join("::"));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if let Some(name) = call
            .path
            .segments
            .last()
            .filter(|last| self.macros.iter().any(|own| last.ident == own))
        {
            self.found
                .push((name.ident.span().start().line, format!("{}!", name.ident)));
        }
        self.look_at_tokens(call.tokens.clone());
    }
}

/// Whether a path is `banned`, holds it, or takes all of what it is in. A module of `std` that was brought in may stand first: `io::stdout`.
fn names(banned: &str, path: &str) -> bool {
    let holds = |part: &str| format!("::{path}::").contains(&format!("::{part}::"));
    let without_std = banned.strip_prefix("std::").filter(|rest| rest.contains("::"));
    let takes_all = path
        .strip_suffix("::*")
        .is_some_and(|from| banned.starts_with(&format!("{from}::")));
    holds(banned) || without_std.is_some_and(holds) || takes_all
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|only| only == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(ItemMod { attrs, .. }) => attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
