//! Wildcards: `*` and `?` as the Action, Resource and Condition elements use them, without regular expressions.
//!
//! Matching is linear in text and pattern for all but contrived patterns with `?`, or with `*` that keeps within its component, and takes a 64th of
//! text × pattern at worst; there is no recursion.

mod matching;

use std::fmt;

/// How far a wildcard reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WildcardScope {
    /// There are no wildcards: every character stands for itself (`StringEquals`).
    Literal,
    /// Wildcards match any characters (Action element, `StringLike`).
    Anywhere,
    /// Wildcards stay within their one of the first five components of an ARN, but a `*` that ends its component may run past the colon; in the sixth,
    /// the resource, which may itself hold colons, they match any characters (Resource element).
    ResourceSegments,
    /// Wildcards stay within their one of the six components of an ARN; the sixth, the resource, runs to the end (`ArnLike`).
    ArnComponents,
}

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Token {
    /// This character.
    Char(char),
    /// `?`: any one character; a colon only when it `crosses`.
    One { crosses: bool },
    /// `*`: any number of characters; colons only when it `crosses`.
    Many { crosses: bool },
    /// Nothing: a pattern with it matches no text.
    Never,
}

impl Token {
    /// Whether the token accepts `c` as (one of) its characters.
    pub(crate) fn accepts(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::One { crosses } | Self::Many { crosses } => crosses || c != ':',
            Self::Never => false,
        }
    }

    /// Whether the token may stand for any number of characters.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Self::Many { .. })
    }
}

/// A compiled pattern: a literal beginning and whatever follows the first wildcard.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    prefix: String,
    rest: Rest,
}

/// What follows the literal beginning of a pattern. The first two are what most patterns end in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Rest {
    Nothing,
    /// A `*` that matches whatever is left.
    Anything,
    Tokens(Vec<Token>),
}

impl Rest {
    fn of(tokens: Vec<Token>) -> Self {
        match tokens.as_slice() {
            [] => Self::Nothing,
            [Token::Many { crosses: true }] => Self::Anything,
            _ => Self::Tokens(tokens),
        }
    }

    fn tokens(&self) -> &[Token] {
        match self {
            Self::Nothing => &[],
            Self::Anything => &[Token::Many { crosses: true }],
            Self::Tokens(tokens) => tokens,
        }
    }
}

impl Glob {
    /// Compiles `pattern`; every `*` and `?` in it is a wildcard unless `scope` is [`WildcardScope::Literal`].
    #[must_use]
    pub fn new(pattern: &str, scope: WildcardScope) -> Self {
        Self::plain(pattern, scope).unwrap_or_else(|| Self::of_tokens(pattern, scope))
    }

    fn of_tokens(pattern: &str, scope: WildcardScope) -> Self {
        Self::from_scoped_tokens(&tokenize(pattern, scope, &mut ScopeState::default()), scope)
    }

    /// The pattern of a text without wildcards, or with one `*`, its last character, as most are; `None` of others.
    fn plain(pattern: &str, scope: WildcardScope) -> Option<Self> {
        let is_wild = |byte: &u8| matches!(byte, b'*' | b'?');
        let wildcard = match scope {
            WildcardScope::Literal => None,
            _ => pattern.as_bytes().iter().position(is_wild),
        };
        let is_complete_arn = || pattern.bytes().filter(|byte| *byte == b':').count() >= ARN_COLONS;
        let (prefix, rest) = match wildcard {
            None => (pattern, Rest::Nothing),
            Some(_) => (pattern.strip_suffix('*')?, Rest::Anything),
        };
        let is_plain = wildcard.is_none_or(|at| at == prefix.len())
            && match scope {
                WildcardScope::Literal | WildcardScope::Anywhere => true,
                WildcardScope::ResourceSegments => rest == Rest::Anything || is_complete_arn(),
                WildcardScope::ArnComponents => is_complete_arn(),
            };
        is_plain.then(|| Self {
            prefix: prefix.to_owned(),
            rest,
        })
    }

    /// A pattern of tokens made in `scope`. One of `ArnLike` that has not all six components matches nothing, but `*` alone stands for any ARN:
    /// policies in use have it, and no document of AWS's says that it matches none.
    pub(crate) fn from_scoped_tokens(tokens: &[Token], scope: WildcardScope) -> Self {
        let colons = tokens.iter().filter(|token| **token == Token::Char(':')).count();
        if scope == WildcardScope::ArnComponents && is_lone_star(tokens) {
            Self::from_tokens([Token::Many { crosses: true }])
        } else if scope == WildcardScope::ArnComponents && colons < ARN_COLONS {
            Self::from_tokens([Token::Never])
        } else if scope == WildcardScope::ResourceSegments && is_incomplete_arn(tokens) {
            let missing = ARN_COLONS.saturating_sub(colons);
            let rest = [Token::Char(':'), Token::Many { crosses: true }].repeat(missing);
            Self::from_tokens(tokens.iter().copied().chain(rest))
        } else {
            Self::from_tokens(tokens.iter().copied())
        }
    }

