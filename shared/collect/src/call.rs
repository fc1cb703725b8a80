//! What a call is, as far as permissions, budgets and paging go. How it looks on the wire is the adapter's affair.

/// An API operation that the product calls.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// The service, as the AWS CLI and botocore call it: `organizations`, `sso-admin`.
    pub service: &'static str,
    /// The operation: `ListAccounts`.
    pub operation: &'static str,
    /// The IAM actions that it needs, which are not always named like it: `ListFindingsV2` is authorised by `access-analyzer:ListFindings`.
    pub permissions: &'static [&'static str],
    /// The resources on which they are needed.
    pub scope: Scope,
    /// Whose role makes it.
    pub callers: &'static [Caller],
    /// How often it may be made for one account in one Region.
    pub rate: Rate,
    /// Whether several workers of a deployment make it at the same time on the same budget, so that they take turns.
    pub is_in_turns: bool,
    /// How its answer is paged; `None` where it comes in one piece, and where the first page is all that is asked for.
    pub pages: Option<Pages>,
    /// Whether the first page of a paged answer says all that is needed: whether there is anything, or what is newest.
    pub is_first_page_enough: bool,
    /// Why the product needs it, in words that an auditor reads.
    pub why: &'static str,
}

impl ApiCall {
    /// An operation, not paged, that needs `permissions` on every resource.
    #[must_use]
    pub const fn new(service: &'static str, operation: &'static str, permissions: &'static [&'static str]) -> Self {
        Self {
            service,
            operation,
            permissions,
            scope: Scope::All,
            callers: &[],
            rate: Rate::per_second(5).burst(5),
            is_in_turns: false,
            pages: None,
            is_first_page_enough: false,
            why: "",
        }
    }

    /// The same, needed on resources of this form alone.
    #[must_use]
    pub const fn on(self, arn: &'static str) -> Self {
        Self {
            scope: Scope::Arn(arn),
            ..self
        }
    }

    /// The same, needed on every resource although the action knows narrower ones, for this reason.
    #[must_use]
    pub const fn everywhere(self, reason: &'static str) -> Self {
        Self {
            scope: Scope::Everywhere(reason),
            ..self
        }
    }

    /// The same, made by these roles.
    #[must_use]
    pub const fn by(self, callers: &'static [Caller]) -> Self {
        Self { callers, ..self }
    }

    /// The same at this rate.
    #[must_use]
    pub const fn at(self, rate: Rate) -> Self {
        Self { rate, ..self }
    }

    /// The same, made by several workers at the same time on the budget of the hub's own account.
    #[must_use]
    pub const fn in_turns(self) -> Self {
        Self {
            is_in_turns: true,
            ..self
        }
    }

    /// The same in pages.
    #[must_use]
    pub const fn paged(self, pages: Pages) -> Self {
        Self {
            pages: Some(pages),
            ..self
        }
    }

    /// The same, of whose pages no more than the first is read.
    #[must_use]
    pub const fn first_page(self) -> Self {
        Self {
            is_first_page_enough: true,
            ..self
        }
    }

    /// The same with its reason.
    #[must_use]
    pub const fn because(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// `organizations:ListAccounts`: how ledgers, logs and errors name the call.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// On which resources an action is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every resource, since the action knows no narrower one.
    All,
    /// Every resource, although the action knows narrower ones: why, in words that an auditor reads.
    Everywhere(&'static str),
    /// An ARN in which `${Partition}`, `${Region}`, `${HubAccount}`, `${ManagementAccount}`, `${OrganizationId}`, `${Account}`, `${SpokeRoleArn}`, `${ManagementRoleArn}`, `${Bucket}`,
    /// `${TrailBucket}`, `${TrailKeyArn}`, `${Workgroup}`, `${Database}`, `${Table}` and `${Aggregator}` stand for what a deployment is given.
    Arn(&'static str),
}

/// The key of the session tag that names the run.
pub const RUN_TAG: &str = "sv0-run-id";
/// The key of the session tag that names the component.
pub const COMPONENT_TAG: &str = "sv0-component";

/// The role that makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// The hub, reading the organization and the Config aggregator.
    Inventory,
    /// The hub, reading Security Hub and IAM Access Analyzer.
    Findings,
    /// The hub, reading IAM Identity Center and its identity store.
    Identity,
    /// The hub, reading trails and asking CloudTrail's log files through Athena.
    Evidence,
    /// The hub, taking the role of each spoke.
    Collector,
    /// The hub, looking for what is missing before a scan.
    Preflight,
    /// The role in the management account, where the hub is no delegated administrator.
    Management,
    /// The role in each spoke account.
    Spoke,
}

impl Caller {
    /// Every caller, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Inventory,
        Self::Findings,
        Self::Identity,
        Self::Evidence,
        Self::Collector,
        Self::Preflight,
        Self::Management,
        Self::Spoke,
    ];

    /// Its name in policies and documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Findings => "findings",
            Self::Identity => "identity",
            Self::Evidence => "evidence",
            Self::Collector => "collector",
            Self::Preflight => "preflight",
            Self::Management => "management",
            Self::Spoke => "spoke",
        }
    }
}

/// A rate of calls: so many at once, refilled evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls a thousand seconds, so that rates below one a second are whole numbers.
    pub per_thousand_seconds: u32,
    /// Calls that may be made at once after a pause; at least 1.
    pub burst: u32,
}

impl Rate {
    /// `calls` a second, and no more than one at once.
    #[must_use]
    pub const fn per_second(calls: u32) -> Self {
        Self {
            per_thousand_seconds: calls * 1000,
            burst: 1,
        }
    }

    /// The same rate with `burst` calls at once.
    #[must_use]
    pub const fn burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }
}

/// How an answer is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    /// The field of the request that takes the token.
    pub request_token: &'static str,
    /// The field of the answer that holds the next token.
    pub answer_token: &'static str,
    /// The field of the answer that says whether there is more, where the token alone does not.
    pub more: Option<&'static str>,
    /// The field of the request that bounds a page, and the most that AWS allows.
    pub limit: Option<(&'static str, u32)>,
}

impl Pages {
    /// Tokens of one name in both directions.
    #[must_use]
    pub const fn by(token: &'static str) -> Self {
        Self {
            request_token: token,
            answer_token: token,
            more: None,
            limit: None,
        }
    }

    /// The same with a bound on each page.
    #[must_use]
    pub const fn limited(self, field: &'static str, most: u32) -> Self {
        Self {
            limit: Some((field, most)),
            ..self
        }
    }
}
