//! Writing: accounts are made side by side, and written in their order.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;
use thiserror::Error;
use zstd::stream::write::Encoder;

use crate::data::{Place, rows};
use crate::dice::Dice;
use crate::identity::{self, AWS_MANAGED, account, applications};
use crate::names::{account_id, aws_managed};
use crate::{Organization, logs, organization};

/// Accounts that are made before any of them is written: what bounds the memory.
const BATCH: usize = 32;
const LEVEL: i32 = 1;
const HOME: &str = "eu-west-1";

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Accounts.
    pub accounts: usize,
    /// Roles.
    pub roles: usize,
    /// Files.
    pub files: usize,
    /// Bytes of JSON, before compression; log files apart.
    pub json_bytes: u64,
}

/// Why an organization was not written.
#[derive(Debug, Error)]
pub enum SynthError {
    /// The folder holds something.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
}

/// Writes the organization as a capture into `out`, which is made, or is empty. `progress` is told how many accounts are written.
///
/// # Errors
/// [`SynthError`].
pub fn write(organization: &Organization, out: &Path, progress: &dyn Fn(usize)) -> Result<Written, SynthError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| SynthError::Io { path, source }
    };
    fs::create_dir_all(out).map_err(at(out))?;
    if fs::read_dir(out).map_err(at(out))?.next().is_some() {
        return Err(SynthError::NotEmpty(out.to_owned()));
    }
    let mut writer = Writer {
        out,
        streams: BTreeMap::new(),
        written: Written::default(),
    };
    let numbers: Vec<usize> = (0..organization.accounts).collect();
    for batch in numbers.chunks(BATCH) {
        let made: Vec<Result<Files, io::Error>> = batch
            .par_iter()
            .map(|number| Files::of(organization, *number))
            .collect();
        for files in made {
            writer.account(files.map_err(at(out))?)?;
            progress(writer.written.accounts);
        }
    }
    writer.finish(organization)
}

/// The files of one account, as bytes.
struct Files {
    roles: usize,
    json_bytes: u64,
    own: Vec<(String, Vec<u8>)>,
    /// Lines of files that hold every account, by stem.
    shared: BTreeMap<String, Vec<u8>>,
}

impl Files {
    fn of(organization: &Organization, number: usize) -> io::Result<Self> {
        let id = account_id(number);
        let names = applications(organization, number);
        let made = account(organization, number, &names);
        let mut dice = Dice::new(organization.seed, u64::MAX - number as u64);
        let mut shared: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let stem = |kind: &str| format!("config/{}", kind.replace("::", "-"));
        for application in names {
            let neighbour = account_id(dice.below(organization.accounts));
            let place = Place {
                account: &id,
                region: HOME,
                application,
                neighbour: &neighbour,
            };
            for (kind, row) in rows(place, &mut dice) {
                push(&mut shared, stem(kind), &row)?;
            }
        }
        for (kind, row) in &made.rows.config {
            push(&mut shared, stem(kind), row)?;
        }
        push(&mut shared, stem("AWS::IAM::OIDCProvider"), &identity::provider(&id))?;
        for row in organization::recorders(&id) {
            push(&mut shared, "config/recorders".to_owned(), &row)?;
        }
        let mut spoke: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (region, file, row) in &made.rows.spoke {
            push(&mut spoke, format!("accounts/{id}/{region}/{file}"), row)?;
        }
        let details = made.authorization_details.to_string();
        let json_bytes = details.len() + shared.values().chain(spoke.values()).map(Vec::len).sum::<usize>();
        let mut own = vec![(
            format!("accounts/{id}/iam/authorization-details.json.zst"),
            zstd::encode_all(details.as_bytes(), LEVEL)?,
        )];
        own.extend(spoke.into_iter().map(|(stem, lines)| (format!("{stem}.ndjson"), lines)));
        own.extend(logs::files(
            &id,
            &made.workload_roles,
            organization.events_per_account,
            &mut dice,
        )?);
        Ok(Self {
            roles: organization.roles_per_account,
            json_bytes: json_bytes as u64,
            own,
            shared,
        })
    }
}

fn push(files: &mut BTreeMap<String, Vec<u8>>, stem: String, row: &Value) -> io::Result<()> {
    let lines = files.entry(stem).or_default();
    serde_json::to_writer(&mut *lines, row)?;
    lines.push(b'\n');
    Ok(())
}

struct Writer<'a> {
    out: &'a Path,
    streams: BTreeMap<String, (PathBuf, Encoder<'static, File>)>,
    written: Written,
}

impl Writer<'_> {
    fn account(&mut self, files: Files) -> Result<(), SynthError> {
        for (key, bytes) in &files.own {
            self.file(key, bytes)?;
        }
        for (stem, lines) in &files.shared {
            self.append(stem, lines)?;
        }
        self.written.accounts += 1;
        self.written.roles += files.roles;
        self.written.json_bytes += files.json_bytes;
        Ok(())
    }

    fn file(&mut self, key: &str, bytes: &[u8]) -> Result<(), SynthError> {
        let path = self.place(key)?;
        fs::write(&path, bytes).map_err(|source| SynthError::Io { path, source })?;
        self.written.files += 1;
        Ok(())
    }

    fn place(&self, key: &str) -> Result<PathBuf, SynthError> {
        let path = self.out.join(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| SynthError::Io {
                path: folder.to_owned(),
                source,
            })?;
        }
        Ok(path)
    }

    fn append(&mut self, stem: &str, lines: &[u8]) -> Result<(), SynthError> {
        if !self.streams.contains_key(stem) {
            let path = self.place(&format!("{stem}.ndjson.zst"))?;
            let stream = File::create_new(&path).and_then(|file| Encoder::new(file, LEVEL));
            let stream = stream.map_err(|source| SynthError::Io {
                path: path.clone(),
                source,
            })?;
            self.streams.insert(stem.to_owned(), (path, stream));
            self.written.files += 1;
        }
        let Some((path, stream)) = self.streams.get_mut(stem) else {
            return Ok(());
        };
        stream.write_all(lines).map_err(|source| SynthError::Io {
            path: path.clone(),
            source,
        })
    }

    fn finish(mut self, organization: &Organization) -> Result<Written, SynthError> {
        for (path, stream) in std::mem::take(&mut self.streams).into_values() {
            stream.finish().map_err(|source| SynthError::Io { path, source })?;
        }
        for (key, document) in organization::documents(organization) {
            let text = document.to_string();
            self.written.json_bytes += text.len() as u64;
            self.file(key, text.as_bytes())?;
        }
        let texts = managed_policies().map_err(|source| SynthError::Io {
            path: self.out.to_owned(),
            source,
        })?;
        self.written.json_bytes += texts.len() as u64;
        self.file("aws-managed-policies.ndjson", &texts)?;
        Ok(self.written)
    }
}

/// The real texts of the AWS managed policies that are used.
fn managed_policies() -> io::Result<Vec<u8>> {
    let arns: Vec<String> = AWS_MANAGED.iter().map(|name| aws_managed(name)).collect();
    let found = sv0_managed_policies::find(&arns.iter().map(String::as_str).collect())?;
    let mut lines = Vec::new();
    for policy in found.policies.values() {
        serde_json::to_writer(&mut lines, policy)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
