//! The words of the report, each in one or two sentences.

use std::borrow::Cow;

use sv0_model::decision::Caveat;

use super::coverage::{COVERAGE_STATUSES, coverage};
use super::findings::{FINDING_KINDS, finding_kind};
use super::layers::{LAYERS, layer};
use super::name_of;
use super::paths::{EGRESS_CATEGORIES, PATH_KINDS, egress, path_kind};
use super::relations::RELATIONS;
use super::table::Words;

/// A word and what it means here.
#[derive(Clone)]
pub(crate) struct Term {
    /// The word.
    pub(crate) word: Cow<'static, str>,
    /// What it means.
    pub(crate) meaning: &'static str,
}

/// A group of words under a heading.
pub(crate) struct TermGroup {
    /// The heading.
    pub(crate) heading: &'static str,
    /// The words.
    pub(crate) terms: Vec<Term>,
}

const fn term(word: &'static str, meaning: &'static str) -> Term {
    Term {
        word: Cow::Borrowed(word),
        meaning,
    }
}

/// All groups, in reading order: words that are written here, then every word that the report takes from an enumeration.
pub(crate) fn glossary() -> Vec<TermGroup> {
    let written = [
        ("Reading this report", READING),
        ("Who", WHO),
        ("Policies", POLICIES),
        ("Scan and evidence", SCAN),
    ];
    let written = written.map(|(heading, terms)| group(heading, terms.to_vec()));
    written.into_iter().chain(tables()).collect()
}

fn tables() -> [TermGroup; 7] {
    let of = |words: Words| term(words.label, words.meaning);
    [
        group(
            "Kinds of paths",
            PATH_KINDS.iter().map(|&kind| of(path_kind(kind))).collect(),
        ),
        group(
            "Ways out",
            EGRESS_CATEGORIES.iter().map(|&way| of(egress(way))).collect(),
        ),
        group(
            "Steps of a path",
            RELATIONS.iter().map(|step| term(step.verb, step.meaning)).collect(),
        ),
        group(
            "Kinds of findings",
            FINDING_KINDS.iter().map(|&kind| of(finding_kind(kind))).collect(),
        ),
        group(
            "Layers that can stop a request",
            LAYERS.iter().map(|&one| of(layer(one))).collect(),
        ),
        group("Caveats", Caveat::ALL.iter().map(caveat).collect()),
        group(
            "How a source answered",
            COVERAGE_STATUSES.iter().map(|&status| of(coverage(status))).collect(),
        ),
    ]
}

fn caveat(caveat: &Caveat) -> Term {
    Term {
        word: Cow::Owned(name_of(caveat).replace('_', " ")),
        meaning: caveat.meaning(),
    }
}

fn group(heading: &'static str, terms: Vec<Term>) -> TermGroup {
    TermGroup { heading, terms }
}

const READING: &[Term] = &[
    term(
        "Authority path",
        "A chain from a workload or identity over the roles it runs as, assumes or takes over to a resource that the last of them can act on.",
    ),
    term(
        "Allowed",
        "Every step is allowed in every context, by every layer that was collected.",
    ),
    term(
        "Conditional",
        "Every step is allowed or conditional. Which context it takes, such as a network or a tag, stands beside it.",
    ),
    term(
        "Blocked",
        "Policies grant it, and another layer stops it. It is kept because removing that layer opens it.",
    ),
    term(
        "Observed",
        "CloudTrail holds successful calls of this step. Times and event ids stand beside it.",
    ),
    term(
        "Not observed",
        "The logs of the window would show such a call, and hold none.",
    ),
    term(
        "Not observable",
        "The logs could not show such a call. Nothing follows from its absence.",
    ),
    term(
        "Sensitivity",
        "How much harm disclosure does: public, internal, confidential, restricted. The rule that decided stands beside it.",
    ),
    term(
        "Environment",
        "What a thing is for, such as production or development, by a rule or by that of its account.",
    ),
    term(
        "Data domain",
        "Whose data a resource holds, such as payments or customers, by a rule.",
    ),
    term(
        "Blast radius",
        "What is within reach of whoever gets hold of an identity, over paths that are not blocked.",
    ),
    term(
        "Danger",
        "A number to compare blast radii by. Its formula stands beside it; it says nothing about how likely a compromise is.",
    ),
    term(
        "Grant as written",
        "An Allow statement of a policy. Whether another layer takes it away is not in it: a path or sv0 can says so.",
    ),
    term(
        "Caveat",
        "A reservation that belongs to an answer: what was not known when it was given.",
    ),
    term(
        "Finding",
        "A fact worth a person's time, with its severity, the reason for it, and what proves it.",
    ),
];

const WHO: &[Term] = &[
    term(
        "Principal",
        "Who a policy speaks of: a user, a role, a role's session, an account, an AWS service, a federated identity, or everyone.",
    ),
    term(
        "Non-human identity (NHI)",
        "A principal that no person signs in as: the role of a function, task or instance, of a pipeline, of a third party.",
    ),
    term(
        "Workload",
        "Something that runs code or calls AWS under a role: a function, task, instance, build, state machine, rule, agent.",
    ),
    term(
        "Role",
        "An identity that is assumed for a session. Its trust policy says by whom, its policies say for what.",
    ),
    term("Third party", "A principal of an account outside the organization."),
    term(
        "ExternalId",
        "A value that a third party has to present when it assumes a role, so that it cannot be made to act for somebody else.",
    ),
];

const POLICIES: &[Term] = &[
    term(
        "Action",
        "An operation of an AWS service as policies name it, such as s3:GetObject.",
    ),
    term("Resource", "What an action acts on, named by its ARN."),
    term(
        "Condition key",
        "A fact of a request that a policy can test, such as aws:SourceIp.",
    ),
    term(
        "Identity-based policy",
        "A policy held by a user, group or role: what it may do.",
    ),
    term(
        "Resource-based policy",
        "A policy of a bucket, key, secret or function: who may act on it.",
    ),
    term(
        "Trust policy",
        "The resource-based policy of a role: who may assume it.",
    ),
];

const SCAN: &[Term] = &[
    term(
        "Capture",
        "Recorded AWS answers, from which everything here was computed and can be computed again.",
    ),
    term(
        "Run",
        "One evaluation of one capture. Its manifest lists what was read and written, with hashes.",
    ),
    term(
        "Coverage ledger",
        "One named status for every account, Region and source. Only where it says ok does absence prove anything.",
    ),
    term(
        "Hub",
        "The account the scanner runs in, as delegated administrator of the organization.",
    ),
    term(
        "Spoke",
        "Any other account, read through a role that its owner can remove.",
    ),
    term(
        "Delegated administrator",
        "A member account that the organization lets administer a service in place of the management account.",
    ),
    term(
        "Region and partition",
        "Where AWS runs it: a Region is a location, a partition a set of Regions with its own accounts, such as aws or aws-cn.",
    ),
    term(
        "Configuration item",
        "What AWS Config recorded of one resource at one time.",
    ),
    term(
        "Evidence pack",
        "Everything behind one finding: statements, records with their hashes, events, and commands to check it again.",
    ),
];
