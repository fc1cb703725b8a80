//! Which actions read, write, decrypt, run, replace code and manage permissions, by kind of resource.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for" each service.

pub mod tables;

use std::sync::LazyLock;

use sv0_model::path::ActionClass;
use tables::TABLES;

use crate::asked::Classified;

/// What an action is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionTarget {
    /// The resource itself.
    Whole,
    /// What lies in it: the objects of a bucket.
    Inside,
    /// The resource itself or one of its versions and aliases.
    WholeOrQualified,
    /// What stands for it under an ARN of its own: the users of a database.
    Related(Related),
    /// Nothing: only a statement on every resource allows it.
    Unscoped,
}

/// What stands for a resource under ARNs of its own, by which policies name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Related {
    /// Users of an RDS database, `arn:aws:rds-db:…:dbuser:<resource id>/<user>`.
    ///
    /// Source: Amazon RDS User Guide, "Creating and using an IAM policy for IAM database access".
    DatabaseUsers,
    /// Users of a Redshift cluster, `arn:aws:redshift:…:dbuser:<cluster>/<user>`.
    WarehouseUsers,
    /// Databases of a Redshift cluster, `arn:aws:redshift:…:dbname:<cluster>/<database>`.
    WarehouseDatabases,
    /// Aliases of a Bedrock agent, `arn:aws:bedrock:…:agent-alias/<agent>/<alias>`.
    AgentAliases,
    /// Aliases of a Bedrock flow, `arn:aws:bedrock:…:flow/<flow>/alias/<alias>`.
    FlowAliases,
}

/// The actions of a class on one kind of resource.
#[derive(Debug)]
pub struct ClassRow {
    /// The class.
    pub class: ActionClass,
    /// Its actions, each with what it is called on.
    pub actions: &'static [(&'static str, ActionTarget)],
}

/// The class an action belongs to, and what it is called on.
#[must_use]
pub fn class_of(action: &str) -> Option<(ActionClass, ActionTarget)> {
    TABLES.iter().copied().flatten().find_map(|row| {
        let found = row.actions.iter().find(|(name, _)| name.eq_ignore_ascii_case(action));
        found.map(|(_, target)| (row.class, *target))
    })
}

/// Every action of every class.
pub fn classified_actions() -> impl Iterator<Item = &'static str> {
    TABLES
        .iter()
        .copied()
        .flatten()
        .flat_map(|row| row.actions)
        .map(|(action, _)| *action)
}

/// The same, each once, with what many statements are asked about them by.
#[must_use]
pub fn classified() -> &'static Classified {
    static CLASSIFIED: LazyLock<Classified> = LazyLock::new(|| Classified::new(classified_actions().collect()));
    &CLASSIFIED
}
