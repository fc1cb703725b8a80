//! Every API operation that the product calls: the one list from which permissions, deny statements and the table in the documentation are generated.
//!
//! Rates are AWS's where it documents one, else what has worked for years in public collectors, with room to spare; `docs/collection.md` says which. The rate of a
//! row without one is five calls a second.

use crate::call::Caller::{Collector, Inventory, Management, Preflight, Spoke};
use crate::call::{ApiCall, Pages, Rate};

/// Organizations throttles a whole organization together.
const ORGANIZATIONS: Rate = Rate::per_second(1).burst(2);

const NEXT_TOKEN: Pages = Pages::by("NextToken");

#[rustfmt::skip]
/// Calls about the caller itself, and the roles it takes.
pub mod sts {
    use super::*;

    /// AWS answers it whatever policies say.
    pub static GET_CALLER_IDENTITY: ApiCall = ApiCall::new("sts", "GetCallerIdentity", &[])
        .by(&[Inventory, Preflight, Collector]).because("Says which account the hub is, before anything else is asked");
    /// Its tags need an action of their own.
    pub static ASSUME_ROLE: ApiCall = ApiCall::new("sts", "AssumeRole", &["sts:AssumeRole", "sts:TagSession"])
        .on("${SpokeRoleArn}").by(&[Collector]).at(Rate::per_second(10).burst(10)).because("Takes the read-only role of each account, once for an account and component in a scan");
}

#[rustfmt::skip]
/// The organization: accounts, tree, policies, administrators.
pub mod organizations {
    use super::*;

    /// Accounts with their state.
    pub static LIST_ACCOUNTS: ApiCall = ApiCall::new("organizations", "ListAccounts", &["organizations:ListAccounts"])
        .by(&[Inventory, Management, Preflight]).at(ORGANIZATIONS).paged(NEXT_TOKEN).because("Which accounts there are, and which of them are active");
}

#[rustfmt::skip]
/// IAM: what the central sources lack of each account.
pub mod iam {
    use super::*;

    /// Users, groups, roles and policies with their documents. May give fewer than asked for, so that only `IsTruncated` ends it.
    pub static GET_ACCOUNT_AUTHORIZATION_DETAILS: ApiCall = ApiCall::new("iam", "GetAccountAuthorizationDetails", &["iam:GetAccountAuthorizationDetails"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "Marker", more: Some("IsTruncated"), limit: Some(("MaxItems", 1000)) })
        .because("Every principal of the account with its policies, in one consistent answer");
}

#[rustfmt::skip]
/// Every row, in the order of the modules.
pub static ALL: &[&ApiCall] = &[
    &sts::GET_CALLER_IDENTITY, &sts::ASSUME_ROLE,
    &organizations::LIST_ACCOUNTS,
    &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
];
