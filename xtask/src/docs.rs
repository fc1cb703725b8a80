//! Checks what the documentation says against what there is: links, commands, flags, schemas.

mod commands;
mod links;
mod markdown;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell;

/// A place in the documentation and what is wrong there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: PathBuf,
    pub line: usize,
    pub message: String,
}

/// A Markdown file.
pub struct Page {
    /// Relative to the root of the repository.
    pub path: PathBuf,
    pub text: String,
}

pub fn check() -> Result<()> {
    let root = shell::workspace_root()?;
    let pages = pages(&root)?;
    let schemas = files(&root.join("docs/schemas"), "json")?;
    // What is found is printed at once: asking the programs for their help may fail, and must hide nothing.
    let mut count = report(links::faults(&root, &pages));
    count += report(schema_faults(&root, &schemas)?);
    count += report(commands::faults(&pages, &commands::tools()?));
    count += report(crate::permissions::faults(&root)?);
    println!("checked {} pages and {} schemas", pages.len(), schemas.len());
    match count {
        0 => Ok(()),
        _ => bail!("{count} faults in the documentation"),
    }
}

fn report(mut faults: Vec<Fault>) -> usize {
    faults.sort();
    for fault in &faults {
        eprintln!("{}:{}: {}", fault.file.display(), fault.line, fault.message);
    }
    faults.len()
}

fn pages(root: &Path) -> Result<Vec<Page>> {
    files(root, "md")?
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(Page {
                path: relative(root, &path),
                text,
            })
        })
        .collect()
}

/// A schema file that is not JSON, or says nothing of which kind of schema it is.
fn schema_faults(root: &Path, schemas: &[PathBuf]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for path in schemas {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        faults.extend(schema_fault(relative(root, path), &text));
    }
    Ok(faults)
}

fn schema_fault(file: PathBuf, text: &str) -> Option<Fault> {
    match serde_json::from_str::<Value>(text) {
        Err(error) => Some(Fault {
            file,
            line: error.line(),
            message: format!("not valid JSON: {error}"),
        }),
        Ok(schema) if schema.get("$schema").is_none() => Some(Fault {
            file,
            line: 1,
            message: "\"$schema\" is missing: name the dialect".to_owned(),
        }),
        Ok(_) => None,
    }
}

/// Every file below `folder` with this extension, sorted; hidden folders and build output are left out.
/// A folder that is not there has none.
pub fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    const OUTPUT: [&str; 3] = ["target", "sv0-out", "node_modules"];
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    folders.retain(|folder| folder.exists());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || OUTPUT.contains(&name.as_str()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|own| own == extension) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn relative(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_json_and_names_its_dialect() {
        let message = |text: &str| schema_fault(PathBuf::from("a.json"), text).map(|fault| fault.message);
        assert_eq!(
            message(r#"{"$schema": "https://json-schema.org/draft/2020-12/schema"}"#),
            None
        );
        assert!(message("{").unwrap().starts_with("not valid JSON"));
        assert!(message("{}").unwrap().contains("$schema"));
    }
}
