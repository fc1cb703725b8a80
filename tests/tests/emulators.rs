//! The example in emulators that others wrote: moto and ministack hold what they can of it, the fake AWS the rest, and a live scan of the three gives the results of the example. What
//! our own fake and our own client both have wrong does not show between the two of them; here it does.

mod names;
mod restored;
mod running;
mod served;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::live::differences;
use crate::live::recording::{EXAMPLE, Recording};
use crate::support::{repository, scan};
use running::Emulators;

/// What no API gives: log files are evidence, which is asked through Athena or copied.
const COPIED: &str = "cloudtrail/AWSLogs";

/// A difference between the scan of the emulators and that of the example, and why it is right: the kind of the row, and the caveat that only the example has.
struct Difference {
    kind: &'static str,
    caveat: &'static str,
    reason: &'static str,
}

const DIFFERENCES: [Difference; 1] = [Difference {
    kind: "federated_human",
    caveat: "managed_policy_from_snapshot",
    reason: "the example lacks the text of SecurityAudit, which moto lists with every other policy of AWS's",
}];

#[test]
fn the_example_in_emulators_gives_the_results_of_the_example() {
    let emulators = Emulators::start();
    let fake = emulators.fake();
    let recording = Recording::of(&fake, &["--regions", "eu-west-1,eu-central-1"]);
    assert_eq!(fake.problems(), Vec::<Value>::new());
    served::assert_served_as_documented(&fake.calls());

    let renamed = names::renamed_back(&recording, &emulators.names);
    let restored = restored::restore(renamed.path());
    let unused: Vec<&str> = restored
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(field, _)| *field)
        .collect();
    assert_eq!(unused, Vec::<&str>::new(), "nothing of this had to be restored");
    renamed.date_as_the_example();
    renamed.copy(COPIED);

    let (live, example) = (scan(renamed.path()), scan(&repository().join(EXAMPLE)));
    let found = ["findings", "paths"]
        .into_iter()
        .flat_map(|rows| differences(rows, &live, &example));
    let (mut needed, mut unexpected) = (BTreeSet::new(), Vec::new());
    for difference in found {
        match DIFFERENCES.iter().position(|known| known.is_of(&difference)) {
            Some(known) => drop(needed.insert(known)),
            None => unexpected.push(difference),
        }
    }
    assert!(
        unexpected.is_empty(),
        "{} differences\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
    for (index, known) in DIFFERENCES.iter().enumerate() {
        assert!(
            needed.contains(&index),
            "no difference any more: {} {} ({})",
            known.kind,
            known.caveat,
            known.reason
        );
    }
}

impl Difference {
    fn is_of(&self, difference: &str) -> bool {
        let Some((live, example)) = difference.split_once(", example ") else {
            return false;
        };
        let (own, kind) = (
            format!("\"caveats\":[\"{}\"]", self.caveat),
            format!("\"kind\":\"{}\"", self.kind),
        );
        live.contains(&kind) && example.contains(&own) && live.ends_with(&example.replace(&own, "\"caveats\":[]"))
    }
}
