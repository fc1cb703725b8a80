//! Decimal numbers, compared exactly: the numeric condition operators take "integer or decimal" values of any length.

use std::cmp::Ordering;

/// A decimal number: its digits as a fraction after the point, times a power of ten.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// 0 to 9, none at either end being 0; empty for zero.
    digits: Vec<u8>,
    /// The power of ten; 0 for zero.
    exponent: i64,
}

/// Exponents further from zero are not read: nothing that a condition key counts comes near.
const LARGEST_EXPONENT: i64 = 1_000;

impl Decimal {
    /// Reads an optional sign, digits with or without a point, and an optional power of ten such as `e3`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if (whole.is_empty() && fraction.is_empty()) || power.abs() > LARGEST_EXPONENT {
            return None;
        }
        let written = whole.bytes().chain(fraction.bytes());
        let digits: Vec<u8> = written
            .map(|byte| byte.is_ascii_digit().then(|| byte - b'0'))
            .collect::<Option<_>>()?;
        let exponent = power.checked_add(i64::try_from(whole.len()).ok()?)?;
        Some(Self::normalised(is_negative, &digits, exponent))
    }

    fn normalised(is_negative: bool, digits: &[u8], exponent: i64) -> Self {
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        let trailing = digits.iter().rev().take_while(|digit| **digit == 0).count();
        let kept = digits
            .get(leading..digits.len().saturating_sub(trailing))
            .unwrap_or_default();
        if kept.is_empty() {
            return Self {
                is_negative: false,
                digits: Vec::new(),
                exponent: 0,
            };
        }
        Self {
            is_negative,
            digits: kept.to_vec(),
            exponent: exponent.saturating_sub(i64::try_from(leading).unwrap_or(i64::MAX)),
        }
    }

    /// How many digits stand after the point.
    fn decimals(&self) -> i64 {
        i64::try_from(self.digits.len())
            .unwrap_or(i64::MAX)
            .saturating_sub(self.exponent)
            .max(0)
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self
                .exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    /// Numbers such that every bound, every gap between two neighbouring ones and both ends are among them, as texts.
    pub(crate) fn representatives(bounds: &[&Decimal]) -> Vec<String> {
        let finest = bounds.iter().map(|bound| bound.decimals()).max().unwrap_or(0);
        let step = format!("1e-{}", finest.saturating_add(1));
        let mut texts = vec!["0".to_owned(), step.clone(), format!("-{step}")];
        for bound in bounds {
            texts.push(bound.text());
            texts.push(bound.further_out(finest));
        }
        texts
    }

    /// The number beyond this one, seen from zero, by a tenth of the `finest` decimal.
    fn further_out(&self, finest: i64) -> String {
        let length = usize::try_from(finest.saturating_add(self.exponent)).unwrap_or(0);
        let mut digits = self.digits.clone();
        digits.resize(length.max(digits.len()), 0);
        digits.push(1);
        Self {
            is_negative: self.is_negative,
            digits,
            exponent: self.exponent,
        }
        .text()
    }

    fn text(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        format!("{sign}0.{digits}e{}", self.exponent)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_compared_exactly() {
        for (a, b, want) in [
            ("1", "1.0", Ordering::Equal),
            ("0", "-0.00", Ordering::Equal),
            ("10", "1e1", Ordering::Equal),
            (".5", "0.50", Ordering::Equal),
            ("5.", "+5", Ordering::Equal),
            ("-1", "1", Ordering::Less),
            ("-2", "-1", Ordering::Less),
            ("9", "10", Ordering::Less),
            ("0.1", "0.09", Ordering::Greater),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("0.1", "0.1000000000000000055511151231257827", Ordering::Less),
            ("1e-400", "0", Ordering::Greater),
        ] {
            assert_eq!(read(a).cmp(&read(b)), want, "{a} and {b}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in [
            "", ".", "-", "e3", "1e", "ten", "1,5", "0x10", "NaN", "inf", "1e1001", "--1", "1 2",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn small_numbers_order_as_integers_do(a in -2_000_i64..2_000, b in -2_000_i64..2_000, decimals in 0_usize..4) {
            let text = |n: i64| format!("{n}e-{decimals}");
            prop_assert_eq!(read(&text(a)).cmp(&read(&text(b))), a.cmp(&b));
            prop_assert_eq!(read(&read(&text(a)).text()), read(&text(a)));
        }

        #[test]
        fn representatives_lie_in_every_gap(bounds in proptest::collection::btree_set(-60_i64..60, 1..5), decimals in 0_usize..3) {
            let bounds: Vec<Decimal> = bounds.iter().map(|n| read(&format!("{n}e-{decimals}"))).collect();
            let all: Vec<&Decimal> = bounds.iter().collect();
            let found: Vec<Decimal> = Decimal::representatives(&all).iter().map(|text| read(text)).collect();
            prop_assert!(bounds.iter().all(|bound| found.contains(bound)));
            prop_assert!(found.iter().any(|n| n < all[0]) && found.iter().any(|n| n > all[all.len() - 1]));
            for pair in bounds.windows(2) {
                prop_assert!(found.iter().any(|n| n > &pair[0] && n < &pair[1]), "{:?}", pair);
            }
        }
    }
}
