//! The inputs that are checked in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::run::{Fuzzer, Outcome, files};

/// What a target's folder may hold of inputs that the fuzzer made up. Seeds and regressions, which have names, come on top.
const MAX_FILES: usize = 32;
const MAX_BYTES: u64 = 32 * 1024;

/// The targets: the names of the folders.
pub fn targets(corpus: &Path) -> Result<BTreeSet<String>> {
    let folders = files(corpus)?;
    let names = folders.iter().filter_map(|folder| folder.file_name()?.to_str());
    Ok(names.map(str::to_owned).collect())
}

/// Replaces the inputs that earlier runs made up by the smallest ones that cover what has been found by now.
pub fn renew(fuzzer: &Fuzzer, outcomes: &[Outcome]) -> Result<()> {
    for outcome in outcomes.iter().filter(|outcome| outcome.crashes.is_empty()) {
        let target = &outcome.target;
        let kept = choose(merge(fuzzer, target)?)?;
        let corpus = fuzzer.corpus(target);
        for old in files(&corpus)?.iter().filter(|file| is_made_up(file)) {
            fs::remove_file(old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
        for file in &kept {
            let name = file.file_name().context("a file has a name")?;
            fs::copy(file, corpus.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
        }
        println!("{target}: keeps {} inputs", kept.len());
    }
    Ok(())
}

/// Has libFuzzer choose inputs that together cover everything; those that are checked in under a name need no second copy.
fn merge(fuzzer: &Fuzzer, target: &str) -> Result<Vec<PathBuf>> {
    let (corpus, found) = (fuzzer.corpus(target), fuzzer.found(target));
    let work = found.with_file_name("merged");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot empty {}", work.display()))?;
    }
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    for file in files(&corpus)?.iter().filter(|file| !is_made_up(file)) {
        let name = file.file_name().context("a file has a name")?;
        fs::copy(file, work.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let status = fuzzer
        .command(target)?
        .arg("-merge=1")
        .args([&work, &found, &corpus])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", fuzzer.program.display()))?;
    fuzzer.clean_up(target);
    if !status.success() {
        bail!("{target}: merging the inputs ended with {status}");
    }
    Ok(files(&work)?.into_iter().filter(|file| is_made_up(file)).collect())
}

/// libFuzzer names an input by its SHA-1.
fn is_made_up(file: &Path) -> bool {
    let name = file.file_name().and_then(std::ffi::OsStr::to_str);
    name.is_some_and(|name| name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// So many that they are within the bounds, evenly from the smallest to the largest.
fn choose(files: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    let mut sized = Vec::with_capacity(files.len());
    for file in files {
        let bytes = fs::metadata(&file)
            .with_context(|| format!("cannot read {}", file.display()))?
            .len();
        sized.push((bytes, file));
    }
    sized.sort();
    let every = sized.len().div_ceil(MAX_FILES).max(1);
    let mut left = MAX_BYTES;
    let within = sized.into_iter().step_by(every).take_while(|(bytes, _)| {
        let fits = *bytes <= left;
        left = left.saturating_sub(*bytes);
        fits
    });
    Ok(within.map(|(_, file)| file).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_person_put_there() {
        assert!(is_made_up(Path::new("x/da39a3ee5e6b4b0d3255bfef95601890afd80709")));
        assert!(!is_made_up(Path::new("x/role-arn.txt")));
    }

    #[test]
    fn what_is_kept_is_within_bounds() {
        let folder = tempfile::tempdir().unwrap();
        for n in 1..=100_usize {
            fs::write(folder.path().join(format!("{n:03}")), vec![b'x'; n * 20]).unwrap();
        }
        let kept = choose(files(folder.path()).unwrap()).unwrap();
        let names: Vec<&str> = kept
            .iter()
            .map(|file| file.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!((names.len(), &names[..3]), (25, &["001", "005", "009"][..]));
        fs::write(folder.path().join("000"), vec![b'x'; 40_000]).unwrap();
        let bytes = |file: &PathBuf| fs::metadata(file).unwrap().len();
        let kept = choose(files(folder.path()).unwrap()).unwrap();
        assert!(kept.iter().map(bytes).sum::<u64>() <= MAX_BYTES);
    }
}
