//! `sv0 paths`.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::json;
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::graph::{Entity, Graph};
use sv0_model::path::{AuthorityPath, PathHop, PathKind, PathState};
use sv0_model::route::{Access, Route, RoutePath, RoutePaths};
use sv0_pipeline::{RouteFilter, Rows, Snapshot};

use super::{Outcome, print, print_json};
use crate::arguments::{PathsArguments, StateArgument};
use crate::error::CommandError;
use crate::selection::{Meant, Named, account_id, cut, footer};
use crate::store;
use crate::text::{condition, dim, entity, labelled, layers, name_of, observation, plain, safe, state};

pub fn run(arguments: &PathsArguments) -> Result<Outcome, CommandError> {
    let store = store::open(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    if arguments.query.json && is_told_by_ids(arguments) {
        let asked = Asked::by_ids(arguments)?;
        let listing = Listing::of(&snapshot, &asked)?;
        // What is not found so may be called so in another way.
        if listing.knows(&asked) {
            return show_json(listing.in_order(), arguments);
        }
    }
    let graph = snapshot.graph()?;
    let asked = Asked::new(&graph, arguments)?;
    let listing = Listing::of(&snapshot, &asked)?;
    asked.must_be_known(&graph, &listing)?;
    if arguments.query.json {
        return show_json(listing.in_order(), arguments);
    }
    let all = usize::try_from(snapshot.path_count()?).unwrap_or(usize::MAX);
    let blocked = listing.blocked;
    let mut paths = listing.in_order();
    let matching = paths.len();
    // A person wants what it reaches itself before what leads through it, and the worst before the rest.
    paths.sort_by_key(|path| (!asked.is_own(path), Reverse(path.sensitivity), path.state));
    cut(&mut paths, arguments.limit, arguments.query.json);
    let mut out = String::new();
    for path in &paths {
        out.push_str(&chain_text(&graph, path));
    }
    if paths.is_empty() {
        out.push_str(&why_none(arguments));
    }
    if paths.is_empty() && blocked > 0 {
        let _ = writeln!(out, "blocked paths that match: {blocked}; --include-blocked lists them");
    }
    out.push_str(&footer(paths.len(), matching, all, "path"));
    print(&out)?;
    Ok(Outcome::Done)
}

fn show_json(mut paths: Vec<AuthorityPath>, arguments: &PathsArguments) -> Result<Outcome, CommandError> {
    cut(&mut paths, arguments.limit, true);
    print_json(&json!({"schema": "sv0-paths/1", "paths": paths}))?;
    Ok(Outcome::Done)
}

/// Whether everything is asked for by ids, so that no name has to be looked up.
fn is_told_by_ids(arguments: &PathsArguments) -> bool {
    let is_arn = |text: &String| text.starts_with("arn:") && !text.contains(['*', '?']);
    let ends = arguments.from.iter().chain(&arguments.to);
    ends.into_iter().all(is_arn) && arguments.account.as_deref().is_none_or(is_account_id)
}

/// The paths that were asked for, and what was met on the way to them: a run has more paths than are worth holding.
#[derive(Default)]
struct Listing {
    /// Those that are listed.
    paths: Vec<AuthorityPath>,
    /// Blocked ones of those that were asked for.
    blocked: usize,
    /// Whether a path starts from the id that was asked for, or leads through it.
    leads_from: bool,
    /// Whether a path ends on the id that was asked for.
    leads_to: bool,
    environments: BTreeSet<String>,
}

impl Listing {
    fn of<R: Rows>(snapshot: &Snapshot<R>, asked: &Asked<'_>) -> Result<Self, CommandError> {
        let mut listing = Self::default();
        snapshot.each_route_of(&asked.filter(), |routes| {
            listing.add(&routes, asked);
            Ok(())
        })?;
        Ok(listing)
    }

    fn add(&mut self, routes: &RoutePaths, asked: &Asked<'_>) {
        let route = &*routes.route;
        if let Some(from) = asked.from.as_ref().filter(|_| !self.leads_from) {
            self.leads_from = stations(route).any(|id| from.named.is_id(id));
        }
        let is_from = asked
            .from
            .as_ref()
            .is_none_or(|from| stations(route).any(|id| from.is(id)));
        for path in routes.paths() {
            let access = path.access;
            if let Some(to) = asked.to.as_ref().filter(|_| !self.leads_to) {
                self.leads_to = to.named.is_id(&access.resource) || to.named.is_id(&access.scope);
            }
            if let Some(name) = environment_of(access).filter(|name| !self.environments.contains(*name)) {
                self.environments.insert(name.to_owned());
            }
            if is_from && asked.holds(&path) {
                self.blocked += usize::from(path.state() == PathState::Blocked);
                if is_in_state(path.state(), asked.arguments) {
                    self.paths.push(path.path());
                }
            }
        }
    }

    /// Whether the ids that were asked for are met on paths.
    fn knows(&self, asked: &Asked<'_>) -> bool {
        let is_known = |is_asked: bool, is_met: bool| !is_asked || is_met;
        is_known(asked.from.is_some(), self.leads_from)
            && is_known(asked.to.is_some(), self.leads_to)
            && is_known(asked.account.is_some(), !self.paths.is_empty())
            && asked.arguments.environment.is_none()
    }

    /// By workload, depth, roles, resource, part, class, state and id.
    fn in_order(self) -> Vec<AuthorityPath> {
        let mut paths = self.paths;
        paths.sort_by(|a, b| order(a).cmp(&order(b)));
        paths
    }
}

fn stations(route: &Route) -> impl Iterator<Item = &String> {
    std::iter::once(&route.workload).chain(&route.roles)
}

fn order(path: &AuthorityPath) -> impl Ord + use<'_> {
    (
        (&path.workload, path.chain_depth, &path.roles),
        (&path.resource, &path.scope, path.action_class),
        (path.state, &path.id),
    )
}

