//! Organizations: accounts, the tree, delegated administrators, service and resource control policies.

mod build;
mod policy;
mod s3_policy;

pub(crate) use build::{Built, bare_node, build, source_system};
pub(crate) use s3_policy::blocks;

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::graph::OrganizationNodeKind;
use sv0_model::record::{Record, RecordKind};

use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Newest, PARTIAL, Source, WHOLE};
use crate::json::{at, first_at, first_text, list_at, text_at};

/// Names whose answer the whole organization shares.
const ONLY: &str = "";

/// What the records say of the organization.
#[derive(Debug, Default)]
pub(crate) struct OrganizationFacts {
    /// `DescribeOrganization`.
    description: Newest<OrganizationDescription>,
    /// Accounts by id.
    accounts: Newest<AccountDescription>,
    /// Roots and organizational units by id.
    units: Newest<UnitDescription>,
    /// The node above each node, by the id of the lower one.
    parents: Newest<String>,
    /// Services an account administers, by account id.
    delegated: Newest<BTreeSet<String>>,
    /// Policies that set Block Public Access.
    s3_policies: BTreeSet<s3_policy::S3Policy>,
    /// Whether any policy of the organization was read.
    policies_collected: bool,
}

#[derive(Debug, Clone)]
struct OrganizationDescription {
    id: Option<String>,
    management_account: Option<String>,
}

#[derive(Debug, Clone)]
struct AccountDescription {
    name: Option<String>,
    state: Option<String>,
    joined_at: Option<String>,
    joined_method: Option<String>,
}

#[derive(Debug, Clone)]
struct UnitDescription {
    name: Option<String>,
    /// Policy types of a root with whether they are switched on; `None` where the record does not list them.
    policy_types: Option<Vec<(String, bool)>>,
}

/// Reads one record of Organizations.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    match record.kind {
        RecordKind::Organization => read_organization(record, facts),
        RecordKind::Account => read_account(record, facts),
        RecordKind::OrganizationTree => read_tree(record, facts),
        RecordKind::DelegatedAdministrator => read_delegated_administrator(record, facts),
        RecordKind::OrganizationPolicy => policy::read(record, facts),
        RecordKind::OrganizationResourcePolicy => policy::read_resource_policy(record, facts),
        _ => {}
    }
}

fn fact<T>(record: &Record, value: T) -> Fact<T> {
    Fact {
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        value,
    }
}

fn read_organization(record: &Record, facts: &mut Facts) {
    let body = at(&record.body, "Organization").unwrap_or(&record.body);
    let management_account = first_text(body, &["ManagementAccountId", "MasterAccountId"]);
    let description = OrganizationDescription {
        id: text_at(body, "Id").map(str::to_owned),
        management_account: management_account.filter(|id| is_account_id(id)).map(str::to_owned),
    };
    facts
        .organization
        .description
        .offer(ONLY.to_owned(), fact(record, description));
}

fn read_account(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let Some(id) = text_at(body, "Id").filter(|id| is_account_id(id)) else {
        let help = "record it again with aws organizations list-accounts --output json";
        facts.diagnostics.error(
            &record.origin,
            "",
            "account_without_id",
            "an account has no 12-digit Id and was left out",
            help,
        );
        return;
    };
    let description = AccountDescription {
        name: text_at(body, "Name").map(str::to_owned),
        state: first_text(body, &["State", "Status"]).map(str::to_owned),
        joined_at: at(body, "JoinedTimestamp").and_then(crate::json::time_text),
        joined_method: text_at(body, "JoinedMethod").map(str::to_owned),
    };
    facts
        .organization
        .accounts
        .offer(id.to_owned(), fact(record, description));
}

fn read_tree(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let has_any = ["Roots", "OrganizationalUnits", "Parents"]
        .iter()
        .any(|list| at(body, list).is_some());
    if !has_any {
        let message = "the tree has none of Roots, OrganizationalUnits and Parents";
        facts
            .diagnostics
            .error(&record.origin, "", "unexpected_shape", message, "");
    }
    let units = list_at(body, "Roots")
        .iter()
        .chain(list_at(body, "OrganizationalUnits"));
    for unit in units {
        let Some(id) = text_at(unit, "Id") else {
            let message = "a root or organizational unit has no Id and was left out";
            facts
                .diagnostics
                .error(&record.origin, "", "unit_without_id", message, "");
            continue;
        };
        facts
            .organization
            .units
            .offer(id.to_owned(), fact(record, unit_description(unit)));
        if let Some(parent) = text_at(unit, "ParentId") {
            offer_parent(record, (id, parent), Precedence::UnitField, facts);
        }
    }
    for parent in list_at(body, "Parents") {
        match (text_at(parent, "ChildId"), text_at(parent, "ParentId")) {
            (Some(child), Some(above)) => offer_parent(record, (child, above), Precedence::ParentsList, facts),
            _ => {
                let message = "an entry of Parents lacks ChildId or ParentId and was left out";
                facts
                    .diagnostics
                    .error(&record.origin, "/Parents", "unexpected_shape", message, "");
            }
        }
    }
}

/// Which of the two places that name a parent counts when they differ.
#[derive(Clone, Copy)]
enum Precedence {
    /// `ParentId` of an organizational unit.
    UnitField,
    /// The list `Parents`, which is what `ListParents` answered.
    ParentsList,
}

fn offer_parent(record: &Record, (child, parent): (&str, &str), precedence: Precedence, facts: &mut Facts) {
    let mut fact = fact(record, parent.to_owned());
    let rank = match precedence {
        Precedence::UnitField => PARTIAL,
        Precedence::ParentsList => WHOLE,
    };
    // A child that one file puts under two parents is broken input; the text decides, so that the order of the entries does not.
    fact.freshness = fact.freshness.with_precedence(rank).with_item_hash(parent.to_owned());
    facts.organization.parents.offer(child.to_owned(), fact);
}

fn unit_description(unit: &Value) -> UnitDescription {
    let types = at(unit, "PolicyTypes").map(|types| {
        let types = crate::json::as_list(types).iter();
        let read = types.filter_map(|kind| {
            let is_enabled = text_at(kind, "Status").is_some_and(|status| status.eq_ignore_ascii_case("ENABLED"));
            Some((text_at(kind, "Type")?.to_owned(), is_enabled))
        });
        read.collect()
    });
    UnitDescription {
        name: text_at(unit, "Name").map(str::to_owned),
        policy_types: types,
    }
}

fn read_delegated_administrator(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let Some(id) = text_at(body, "Id").filter(|id| is_account_id(id)) else {
        let message = "a delegated administrator has no 12-digit Id and was left out";
        facts
            .diagnostics
            .error(&record.origin, "", "account_without_id", message, "");
        return;
    };
    let services = first_at(body, &["Services", "DelegatedServices"]).map_or(&[][..], crate::json::as_list);
    let services = services
        .iter()
        .filter_map(|service| text_at(service, "ServicePrincipal").or_else(|| service.as_str()))
        .map(str::to_owned)
        .collect();
    facts
        .organization
        .delegated
        .offer(id.to_owned(), fact(record, services));
}

/// What a node is, from its id: roots start with `r-`, units with `ou-`, accounts are 12 digits.
fn node_kind(id: &str) -> Option<OrganizationNodeKind> {
    if is_account_id(id) {
        Some(OrganizationNodeKind::Account)
    } else if id.starts_with("r-") {
        Some(OrganizationNodeKind::Root)
    } else if id.starts_with("ou-") {
        Some(OrganizationNodeKind::OrganizationalUnit)
    } else {
        None
    }
}
