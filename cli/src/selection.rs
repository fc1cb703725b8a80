//! What a list is narrowed to: accounts and entities by the names that people give, and how much of it is shown.

use std::collections::HashSet;

use sv0_authority::suggestions;
use sv0_iam::{Glob, WildcardScope};
use sv0_model::graph::{Entity, Graph, Organization, OrganizationNodeKind, urn};

use crate::error::CommandError;
use crate::text::{counted, dim, safe};

/// How many entries a list for a person shows where `--limit` does not say.
const SHOWN: usize = 50;

/// The accounts of the scan by id and by name, in the order of names.
fn accounts(organization: &Organization) -> Vec<(&str, &str)> {
    let nodes = organization.nodes.values();
    let accounts = nodes.filter(|node| node.kind == OrganizationNodeKind::Account);
    let mut named: Vec<(&str, &str)> = accounts.map(|node| (node.name.as_str(), node.id.as_str())).collect();
    named.sort_unstable();
    named
}

/// The id of the account of the organization that `text` names by id or by name.
pub fn listed_account(organization: &Organization, text: &str) -> Option<String> {
    let known = accounts(organization);
    let mut meant = known.iter().filter(|(name, id)| *id == text || *name == text);
    meant.next().map(|(_, id)| (*id).to_owned())
}

/// The id of the account that `text` names by id or by name: a filter on an account that nobody knows must not look like "nothing there".
///
/// # Errors
/// `not_found`, with the names that are known.
pub fn account_id(graph: &Graph, text: &str) -> Result<String, CommandError> {
    if let Some(id) = listed_account(&graph.organization, text) {
        return Ok(id);
    }
    let known = accounts(&graph.organization);
    let is_scanned = graph.entities.contains_key(&urn::account(text))
        || graph
            .entities
            .values()
            .any(|entity| entity.account.as_deref() == Some(text));
    if is_scanned {
        return Ok(text.to_owned());
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    Err(CommandError::NotFound {
        message: format!("no account {} is known", safe(text)),
        help: format!("the scan knows {}", safe(&names.join(", "))),
        suggestions: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Entities by an id, a part of a name, or a pattern with `*` and `?` for the whole of either. Case does not count.
pub struct Named<'t> {
    text: &'t str,
    folded: String,
    pattern: Option<Glob>,
}

impl<'t> Named<'t> {
    /// Entities called so.
    ///
    /// # Errors
    /// `bad_input` for an empty text, which would be a part of every name.
    pub fn new(text: &'t str, option: &str) -> Result<Self, CommandError> {
        if text.trim().is_empty() {
            return Err(CommandError::BadInput {
                message: format!("{option} is empty"),
                help: format!(
                    "give an ARN, a part of a name or a pattern such as 'acme-prod-*', or leave {option} out"
                ),
            });
        }
        let folded = text.to_lowercase();
        let has_wildcard = text.contains(['*', '?']);
        Ok(Self {
            text,
            pattern: has_wildcard.then(|| Glob::new(&folded, WildcardScope::Anywhere)),
            folded,
        })
    }

    /// Whether an id is meant. One that holds wildcards itself, such as a part of a bucket, is meant as it stands, too.
    pub fn is_id(&self, id: &str) -> bool {
        id == self.text
            || self
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.matches(&id.to_lowercase()))
    }

    /// Whether an entity is meant.
    pub fn is_entity(&self, entity: &Entity) -> bool {
        let name = || entity.name.to_lowercase();
        self.is_id(&entity.native_id)
            || match &self.pattern {
                Some(pattern) => pattern.matches(&name()),
                None => name().contains(&self.folded) || entity.native_id.to_lowercase() == self.folded,
            }
    }

    /// The same, without looking for entities that are called so.
    pub fn alone(self) -> Meant<'t> {
        Meant {
            named: self,
            ids: HashSet::new(),
        }
    }

    /// The same, with the entities of a graph that are meant.
    pub fn among(self, graph: &'t Graph) -> Meant<'t> {
        let meant = graph.entities.values().filter(|entity| self.is_entity(entity));
        Meant {
            ids: meant.map(|entity| entity.native_id.as_str()).collect(),
            named: self,
        }
    }

    /// Whether any entity is meant.
    ///
    /// # Errors
    /// `not_found`, with what comes near among what is wanted.
    pub fn must_be_known(&self, graph: &Graph, wanted: impl Fn(&Entity) -> bool) -> Result<(), CommandError> {
        let is_known =
            graph.entities.contains_key(self.text) || graph.entities.values().any(|entity| self.is_entity(entity));
        if is_known {
            return Ok(());
        }
        Err(CommandError::not_found(
            format!("nothing in the scan is called {}", safe(self.text)),
            suggestions(graph, self.text, wanted),
        ))
    }
}

/// What was asked about, looked up once: a list has many times as many ids as a graph has entities.
pub struct Meant<'t> {
    /// The name.
    pub named: Named<'t>,
    ids: HashSet<&'t str>,
}

impl Meant<'_> {
    /// Whether the entity with this id is meant, or the id itself where it is of none.
    pub fn is(&self, id: &str) -> bool {
        self.ids.contains(id) || self.named.is_id(id)
    }
}

/// Cuts a list to `--limit`; 0 stands for all of it. A program that asks for JSON gets all of it where nothing else is said.
pub fn cut<T>(list: &mut Vec<T>, asked: Option<usize>, json: bool) {
    if let Some(limit) = limit(asked, json) {
        list.truncate(limit);
    }
}

/// How much of a list is shown; none for all of it.
pub fn limit(asked: Option<usize>, json: bool) -> Option<usize> {
    Some(asked.unwrap_or(if json { 0 } else { SHOWN })).filter(|limit| *limit > 0)
}

/// `12 of 682 paths`, and how many of them are not shown.
pub fn footer(shown: usize, matching: usize, all: usize, what: &str) -> String {
    let of_all = if matching == all {
        counted(all, what)
    } else {
        format!("{matching} of {}", counted(all, what))
    };
    let text = match matching.saturating_sub(shown) {
        0 => of_all,
        more => format!("{of_all}; {more} more than are listed here: --limit 0 lists all"),
    };
    format!("{}\n", dim(&text))
}
