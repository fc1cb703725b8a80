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
mod tests {
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use super::*;
    use crate::cloudtrail::stream;
    use crate::layout::{FileKind, Shape};
    use crate::testkit::{event, gzip};

    fn file(folder: &TempDir, bytes: &[u8]) -> InputFile {
        let path = folder.path().join("log.json");
        std::fs::write(&path, bytes).unwrap();
        InputFile {
            key: "cloudtrail/log.json".to_owned(),
            path,
            bytes: bytes.len() as u64,
            kind: FileKind::CloudTrailLog { partition: None },
            shape: Shape::Documents,
        }
    }

    type Reader = fn(&InputFile, &Limits, &mut Sink<'_>) -> bool;

    /// The events; `None` where the file is not read to its end.
    fn events(read: Reader, bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
        let folder = TempDir::new().unwrap();
        let mut found = Vec::new();
        let is_whole = read(&file(&folder, bytes), limits, &mut |event| {
            found.push(event.map(|event| event.to_value()));
        });
        is_whole.then_some(found)
    }

    fn by_window(bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
        events(|file, limits, sink| read(file, limits, sink).is_ok(), bytes, limits)
    }

    fn by_stream(bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
        events(
            |file, limits, sink| stream::read(file, limits, sink).is_ok(),
            bytes,
            limits,
        )
    }

    /// Events of every size, with whatever JSON has.
    fn many() -> Vec<Value> {
        let mut events: Vec<Value> = (0..400).map(|number| event(&format!("e-{number}"))).collect();
        for (number, event) in events.iter_mut().enumerate() {
            event["userAgent"] = json!("\u{1F600} \"quoted\" \\ \n".repeat(number % 7));
            event["requestParameters"] =
                json!({"policyDocument": "x{]}[".repeat(number * 3), "unknown": [[{"a": [1.5e300, -7, true, null]}]]});
            event["tlsDetails"] = json!({"clientProvidedHostHeader": "}".repeat(number)});
        }
        events[200]["requestParameters"]["policyDocument"] = json!("y".repeat(3 * WINDOW_BYTES));
        events[201]["requestParameters"]["dropped"] = json!("z".repeat(5 * WINDOW_BYTES));
        events
    }

    #[test]
    fn what_is_read_is_what_the_stream_reads() {
        let events = many();
        let limits = Limits::default();
        for text in [
            json!({"Records": events}).to_string(),
            serde_json::to_string_pretty(&json!({"Records": events})).unwrap() + "\n\n",
            "{\"Records\":[]}".to_owned(),
            " {\n\"Records\" : [ {} , {\"eventID\": \"a\", \"eventID\": \"b\"} ] } ".to_owned(),
        ] {
            for bytes in [text.clone().into_bytes(), gzip(&text)] {
                let read = by_window(&bytes, &limits);
                assert!(read.is_some(), "{}", text.chars().take(80).collect::<String>());
                assert_eq!(read, by_stream(&bytes, &limits));
            }
        }
    }

    #[test]
    fn what_has_another_form_or_a_fault_is_left_to_the_stream() {
        let one = event("1").to_string();
        let whole = format!("{{\"Records\":[{one},{one}]}}");
        for text in [
            "",
            "[]",
            &one,
            &format!("[{one}]"),
            &format!("{{\"Records\":[{one},7]}}"),
            &format!("{{\"Records\":[{one},null]}}"),
            &format!("{{\"Records\":[{one},]}}"),
            &format!("{{\"Records\":[{one} {one}]}}"),
            &format!("{{\"Records\":[{one}],\"x\":1}}"),
            &format!("{{\"x\":1,\"Records\":[{one}]}}"),
            &format!("{{\"records\":[{one}]}}"),
            &format!("{{\"Records\":[{one}]"),
            &format!("{{\"Records\":[{one}"),
            &format!("{{\"Records\":[{}]}}", one.trim_end_matches('}')),
            &format!("{whole}x"),
            &format!("{whole}{whole}"),
        ] {
            assert_eq!(by_window(text.as_bytes(), &Limits::default()), None, "{text}");
        }
        let mut damaged = gzip(&whole);
        damaged.truncate(damaged.len() - 3);
        assert_eq!(by_window(&damaged, &Limits::default()), None, "its checksum is cut off");
        let bytes = whole.len() as u64;
        for limits in [
            Limits {
                max_items_per_file: 2,
                ..Limits::default()
            },
            Limits {
                max_event_bytes: one.len() as u64 - 1,
                ..Limits::default()
            },
            Limits {
                max_file_bytes: bytes - 1,
                ..Limits::default()
            },
            Limits {
                max_expanded_bytes: bytes - 1,
                ..Limits::default()
            },
        ] {
            assert_eq!(by_window(whole.as_bytes(), &limits), None, "{limits:?}");
        }
        assert!(
            by_window(
                whole.as_bytes(),
                &Limits {
                    max_event_bytes: one.len() as u64,
                    ..Limits::default()
                }
            )
            .is_some()
        );
    }

    #[test]
    fn no_more_is_held_than_an_event_may_have() {
        let limits = Limits {
            max_event_bytes: 1_000_000,
            ..Limits::default()
        };
        let text = format!("{{\"Records\":[{{\"eventID\":\"{}\"}}]}}", "x".repeat(4_000_000));
        let mut window = Window::new(text.as_bytes(), usize::try_from(limits.max_event_bytes).unwrap());
        window.take(b"{\"Records\":[").unwrap();
        assert!(window.events(10, &mut |_| {}).is_err());
        assert!(
            window.buffer.len() <= 2 * 1_000_000 + WINDOW_BYTES,
            "{}",
            window.buffer.len()
        );
    }
}
