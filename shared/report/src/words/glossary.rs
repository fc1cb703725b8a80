//! The words of the report, each in one or two sentences.

/// A word and what it means here.
pub(crate) struct Term {
    /// The word.
    pub(crate) word: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
}

/// A group of words under a heading.
pub(crate) struct TermGroup {
    /// The heading.
    pub(crate) heading: &'static str,
    /// The words.
    pub(crate) terms: &'static [Term],
}

const fn term(word: &'static str, meaning: &'static str) -> Term {
    Term { word, meaning }
}

/// All groups, in reading order.
pub(crate) const GLOSSARY: &[TermGroup] = &[
    TermGroup {
        heading: "Reading this report",
        terms: READING,
    },
    TermGroup {
        heading: "Who",
        terms: WHO,
    },
    TermGroup {
        heading: "Policies and their layers",
        terms: POLICIES,
    },
    TermGroup {
        heading: "Scan and evidence",
        terms: SCAN,
    },
];

const READING: &[Term] = &[
    term(
        "Authority path",
        "A chain from a workload over the roles it runs as and assumes to a resource that the last role can act on.",
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
        "Something that runs code: a Lambda function, an ECS task or service, an EC2 instance.",
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
    term(
        "Permissions boundary",
        "A ceiling on one user or role. It grants nothing; what it leaves out cannot be done.",
    ),
    term("Session policy", "A ceiling passed along when a session begins."),
    term(
        "Service control policy (SCP)",
        "A ceiling of the organization on the principals of an account. Every level, from root to account, has to allow.",
    ),
    term(
        "Resource control policy (RCP)",
        "A ceiling of the organization on the resources of an account, whoever calls.",
    ),
    term(
        "KMS key policy",
        "Who may use a key. Data encrypted under it needs the key's leave as well as its own.",
    ),
    term(
        "Block Public Access",
        "An S3 setting that overrules policies which open a bucket to everyone.",
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