/// Which paths were asked for.
struct Asked<'a> {
    arguments: &'a PathsArguments,
    from: Option<Meant<'a>>,
    to: Option<Meant<'a>>,
    account: Option<String>,
}

impl<'a> Asked<'a> {
    fn new(graph: &'a Graph, arguments: &'a PathsArguments) -> Result<Self, CommandError> {
        let account = match &arguments.account {
            Some(text) => Some(account_id(graph, text)?),
            None => None,
        };
        Ok(Self {
            account,
            ..Self::with(arguments, |named| named.among(graph))?
        })
    }

    fn by_ids(arguments: &'a PathsArguments) -> Result<Self, CommandError> {
        Self::with(arguments, Named::alone)
    }

    fn with(arguments: &'a PathsArguments, meant: impl Fn(Named<'a>) -> Meant<'a>) -> Result<Self, CommandError> {
        let meant = |text: &'a Option<String>, option| {
            let named = text.as_deref().map(|text| Named::new(text, option)).transpose()?;
            Ok::<_, CommandError>(named.map(&meant))
        };
        Ok(Self {
            arguments,
            from: meant(&arguments.from, "--from")?,
            to: meant(&arguments.to, "--to")?,
            account: arguments.account.clone(),
        })
    }

    /// The parts of the routes that have to be read. What a name means may lie anywhere, and so may what tells which environments there are.
    fn filter(&self) -> RouteFilter<'_> {
        let arguments = self.arguments;
        if arguments.environment.is_some() || !is_told_by_ids(arguments) {
            return RouteFilter::default();
        }
        RouteFilter {
            through: arguments.from.as_deref().and_then(account_of),
            into: arguments.to.as_deref().and_then(account_of),
        }
    }

    /// A name that nothing has must not look like an identity that reaches nothing.
    fn must_be_known(&self, graph: &Graph, listing: &Listing) -> Result<(), CommandError> {
        if let Some(from) = self.from.as_ref().filter(|_| !listing.leads_from) {
            from.named.must_be_known(graph, is_source)?;
        }
        if let Some(to) = self.to.as_ref().filter(|_| !listing.leads_to) {
            to.named.must_be_known(graph, is_end)?;
        }
        match &self.arguments.environment {
            Some(text) => environment_must_be_known(&listing.environments, text),
            None => Ok(()),
        }
    }

    /// Whether a path was asked for, as far as its start and roles do not tell.
    fn holds(&self, path: &RoutePath<'_>) -> bool {
        let access = path.access;
        let is_to = |to: &Meant<'_>| to.is(&access.resource) || to.named.is_id(&access.scope);
        let touches =
            |account: &String| path.route.accounts.contains(account) || access.account.as_ref() == Some(account);
        self.to.as_ref().is_none_or(is_to)
            && self.account.as_ref().is_none_or(touches)
            && self.is_in_environment(access)
            && self
                .arguments
                .sensitivity
                .is_none_or(|least| access.sensitivity >= least.into())
            && self.arguments.kind.is_none_or(|kind| path.kinds.contains(kind))
    }

    fn is_in_environment(&self, access: &Access) -> bool {
        let is_it = |name: &String| environment_of(access).is_some_and(|of| of.eq_ignore_ascii_case(name));
        self.arguments.environment.as_ref().is_none_or(is_it)
    }

    /// Whether the path starts from what was asked about, or nothing was.
    fn is_own(&self, path: &AuthorityPath) -> bool {
        self.from.as_ref().is_none_or(|from| from.is(&path.workload))
    }
}

