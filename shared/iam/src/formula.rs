//! What is not known, as a formula: negation stands only inside its tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::atom::Atom;

/// A formula over tests of condition keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Formula {
    True,
    False,
    Test(Arc<Atom>),
    /// At least two parts, none of them `All`, `True` or `False`; sorted, without duplicates.
    All(Vec<Formula>),
    /// At least two parts, none of them `Any`, `True` or `False`; sorted, without duplicates.
    Any(Vec<Formula>),
}

impl Formula {
    /// `True` or `False`.
    pub(crate) fn known(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }

    pub(crate) fn is_false(&self) -> bool {
        matches!(self, Self::False)
    }

    /// Every part holds.
    pub(crate) fn all(parts: impl IntoIterator<Item = Formula>) -> Self {
        let mut flat = Parts::None;
        for part in parts {
            match part {
                Self::True => {}
                Self::False => return Self::False,
                Self::All(inner) => inner.into_iter().for_each(|part| flat.add(part)),
                other => flat.add(other),
            }
        }
        flat.formula(Self::True, Self::All)
    }

    /// At least one part holds.
    pub(crate) fn any(parts: impl IntoIterator<Item = Formula>) -> Self {
        let mut flat = Parts::None;
        for part in parts {
            match part {
                Self::False => {}
                Self::True => return Self::True,
                Self::Any(inner) => inner.into_iter().for_each(|part| flat.add(part)),
                other => flat.add(other),
            }
        }
        flat.formula(Self::False, Self::Any)
    }

    /// Both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, only) | (only, Self::True) => only,
            (Self::False, _) | (_, Self::False) => Self::False,
            (one, other) => Self::all([one, other]),
        }
    }

    /// This holds, or `other`, which is not asked for where this always does.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if matches!(self, Self::True) {
            return self;
        }
        match (self, other()) {
            (Self::False, only) | (only, Self::False) => only,
            (_, Self::True) => Self::True,
            (one, other) => Self::any([one, other]),
        }
    }

    /// The exact negation.
    pub(crate) fn negate(&self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Test(atom) => atom.negate(),
            Self::All(parts) => Self::any(parts.iter().map(Self::negate)),
            Self::Any(parts) => Self::all(parts.iter().map(Self::negate)),
        }
    }

    /// Calls `visit` for every test.
    pub(crate) fn for_each_test<'a>(&'a self, visit: &mut dyn FnMut(&'a Arc<Atom>)) {
        match self {
            Self::True | Self::False => {}
            Self::Test(atom) => visit(atom),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.for_each_test(visit)),
        }
    }

    /// How many tests it has.
    pub(crate) fn size(&self) -> usize {
        let mut size = 0;
        self.for_each_test(&mut |_| size += 1);
        size
    }
}

/// Parts of a formula, each once, in order. There are seldom several.
enum Parts {
    None,
    One(Formula),
    Several(BTreeSet<Formula>),
}

impl Parts {
    fn add(&mut self, part: Formula) {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(part),
            Self::One(first) if first == part => Self::One(first),
            Self::One(first) => Self::Several(BTreeSet::from([first, part])),
            Self::Several(mut parts) => {
                parts.insert(part);
                Self::Several(parts)
            }
        };
    }

    fn formula(self, none: Formula, several: fn(Vec<Formula>) -> Formula) -> Formula {
        match self {
            Self::None => none,
            Self::One(part) => part,
            Self::Several(parts) => several(parts.into_iter().collect()),
        }
    }
}
