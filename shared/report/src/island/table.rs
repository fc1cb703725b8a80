//! Tables by column over shared strings and lists: most texts of a report occur many times, and every one is written once.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::Error;
use serde_json::Value;

/// Texts and lists that the cells of all tables refer to by number.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    strings: Interner<String>,
    lists: Interner<Vec<u64>>,
}

impl Pool {
    /// The strings and the lists, each in the order of its number.
    pub(crate) fn into_parts(self) -> (Vec<String>, Vec<Vec<u64>>) {
        (self.strings.into_values(), self.lists.into_values())
    }

    fn cell(&mut self, value: Value) -> Result<(CellKind, Cell), serde_json::Error> {
        Ok(match value {
            Value::String(text) => (CellKind::Text, Cell::Number(self.strings.number(text))),
            Value::Array(items) => {
                let kind = if items.iter().any(Value::is_string) {
                    CellKind::Texts
                } else {
                    CellKind::Plain
                };
                let numbers = items.into_iter().filter_map(|item| self.item(item)).collect();
                (kind, Cell::Number(self.lists.number(numbers)))
            }
            plain => (CellKind::Plain, Cell::plain(&plain)?),
        })
    }

    fn item(&mut self, item: Value) -> Option<u64> {
        match item {
            Value::String(text) => Some(self.strings.number(text)),
            other => other.as_u64(),
        }
    }
}

/// What the cells of a column are numbers of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum CellKind {
    /// Themselves.
    #[default]
    Plain,
    /// Strings.
    Text,
    /// Lists of numbers.
    Numbers,
    /// Lists of strings.
    Texts,
}

/// What stands in one cell. There are a million of them in a large report, so it is half the size of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Cell {
    Nothing,
    Answer(bool),
    Number(u64),
}

impl Cell {
    fn plain(value: &Value) -> Result<Self, serde_json::Error> {
        match value {
            Value::Null => Ok(Self::Nothing),
            Value::Bool(answer) => Ok(Self::Answer(*answer)),
            other => other.as_u64().map(Self::Number).ok_or_else(|| {
                serde_json::Error::custom(format!("a cell holds a text, a list or a whole number, not {other}"))
            }),
        }
    }
}

#[derive(Debug, Default, Serialize)]
struct Column {
    kind: CellKind,
    cells: Vec<Cell>,
}

/// Rows of one kind, held by column.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    length: usize,
    columns: BTreeMap<String, Column>,
}

impl Table {
    /// Adds a row, which is a struct whose fields are texts, whole numbers, lists of either, `bool`s, or `None`, and returns its number.
    ///
    /// # Errors
    /// When the row cannot be written as JSON, or holds anything else.
    pub(crate) fn push(&mut self, row: &impl Serialize, pool: &mut Pool) -> Result<usize, serde_json::Error> {
        if let Value::Object(fields) = serde_json::to_value(row)? {
            for (name, value) in fields {
                let is_list = value.is_array();
                let (kind, cell) = pool.cell(value)?;
                let column = self.columns.entry(name).or_default();
                let kind = if is_list { kind.max(CellKind::Numbers) } else { kind };
                column.kind = column.kind.max(kind);
                column.cells.push(cell);
            }
        }
        self.length += 1;
        Ok(self.length - 1)
    }
}

#[derive(Debug)]
struct Interner<T> {
    numbers: BTreeMap<T, u64>,
    next: u64,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            numbers: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<T: Ord> Interner<T> {
    fn number(&mut self, value: T) -> u64 {
        let next = &mut self.next;
        *self.numbers.entry(value).or_insert_with(|| {
            *next += 1;
            *next - 1
        })
    }

    fn into_values(self) -> Vec<T> {
        let mut pairs: Vec<(u64, T)> = self
            .numbers
            .into_iter()
            .map(|(value, number)| (number, value))
            .collect();
        pairs.sort_unstable_by_key(|(number, _)| *number);
        pairs.into_iter().map(|(_, value)| value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        tags: Vec<&'static str>,
        hops: Vec<usize>,
        region: Option<&'static str>,
        depth: usize,
    }

    #[test]
    fn every_text_is_written_once_and_columns_say_what_they_hold() {
        let mut pool = Pool::default();
        let mut table = Table::default();
        let first = Row {
            name: "a",
            tags: vec![],
            hops: vec![],
            region: None,
            depth: 1,
        };
        let second = Row {
            name: "b",
            tags: vec!["a", "b"],
            hops: vec![7],
            region: Some("a"),
            depth: 2,
        };
        assert_eq!(table.push(&first, &mut pool).unwrap(), 0);
        assert_eq!(table.push(&second, &mut pool).unwrap(), 1);
        let (strings, lists) = pool.into_parts();
        assert_eq!(strings, ["a", "b"]);
        assert_eq!(lists, [vec![], vec![7], vec![0, 1]]);
        assert_eq!(
            serde_json::to_value(&table).unwrap(),
            json!({"length": 2, "columns": {
                "name": {"kind": "text", "cells": [0, 1]},
                "tags": {"kind": "texts", "cells": [0, 2]},
                "hops": {"kind": "numbers", "cells": [0, 1]},
                "region": {"kind": "text", "cells": [null, 0]},
                "depth": {"kind": "plain", "cells": [1, 2]},
            }})
        );
    }
}
