//! Which paths are worth keeping: those that tell something that no plainer path of the same start tells.

use std::collections::HashMap;

use sv0_model::path::PathState;

use super::ends::SpotNumber;

/// Most paths of a start to one end by equally many ways besides roles and AssumeRole.
const MOST_OF_A_KIND: usize = 5;

/// A path, as far as it is compared with others of its start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sketch {
    /// Where it ends, and with which class of actions.
    pub spot: SpotNumber,
    /// The same class on the whole of the resource.
    pub whole: SpotNumber,
    pub state: PathState,
    /// How many ways other than its own roles and AssumeRole it takes.
    pub detours: usize,
}

/// The paths of one start that were kept so far. They are offered by the number of their detours, then by state.
#[derive(Default)]
pub(crate) struct Kept {
    ends: HashMap<SpotNumber, KeptEnd>,
}

/// The paths to one end.
#[derive(Debug, Clone, Copy, Default)]
struct KeptEnd {
    /// The best state of those with fewer detours than `detours`.
    before: Option<PathState>,
    detours: usize,
    /// The best state of those with so many, and their number.
    now: Option<PathState>,
    count: usize,
}

impl KeptEnd {
    /// The same once paths with so many detours are offered.
    fn at(self, detours: usize) -> Self {
        if self.detours == detours {
            return self;
        }
        Self {
            before: best(self.before, self.now),
            detours,
            now: None,
            count: 0,
        }
    }
}

/// The better of two, where there is one.
fn best(a: Option<PathState>, b: Option<PathState>) -> Option<PathState> {
    a.into_iter().chain(b).min()
}

impl Kept {
    /// Whether to keep a path. A path without detours always is; another only if none with fewer leads to the same end, or to the whole of the resource, in as
    /// good a state, and not too many with as many do.
    pub(crate) fn takes(&mut self, sketch: Sketch) -> bool {
        let keeps = sketch.detours == 0 || self.is_news(&sketch);
        if keeps {
            let end = self.ends.entry(sketch.spot).or_default();
            *end = end.at(sketch.detours);
            end.now = best(end.now, Some(sketch.state));
            end.count += 1;
        }
        keeps
    }

    fn is_news(&self, sketch: &Sketch) -> bool {
        let to = |spot| {
            let known: Option<&KeptEnd> = self.ends.get(&spot);
            known.copied().unwrap_or_default().at(sketch.detours)
        };
        let is_plainer = |end: KeptEnd| end.before.is_some_and(|state| state <= sketch.state);
        let same = to(sketch.spot);
        // They come by state: all with as many detours that were kept are in as good a state.
        let is_one_of_many = same.count >= MOST_OF_A_KIND;
        !is_plainer(same) && !is_one_of_many && (sketch.spot == sketch.whole || !is_plainer(to(sketch.whole)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sv0_model::route::Access;

    use super::super::ends::SpotNumbers;
    use super::*;

    fn sketch(scope: &str, state: PathState, detours: usize) -> Sketch {
        let access = json!({
            "resource": "bucket", "scope": scope, "action_class": "read_data", "is_best": true, "caveats": [], "sensitivity": "unknown",
            "hop": {"from": "r", "relation": "ACCESSES", "to": "bucket", "actions": [], "state": "allowed", "blocked_by": [], "condition": null,
                "statements": [], "granted_by": [], "observation": {"status": "not_observable", "reason": ""}},
        });
        let accesses: [Access; 2] = ["bucket", "bucket/*"].map(|scope| Access {
            scope: scope.to_owned(),
            ..serde_json::from_value(access.clone()).unwrap()
        });
        let mut numbers = SpotNumbers::default();
        let numbered = accesses.iter().map(|access| (&access.scope, numbers.of(access)));
        let numbered: Vec<(&String, (SpotNumber, SpotNumber))> = numbered.collect();
        let (_, (spot, whole)) = numbered.into_iter().find(|(known, _)| *known == scope).unwrap();
        Sketch {
            spot,
            whole,
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
