//! Reads a log file as CloudTrail delivers it, `{"Records":[…]}`, out of a window over its text: fields are borrowed from the window, and no byte is looked at twice.
//!
//! Whatever else a file is, [`stream`](super::stream) reads it, and says what is wrong with it. So nothing is told here but that a file is none that is read here.

use std::io::Read;

use sv0_model::event::EventPart;

use super::kept;
use super::scan::{Scanner, Stop};
use super::stream::Sink;
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::{ItemBudget, open};

/// The window before an event is larger: it is read at least as often as it is full, and events are far smaller.
const WINDOW_BYTES: usize = 256 * 1024;

/// The file is to be read otherwise. Events that were handed out before do not count.
#[derive(Debug)]
pub(super) struct Otherwise;

/// Hands out the events of a file in CloudTrail's own form.
pub(super) fn read(file: &InputFile, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Otherwise> {
    if file.bytes > limits.max_file_bytes {
        return Err(Otherwise);
    }
    let text = open(&file.path, limits.max_expanded_bytes, ItemBudget::unlimited()).map_err(|_| Otherwise)?;
    let mut window = Window::new(
        text.reader,
        usize::try_from(limits.max_event_bytes).unwrap_or(usize::MAX),
    );
    for token in [b"{".as_slice(), b"\"Records\"", b":", b"["] {
        window.blanks()?;
        window.take(token)?;
    }
    if window.blanks()? == Some(b']') {
        window.take(b"]")?;
    } else {
        window.events(limits.max_items_per_file, sink)?;
    }
    window.blanks()?;
    window.take(b"}")?;
    window.blanks()?.map_or(Ok(()), |_| Err(Otherwise))
}

/// A part of a text.
struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    /// What has been read and not been taken stands from here…
    start: usize,
    /// … to here.
    end: usize,
    /// Most bytes of one event.
    most: usize,
}

impl<R: Read> Window<R> {
    fn new(reader: R, most: usize) -> Self {
        Self {
            reader,
            buffer: vec![0; WINDOW_BYTES],
            start: 0,
            end: 0,
            most,
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Fills the window, which becomes larger where nothing of it has been taken. `false` at the end of the text.
    fn more(&mut self) -> Result<bool, Otherwise> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else if self.end == self.buffer.len() {
            if self.end > self.most {
                return Err(Otherwise);
            }
            self.buffer.resize(self.end * 2, 0);
        }
        let before = self.end;
        while let Some(free) = self.buffer.get_mut(self.end..).filter(|free| !free.is_empty()) {
            match self.reader.read(free).map_err(|_| Otherwise)? {
                0 => break,
                count => self.end += count,
            }
        }
        Ok(self.end > before)
    }

    /// Passes over blanks. The byte after them, `None` at the end of the text.
    fn blanks(&mut self) -> Result<Option<u8>, Otherwise> {
        loop {
            let blanks = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
            self.start += self.rest().iter().take_while(blanks).count();
            if let Some(byte) = self.rest().first() {
                return Ok(Some(*byte));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, token: &[u8]) -> Result<(), Otherwise> {
        while self.rest().len() < token.len() && self.more()? {}
        if !self.rest().starts_with(token) {
            return Err(Otherwise);
        }
        self.start += token.len();
        Ok(())
    }

    /// The text of the window; a character at its end that is not there in whole is left out.
    fn text(&self) -> Result<&str, Otherwise> {
        let rest = self.rest();
        match str::from_utf8(rest) {
            Ok(text) => Ok(text),
            Err(fault) if fault.error_len().is_none() => {
                let whole = rest.get(..fault.valid_up_to()).unwrap_or_default();
                str::from_utf8(whole).map_err(|_| Otherwise)
            }
            Err(_) => Err(Otherwise),
        }
    }

    /// Hands out the events of a list, the first of which begins here, up to the end of the list.
    fn events(&mut self, most: u64, sink: &mut Sink<'_>) -> Result<(), Otherwise> {
        let mut left = most;
        loop {
            let mut events = Scanner::new(self.text()?);
            let mut taken = 0;
            let stop = loop {
                match next(&mut events, self.most) {
                    Ok((event, is_last)) => {
                        left = left.checked_sub(1).filter(|left| *left > 0).ok_or(Otherwise)?;
                        sink(event);
                        taken = events.at();
                        if is_last {
                            break None;
                        }
                    }
                    Err(stop) => break Some(stop),
                }
            };
            self.start += taken;
            match stop {
                None => return Ok(()),
                Some(Stop::Ended) if self.more()? => {}
                Some(_) => return Err(Otherwise),
            }
        }
    }
}

/// Reads an event of at most so many bytes, and what comes after it: whether the list ends there.
fn next<'t>(events: &mut Scanner<'t>, most: usize) -> Result<(Option<EventPart<'t>>, bool), Stop> {
    if events.peek()? != b'{' {
        return Err(Stop::Otherwise);
    }
    let start = events.at();
    let event = kept::event(events)?;
    if events.at().saturating_sub(start) > most {
        return Err(Stop::Otherwise);
    }
    let is_last = !events.takes(b',')?;
    if is_last {
        events.take(b']')?;
    }
    Ok((event, is_last))
}

#[cfg(test)]
mod tests;
