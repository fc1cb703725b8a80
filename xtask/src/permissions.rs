//! Writes what is generated from the table of calls, `sv0_collect::permissions`, or checks that it is there and unchanged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use sv0_collect::permissions::{FOLDER, blocks, files, policies, rows};

use crate::docs::{self, Fault};
use crate::shell;

/// Folders and endings of files that may have generated blocks.
const WITH_BLOCKS: [(&str, &[&str]); 3] = [
    ("infra", &["yaml", "yml"]),
    ("cfn-stacksets", &["yaml", "yml", "sql", "md"]),
    ("docs", &["md", "sql"]),
];

#[derive(Args)]
pub struct PermissionsArguments {
    /// Write nothing: fail when a file is not what the table gives.
    #[arg(long)]
    check: bool,
}

pub fn permissions(arguments: &PermissionsArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    if arguments.check {
        let faults = faults(&root)?;
        for fault in &faults {
            eprintln!("{}: {}", fault.file.display(), fault.message);
        }
        return match faults.len() {
            0 => Ok(()),
            count => bail!("{count} files differ from the table of calls"),
        };
    }
    let mut files = files()?;
    for (path, blocks) in with_blocks(&root)? {
        files.entry(path).or_insert(blocks.filled);
    }
    for path in strangers(&root, &files.keys().map(String::as_str).collect())? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    let mut written = 0;
    for (path, text) in &files {
        let path = root.join(path);
        if fs::read_to_string(&path).is_ok_and(|own| own == *text) {
            continue;
        }
        written += 1;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!(
        "{written} files written, of {} that have something generated or may have",
        files.len()
    );
    Ok(())
}

/// Files that are not what the table gives, are missing, or have no place in the folder.
pub fn faults(root: &Path) -> Result<Vec<Fault>> {
    const MEND: &str = "run cargo xtask permissions";
    let files = files()?;
    let mut faults = Vec::new();
    for (path, text) in &files {
        if fs::read_to_string(root.join(path)).ok().as_ref() != Some(text) {
            faults.push(fault(
                path.into(),
                format!("is not what the table of calls gives: {MEND}"),
            ));
        }
    }
    for (path, blocks) in with_blocks(root)? {
        if blocks.text != blocks.filled {
            let line = first_difference(&blocks.text, &blocks.filled);
            let message = format!("a generated block is not what the table of calls gives: {MEND}");
            faults.push(Fault {
                file: path.into(),
                line,
                message,
            });
        }
    }
    for path in strangers(root, &files.keys().map(String::as_str).collect())? {
        faults.push(fault(path, format!("is not generated from the table of calls: {MEND}")));
    }
    Ok(faults)
}

/// A file with generated blocks.
struct Blocks {
    text: String,
    filled: String,
}

/// Files that people write and that have generated blocks, by their path below the root.
fn with_blocks(root: &Path) -> Result<Vec<(String, Blocks)>> {
    let policies = policies(rows())?;
    let mut found = Vec::new();
    for (folder, endings) in WITH_BLOCKS {
        for ending in endings {
            for path in docs::files(&root.join(folder), ending)? {
                let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
                let filled = blocks::filled(&text, &policies).with_context(|| path.display().to_string())?;
                let name = path.strip_prefix(root)?.display().to_string();
                found.push((name, Blocks { text, filled }));
            }
        }
    }
    Ok(found)
}

/// The first line, from 1, in which two texts differ.
fn first_difference(one: &str, other: &str) -> usize {
    let same = one.lines().zip(other.lines()).take_while(|(one, other)| one == other);
    same.count() + 1
}

fn fault(file: PathBuf, message: String) -> Fault {
    Fault { file, line: 1, message }
}

/// Files in the folder that the table does not give.
fn strangers(root: &Path, given: &BTreeSet<&str>) -> Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut strangers = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = format!("{FOLDER}/{}", entry.file_name().to_string_lossy());
        if !given.contains(name.as_str()) {
            strangers.push(entry.path());
        }
    }
    strangers.sort();
    Ok(strangers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_generated_lies_here_unchanged() {
        let faults = faults(&shell::workspace_root().unwrap()).unwrap();
        assert_eq!(faults, []);
    }

    #[test]
    fn a_file_that_is_changed_missing_or_strange_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        let files = files().unwrap();
        for (path, text) in &files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(faults(root.path()).unwrap(), []);
        let folder = root.path().join(FOLDER);
        fs::write(folder.join("stranger.json"), "{}").unwrap();
        fs::write(folder.join("spoke-deny.json"), "{}").unwrap();
        fs::remove_file(folder.join("spoke-identity.json")).unwrap();
        let named: Vec<String> = faults(root.path())
            .unwrap()
            .iter()
            .map(|fault| fault.file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(named, ["spoke-deny.json", "spoke-identity.json", "stranger.json"]);
    }

    #[test]
    fn a_generated_block_that_is_changed_is_noticed_at_its_line() {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in &files().unwrap() {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let marked = "Document:\n  # generated: policy spoke-audit\n  # end of generated\n";
        let template = root.path().join("infra/template.yaml");
        let filled = blocks::filled(marked, &policies(rows()).unwrap()).unwrap();
        fs::write(&template, &filled).unwrap();
        assert_eq!(faults(root.path()).unwrap(), []);
        fs::write(&template, filled.replace("Allow", "Deny")).unwrap();
        let faults = faults(root.path()).unwrap();
        assert!(matches!(faults.as_slice(), [fault] if fault.line == 6), "{faults:?}");
    }
}
