//! Native ids by numbers: most stand in many routes.

use std::collections::HashMap;
use std::sync::Arc;

/// Texts, each with the number that says how many were met before it.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    of: HashMap<Arc<str>, usize>,
    texts: Vec<Arc<str>>,
}

impl Numbers {
    /// The number of a text, met before or new.
    pub(crate) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.of.get(text) {
            return *number;
        }
        let (number, text) = (self.texts.len(), Arc::<str>::from(text));
        self.of.insert(text.clone(), number);
        self.texts.push(text);
        number
    }

    /// The number of a text that was met.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        self.of.get(text).copied()
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", |text| text)
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The texts, in the order of their numbers.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}
