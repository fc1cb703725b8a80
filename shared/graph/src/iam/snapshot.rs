//! Texts of AWS managed policies that the capture does not hold, out of the shipped snapshot.

use std::collections::{BTreeMap, BTreeSet};

use sv0_managed_policies::{ManagedPolicy, SnapshotHeader};
use sv0_model::graph::{PolicyKind, PolicyRecord, PolicySnapshot};
use sv0_model::hash::sha256_of_json;

use crate::diagnostics::Diagnostics;

/// Gives every AWS managed policy without a text that of the snapshot, where it holds one.
///
/// A text of the capture always wins, whatever its age. Where the capture names a version, only the text of that version will do:
/// a version's text never changes (IAM User Guide, "Versioning IAM policies"), and that of another one is known to be wrong.
/// The snapshot is of partition `aws`; policies of other partitions stay without a text.
pub(crate) fn take_from_snapshot(policies: &mut BTreeMap<String, PolicyRecord>, diagnostics: &mut Diagnostics) {
    let wanted: BTreeSet<&str> = policies
        .values()
        .filter(|policy| policy.kind == PolicyKind::AwsManaged && policy.document.is_none())
        .map(|policy| policy.native_id.as_str())
        .collect();
    if wanted.is_empty() {
        return;
    }
    let found = match sv0_managed_policies::find(&wanted) {
        Ok(found) => found,
        Err(error) => return diagnostics.unreadable_snapshot(&error.to_string()),
    };
    let mut taken = Vec::new();
    for (arn, text) in found.policies {
        let Some(policy) = policies.get_mut(&arn).filter(|policy| has_version(policy, &text)) else {
            continue;
        };
        taken.push(format!("{} {}", policy.name, text.version_id));
        take(policy, text, &found.header);
    }
    diagnostics.policies_from_snapshot(&found.header.date, &taken);
}

fn has_version(policy: &PolicyRecord, text: &ManagedPolicy) -> bool {
    policy
        .version_id
        .as_ref()
        .is_none_or(|version| *version == text.version_id)
}

fn take(policy: &mut PolicyRecord, text: ManagedPolicy, header: &SnapshotHeader) {
    policy.sha256 = Some(sha256_of_json(&text.document));
    policy.document = Some(text.document);
    policy.version_id = Some(text.version_id);
    policy.snapshot = Some(PolicySnapshot {
        date: header.date.clone(),
        source: format!("{} {}", header.source, header.version),
    });
}
