//! How authority passes from one principal to the next.

use sv0_model::path::PathState;

use super::hops::Leg;

/// By what a principal comes to the authority of another. The order is that in which equally short ones are taken: what gives the whole authority
/// goes before what only sets the other's code going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    /// It is the start's own: the role that it runs as or signs in to, or itself.
    Own,
    /// `sts:AssumeRole`.
    Assume,
    /// It raises its own authority, or passes a role to a service.
    Escalate,
    /// It replaces the code that runs under the role.
    ChangeCode,
    /// It replaces the image that runs under the role.
    PushImage,
    /// It sets a workload going that runs under the role.
    Invoke,
}

impl Way {
    /// Whether it is another way than the role itself and AssumeRole.
    pub(crate) fn is_detour(self) -> bool {
        !matches!(self, Self::Own | Self::Assume)
    }
}

/// The way from one authority to another.
#[derive(Debug, Clone)]
pub(crate) struct Transfer<'e> {
    /// Native id of the role or user whose authority is gained.
    pub to: &'e str,
    pub way: Way,
    pub legs: Vec<Leg>,
    /// What tells it from other transfers between the same two, for the path's id. Empty for [`Way::Own`] and [`Way::Assume`].
    pub marks: Vec<String>,
}

impl<'e> Transfer<'e> {
    pub(crate) fn new(to: &'e str, way: Way, legs: Vec<Leg>) -> Self {
        let mut marks = Vec::new();
        if way.is_detour() {
            for leg in &legs {
                marks.push(leg.hop.relation.clone());
                marks.push(leg.hop.to.clone());
            }
        }
        Self { to, way, legs, marks }
    }

    /// The state of its worst leg.
    pub(crate) fn state(&self) -> PathState {
        let states = self.legs.iter().map(|leg| leg.hop.state);
        states.max().unwrap_or(PathState::Allowed)
    }

    /// The order in which transfers from one authority are taken up.
    pub(crate) fn rank(&self) -> (&'e str, Way, PathState, &[String]) {
        (self.to, self.way, self.state(), &self.marks)
    }
}
