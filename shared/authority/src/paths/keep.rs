//! Which paths are worth keeping: those that tell something that no plainer path of the same start tells.

use std::collections::BTreeMap;

use sv0_model::path::{ActionClass, PathState};

/// Most paths of a start to one end by equally many ways besides roles and AssumeRole.
const MOST_OF_A_KIND: usize = 5;

/// A path, as far as it is compared with others of its start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sketch<'p> {
    pub resource: &'p str,
    pub scope: &'p str,
    pub class: ActionClass,
    pub state: PathState,
    /// How many ways other than its own roles and AssumeRole it takes.
    pub detours: usize,
}

/// Resource, scope and class.
type KeptEnd<'p> = (&'p str, &'p str, ActionClass);

/// The paths of one start that were kept so far. They are offered by the number of their detours, then by state.
#[derive(Default)]
pub(crate) struct Kept<'p> {
    ends: BTreeMap<KeptEnd<'p>, Vec<(usize, PathState)>>,
}

impl<'p> Kept<'p> {
    /// Whether to keep a path. A path without detours always is; another only if none with fewer leads to the same end, or to the whole of the resource, in as
    /// good a state, and not too many with as many do.
    pub(crate) fn takes(&mut self, sketch: Sketch<'p>) -> bool {
        let keeps = sketch.detours == 0 || self.is_news(&sketch);
        if keeps {
            let end = (sketch.resource, sketch.scope, sketch.class);
            self.ends.entry(end).or_default().push((sketch.detours, sketch.state));
        }
        keeps
    }

    fn is_news(&self, sketch: &Sketch<'p>) -> bool {
        let as_good = |scope: &'p str| {
            let known = self.ends.get(&(sketch.resource, scope, sketch.class));
            known
                .into_iter()
                .flatten()
                .filter(|(_, state)| *state <= sketch.state)
                .map(|(detours, _)| *detours)
        };
        let mut same = as_good(sketch.scope).chain(as_good(sketch.resource));
        let alike = as_good(sketch.scope)
            .filter(|detours| *detours == sketch.detours)
            .count();
        same.all(|detours| detours >= sketch.detours) && alike < MOST_OF_A_KIND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(scope: &'static str, state: PathState, detours: usize) -> Sketch<'static> {
        Sketch {
            resource: "bucket",
            scope,
            class: ActionClass::ReadData,
            state,
            detours,
        }
    }

    #[test]
    fn a_path_with_detours_is_kept_only_for_what_it_adds() {
        use PathState::{Allowed, Blocked, Conditional};
        for (name, before, offered, want) in [
            ("nothing before", &[][..], sketch("bucket", Blocked, 3), true),
            (
                "the same directly",
                &[sketch("bucket", Allowed, 0)],
                sketch("bucket", Allowed, 1),
                false,
            ),
            (
                "a part of what is had directly",
                &[sketch("bucket", Allowed, 0)],
                sketch("bucket/*", Allowed, 1),
                false,
            ),
            (
                "the whole of which a part is had",
                &[sketch("bucket/*", Allowed, 0)],
                sketch("bucket", Allowed, 1),
                true,
            ),
            (
                "in a better state",
                &[sketch("bucket", Conditional, 0)],
                sketch("bucket", Allowed, 1),
                true,
            ),
            (
                "in a worse state",
                &[sketch("bucket", Conditional, 1)],
                sketch("bucket", Blocked, 2),
                false,
            ),
            (
                "by as many others",
                &[sketch("bucket", Allowed, 1)],
                sketch("bucket", Allowed, 1),
                true,
            ),
            (
                "after many others",
                &[sketch("bucket", Allowed, 1); MOST_OF_A_KIND],
                sketch("bucket", Allowed, 1),
                false,
            ),
            (
                "without detours, always",
                &[sketch("bucket", Allowed, 0); 9],
                sketch("bucket", Blocked, 0),
                true,
            ),
        ] {
            let mut kept = Kept::default();
            for sketch in before {
                assert!(kept.takes(*sketch), "{name}");
            }
            assert_eq!(kept.takes(offered), want, "{name}");
        }
    }
}
