//! Replays every input that is kept: what once broke a law does not do so again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sv0_fuzz::{TARGETS, Target};

/// Far above what any input takes, and below what anybody would wait for.
const PATIENCE: Duration = Duration::from_secs(30);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn every_kept_input_keeps_the_laws() {
    let queue = Mutex::new(TARGETS.iter());
    let next = || queue.lock().unwrap().next();
    let work = || {
        while let Some(target) = next() {
            replay(target);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
}

fn replay(target: &Target) {
    let folder = corpus().join(target.name);
    let inputs = names(&folder);
    assert!(inputs.len() >= 5, "{} has too few seeds", target.name);
    for input in inputs {
        let started = Instant::now();
        let bytes = std::fs::read(folder.join(&input)).unwrap();
        if let Err(panic) = std::panic::catch_unwind(|| (target.run)(&bytes)) {
            eprintln!("broken by {}", folder.join(&input).display());
            std::panic::resume_unwind(panic);
        }
        let taken = started.elapsed();
        assert!(taken < PATIENCE, "{}/{input} took {taken:?}", target.name);
    }
}

#[test]
fn every_folder_of_inputs_has_a_target() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&corpus()), targets);
}

#[test]
fn no_input_is_larger_than_its_target_takes_and_all_together_are_small() {
    let mut total = 0;
    for target in TARGETS {
        for input in names(&corpus().join(target.name)) {
            let bytes = std::fs::metadata(corpus().join(target.name).join(&input))
                .unwrap()
                .len();
            assert!(
                bytes <= target.max_bytes as u64,
                "{}/{input} has {bytes} bytes",
                target.name
            );
            total += bytes;
        }
    }
    assert!(total < 2_000_000, "the corpora have {total} bytes");
}
