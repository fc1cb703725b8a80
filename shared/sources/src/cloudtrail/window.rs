//! Reads a log file as CloudTrail delivers it, `{"Records":[…]}`, out of a window over its text: fields are borrowed from the window, and no byte is looked at twice.
//!
//! Whatever else a file is, [`stream`](super::stream) reads it, and says what is wrong with it. So nothing is told here but that a file is none that is read here.

use std::io::Read;

use serde_json::Deserializer;

use super::projection::KeptEvent;
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
    if window.blanks()? != Some(b']') {
        let mut left = limits.max_items_per_file;
        loop {
            left = left.checked_sub(1).filter(|left| *left > 0).ok_or(Otherwise)?;
            window.event(sink)?;
            match window.blanks()? {
                Some(b',') => window.take(b",")?,
                _ => break,
            }
        }
    }
    window.take(b"]")?;
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

    /// Hands out the event that begins here.
    fn event(&mut self, sink: &mut Sink<'_>) -> Result<(), Otherwise> {
        if self.blanks()? != Some(b'{') {
            return Err(Otherwise);
        }
        loop {
            let mut events = Deserializer::from_slice(self.rest()).into_iter::<KeptEvent<'_>>();
            match events.next() {
                Some(Ok(KeptEvent(event))) if events.byte_offset() <= self.most => {
                    let bytes = events.byte_offset();
                    sink(event);
                    self.start += bytes;
                    return Ok(());
                }
                Some(Err(error)) if error.is_eof() => {}
                _ => return Err(Otherwise),
            }
            if !self.more()? {
                return Err(Otherwise);
            }
        }
    }
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
        assert!(window.event(&mut |_| {}).is_err());
        assert!(
            window.buffer.len() <= 2 * 1_000_000 + WINDOW_BYTES,
            "{}",
            window.buffer.len()
        );
    }
}