fn environment_of(access: &Access) -> Option<&str> {
    access.environment.as_ref().map(|word| word.value.as_str())
}

/// An environment in which no path ends must not look like one that nobody reaches.
fn environment_must_be_known(known: &BTreeSet<String>, text: &str) -> Result<(), CommandError> {
    if known.iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    let names: Vec<String> = known.iter().cloned().collect();
    Err(CommandError::NotFound {
        message: format!("no path ends in an environment {}", safe(text)),
        help: format!("paths end in {}", safe(&names.join(", "))),
        suggestions: names,
    })
}

fn is_source(of: &Entity) -> bool {
    of.kind.is_workload() || name_of(&of.kind).starts_with("identity/")
}

fn is_end(of: &Entity) -> bool {
    of.kind.is_workload() || name_of(&of.kind).starts_with("resource/")
}

/// What is true of the names that were asked about where no path is listed.
fn why_none(arguments: &PathsArguments) -> String {
    let ends = [
        (&arguments.from, "starts from it or leads through it"),
        (&arguments.to, "leads to it"),
    ];
    let known = ends.into_iter().filter_map(|(text, what)| Some((text.as_ref()?, what)));
    known
        .map(|(text, what)| {
            let line = format!("{} is known to the scan; nothing that is listed {what}", safe(text));
            labelled("", 0, &line, plain)
        })
        .collect()
}

fn is_in_state(state: PathState, arguments: &PathsArguments) -> bool {
    match arguments.state {
        Some(StateArgument::Allowed) => state == PathState::Allowed,
        Some(StateArgument::Conditional) => state == PathState::Conditional,
        Some(StateArgument::Blocked) => state == PathState::Blocked,
        // JSON is for programs, which filter for themselves; a person is spared what cannot happen.
        None => arguments.include_blocked || arguments.query.json || state != PathState::Blocked,
    }
}

/// What a step is where it is more than taking on a role or reaching the resource.
const STEPS: &[(&str, &str)] = &[
    ("INVOKES", "invokes "),
    ("CHANGES_CODE_OF", "replaces the code of "),
    ("PUSHES_IMAGE_TO", "pushes images to "),
    ("IMAGE_RUNS_IN", "which run in "),
    ("PASSES_ROLE", "passes role "),
    ("ESCALATES_TO", "takes over "),
    ("SIGNS_IN_AS", "signs in as "),
    ("READS_FROM", "reads from "),
    ("SENDS_TO", "sends to "),
];