    /// A pattern that only `text` itself matches.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self {
            prefix: text.to_owned(),
            rest: Rest::Nothing,
        }
    }

    pub(crate) fn from_tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut prefix = String::new();
        let mut rest: Vec<Token> = Vec::new();
        for token in tokens {
            match token {
                Token::Char(c) if rest.is_empty() => prefix.push(c),
                Token::Many { crosses } => match rest.last_mut() {
                    Some(Token::Many { crosses: before }) => *before |= crosses,
                    _ => rest.push(token),
                },
                other => rest.push(other),
            }
        }
        Self {
            prefix,
            rest: Rest::of(rest),
        }
    }

    /// All tokens in order.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        self.prefix
            .chars()
            .map(Token::Char)
            .chain(self.rest.tokens().iter().copied())
    }

    /// The one text that matches, when the pattern has no wildcard.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        (self.rest == Rest::Nothing).then_some(self.prefix.as_str())
    }

    /// The characters before the first wildcard.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether every text matches.
    #[must_use]
    pub fn matches_everything(&self) -> bool {
        self.prefix.is_empty() && self.rest == Rest::Anything
    }

    /// Whether `text` as a whole matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.rest {
            Rest::Nothing => text == self.prefix,
            Rest::Anything => text.starts_with(self.prefix.as_str()),
            Rest::Tokens(tokens) => text
                .strip_prefix(self.prefix.as_str())
                .is_some_and(|remainder| matching::matches(tokens, remainder)),
        }
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self
            .tokens()
            .map(|token| match token {
                Token::Char(c) => c,
                Token::One { .. } => '?',
                Token::Many { .. } => '*',
                Token::Never => '\u{2205}',
            })
            .collect();
        write!(formatter, "Glob({text})")
    }
}

/// The positions of a pattern that are reachable after some text: a set simulated in step with the text.
#[derive(Debug, Clone)]
pub(crate) struct ActiveStates {
    positions: Vec<usize>,
}

impl ActiveStates {
    /// Before the first character.
    pub(crate) fn start(tokens: &[Token]) -> Self {
        let mut positions = Vec::new();
        push_with_closure(&mut positions, 0, tokens);
        Self { positions }
    }

    /// Consumes one character; false when nothing can match any more.
    pub(crate) fn step(&mut self, tokens: &[Token], c: char) -> bool {
        let mut next = Vec::with_capacity(self.positions.len() + 1);
        for &position in &self.positions {
            let Some(token) = tokens.get(position) else {
                continue;
            };
            if token.accepts(c) {
                let target = if token.repeats() { position } else { position + 1 };
                push_with_closure(&mut next, target, tokens);
            }
        }
        self.positions = next;
        !self.positions.is_empty()
    }

    /// How many positions are reachable; none means that nothing can match any more.
    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    /// The positions, ascending.
    pub(crate) fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Whether the whole pattern has been matched.
    pub(crate) fn accepts(&self, tokens: &[Token]) -> bool {
        self.positions.last() == Some(&tokens.len())
    }
}

/// Adds `position` and everything reachable from it without a character. Positions arrive in ascending order, so the last one tells duplicates.
fn push_with_closure(positions: &mut Vec<usize>, position: usize, tokens: &[Token]) {
    let mut at = position;
    loop {
        if positions.last().is_none_or(|&last| last < at) {
            positions.push(at);
        }
        if !tokens.get(at).is_some_and(|token| token.repeats()) {
            return;
        }
        at += 1;
    }
}

/// "When you specify an incomplete ARN (one with fewer than the standard six fields) in an identity-based policy, AWS automatically completes the ARN by
/// adding wildcard characters (*) to all missing fields" (IAM User Guide, "IAM identifiers"). A `*` that may run past colons leaves none missing.
fn is_incomplete_arn(tokens: &[Token]) -> bool {
    let starts_as_arn = tokens
        .iter()
        .zip("arn:".chars())
        .all(|(token, c)| *token == Token::Char(c))
        && tokens.len() >= 4;
    let colons = tokens.iter().filter(|token| **token == Token::Char(':')).count();
    starts_as_arn && colons < ARN_COLONS && !tokens.contains(&Token::Many { crosses: true })
}

fn is_lone_star(tokens: &[Token]) -> bool {
    !tokens.is_empty() && tokens.iter().all(|token| token.repeats())
}

/// How many colons stand between the six components of an ARN.
const ARN_COLONS: usize = 5;

/// How many colons came before, carried from one part of a pattern to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ScopeState {
    colons: usize,
}

impl ScopeState {
    /// Whether the five components before an ARN's resource are over.
    pub(crate) fn is_in_resource(self) -> bool {
        self.colons >= ARN_COLONS
    }
}

/// Tokens of one stretch of pattern text; the last character of the text counts as the end of its segment.
pub(crate) fn tokenize(text: &str, scope: WildcardScope, state: &mut ScopeState) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let ends_segment = matches!(characters.peek(), None | Some(':'));
        tokens.push(wildcard(c, scope, ends_segment, *state).unwrap_or(Token::Char(c)));
        state.colons += usize::from(c == ':');
    }
    tokens
}

fn wildcard(c: char, scope: WildcardScope, ends_segment: bool, state: ScopeState) -> Option<Token> {
    let (one_crosses, many_crosses) = match scope {
        WildcardScope::Literal => return None,
        WildcardScope::Anywhere => (true, true),
        WildcardScope::ResourceSegments => (state.is_in_resource(), state.is_in_resource() || ends_segment),
        WildcardScope::ArnComponents => (state.is_in_resource(), state.is_in_resource()),
    };
    match c {
        '*' => Some(Token::Many { crosses: many_crosses }),
        '?' => Some(Token::One { crosses: one_crosses }),
        _ => None,
    }
}

/// Whether an Action element's `pattern` matches `action`, without regard to case.
#[must_use]
pub fn action_matches(pattern: &str, action: &str) -> bool {
    Glob::new(&pattern.to_ascii_lowercase(), WildcardScope::Anywhere).matches(&action.to_ascii_lowercase())
}

/// Whether a Resource element's `pattern` (without policy variables) matches `resource`; `*` as the resource means that the action is called without one.
#[must_use]
pub fn resource_matches(pattern: &str, resource: &str) -> bool {
    let glob = Glob::new(pattern, WildcardScope::ResourceSegments);
    if resource == "*" {
        glob.matches_everything()
    } else {
        glob.matches(resource)
    }
}

#[cfg(test)]
mod tests;
