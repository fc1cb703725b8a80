//! How much text of policies and conditions the page carries.

use super::statements::StatementText;
use crate::words::text::thousands;

/// Bytes that are left, and what did not fit. What comes first is kept: the texts behind the most dangerous paths.
#[derive(Debug)]
pub(super) struct TextBudget {
    left: usize,
    refused: usize,
}

impl TextBudget {
    /// A budget of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            left: bytes,
            refused: 0,
        }
    }

    /// Whether a text of this length still fits; if so it is taken off.
    pub(super) fn take(&mut self, length: usize) -> bool {
        let left = self.left.checked_sub(length);
        self.refused += usize::from(left.is_none());
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// The statement with its text, or without it and with a note that says so.
    pub(super) fn bounded(&mut self, text: StatementText) -> StatementText {
        match &text.json {
            Some(json) if !self.take(json.len()) => StatementText::without(
                text.of,
                "Left out to keep this page small; sv0 explain and the results of the run hold it.",
            ),
            _ => text,
        }
    }

    /// A sentence, when anything did not fit.
    pub(super) fn left_out(&self) -> Vec<String> {
        match self.refused {
            0 => Vec::new(),
            refused => vec![format!(
                "To keep this page small the text of {} was left out; the results of the run hold it all.",
                texts(refused)
            )],
        }
    }
}

fn texts(number: usize) -> String {
    match number {
        1 => "1 policy statement or condition".to_owned(),
        _ => format!("{} policy statements and conditions", thousands(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_and_said() {
        let mut budget = TextBudget::of(10);
        assert!(budget.take(6) && budget.take(4));
        assert!(budget.left_out().is_empty());
        assert!(!budget.take(1));
        assert_eq!(
            budget.left_out(),
            [
                "To keep this page small the text of 1 policy statement or condition was left out; the results of the run hold it all."
            ]
        );
    }
}
