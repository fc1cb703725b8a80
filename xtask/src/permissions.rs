//! Writes what is generated from the table of calls, `sv0_collect::permissions`, or checks that it is there and unchanged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use sv0_collect::permissions::{FOLDER, files};

use crate::docs::Fault;
use crate::shell;

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
    let files = files()?;
    for path in strangers(&root, &files.keys().map(String::as_str).collect())? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for (path, text) in &files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{} files", files.len());
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
    for path in strangers(root, &files.keys().map(String::as_str).collect())? {
        faults.push(fault(path, format!("is not generated from the table of calls: {MEND}")));
    }
    Ok(faults)
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
}
