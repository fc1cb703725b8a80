//! The table can be granted as it stands, and what is granted is what was meant.

mod engine;
mod policies;
mod table;

use sv0_iam::catalogue::{ActionFacts, lookup_action};

use super::{Home, Resource, example};
use crate::call::{ApiCall, Scope};

fn facts(action: &str) -> &'static ActionFacts {
    lookup_action(action).unwrap_or_else(|| panic!("{action} is no action that AWS documents"))
}

fn resource(row: &ApiCall) -> Resource {
    match row.scope {
        Scope::All | Scope::Everywhere(_) => Resource::Any,
        Scope::Arn(arn) => Resource::Arn(arn),
    }
}

/// A resource that a call of the row may name, by a role of this account.
fn sample(row: &ApiCall, own_account: &str) -> String {
    let Resource::Arn(scope) = resource(row) else {
        return "*".to_owned();
    };
    let arn = example(scope);
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let [arn, partition, service, region, account, name] = fields.as_slice() else {
        panic!("{arn} is no ARN")
    };
    let region = region.replace('*', "eu-west-1");
    let account = account.replace('*', own_account);
    let name = name.replace('*', "example");
    format!("{arn}:{partition}:{service}:{region}:{account}:{name}")
}

/// Every place of a role.
const HOMES: [Home; 3] = [Home::Hub, Home::Management, Home::Spoke];
