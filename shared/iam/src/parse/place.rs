//! Where in a document something stands: a JSON pointer that is written only where it is told, which is seldom.

use std::fmt::Write;

/// A place, as a way down from the document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    part: Part<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Part<'p> {
    /// The place above itself.
    Same,
    Element(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    /// The whole document.
    pub(crate) const DOCUMENT: Place<'static> = Place {
        above: None,
        part: Part::Same,
    };

    /// An element of the object that stands here.
    pub(crate) fn element(&'p self, name: &'p str) -> Place<'p> {
        self.part(Part::Element(name))
    }

    /// An item of the list that stands here.
    pub(crate) fn item(&'p self, index: usize) -> Place<'p> {
        self.part(Part::Item(index))
    }

    /// An item of the list that stands here, or what stands here itself where it is none.
    pub(crate) fn item_if_listed(&'p self, index: Option<usize>) -> Place<'p> {
        self.part(index.map_or(Part::Same, Part::Item))
    }

    fn part(&'p self, part: Part<'p>) -> Place<'p> {
        Place {
            above: Some(self),
            part,
        }
    }

    /// The JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.above.map_or_else(String::new, Place::pointer);
        match self.part {
            Part::Same => {}
            Part::Element(name) => {
                pointer.push('/');
                pointer.push_str(&escape_pointer(name));
            }
            Part::Item(index) => {
                // Writing to a text does not fail.
                let _ = write!(pointer, "/{index}");
            }
        }
        pointer
    }
}

/// Escapes one part of a JSON pointer (RFC 6901).
pub(crate) fn escape_pointer(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_tell_the_way_down() {
        let statements = Place::DOCUMENT.element("Statement");
        let second = statements.item(1);
        let strange = second.element("a/b~c");
        assert_eq!(Place::DOCUMENT.pointer(), "");
        assert_eq!(strange.item_if_listed(None).pointer(), "/Statement/1/a~1b~0c");
        assert_eq!(strange.item_if_listed(Some(0)).pointer(), "/Statement/1/a~1b~0c/0");
    }
}
