//! Hands out the events of a log file one by one; no more than one is held.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sv0_model::event::EventPart;

use super::projection::{EVENT, FieldName, Keep, Named, Projection, keep_field};
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::{Fault, ItemBudget, Text, open, open_bytes};

/// Takes events, projected; `None` for an item that is none.
pub(super) type Sink<'a> = dyn FnMut(Option<EventPart<'_>>) + 'a;

/// Reads `{"Records": […]}`, a list of events or single events, one document after the other.
pub(super) fn read(file: &InputFile, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Fault> {
    if file.bytes > limits.max_file_bytes {
        return Err(Fault::FileTooLarge {
            limit: limits.max_file_bytes,
        });
    }
    let budget = ItemBudget::new(limits.max_event_bytes);
    let text = open(&file.path, limits.max_expanded_bytes, budget.clone())?;
    read_text(text, budget, limits, sink)
}

/// The same of a log file's bytes, which was stored as `name`.
pub(super) fn read_bytes(stored: Vec<u8>, name: &Path, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let budget = ItemBudget::new(limits.max_event_bytes);
    let text = open_bytes(stored, name, limits.max_expanded_bytes, budget.clone())?;
    read_text(text, budget, limits, sink)
}

fn read_text(mut text: Text, budget: ItemBudget, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let compression = text.compression;
    if text
        .reader
        .fill_buf()
        .map_err(|error| Fault::of(&error, compression))?
        .is_empty()
    {
        return Err(Fault::Empty);
    }
    // The parser takes single bytes, which are far cheaper out of a concrete buffer than through a trait object.
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(text.reader));
    let mut events = Events {
        budget,
        left: limits.max_items_per_file,
        sink,
    };
    loop {
        let document = Document(&mut events).deserialize(&mut json);
        if events.left == 0 {
            return Err(Fault::TooManyItems {
                limit: limits.max_items_per_file,
            });
        }
        document.map_err(|error| Fault::of_json(error, compression))?;
        if json.end().is_ok() {
            return Ok(());
        }
    }
}

struct Events<'a, 'b> {
    budget: ItemBudget,
    left: u64,
    sink: &'a mut Sink<'b>,
}

impl Events<'_, '_> {
    /// Takes one event. `false` when the file holds more than are read from one.
    fn take(&mut self, event: Option<EventPart<'_>>) -> bool {
        self.left = self.left.saturating_sub(1);
        (self.sink)(event);
        self.left > 0
    }
}

struct Document<'c, 'a, 'b>(&'c mut Events<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a CloudTrail log file: {\"Records\": [...]}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        Records(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Keep::Fields(fields) = &EVENT else { return Ok(()) };
        let mut event = Vec::new();
        let mut is_page = false;
        while let Some(named) = object.next_key_seed(FieldName(fields))? {
            if matches!(named, Named::Records) {
                is_page = true;
                object.next_value_seed(Records(&mut *self.0))?;
            } else {
                keep_field(&mut object, named, &mut event)?;
            }
        }
        if !is_page {
            self.0.budget.restart();
            self.0.take(Some(EventPart::Fields(event)));
        }
        Ok(())
    }
}

struct Records<'c, 'a, 'b>(&'c mut Events<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Records<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of CloudTrail events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            self.0.budget.restart();
            let Some(event) = list.next_element_seed(Projection(&EVENT))? else {
                return Ok(());
            };
            if !self.0.take(event) {
                while list.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
    }
}