fn step(graph: &Graph, path: &AuthorityPath, hop: &PathHop) -> String {
    let words = STEPS.iter().find(|(relation, _)| *relation == hop.relation);
    format!("{}{}", words.map_or("", |(_, words)| words), node(graph, path, &hop.to))
}

/// An entity of the path; with its kind where another of the path has the same name.
fn node(graph: &Graph, path: &AuthorityPath, id: &str) -> String {
    let text = entity(graph, id);
    match graph.entities.get(id).filter(|of| is_ambiguous(graph, path, of)) {
        Some(of) => format!("{text} {}", dim(&format!("[{}]", kind_words(of)))),
        None => text,
    }
}

fn is_ambiguous(graph: &Graph, path: &AuthorityPath, of: &Entity) -> bool {
    let mut ids = std::iter::once(&path.workload).chain(path.hops.iter().map(|hop| &hop.to));
    ids.any(|id| *id != of.native_id && graph.entities.get(id).is_some_and(|other| other.name == of.name))
}

/// `state machine` of `workload/step_functions_state_machine` and the like.
fn kind_words(of: &Entity) -> String {
    let kind = name_of(&of.kind);
    let words = kind.rsplit('/').next().unwrap_or_default();
    words.replace('_', " ")
}

/// What the steps say of themselves, in order; the same words of several steps once.
fn notes(graph: &Graph, path: &AuthorityPath) -> Vec<String> {
    let mut notes: Vec<(Vec<String>, &str)> = Vec::new();
    for hop in path.hops.iter().filter(|hop| !hop.note.is_empty()) {
        let to = graph.entities.get(&hop.to).map_or(&hop.to, |of| &of.name);
        match notes.iter_mut().find(|(_, note)| *note == hop.note) {
            Some((names, _)) => names.push(safe(to)),
            None => notes.push((vec![safe(to)], &hop.note)),
        }
    }
    let of_one = path.hops.len() <= STEPS_WITHOUT_NAMES;
    let line = |(names, note): (Vec<String>, &str)| match of_one {
        true => safe(note),
        false => format!("to {}: {}", names.join(" and to "), safe(note)),
    };
    notes.into_iter().map(line).collect()
}

/// In a chain so short everybody sees which step a note is about.
const STEPS_WITHOUT_NAMES: usize = 2;

/// The kinds that the chain itself does not show.
fn telling_kinds(path: &AuthorityPath) -> String {
    let telling = path
        .kinds
        .iter()
        .filter(|kind| !matches!(kind, PathKind::Direct | PathKind::AssumedChain));
    telling.map(name_of).collect::<Vec<String>>().join(", ")
}

/// A path as a few lines: the chain, what can be done, and what limits and proves it.
pub fn chain_text(graph: &Graph, path: &AuthorityPath) -> String {
    let steps = path.hops.iter().map(|hop| step(graph, path, hop));
    let start = node(graph, path, &path.workload);
    let chain: Vec<String> = std::iter::once(start).chain(steps).collect();
    let mut out = labelled(&format!("{}  ", state(path.state)), 13, &chain.join(" → "), plain);
    let kinds = telling_kinds(path);
    if !kinds.is_empty() {
        out.push_str(&labelled("", 13, &kinds, plain));
    }
    for note in notes(graph, path) {
        out.push_str(&labelled("", 13, &note, dim));
    }
    let actions = format!("{}: {}", name_of(&path.action_class), path.actions.join(", "));
    out.push_str(&labelled("", 13, &safe(&actions), plain));
    if path.scope != path.resource {
        let _ = writeln!(out, "             on {}", safe(&path.scope));
    }
    if !path.blocked_by.is_empty() {
        let word = if path.state == PathState::Blocked {
            "blocked by"
        } else {
            "hangs on"
        };
        let _ = writeln!(out, "             {word} {}", layers(&path.blocked_by));
    }
    if let Some(expression) = &path.condition {
        out.push_str(&labelled("", 13, &format!("only if {}", condition(expression)), plain));
    }
    out.push_str(&labelled("", 13, &observation(&path.observation), dim));
    out
}
