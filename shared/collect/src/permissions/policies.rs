//! The policies, and which role has which.

use std::collections::BTreeSet;

use super::categories::{self, category_of};
use super::document::{Document, Resource, Statement};
use super::placeholders::Home;
use super::{MOST_CHARACTERS, PermissionsError};
use crate::call::{ApiCall, Caller, Scope};

/// A managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The name of its file, without the ending.
    pub name: String,
    /// In which account it is made.
    pub home: Home,
    /// What it says.
    pub document: Document,
}

/// A role and its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The caller whose role it is.
    pub caller: Caller,
    /// Names of policies.
    pub policies: Vec<String>,
    /// The name of the boundary that a customer may set.
    pub boundary: Option<String>,
}

/// Everything that is generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// In the order of the documentation.
    pub all: Vec<Policy>,
    /// In the order of the documentation.
    pub roles: Vec<Role>,
}

impl Policies {
    /// A policy by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Policy> {
        self.all.iter().find(|policy| policy.name == name)
    }

    /// The policies of a role.
    pub fn of(&self, caller: Caller) -> impl Iterator<Item = &Policy> {
        let role = self.roles.iter().find(move |role| role.caller == caller);
        role.into_iter()
            .flat_map(|role| &role.policies)
            .filter_map(|name| self.get(name))
    }

    fn add(&mut self, name: &str, home: Home, document: Document) -> Result<Vec<String>, PermissionsError> {
        let parts = document.divided(MOST_CHARACTERS);
        let mut names = Vec::new();
        for (index, document) in parts.into_iter().enumerate() {
            let name = match index {
                0 => name.to_owned(),
                index => format!("{name}-{}", index + 1),
            };
            let characters = document.characters();
            if characters > MOST_CHARACTERS {
                return Err(PermissionsError::TooLarge {
                    policy: name,
                    characters,
                });
            }
            names.push(name.clone());
            self.all.push(Policy { name, home, document });
        }
        Ok(names)
    }
}

/// What a row grants to one caller.
struct Grant {
    caller: Caller,
    category: &'static str,
    action: &'static str,
    resource: Resource,
}

/// The policies that these rows need.
///
/// # Errors
/// [`PermissionsError`] when a row's service is not declared, or a policy that cannot be divided is too large.
pub fn policies(rows: impl IntoIterator<Item = &'static ApiCall>) -> Result<Policies, PermissionsError> {
    let grants = grants(rows)?;
    let mut made = Policies::default();
    let mut hub = Vec::new();
    for caller in Caller::ALL.into_iter().filter(|caller| home(*caller) == Home::Hub) {
        let document = allowing(&grants, |grant| grant.caller == caller);
        let names = made.add(&format!("hub-{}", caller.name()), Home::Hub, document)?;
        hub.push((caller, names));
    }
    let spoke = spoke(&mut made, &grants)?;
    let management = allowing(&grants, |grant| grant.caller == Caller::Management);
    let management = made.add("management", Home::Management, management)?;
    let spoke_denial = denial(&mut made, "spoke", &grants, &[Caller::Spoke])?;
    let management_denial = denial(&mut made, "management", &grants, &[Caller::Spoke, Caller::Management])?;
    let spoke_boundary = boundary(&mut made, "spoke", &grants, &[Caller::Spoke])?;
    let management_boundary = boundary(&mut made, "management", &grants, &[Caller::Spoke, Caller::Management])?;
    for (caller, mut policies) in hub {
        if caller == Caller::Collector {
            // It reads the hub's own account with its own credentials.
            policies.extend(spoke.iter().cloned());
        }
        made.roles.push(Role {
            caller,
            policies,
            boundary: None,
        });
    }
    made.roles.push(Role {
        caller: Caller::Management,
        policies: [management, spoke.clone(), management_denial].concat(),
        boundary: management_boundary,
    });
    made.roles.push(Role {
        caller: Caller::Spoke,
        policies: [spoke, spoke_denial].concat(),
        boundary: spoke_boundary,
    });
    Ok(made)
}

fn home(caller: Caller) -> Home {
    match caller {
        Caller::Management => Home::Management,
        Caller::Spoke => Home::Spoke,
        Caller::Inventory
        | Caller::Findings
        | Caller::Identity
        | Caller::Evidence
        | Caller::Collector
        | Caller::Preflight => Home::Hub,
    }
}

fn grants(rows: impl IntoIterator<Item = &'static ApiCall>) -> Result<Vec<Grant>, PermissionsError> {
    let mut grants = Vec::new();
    for row in rows {
        for (caller, action) in row
            .callers
            .iter()
            .flat_map(|caller| row.permissions.iter().map(move |action| (*caller, *action)))
        {
            let category = category_of(caller, action).ok_or(PermissionsError::Undeclared {
                caller: caller.name(),
                action,
            })?;
            let resource = match row.scope {
                Scope::All | Scope::Everywhere(_) => Resource::Any,
                Scope::Arn(arn) => Resource::Arn(arn),
            };
            grants.push(Grant {
                caller,
                category: category.name,
                action,
                resource,
            });
        }
    }
    Ok(grants)
}

fn allowing(grants: &[Grant], is_meant: impl Fn(&Grant) -> bool) -> Document {
    let meant = grants.iter().filter(|grant| is_meant(grant));
    Document::allowing(meant.map(|grant| (grant.resource, grant.action)))
}

/// The read list, a policy for each category, so that a customer sees what is granted for what.
fn spoke(made: &mut Policies, grants: &[Grant]) -> Result<Vec<String>, PermissionsError> {
    let mut names = Vec::new();
    let mut done = BTreeSet::new();
    for category in categories::ALL
        .iter()
        .filter(|category| category.caller == Caller::Spoke)
    {
        if !done.insert(category.name) {
            continue;
        }
        let is_of = |grant: &Grant| grant.caller == Caller::Spoke && grant.category == category.name;
        let document = allowing(grants, is_of);
        names.extend(made.add(&format!("spoke-{}", category.name), Home::Spoke, document)?);
    }
    Ok(names)
}

/// Denies all that the callers do not need. It is one statement: two would deny all that is not in both.
fn denial(
    made: &mut Policies,
    name: &str,
    grants: &[Grant],
    callers: &[Caller],
) -> Result<Vec<String>, PermissionsError> {
    let meant = grants.iter().filter(|grant| callers.contains(&grant.caller));
    let document = Document {
        statements: vec![Statement::DenyAllBut(meant.map(|grant| grant.action).collect())],
    };
    made.add(
        &format!("{name}-deny"),
        home(callers.last().copied().unwrap_or(Caller::Spoke)),
        document,
    )
}

/// The callers' actions on everything: the most that a role may have.
fn boundary(
    made: &mut Policies,
    name: &str,
    grants: &[Grant],
    callers: &[Caller],
) -> Result<Option<String>, PermissionsError> {
    let meant = grants.iter().filter(|grant| callers.contains(&grant.caller));
    let document = Document::allowing(meant.map(|grant| (Resource::Any, grant.action)));
    let home = home(callers.last().copied().unwrap_or(Caller::Spoke));
    Ok(made.add(&format!("{name}-boundary"), home, document)?.pop())
}
