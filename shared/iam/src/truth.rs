//! What a part of the evaluation says of a request, in one of two forms.
//!
//! [`Formula`] says exactly under which context it holds. [`Known`] says only whether it holds whatever is not known, does not, or hangs on that: it takes
//! a byte and nothing of it is allocated. Both are combined by the same code, so that whoever asks about a request of which everything is known gets the
//! answer that the formulas would give, without them.

use crate::formula::Formula;

/// Values that policies are read as.
pub(crate) trait Truth: Clone + PartialEq {
    /// Whether it holds in every context, or in none.
    fn known(truth: bool) -> Self;

    /// What hangs on the context, and how; or, where that is a constant after all, the constant.
    fn open(formula: impl FnOnce() -> Formula) -> Self;

    /// Whether it is known to hold in every context.
    fn is_true(&self) -> bool;

    /// Whether it is known to hold in no context.
    fn is_false(&self) -> bool;

    /// Whether this form cannot say what it hangs on, so that the other one has to be asked.
    fn is_left_open(&self) -> bool;

    /// The exact negation.
    fn negate(&self) -> Self;

    /// Every part holds. None is asked for behind one that cannot.
    fn all(parts: impl IntoIterator<Item = Self>) -> Self;

    /// At least one part holds. None is asked for behind one that always does.
    fn any(parts: impl IntoIterator<Item = Self>) -> Self;

    /// Both hold.
    fn and(self, other: Self) -> Self;

    /// This holds, or `other`, which is not asked for where this always does.
    fn or_else(self, other: impl FnOnce() -> Self) -> Self;

    /// At least one holds.
    fn or(self, other: Self) -> Self {
        self.or_else(|| other)
    }
}

impl Truth for Formula {
    fn known(truth: bool) -> Self {
        Self::known(truth)
    }

    fn open(formula: impl FnOnce() -> Formula) -> Self {
        formula()
    }

    fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }

    fn is_false(&self) -> bool {
        Self::is_false(self)
    }

    fn is_left_open(&self) -> bool {
        false
    }

    fn negate(&self) -> Self {
        Self::negate(self)
    }

    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::all(parts)
    }

    fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::any(parts)
    }

    fn and(self, other: Self) -> Self {
        Self::and(self, other)
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        Self::or_else(self, other)
    }
}

/// One of three truth values. Where this is `True` or `False`, the formula that stands for the same is that constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    False,
    /// It hangs on something, or the formula has to be made to see whether it does.
    Open,
    True,
}

impl Truth for Known {
    fn known(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }

    fn open(_: impl FnOnce() -> Formula) -> Self {
        Self::Open
    }

    fn is_true(&self) -> bool {
        *self == Self::True
    }

    fn is_false(&self) -> bool {
        *self == Self::False
    }

    fn is_left_open(&self) -> bool {
        *self == Self::Open
    }

    fn negate(&self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Open => Self::Open,
            Self::True => Self::False,
        }
    }

    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::True;
        for part in parts {
            match part {
                Self::True => {}
                Self::Open => all = Self::Open,
                Self::False => return Self::False,
            }
        }
        all
    }

    fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::False;
        for part in parts {
            match part {
                Self::False => {}
                Self::Open => any = Self::Open,
                Self::True => return Self::True,
            }
        }
        any
    }

    fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::True {
            return self;
        }
        Self::any([self, other()])
    }
}

#[cfg(test)]
mod tests {
    use sv0_model::decision::Caveat;

    use super::*;
    use crate::atom::Atom;

    const KNOWN: [Known; 3] = [Known::False, Known::Open, Known::True];

    /// A formula that each value stands for; `Open` also stands for formulas that are constants.
    fn formulas(known: Known) -> Vec<Formula> {
        let test = |name: &str| Atom::opaque("svc:k", name, Vec::new(), Caveat::ConditionsNotEvaluated);
        match known {
            Known::False => vec![Formula::False],
            Known::True => vec![Formula::True],
            Known::Open => vec![
                Formula::False,
                Formula::True,
                test("A"),
                test("B").negate(),
                Formula::all([test("A"), test("B")]),
            ],
        }
    }

    fn stands_for(known: Known, formula: &Formula) -> bool {
        match known {
            Known::False => *formula == Formula::False,
            Known::True => *formula == Formula::True,
            Known::Open => true,
        }
    }

    #[test]
    fn what_is_known_of_parts_and_of_their_formulas_is_the_same() {
        for one in KNOWN {
            for own in formulas(one) {
                assert!(stands_for(one.negate(), &own.negate()), "not {own:?}");
                for other in KNOWN {
                    for others in formulas(other) {
                        let both = |of: fn(Formula, Formula) -> Formula| of(own.clone(), others.clone());
                        assert!(
                            stands_for(one.and(other), &both(Formula::and)),
                            "{own:?} and {others:?}"
                        );
                        assert!(stands_for(one.or(other), &both(Truth::or)), "{own:?} or {others:?}");
                        assert!(stands_for(Known::all([one, other]), &both(|a, b| Formula::all([a, b]))));
                        assert!(stands_for(Known::any([one, other]), &both(|a, b| Formula::any([a, b]))));
                    }
                }
            }
        }
    }
}
