//! Reads what is kept of an event out of its text, as [`Projection`] does through a reader of JSON, and faster.
//!
//! What is rare (escapes, numbers) is left to that reader, so that there is one meaning of it.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::de::DeserializeSeed;
use serde_json::Deserializer;
use sv0_model::event::EventPart;

use super::projection::{EVENT, Fields, Keep, LIKELY_FIELDS, Projection};
use super::scan::{Quoted, Scanner, Stop};
use crate::redact::scrub;

/// Lists within lists, at most.
const DEEPEST: u32 = 32;

/// The allow list, to be looked up by name.
static KEPT: LazyLock<Kept> = LazyLock::new(|| Kept::of(&EVENT));

/// Reads the event that begins here; `None` where nothing of it is kept.
pub(super) fn event<'t>(scanner: &mut Scanner<'t>) -> Result<Option<EventPart<'t>>, Stop> {
    let mut event = None;
    part(scanner, &KEPT, DEEPEST, &mut event)?;
    Ok(event)
}

/// Where a part is put. It is made there: moved from hand to hand, parts took longer than all else.
trait Place<'t> {
    fn put(self, part: EventPart<'t>);
}

impl<'t> Place<'t> for &mut Option<EventPart<'t>> {
    fn put(self, part: EventPart<'t>) {
        *self = Some(part);
    }
}

impl<'t> Place<'t> for &mut Vec<EventPart<'t>> {
    fn put(self, part: EventPart<'t>) {
        self.push(part);
    }
}

/// A field of an object, which may have come before.
struct Field<'o, 't> {
    fields: &'o mut Vec<(&'t str, EventPart<'t>)>,
    name: &'static str,
    /// The fields that came before, a bit for each.
    before: &'o mut u128,
    bit: u128,
}

impl<'t> Place<'t> for Field<'_, 't> {
    /// Of a field that comes twice the last counts.
    #[inline]
    fn put(self, part: EventPart<'t>) {
        if *self.before & self.bit == 0 {
            *self.before |= self.bit;
            self.fields.push((self.name, part));
        } else if let Some((_, earlier)) = self.fields.iter_mut().find(|(own, _)| *own == self.name) {
            *earlier = part;
        }
    }
}

/// What is kept of a value, as [`Keep`] has it.
enum Kept {
    Scalars,
    Fields(Names),
    TextOrFields(Names),
    Each(Box<Kept>),
}

impl Kept {
    fn of(keep: &'static Keep) -> Self {
        match keep {
            Keep::Scalars => Self::Scalars,
            Keep::Fields(fields) => Self::Fields(Names::of(fields)),
            Keep::TextOrFields(fields) => Self::TextOrFields(Names::of(fields)),
            Keep::Each(element) => Self::Each(Box::new(Self::of(element))),
        }
    }

    fn keeps_scalars(&self) -> bool {
        matches!(self, Self::Scalars | Self::TextOrFields(_))
    }

    /// What is kept of the elements of a list.
    fn elements(&self) -> Option<&Self> {
        match self {
            Self::Scalars | Self::TextOrFields(_) => Some(&Self::Scalars),
            Self::Each(element) => Some(element),
            Self::Fields(_) => None,
        }
    }
}

fn part<'t>(scanner: &mut Scanner<'t>, kept: &Kept, depth: u32, place: impl Place<'t>) -> Result<(), Stop> {
    match scanner.peek()? {
        b'"' => text(scanner, kept, place),
        b'{' => match kept {
            Kept::Fields(names) | Kept::TextOrFields(names) => {
                place.put(EventPart::Fields(object(scanner, names, depth)?));
                Ok(())
            }
            Kept::Scalars | Kept::Each(_) => scanner.pass(),
        },
        b'[' => match kept.elements() {
            Some(element) => {
                place.put(EventPart::List(list(scanner, element, depth)?));
                Ok(())
            }
            None => scanner.pass(),
        },
        _ => {
            let start = scanner.at();
            scanner.bare()?;
            scalar(scanner.since(start)?, kept, place)
        }
    }
}

