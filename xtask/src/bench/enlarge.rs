//! A capture of many accounts, out of the example's: its member accounts again and again, under other ids and names, in one organization.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

/// The management account, of which there is one however many copies.
const MANAGEMENT: &str = "318277459012";
/// The member accounts.
const MEMBERS: [&str; 7] = [
    "604915728338",
    "729183640557",
    "845302917764",
    "912746058213",
    "156038294471",
    "271650948133",
    "508416729354",
];
/// Beginnings of names that must be told apart in the whole of AWS, as those of buckets.
const NAMES: [&str; 6] = ["prod", "dev", "shared", "data", "legacy", "delivery"];
/// Beginnings of the unique ids that IAM gives.
const UNIQUE_IDS: [&str; 4] = ["AROA", "AIDA", "AGPA", "ANPA"];
/// What is there once for the whole organization.
const ONCE: [&str; 6] = [
    "capture.json",
    "aws-managed-policies.ndjson",
    "config/aggregator.json",
    "cloudtrail/trails.ndjson",
    "identity-center/",
    "organizations/",
];

/// What was made.
pub struct Made {
    pub accounts: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Writes the capture `from` with so many copies of its member accounts to `to`.
pub fn enlarge(from: &Path, to: &Path, copies: u32) -> Result<Made> {
    let mut bytes = 0;
    for file in files(from)? {
        let name = file.strip_prefix(from).unwrap_or(&file).to_string_lossy().into_owned();
        let text = read(&file)?;
        bytes += match name.as_str() {
            "organizations/accounts.json" | "organizations/tree.json" | "organizations/policies.json" => {
                write(&to.join(&name), &organization(&name, &text, copies)?)?
            }
            _ if ONCE.iter().any(|once| name.starts_with(once)) => write(&to.join(&name), &text)?,
            _ if name.starts_with("accounts/") || name.ends_with(".gz") => of_one_account(to, &name, &text, copies)?,
            _ => write(&to.join(&name), &of_all_accounts(&text, copies))?,
        };
    }
    Ok(Made {
        accounts: 1 + MEMBERS.len() * copies as usize,
        bytes,
    })
}

/// A file whose path names the account that it is of.
fn of_one_account(to: &Path, name: &str, text: &str, copies: u32) -> Result<u64> {
    let mut bytes = 0;
    for copy in 0..copies {
        if copy == 0 || !name.contains(MANAGEMENT) {
            bytes += write(&to.join(translated(name, copy)), &translated(text, copy))?;
        }
    }
    Ok(bytes)
}

/// A file of lines, each of some account.
fn of_all_accounts(text: &str, copies: u32) -> String {
    let mut lines = String::new();
    for copy in 0..copies {
        for line in text.lines() {
            let own = translated(line, copy);
            // What a copy does not change is of the whole organization.
            if copy == 0 || own != line {
                lines.push_str(&own);
                lines.push('\n');
            }
        }
    }
    lines
}

/// What the organization says of its accounts, said of every copy as well.
fn organization(name: &str, text: &str, copies: u32) -> Result<String> {
    let mut answer: Value = serde_json::from_str(text).with_context(|| format!("{name} is no JSON"))?;
    let lists: Vec<&mut Vec<Value>> = match name {
        "organizations/accounts.json" => list(&mut answer, "Accounts").into_iter().collect(),
        "organizations/tree.json" => list(&mut answer, "Parents").into_iter().collect(),
        _ => {
            let policies = list(&mut answer, "Policies").into_iter().flatten();
            policies.filter_map(|policy| list(policy, "Targets")).collect()
        }
    };
    for list in lists {
        let own = list.clone();
        for copy in 1..copies {
            for item in &own {
                let text = item.to_string();
                let other = translated(&text, copy);
                if other != text {
                    list.push(serde_json::from_str(&other)?);
                }
            }
        }
    }
    Ok(answer.to_string())
}

fn list<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Vec<Value>> {
    value.get_mut(name).and_then(Value::as_array_mut)
}

/// The text with the accounts, names and unique ids of a copy; of copy 0 as it is.
fn translated(text: &str, copy: u32) -> String {
    let mut text = text.to_owned();
    if copy == 0 {
        return text;
    }
    for member in MEMBERS {
        let number: u64 = member.parse().unwrap_or_default();
        text = text.replace(member, &format!("{:012}", number + u64::from(copy) * 1_000_003));
    }
    for name in NAMES {
        text = text.replace(&format!("acme-{name}-"), &format!("a{copy}-{name}-"));
    }
    UNIQUE_IDS
        .iter()
        .fold(text, |text, kind| with_unique_ids(&text, kind, copy))
}

/// Unique ids of IAM end otherwise in every copy.
fn with_unique_ids(text: &str, kind: &str, copy: u32) -> String {
    const LONGEST: usize = 21;
    let mut parts = text.split(kind);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part
            .bytes()
            .take(LONGEST - kind.len())
            .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            .count();
        out.push_str(kind);
        match (part.get(..length.saturating_sub(2)), part.get(length..)) {
            (Some(kept), Some(rest)) if length >= 16 => out.push_str(&format!("{kept}{copy:02}{rest}")),
            _ => out.push_str(part),
        }
    }
    out
}

fn read(file: &Path) -> Result<String> {
    let named = || format!("cannot read {}", file.display());
    let opened = File::open(file).with_context(named)?;
    let mut text = String::new();
    match file.extension().is_some_and(|extension| extension == "gz") {
        true => GzDecoder::new(opened).read_to_string(&mut text),
        false => { opened }.read_to_string(&mut text),
    }
    .with_context(named)?;
    Ok(text)
}

/// Writes a file and tells how many bytes it has.
fn write(file: &Path, text: &str) -> Result<u64> {
    let named = || format!("cannot write {}", file.display());
    fs::create_dir_all(file.parent().unwrap_or(file)).with_context(named)?;
    let mut bytes = text.as_bytes().to_vec();
    if file.extension().is_some_and(|extension| extension == "gz") {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes).with_context(named)?;
        bytes = encoder.finish().with_context(named)?;
    }
    fs::write(file, &bytes).with_context(named)?;
    Ok(bytes.len() as u64)
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            let is_folder = entry.file_type()?.is_dir();
            if is_folder { &mut folders } else { &mut found }.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_accounts_names_and_unique_ids_of_its_own() {
        let text = r#"{"a":"arn:aws:iam::604915728338:role/x","b":"acme-prod-logs","c":"AROAABCDEFGHIJKLMNOPQ","d":"AROA","e":"318277459012"}"#;
        assert_eq!(translated(text, 0), text);
        assert_eq!(
            translated(text, 3),
            r#"{"a":"arn:aws:iam::604918728347:role/x","b":"a3-prod-logs","c":"AROAABCDEFGHIJKLMNO03","d":"AROA","e":"318277459012"}"#
        );
    }

    #[test]
    fn the_example_grows_by_its_members() {
        let folder = tempfile::tempdir().unwrap();
        let example = crate::shell::workspace_root().unwrap().join("examples/acme/capture");
        let made = enlarge(&example, folder.path(), 3).unwrap();
        assert_eq!(made.accounts, 22);
        let listed = read(&folder.path().join("organizations/accounts.json")).unwrap();
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed["Accounts"].as_array().unwrap().len(), 22);
        let roles = read(&folder.path().join("config/AWS-IAM-Role.ndjson")).unwrap();
        let own = read(&example.join("config/AWS-IAM-Role.ndjson")).unwrap();
        let of_management = own.lines().filter(|line| translated(line, 1) == **line).count();
        assert_eq!(roles.lines().count(), 3 * own.lines().count() - 2 * of_management);
    }
}
