//! Goes over JSON text and tells where its values end.
//!
//! It takes less than JSON may be, and nothing that is none: what it does not take is for a reader of all of JSON.

/// Why a value is not gone over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends before the value does.
    Ended,
    /// It is no JSON, or of a kind that is not taken here.
    Otherwise,
}

/// A text between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoted<'t> {
    /// As it is written.
    pub text: &'t str,
    /// Whether it is written with escapes, and so says something else.
    pub has_escapes: bool,
}

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes have been gone over.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from a place to here.
    pub(super) fn since(&self, place: usize) -> Result<&'t str, Stop> {
        self.text.get(place..self.at).ok_or(Stop::Otherwise)
    }

    /// Goes over blanks. The byte after them.
    pub(super) fn peek(&mut self) -> Result<u8, Stop> {
        loop {
            match self.byte()? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Ok(byte),
            }
        }
    }

    /// Goes over blanks and this byte.
    pub(super) fn take(&mut self, byte: u8) -> Result<(), Stop> {
        if self.takes(byte)? {
            Ok(())
        } else {
            Err(Stop::Otherwise)
        }
    }

    /// Goes over blanks, and over this byte if it follows.
    pub(super) fn takes(&mut self, byte: u8) -> Result<bool, Stop> {
        let follows = self.peek()? == byte;
        self.at += usize::from(follows);
        Ok(follows)
    }

    /// Goes over a text.
    pub(super) fn quoted(&mut self) -> Result<Quoted<'t>, Stop> {
        self.take(b'"')?;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain(self.rest());
            match self.byte()? {
                b'"' => break,
                b'\\' => {
                    has_escapes = true;
                    self.escape()?;
                }
                // A control character has to be written as an escape.
                _ => return Err(Stop::Otherwise),
            }
        }
        let text = self.since(start)?;
        self.at += 1;
        Ok(Quoted { text, has_escapes })
    }

    /// Goes over a value of any kind.
    pub(super) fn pass(&mut self) -> Result<(), Stop> {
        let mut around = Around::default();
        loop {
            match self.peek()? {
                b'"' => drop(self.quoted()?),
                opening @ (b'{' | b'[') => {
                    self.at += 1;
                    let kind = Kind::of(opening);
                    if !self.takes(kind.closing())? {
                        around.enter(kind)?;
                        self.name_in(kind)?;
                        continue;
                    }
                }
                _ => self.bare()?,
            }
            loop {
                let Some(kind) = around.innermost() else {
                    return Ok(());
                };
                if self.takes(b',')? {
                    self.name_in(kind)?;
                    break;
                }
                self.take(kind.closing())?;
                around.leave();
            }
        }
    }

    /// Goes over a number, a truth value or `null`.
    pub(super) fn bare(&mut self) -> Result<(), Stop> {
        match self.peek()? {
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// Goes over the name of a field and the colon after it. A name with escapes is not taken.
    pub(super) fn name(&mut self) -> Result<&'t str, Stop> {
        let Quoted { text, has_escapes } = self.quoted()?;
        if has_escapes {
            return Err(Stop::Otherwise);
        }
        self.take(b':')?;
        Ok(text)
    }

    fn name_in(&mut self, kind: Kind) -> Result<(), Stop> {
        if kind == Kind::Object {
            self.name()?;
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Stop> {
        let written = self.rest().get(..word.len()).ok_or(Stop::Ended)?;
        self.at += word.len();
        if written == word { Ok(()) } else { Err(Stop::Otherwise) }
    }

    fn number(&mut self) -> Result<(), Stop> {
        self.at += usize::from(self.byte()? == b'-');
        if self.byte()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte()?, b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.byte()?, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Stop> {
        if !self.byte()?.is_ascii_digit() {
            return Err(Stop::Otherwise);
        }
        while self.byte()?.is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Stop> {
        self.at += 1;
        let digits = match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' => 4,
            _ => return Err(Stop::Otherwise),
        };
        self.at += 1;
        let code = self.rest().get(..digits).ok_or(Stop::Ended)?;
        self.at += digits;
        if code.iter().all(u8::is_ascii_hexdigit) {
            Ok(())
        } else {
            Err(Stop::Otherwise)
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Result<u8, Stop> {
        self.text.as_bytes().get(self.at).copied().ok_or(Stop::Ended)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    List,
}

impl Kind {
    fn of(opening: u8) -> Self {
        if opening == b'{' { Self::Object } else { Self::List }
    }

    fn closing(self) -> u8 {
        match self {
            Self::Object => b'}',
            Self::List => b']',
        }
    }
}

/// The objects and lists around a place, a bit for each: the innermost is the lowest.
#[derive(Debug, Default)]
struct Around {
    are_objects: u128,
    count: u32,
}

impl Around {
    fn enter(&mut self, kind: Kind) -> Result<(), Stop> {
        if self.count == u128::BITS {
            return Err(Stop::Otherwise);
        }
        self.are_objects = (self.are_objects << 1) | u128::from(kind == Kind::Object);
        self.count += 1;
        Ok(())
    }

    fn innermost(&self) -> Option<Kind> {
        let is_object = self.are_objects & 1 == 1;
        (self.count > 0).then_some(if is_object { Kind::Object } else { Kind::List })
    }

    fn leave(&mut self) {
        self.are_objects >>= 1;
        self.count = self.count.saturating_sub(1);
    }
}

/// How many bytes stand before the first quote, backslash or control character.
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    // Most texts end within two words: which of them it is, is asked without a branch.
    while let Some(words) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let words = u128::from_le_bytes(*words);
        #[expect(clippy::cast_possible_truncation, reason = "the words are taken apart")]
        let (first, second) = (marked(words as u64), marked((words >> 64) as u64));
        if first | second != 0 {
            let (before, word) = if first == 0 { (8, second) } else { (0, first) };
            return at + before + word.trailing_zeros() as usize / 8;
        }
        at += 16;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// The highest bit of each byte that is a quote, a backslash or a control character. Of the bytes after the first such one it may tell too much.
///
/// Source: Mycroft's test for a zero byte (Warren, "Hacker's Delight", 6-1).
fn marked(word: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let is_zero = |word: u64| word.wrapping_sub(EACH) & !word;
    let is_control = word.wrapping_sub(EACH * 0x20) & !word;
    let is_quote = is_zero(word ^ (EACH * u64::from(b'"')));
    let is_backslash = is_zero(word ^ (EACH * u64::from(b'\\')));
    (is_control | is_quote | is_backslash) & (EACH * 0x80)
}