#[inline]
fn text<'t>(scanner: &mut Scanner<'t>, kept: &Kept, place: impl Place<'t>) -> Result<(), Stop> {
    let start = scanner.at();
    let Quoted { text, has_escapes } = scanner.quoted()?;
    if has_escapes {
        return scalar(scanner.since(start)?, kept, place);
    }
    if kept.keeps_scalars() {
        place.put(match scrub(text) {
            None => EventPart::Text(Cow::Borrowed(text)),
            Some(scrubbed) => EventPart::Text(Cow::Owned(scrubbed)),
        });
    }
    Ok(())
}

/// A number, a truth value, `null` or a text with escapes.
fn scalar<'t>(written: &'t str, kept: &Kept, place: impl Place<'t>) -> Result<(), Stop> {
    let part = match written {
        "null" => return Ok(()),
        "true" => EventPart::Bool(true),
        "false" => EventPart::Bool(false),
        _ => {
            let read = Projection(&Keep::Scalars).deserialize(&mut Deserializer::from_str(written));
            match read.map_err(|_| Stop::Otherwise)? {
                Some(part) => part,
                None => return Ok(()),
            }
        }
    };
    if kept.keeps_scalars() {
        place.put(part);
    }
    Ok(())
}

fn list<'t>(scanner: &mut Scanner<'t>, element: &Kept, depth: u32) -> Result<Vec<EventPart<'t>>, Stop> {
    let depth = depth.checked_sub(1).ok_or(Stop::Otherwise)?;
    scanner.take(b'[')?;
    let mut elements = Vec::new();
    if scanner.takes(b']')? {
        return Ok(elements);
    }
    loop {
        part(scanner, element, depth, &mut elements)?;
        if !scanner.takes(b',')? {
            break;
        }
    }
    scanner.take(b']')?;
    Ok(elements)
}

type FieldsOf<'t> = Vec<(&'t str, EventPart<'t>)>;

fn object<'t>(scanner: &mut Scanner<'t>, names: &Names, depth: u32) -> Result<FieldsOf<'t>, Stop> {
    scanner.take(b'{')?;
    let mut fields = Vec::with_capacity(names.fields.len().min(LIKELY_FIELDS));
    let mut before = 0;
    if scanner.takes(b'}')? {
        return Ok(fields);
    }
    loop {
        match names.find(scanner.name()?) {
            Some((number, (name, kept))) => {
                let field = Field {
                    fields: &mut fields,
                    name,
                    before: &mut before,
                    bit: 1_u128.checked_shl(number).ok_or(Stop::Otherwise)?,
                };
                part(scanner, kept, depth, field)?;
            }
            None => scanner.pass()?,
        }
        if !scanner.takes(b',')? {
            break;
        }
    }
    scanner.take(b'}')?;
    Ok(fields)
}

/// The fields of an object.
struct Names {
    fields: Vec<(&'static str, Kept)>,
    /// Where each stands, by the beginning, end and length of its name, or at the next free place; `None` ends the search.
    places: [Option<u8>; PLACES],
}

/// Several times as many as an object has fields that are kept.
const PLACES: usize = 256;

impl Names {
    fn of(fields: Fields) -> Self {
        let mut places = [None; PLACES];
        for ((name, _), number) in fields.iter().zip(0_u8..) {
            let free = searched(name).find(|place| places.get(*place) == Some(&None));
            if let Some(place) = free.and_then(|free| places.get_mut(free)) {
                *place = Some(number);
            }
        }
        let fields = fields.iter().map(|(name, keep)| (*name, Kept::of(keep)));
        Self {
            fields: fields.collect(),
            places,
        }
    }

    fn find(&self, name: &str) -> Option<(u32, &(&'static str, Kept))> {
        for place in searched(name) {
            let number = (*self.places.get(place)?)?;
            let field = self.fields.get(usize::from(number))?;
            if field.0 == name {
                return Some((u32::from(number), field));
            }
        }
        None
    }
}

/// The places where a name may stand, the likeliest first.
fn searched(name: &str) -> impl Iterator<Item = usize> {
    let bytes = name.as_bytes();
    let (first, last) = (bytes.first().copied(), bytes.last().copied());
    let of = |byte: Option<u8>, factor| usize::from(byte.unwrap_or_default()).wrapping_mul(factor);
    let begin = of(first, 7)
        .wrapping_add(of(last, 31))
        .wrapping_add(bytes.len().wrapping_mul(11));
    (0..PLACES).map(move |step| begin.wrapping_add(step) % PLACES)
}
