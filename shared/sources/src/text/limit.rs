//! A reader that gives up at a bound instead of filling memory.

use std::cell::Cell;
use std::io::{Error, Read};
use std::rc::Rc;

use super::fault::Bound;

/// Bounds the bytes of one item in a stream of items. Whoever takes items out of the stream calls [`ItemBudget::restart`] between them.
#[derive(Debug, Clone)]
pub(crate) struct ItemBudget {
    limit: u64,
    used: Rc<Cell<u64>>,
}

impl ItemBudget {
    /// At most `limit` bytes an item, to the accuracy of the reader's buffer.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Rc::new(Cell::new(0)),
        }
    }

    /// No bound on single items.
    pub fn unlimited() -> Self {
        Self::new(u64::MAX)
    }

    /// A new item begins.
    pub fn restart(&self) {
        self.used.set(0);
    }

    fn spend(&self, bytes: u64) -> Result<(), Bound> {
        let used = self.used.get().saturating_add(bytes);
        self.used.set(used);
        if used > self.limit {
            Err(Bound::Item(self.limit))
        } else {
            Ok(())
        }
    }
}

/// Passes on at most so many bytes, then fails.
pub(crate) struct LimitedReader<R> {
    inner: R,
    limit: u64,
    left: u64,
    budget: ItemBudget,
}

impl<R: Read> LimitedReader<R> {
    pub fn new(inner: R, limit: u64, budget: ItemBudget) -> Self {
        Self {
            inner,
            limit,
            left: limit,
            budget,
        }
    }
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| Error::other(Bound::Expanded(self.limit)))?;
        self.budget.spend(count as u64).map_err(Error::other)?;
        Ok(count)
    }
}
