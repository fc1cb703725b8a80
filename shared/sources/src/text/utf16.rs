//! UTF-16 to UTF-8: what Windows PowerShell's `>` writes.

use std::io::{BufRead, Error, Read};

use super::fault::Bound;

/// The order of the two bytes of a code unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// Reads UTF-16 and passes on UTF-8.
pub(crate) struct Utf16Reader<R> {
    inner: R,
    order: ByteOrder,
    pending: Vec<u8>,
    passed: usize,
    failure: Option<Error>,
}

impl<R: BufRead> Utf16Reader<R> {
    pub fn new(inner: R, order: ByteOrder) -> Self {
        Self {
            inner,
            order,
            pending: Vec::new(),
            passed: 0,
            failure: None,
        }
    }

    fn unit(&mut self) -> std::io::Result<Option<u16>> {
        let mut bytes = Vec::with_capacity(2);
        self.inner.by_ref().take(2).read_to_end(&mut bytes)?;
        match *bytes.as_slice() {
            [] => Ok(None),
            [first, second] => Ok(Some(match self.order {
                ByteOrder::Little => u16::from_le_bytes([first, second]),
                ByteOrder::Big => u16::from_be_bytes([first, second]),
            })),
            _ => Err(Error::other(Bound::Utf16)),
        }
    }

    fn character(&mut self) -> std::io::Result<Option<char>> {
        let Some(first) = self.unit()? else { return Ok(None) };
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) {
            units.extend(self.unit()?);
        }
        let mut decoded = char::decode_utf16(units);
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => Ok(Some(character)),
            _ => Err(Error::other(Bound::Utf16)),
        }
    }

    /// Decodes a chunk. A failure is held back until the text before it has been passed on.
    fn refill(&mut self) -> std::io::Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.pending.clear();
        self.passed = 0;
        while self.pending.len() < 4096 {
            match self.character() {
                Ok(Some(character)) => {
                    self.pending
                        .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Ok(None) => break,
                Err(failure) if self.pending.is_empty() => return Err(failure),
                Err(failure) => {
                    self.failure = Some(failure);
                    break;
                }
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.passed >= self.pending.len() {
            self.refill()?;
        }
        let rest = self.pending.get(self.passed..).unwrap_or_default();
        let count = (&mut &*rest).read(buffer)?;
        self.passed += count;
        Ok(count)
    }
}
